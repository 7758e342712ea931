package chatapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/tidwall/gjson"
	"golang.org/x/sync/singleflight"

	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

const (
	// sessionLife is how long a token is used when the answer does not tell its end; its life is not documented (contract uis §6).
	sessionLife = time.Hour
	// renewAhead is how long before its end a token is not used any more.
	renewAhead = time.Minute
	// loginWithin is how long a login is waited for.
	loginWithin = 20 * time.Second
	// mostLogin is the largest answer to a login that is read.
	mostLogin = 64 << 10
)

// session is the token that the platform gave last.
type session struct {
	flight singleflight.Group

	mu      sync.Mutex
	token   integration.Secret
	expires time.Time
}

// fresh returns the token unless it is about to end or is the one that was refused.
func (s *session) fresh(now time.Time, refused integration.Secret) (integration.Secret, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, s.token != "" && s.token != refused && now.Before(s.expires.Add(-renewAhead))
}

// token gives the token to ask with, logging in when there is none, at most once at a time.
func (c *Client) token(ctx context.Context, refused integration.Secret) (integration.Secret, error) {
	if token, ok := c.session.fresh(c.now(), refused); ok {
		return token, nil
	}
	done := c.session.flight.DoChan("", func() (any, error) {
		if token, ok := c.session.fresh(c.now(), refused); ok {
			return token, nil
		}
		// The login is everybody's: it goes on when the one who began it gives up.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loginWithin)
		defer cancel()
		return c.logIn(ctx)
	})
	select {
	case r := <-done:
		if r.Err != nil {
			return "", r.Err
		}
		token, _ := r.Val.(integration.Secret)
		return token, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// logIn exchanges the login for a token (contract uis §5.2).
func (c *Client) logIn(ctx context.Context) (integration.Secret, error) {
	form := url.Values{"username": {c.username}, "password": {string(c.password)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/login", strings.NewReader(form.Encode()))
	if err != nil {
		return "", errors.New("login: the address cannot be written")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.do(req)
	if err != nil {
		return "", fmt.Errorf("login: %w", err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, mostLogin))
	switch answer.StatusCode {
	case http.StatusOK, http.StatusCreated:
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusUnprocessableEntity:
		return "", ErrLogin
	default:
		return "", fmt.Errorf("login: the platform answers %d", answer.StatusCode)
	}
	if err != nil {
		return "", errors.New("login: the answer broke off")
	}
	token, expires, ok := readLogin(body)
	if !ok {
		return "", errors.New("login: the answer has no access_token")
	}
	if expires.IsZero() {
		expires = c.now().Add(sessionLife)
	}
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	c.session.token, c.session.expires = token, expires
	return token, nil
}

// readLogin reads the answer to a login; a time that is not told is zero.
func readLogin(body []byte) (token integration.Secret, expires time.Time, ok bool) {
	if !uis.Valid(body) {
		return "", time.Time{}, false
	}
	row := uis.ReadRow(gjson.ParseBytes(body))
	token = integration.Secret(row.Text("access_token"))
	if token == "" || strings.ContainsFunc(string(token), func(r rune) bool { return r <= ' ' || r > '~' }) { // no header takes it
		return "", time.Time{}, false
	}
	return token, row.Time("expires_at", time.UTC), true
}
