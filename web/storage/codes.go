package storage

import (
	"context"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// CreatePortalCode draws a code by which a portal is connected from inside it.
func (s Store) CreatePortalCode(ctx context.Context, t integration.TenantID, n web.NewPortalCode) (integration.Secret, error) {
	code, err := s.in.CreatePortalCode(ctx, t, store.NewPortalCode{ClientID: n.ClientID, ClientSecret: n.Secret, Expires: n.Expires, Author: n.Author})
	return code, outward(err)
}
