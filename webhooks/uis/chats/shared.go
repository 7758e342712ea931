package chats

import (
	"context"
	"errors"
	"log/slog"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// shared answers the installation's shared adapter: the login proves the platform, and what it says tells whose it is.
func (r *Receiver) shared(c *gin.Context) {
	r.answer(c, func(ctx context.Context) (webhooks.Outcome, *webhooks.Answer) {
		if err := r.gate.Login(r.o.Shared, c.GetHeader("Authorization")); err != nil {
			return r.refuse(ctx, "", err)
		}
		req, outcome, bad := r.request(c)
		if bad != nil {
			return outcome, bad
		}
		w, problem := Read(req, c.Param("rest"))
		if w.Account != nil {
			w.Account.Shared = true
		}
		if problem != nil && w.AppID == 0 && w.AccountID == 0 {
			return webhooks.Malformed, notRead
		}
		all, err := r.recipients(ctx, &w)
		switch {
		case err != nil:
			return r.refuse(ctx, "", err)
		case len(all) == 0:
			r.o.Log.LogAttrs(ctx, slog.LevelWarn, "chats.nobodys", slog.String("path", req.Event),
				slog.Int64("app_id", w.AppID), slog.Int64("account_id", w.AccountID))
			return webhooks.Malformed, strangeOne
		}
		return r.take(ctx, all, webhooks.Evidence(req, c.ClientIP()), w, problem)
	})
}

// recipients finds the tenants of a webhook: by the account in the cabinet, which is verified with the platform, or, when the webhook
// does not name it, by the adapter's account that the platform told of before. Several tenants may have one account.
func (r *Receiver) recipients(ctx context.Context, w *Webhook) ([]recipient, error) {
	var tenants []integration.TenantID
	var err error
	switch {
	case w.AppID > 0:
		tenants, err = tenantsOf(ctx, r.apps, w.AppID, r.o.Directory.TenantsOf)
	case w.AccountID > 0:
		tenants, err = tenantsOf(ctx, r.accounts, w.AccountID, r.o.Directory.TenantsOfAccount)
	}
	if err != nil {
		return nil, err
	}
	var all []recipient
	for _, t := range tenants {
		access, err := r.o.Access.HookAccess(ctx, t)
		switch {
		case errors.Is(err, webhooks.ErrUnknownTenant): // gone meanwhile
		case err != nil:
			return nil, err
		default:
			all = append(all, recipient{t, access.Portals})
		}
	}
	return all, nil
}

// tenantsOf asks who has a number, or remembers it. When storage cannot tell and nothing is remembered, the platform must come again.
func tenantsOf(
	ctx context.Context, known *memory[int64, []integration.TenantID], id int64, ask func(context.Context, int64) ([]integration.TenantID, error),
) ([]integration.TenantID, error) {
	tenants, ok, err := known.get(ctx, id, func(ctx context.Context) ([]integration.TenantID, bool, error) {
		all, err := ask(ctx, id)
		return all, len(all) > 0, err
	})
	if ok {
		return tenants, nil
	}
	return nil, err
}
