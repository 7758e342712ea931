package web

import (
	"context"
	"encoding/json"
	"time"

	"omniconnector/integration"
)

// AuditView is who did what.
type AuditView struct {
	ID     string               `json:"id"`
	At     time.Time            `json:"at"`
	Author string               `json:"author" doc:"The name and id of the token, or whose work it was"`
	Verb   string               `json:"verb" example:"settings.saved"`
	Portal integration.PortalID `json:"portal" doc:"Empty: the tenant as a whole"`
	Detail JSONValue            `json:"detail" doc:"What the verb needs to be understood, without secrets"`
}

func auditView(r AuditRow) AuditView {
	v := AuditView{ID: r.ID, At: r.At, Author: r.Author, Verb: r.Verb, Portal: r.Portal, Detail: JSONValue{json.RawMessage("{}")}}
	if json.Valid(r.Detail) {
		v.Detail.raw = r.Detail
	}
	return v
}

type listAuditIn struct {
	Cursor string `query:"cursor" maxLength:"200" doc:"The next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listAuditOut struct {
	Body struct {
		Audit []AuditView `json:"audit" nullable:"false" doc:"Newest first"`
		Next  string      `json:"next" doc:"What to send as cursor; empty at the end"`
	}
}

func (a *API) listAudit(ctx context.Context, in *listAuditIn) (*listAuditOut, error) {
	rows, err := a.cfg.Store.AuditTrail(ctx, caller(ctx).Tenant.ID, in.Cursor, in.Limit+1)
	if err != nil {
		return nil, badCursor(err, speaks(ctx))
	}
	out := &listAuditOut{}
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		out.Body.Next = rows[in.Limit-1].ID
	}
	out.Body.Audit = each(rows, auditView)
	return out, nil
}
