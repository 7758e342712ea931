package web

import (
	"context"
	"encoding/base64"
	"strings"

	"omniconnector/integration"
)

type listLettersIn struct {
	Portal integration.PortalID `query:"portal" maxLength:"200" doc:"Of one portal; of all when absent"`
	Cursor string               `query:"cursor" maxLength:"2000" doc:"The next of the page before"`
	Limit  int                  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// DeadLetterView is an action that was refused for good: a person decides what becomes of it.
type DeadLetterView struct {
	Portal  integration.PortalID  `json:"portal"`
	Session integration.SessionID `json:"session" doc:"The call; empty for an errand"`
	ActionView
}

type listLettersOut struct {
	Body struct {
		Letters []DeadLetterView `json:"dead_letters" nullable:"false" doc:"Latest first"`
		Next    string           `json:"next" doc:"What to send as cursor; empty at the end"`
	}
}

func (a *API) listLetters(ctx context.Context, in *listLettersIn) (*listLettersOut, error) {
	l := speaks(ctx)
	portal, err := own(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	rows, next, err := a.cfg.Store.DeadLetters(ctx, caller(ctx).Tenant.ID, portal, in.Cursor, in.Limit)
	if err != nil {
		return nil, badCursor(err, l)
	}
	out := &listLettersOut{}
	out.Body.Next = next
	out.Body.Letters = make([]DeadLetterView, 0, len(rows))
	places := map[integration.PortalID]*place{}
	for _, r := range rows {
		of := places[r.Portal]
		if of == nil {
			if of, err = a.known(ctx, r.Portal); err != nil {
				return nil, err
			}
			places[r.Portal] = of
		}
		out.Body.Letters = append(out.Body.Letters, DeadLetterView{Portal: r.Portal, Session: r.Session, ActionView: of.actionView(r, l)})
	}
	return out, nil
}

// letterID writes a key, which has slashes, for an address.
func letterID(k integration.ActionKey) string { return base64.RawURLEncoding.EncodeToString([]byte(k)) }

// LetterPath is a dead letter in an address.
type LetterPath struct {
	PortalPath
	Key string `path:"key" maxLength:"2000" doc:"The id that the list tells"`
}

// key reads the address; what is no id is the id of nothing.
func (p LetterPath) key() (integration.ActionKey, error) {
	key, err := base64.RawURLEncoding.DecodeString(p.Key)
	if err != nil {
		return "", ErrNotFound
	}
	return integration.ActionKey(key), nil
}

func (a *API) retryLetter(ctx context.Context, in *LetterPath) (*struct{}, error) {
	p, err := a.connected(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	return &struct{}{}, a.cfg.Store.Retry(ctx, p.Tenant, p.ID, key, author(ctx))
}

type dismissIn struct {
	LetterPath
	Body struct {
		Note string `json:"note" minLength:"1" maxLength:"2000" doc:"Why nothing is to be done; kept in the audit"`
	}
}

func (a *API) dismissLetter(ctx context.Context, in *dismissIn) (*struct{}, error) {
	who := caller(ctx)
	if strings.TrimSpace(in.Body.Note) == "" {
		return nil, mistake("/note", "required")
	}
	key, err := in.key()
	if err != nil {
		return nil, err
	}
	return &struct{}{}, a.cfg.Store.Dismiss(ctx, who.Tenant.ID, in.Portal, key, author(ctx), in.Body.Note)
}
