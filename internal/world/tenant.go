package world

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/internal/store"
	platform "omniconnector/webhooks/emulator"
)

// Provision makes the world's tenant in an installation, connects the portal and saves settings, unless
// that was done before. It answers the portal and the address below which notifications go.
func (w *World) Provision(ctx context.Context, st *store.Store, settings integration.Settings) (Provisioned, error) {
	if _, err := st.CreateTenant(ctx, w.Tenant, "Магазин"); err != nil && !errors.Is(err, store.ErrDuplicate) {
		return Provisioned{}, fmt.Errorf("create tenant: %w", err)
	}
	p, err := w.connect(ctx, st)
	if err != nil {
		return Provisioned{}, fmt.Errorf("connect portal: %w", err)
	}
	if err := w.save(ctx, st, p.ID, settings); err != nil {
		return Provisioned{}, fmt.Errorf("save settings: %w", err)
	}
	if err := w.forgetSecrets(ctx, st); err != nil {
		return Provisioned{}, fmt.Errorf("revoke old secrets: %w", err)
	}
	path, _, err := st.CreateSecret(ctx, w.Tenant, store.NewSecret{Purpose: store.HookPath, Name: "world"})
	if err != nil {
		return Provisioned{}, fmt.Errorf("make hook secret: %w", err)
	}
	body, _, err := st.CreateSecret(ctx, w.Tenant, store.NewSecret{Purpose: store.HookBody, Name: "world"})
	if err != nil {
		return Provisioned{}, fmt.Errorf("make body secret: %w", err)
	}
	return Provisioned{Tenant: w.Tenant, Portal: p.ID, Path: path, Body: body}, nil
}

// Provisioned is what a tenant gets.
type Provisioned struct {
	Tenant integration.TenantID
	Portal integration.PortalID
	// Path and Body are the secrets of notifications.
	Path, Body integration.Secret
}

// HookURL is the address that the platform's templates begin with.
func (p Provisioned) HookURL(base string) string {
	return base + "/hooks/uis/" + string(p.Path)
}

// connect stores the portal's credentials; a portal that is connected keeps the tokens it has.
func (w *World) connect(ctx context.Context, st *store.Store) (integration.Portal, error) {
	had, err := st.Portals(ctx, w.Tenant, "", 1)
	if err != nil {
		return integration.Portal{}, err
	}
	if len(had) > 0 {
		return had[0], st.Credentials(w.Tenant, had[0].ID).Moved(ctx, w.Portal.Endpoint())
	}
	p, err := st.Connect(ctx, w.Tenant, store.Connection{
		Name: "shop", MemberID: w.App.MemberID, Endpoint: w.App.Endpoint, OAuthURL: w.App.TokenURL, ClientID: w.App.ClientID,
		ClientSecret: integration.Secret(w.App.ClientSecret), Access: integration.Secret(w.App.AccessToken),
		Refresh: integration.Secret(w.App.RefreshToken), Application: integration.Secret(w.App.ApplicationToken),
	})
	if err != nil {
		return p, err
	}
	sync := integration.Action{Key: "sync/first", Urgency: integration.UrgentSync, Do: crm.Sync{}}
	return p, st.Enqueue(ctx, w.Tenant, p.ID, []integration.Action{sync})
}

func (w *World) save(ctx context.Context, st *store.Store, p integration.PortalID, settings integration.Settings) error {
	if had, err := st.Document(ctx, w.Tenant, p, 0); err != nil || had.Version > 0 {
		return err
	}
	body, err := json.Marshal(settings)
	if err != nil {
		return err
	}
	_, err = st.SaveSettings(ctx, w.Tenant, p, 0, body, "world")
	return err
}

// forgetSecrets revokes what an earlier start of this world drew.
func (w *World) forgetSecrets(ctx context.Context, st *store.Store) error {
	for _, purpose := range []store.Purpose{store.HookPath, store.HookBody} {
		had, err := st.Secrets(ctx, w.Tenant, purpose)
		if err != nil {
			return err
		}
		for _, s := range had {
			if err := st.RevokeSecret(ctx, w.Tenant, s.ID, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// Quiet reports whether the connector has decided and done everything that is due.
func Quiet(ctx context.Context, st *store.Store, p integration.PortalID) (bool, error) {
	return Provisioned{Tenant: Tenant, Portal: p}.quiet(ctx, st)
}

func (p Provisioned) quiet(ctx context.Context, st *store.Store) (bool, error) {
	busy, err := st.Busy(ctx, p.Tenant, p.Portal, time.Time{}) // by the installation's own clock
	return !busy && err == nil, err
}

// ErrBusy means that the connector was still at work when patience ended.
var ErrBusy = errors.New("the connector is still at work")

// AwaitQuiet waits until the connector has decided and done everything.
func AwaitQuiet(ctx context.Context, st *store.Store, p integration.PortalID, patience time.Duration) error {
	return Provisioned{Tenant: Tenant, Portal: p}.AwaitQuiet(ctx, st, patience)
}

// AwaitQuiet waits until everything of this tenant's portal is decided and done.
func (p Provisioned) AwaitQuiet(ctx context.Context, st *store.Store, patience time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, ErrBusy)
	defer cancel()
	look := time.NewTicker(3 * time.Millisecond)
	defer look.Stop()
	for {
		quiet, err := p.quiet(ctx, st)
		if quiet || err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-look.C:
		}
	}
}

// ConnectPlatform gives the tenant access to the platform's Call API and Data API.
func (w *World) ConnectPlatform(ctx context.Context, st *store.Store) error {
	err := st.SavePlatform(ctx, w.Tenant, store.PlatformAccess{
		Source: "uis", DataURL: platform.DataAPIURL(w.PlatformURL), CallURL: platform.CallAPIURL(w.PlatformURL),
		Token: integration.Secret(w.Platform.Access(w.Shop.AppID).Key()), AppID: w.Shop.AppID,
	})
	if err != nil {
		return fmt.Errorf("connect platform: %w", err)
	}
	return nil
}

// ConnectChats connects the platform's chats to the tenant by an adapter of the tenant's own: base is the connector's address, which
// must answer. With that the tenant has access to the files of messages.
func (w *World) ConnectChats(ctx context.Context, st *store.Store, p Provisioned, base string) error {
	access, token, err := w.AdmitChats(ctx, st)
	if err != nil {
		return err
	}
	adapter, connection, err := w.AttachChats(ctx, p, base, token)
	if err != nil {
		return err
	}
	access.Login, access.Password = integration.Secret(adapter.Login), integration.Secret(adapter.Password)
	access.AdapterID, access.AccountID = adapter.ID, connection
	return st.SaveChatAccess(ctx, w.Tenant, access)
}

// AdmitChats stores what will prove webhooks of chats, which is needed before the platform tells of the account: a token. The
// adapter's own login is not known yet.
func (w *World) AdmitChats(ctx context.Context, st *store.Store) (store.ChatAccess, integration.Secret, error) {
	token := NewSecret()
	access := store.ChatAccess{URL: platform.ChatAPIURL(w.PlatformURL) + "/v1/adapter", Login: "-", Password: "-", Webhooks: store.BearerAuth(token)}
	if err := st.SaveChatAccess(ctx, w.Tenant, access); err != nil {
		return access, "", fmt.Errorf("connect chats: %w", err)
	}
	return access, token, nil
}

// AttachChats makes the adapter at the platform and connects the account to it; the connector at base is told of it at once.
func (w *World) AttachChats(ctx context.Context, p Provisioned, base string, token integration.Secret) (platform.Adapter, int64, error) {
	adapter, connection, err := w.Platform.ConnectChats(ctx, w.Shop.AppID, platform.Adapter{
		Type: "omniconnector", Name: "OMNI", URL: p.HookURL(base) + "/chats", Version: "v2", Auth: platform.Auth{Type: "Bearer", Token: string(token)},
	})
	if err != nil {
		return adapter, 0, fmt.Errorf("connect chats: %w", err)
	}
	return adapter, connection.ID, nil
}
