package storage

import (
	"context"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// Activity tells what goes on in a portal.
func (s Store) Activity(
	ctx context.Context, t integration.TenantID, p integration.PortalID, since time.Time, latest int,
) (web.Activity, error) {
	a, err := s.in.Activity(ctx, t, p, since, latest)
	return web.Activity{
		Ended: a.Ended, Open: a.Open, Dead: a.Dead, Heard: a.Heard,
		Conversations: a.Conversations, OpenChats: a.OpenChats, ChatsHeard: a.ChatsHeard, RequestsHeard: a.RequestsHeard,
		Latest: each(a.Latest, func(c store.OpenCall) web.OpenCall { return web.OpenCall(c) }),
	}, outward(err)
}
