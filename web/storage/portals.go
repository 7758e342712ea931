package storage

import (
	"context"
	"encoding/json"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// Connect stores an account.
func (s Store) Connect(ctx context.Context, t integration.TenantID, c web.Connection) (integration.Portal, error) {
	p, err := s.in.Connect(ctx, t, store.Connection{
		Name: c.Name, MemberID: c.MemberID, Endpoint: c.Endpoint, OAuthURL: c.OAuthURL, ClientID: c.ClientID,
		ClientSecret: c.Secret, Access: c.Access, Refresh: c.Refresh, Application: c.Application, Expires: c.Expires,
	})
	return p, outward(err)
}

// Portals lists a tenant's portals.
func (s Store) Portals(ctx context.Context, t integration.TenantID, after integration.PortalID, limit int) ([]integration.Portal, error) {
	list, err := s.in.Portals(ctx, t, after, limit)
	return list, outward(err)
}

// Portal gives a portal.
func (s Store) Portal(ctx context.Context, t integration.TenantID, p integration.PortalID) (integration.Portal, error) {
	found, err := s.in.Portal(ctx, t, p)
	return found, outward(err)
}

// SetPortalState marks a portal.
func (s Store) SetPortalState(
	ctx context.Context, t integration.TenantID, p integration.PortalID, state integration.PortalState, why string,
) error {
	return outward(s.in.SetPortalState(ctx, t, p, state, why))
}

// Document gives settings at a version.
func (s Store) Document(ctx context.Context, t integration.TenantID, p integration.PortalID, version int64) (integration.Document, error) {
	d, err := s.in.Document(ctx, t, p, version)
	return d, outward(err)
}

// SaveSettings stores the next version.
func (s Store) SaveSettings(
	ctx context.Context, t integration.TenantID, p integration.PortalID, expected int64, body []byte, author string,
) (int64, error) {
	version, err := s.in.SaveSettings(ctx, t, p, expected, body, author)
	if err != nil {
		return 0, outward(err)
	}
	return version, outward(s.timeZone(ctx, t, body))
}

// timeZone makes the receiver read the platform's times in the zone that was just saved: the platform writes them
// without one (contract uis §0, "Time").
func (s Store) timeZone(ctx context.Context, t integration.TenantID, body []byte) error {
	var saved struct {
		TimeZone string `json:"time_zone"`
	}
	if err := json.Unmarshal(body, &saved); err != nil || saved.TimeZone == "" {
		return err
	}
	return s.in.SetTimeZone(ctx, t, saved.TimeZone)
}

// PortalDirectory gives a portal's directory.
func (s Store) PortalDirectory(ctx context.Context, t integration.TenantID, p integration.PortalID) (crm.Directory, error) {
	d, err := s.in.PortalDirectory(ctx, t, p)
	return d, outward(err)
}
