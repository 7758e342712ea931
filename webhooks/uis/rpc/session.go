package rpc

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"omniconnector/crm"
	"omniconnector/integration"
)

const (
	methodLogin = "login.user"
	// sessionLife is how long a token of login.user lives when the answer does not tell it (contract uis §3).
	sessionLife = time.Hour
	// renewAhead is how long before its end a token is not used any more.
	renewAhead = time.Minute
)

// session is the token of one interface: a permanent key, or what login.user gave last. A token belongs to the interface
// that gave it.
type session struct {
	permanent bool
	flight    singleflight.Group

	mu      sync.Mutex
	token   integration.Secret
	expires time.Time
}

func newSession(key integration.Secret) *session {
	return &session{permanent: key != "", token: key}
}

// fresh returns the token unless it is about to end or is the one that was refused.
func (s *session) fresh(now time.Time, refused integration.Secret) (integration.Secret, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.permanent {
		return s.token, true
	}
	return s.token, s.token != "" && s.token != refused && now.Before(s.expires.Add(-renewAhead))
}

func (s *session) keep(token integration.Secret, expires time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.expires = token, expires
}

// token gives the token to ask with, logging in when there is none, at most once at a time. Refused is a token that
// the platform does not take any more. It costs a point when it logs in.
func (c *Client) token(ctx context.Context, at endpoint, refused integration.Secret) (integration.Secret, *crm.Error) {
	if token, ok := at.session.fresh(c.now(), refused); ok {
		return token, nil
	}
	done := at.session.flight.DoChan("", func() (any, error) {
		if token, ok := at.session.fresh(c.now(), refused); ok {
			return token, nil
		}
		// The login is everybody's: it goes on when the one who began it gives up.
		token, e := c.logIn(context.WithoutCancel(ctx), at)
		if e != nil {
			return integration.Secret(""), e
		}
		return token, nil
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return "", typed(r.Err)
		}
		token, _ := r.Val.(integration.Secret)
		return token, nil
	case <-ctx.Done():
		return "", broken(methodLogin, ctx.Err(), false, false)
	}
}

func (c *Client) logIn(ctx context.Context, at endpoint) (integration.Secret, *crm.Error) {
	result, e := c.send(ctx, at, request{method: methodLogin, params: params{"login": c.login, "password": string(c.password)}})
	if e != nil {
		return "", e
	}
	row := result.row()
	token := integration.Secret(row.Text("access_token"))
	if token == "" {
		return "", strange(request{method: methodLogin}, "access_token")
	}
	// The vendor's table says expire_at and its sample expire (contract uis §4).
	expires := row.Time("expire_at", time.UTC)
	if expires.IsZero() {
		expires = row.Time("expire", time.UTC)
	}
	if expires.IsZero() {
		expires = c.now().Add(sessionLife)
	}
	at.session.keep(token, expires)
	return token, nil
}
