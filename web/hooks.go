package web

import (
	"cmp"
	"context"
	"time"
)

// Placeholders stand where secrets are not shown again.
const (
	pathPlaceholder = "SECRET-OF-THE-ADDRESS"
	bodyPlaceholder = "SECRET-OF-THE-TEMPLATE"
)

// bothHooks draws the two secrets of notifications at once.
const bothHooks Which = "both"

func (a *API) templates(segment, secret, variant string) []HookTemplate {
	all := a.cfg.Platforms.Templates(a.cfg.PublicURL, segment, secret)
	out := make([]HookTemplate, 0, len(all))
	for _, t := range all {
		if t.Variant == "" || t.Variant == variant {
			out = append(out, t)
		}
	}
	return out
}

type hooksIn struct {
	Variant string `query:"variant" enum:"json,form,get" default:"json" doc:"How notifications are to be written"`
}

// SecretView is what is known of a secret after it was shown once.
type SecretView struct {
	Which   Which      `json:"which" enum:"path,body"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty" doc:"Absent means never"`
}

type hooksOut struct {
	Body struct {
		Secrets   []SecretView   `json:"secrets" nullable:"false"`
		Templates []HookTemplate `json:"templates" nullable:"false" doc:"With placeholders instead of the secrets, which are shown only when drawn"`
		Chats     string         `json:"chats_url" doc:"The webhook_url of an adapter of chats, likewise"`
	}
}

func (a *API) getHooks(ctx context.Context, in *hooksIn) (*hooksOut, error) {
	t := caller(ctx).Tenant.ID
	known, err := a.cfg.Store.HookSecrets(ctx, t)
	if err != nil {
		return nil, err
	}
	out := &hooksOut{}
	out.Body.Secrets = []SecretView{}
	now := a.cfg.Now()
	for _, k := range known {
		if !k.Expires.IsZero() && !now.Before(k.Expires) {
			continue
		}
		out.Body.Secrets = append(out.Body.Secrets, SecretView{k.Which, k.Created, instant(k.Expires)})
	}
	segment := string(t) + "." + pathPlaceholder
	out.Body.Templates, out.Body.Chats = a.templates(segment, bodyPlaceholder, in.Variant), a.chatsHook(segment)
	return out, nil
}

type rotateHookIn struct {
	Body struct {
		Which   Which  `json:"which" enum:"path,body,both" doc:"The secret in the address, the one in the template, or both, so that the templates are complete"`
		Hours   int    `json:"overlap_hours,omitempty" minimum:"0" maximum:"720" doc:"How long the one before it stays valid; a week when absent"`
		Variant string `json:"variant,omitempty" enum:"json,form,get"`
	}
}

type rotateHookOut struct {
	Body struct {
		Secret    string         `json:"secret,omitempty" doc:"Shown this once; absent when both were drawn: they are in the templates"`
		ValidTill time.Time      `json:"old_valid_till" doc:"Until then the one before it is taken too"`
		Templates []HookTemplate `json:"templates" nullable:"false" doc:"With what was drawn, and a placeholder for the other one"`
		Chats     string         `json:"chats_url" doc:"The webhook_url of an adapter of chats, likewise"`
	}
}

func (a *API) rotateHook(ctx context.Context, in *rotateHookIn) (*rotateHookOut, error) {
	t := caller(ctx).Tenant.ID
	overlap := cmp.Or(time.Duration(in.Body.Hours)*time.Hour, a.cfg.Overlap)
	path, body := string(t)+"."+pathPlaceholder, bodyPlaceholder
	out := &rotateHookOut{}
	for _, which := range []Which{HookPath, HookBody} {
		if in.Body.Which != which && in.Body.Which != bothHooks {
			continue
		}
		secret, err := a.cfg.Store.RotateHook(ctx, t, which, overlap)
		if err != nil {
			return nil, err
		}
		if which == HookPath {
			path = string(secret)
		} else {
			body = string(secret)
		}
		if in.Body.Which == which {
			out.Body.Secret = string(secret)
		}
	}
	out.Body.ValidTill = a.cfg.Now().Add(overlap)
	out.Body.Templates, out.Body.Chats = a.templates(path, body, cmp.Or(in.Body.Variant, "json")), a.chatsHook(path)
	return out, nil
}

// instant leaves a moment out that is none.
func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
