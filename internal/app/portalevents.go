package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	adapter "omniconnector/crm/bitrix24"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/web/inside"
	"omniconnector/webhooks/bitrix24"
)

// portalKeeper lets the receiver of portals' events use storage.
type portalKeeper struct{ app *App }

// PortalsOf lists who has connected an account of the vendor.
func (k portalKeeper) PortalsOf(ctx context.Context, member string) ([]bitrix24.PortalAccess, error) {
	had, err := k.app.store.PortalsOf(ctx, member)
	if err != nil {
		return nil, err
	}
	out := make([]bitrix24.PortalAccess, len(had))
	for i, p := range had {
		out[i] = bitrix24.PortalAccess{Tenant: p.Tenant, Portal: p.Portal, State: p.PortalState, Endpoint: p.Endpoint, Application: p.Application}
	}
	return out, nil
}

// MarkStale has changed records read again for the index of customers (T-2).
func (k portalKeeper) MarkStale(ctx context.Context, t integration.TenantID, p integration.PortalID, changed []integration.Record) error {
	if err := k.app.store.MarkStale(ctx, t, p, changed); err != nil {
		return err
	}
	k.app.woken([]integration.PortalID{p})
	return nil
}

// Uninstalled disconnects the portal: its tokens are dead. The tenant's settings and journal stay, unless the portal's administrator asked
// to erase the application's data: then all that is the portal's goes (S-5).
func (k portalKeeper) Uninstalled(ctx context.Context, t integration.TenantID, p integration.PortalID, clean bool) error {
	if clean {
		if err := k.app.store.ErasePortal(ctx, t, p, "bitrix24: uninstalled"); err != nil {
			return err
		}
		select {
		case k.app.erase <- struct{}{}:
		default: // it will look anyway
		}
		return nil
	}
	return k.app.store.SetPortalState(ctx, t, p, integration.PortalGone, "the application was removed in the portal")
}

// Updated prepares the portal again: a new version of the application has lost its handlers of events (contract bitrix24 §2.4).
// A token that we do not know yet is believed once the portal, at the address that we know, confirms that it is our application's.
func (k portalKeeper) Updated(ctx context.Context, t integration.TenantID, p integration.PortalID, u bitrix24.Update) error {
	if !u.Proven {
		if err := k.confirm(ctx, t, p, u.Access); err != nil {
			return err
		}
		if err := k.app.store.RenewApplication(ctx, t, p, u.Application); err != nil {
			return err
		}
	}
	return k.app.schedule(ctx, t, p, errand(lane.PrepareKey, k.app.prepare(), k.app.cfg.Now()))
}

// Installed takes the tokens of a new installation of a portal that is connected (contract bitrix24 §2.4): the page of the installation may
// not have come to us.
func (k portalKeeper) Installed(ctx context.Context, t integration.TenantID, p integration.PortalID, i bitrix24.Install) error {
	o := inside.Opening{
		Member: i.Member, Access: i.Access, Refresh: i.Refresh, Application: i.Application, Server: i.Server, Proof: k.app.cfg.Now(),
	}
	domain, secure := strings.CutPrefix(i.Endpoint, "https://")
	o.Secure = secure
	o.Domain = strings.TrimSuffix(strings.Trim(strings.TrimPrefix(domain, "http://"), "/"), "/rest")
	err := visitors(k).Adopt(ctx, t, p, o)
	if errors.Is(err, inside.ErrUnproven) || errors.Is(err, inside.ErrReader) {
		return fmt.Errorf("%w: %w", bitrix24.ErrUnproven, err)
	}
	return err
}

// Renamed has the lane ask the portal something: the old address answers with the new one, which the OAuth server must vouch for.
func (k portalKeeper) Renamed(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	return k.app.schedule(ctx, t, p, errand(lane.PrepareKey, k.app.prepare(), k.app.cfg.Now()))
}

// confirm asks the portal whose token it is.
func (k portalKeeper) confirm(ctx context.Context, t integration.TenantID, p integration.PortalID, access integration.Secret) error {
	stored, err := credentials{k.app.store.Credentials(t, p)}.Token(ctx)
	if err != nil {
		return err
	}
	if err := k.app.charge(ctx, t, p); err != nil {
		return err
	}
	given := stored
	given.Access, given.Refresh = adapter.Secret(access), "" // it is not ours to exchange
	client, err := k.app.portals.adapter(&heldCredentials{token: given})
	if err != nil {
		return err
	}
	account, failed := client.Check(ctx)
	if failed != nil || !k.app.ours(account.Code, stored.ClientID) {
		return fmt.Errorf("portal %s: %w", p, bitrix24.ErrUnproven)
	}
	return nil
}
