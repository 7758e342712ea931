package store

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"omniconnector/integration"
)

// Token is a portal's credentials at one version.
type Token struct {
	Access   integration.Secret
	Refresh  integration.Secret
	Endpoint string
	MemberID string
	Expires  time.Time // of Access; zero when not told
	// Version grows with every new pair.
	Version      int64
	OAuthURL     string
	ClientID     string
	ClientSecret integration.Secret
}

// Credentials are one portal's tokens. Its methods are safe for concurrent use, in any
// number of processes.
type Credentials struct {
	store  *Store
	tenant integration.TenantID
	portal integration.PortalID
}

// Credentials answers the tokens of a portal; whether it exists is seen on first use.
func (s *Store) Credentials(t integration.TenantID, p integration.PortalID) *Credentials {
	return &Credentials{store: s, tenant: clean(t), portal: clean(p)}
}

// ApplicationToken proves that an event comes from the portal: it compares in constant time.
// ErrNotFound means that there is no such portal.
func (s *Store) ApplicationToken(ctx context.Context, t integration.TenantID, p integration.PortalID, given integration.Secret) (bool, error) {
	row, err := portal(s.read(ctx), t, p)
	if err != nil {
		return false, wrap("application token", err)
	}
	known, err := s.unseal(&row, "application_token", row.ApplicationToken)
	if err != nil {
		return false, wrap("application token", err)
	}
	return known != "" && subtle.ConstantTimeCompare([]byte(string(known)), []byte(string(given))) == 1, nil
}

// Token gives the newest pair, or ErrNotFound.
func (c *Credentials) Token(ctx context.Context) (Token, error) {
	row, err := portal(c.store.read(ctx), c.tenant, c.portal)
	if err != nil {
		return Token{}, wrap("token", err)
	}
	t, err := c.store.token(&row)
	return t, wrap("token", err)
}

func (s *Store) token(row *portalRow) (Token, error) {
	t := Token{
		Endpoint: row.Endpoint, MemberID: row.MemberID, Expires: instant(row.TokenExpiresAt), Version: row.TokenVersion,
		OAuthURL: row.OAuthURL, ClientID: row.ClientID,
	}
	var err error
	if t.Access, err = s.unseal(row, "access_token", row.AccessToken); err != nil {
		return Token{}, err
	}
	if t.Refresh, err = s.unseal(row, "refresh_token", row.RefreshToken); err != nil {
		return Token{}, err
	}
	t.ClientSecret, err = s.unseal(row, "client_secret", row.ClientSecret)
	return t, err
}

// Moved stores the portal's new address.
func (c *Credentials) Moved(ctx context.Context, endpoint string) error {
	done := c.store.write(ctx).Model(&portalRow{}).Scopes(of(c.tenant, c.portal)).
		Select("endpoint").Updates(portalRow{Endpoint: clean(endpoint)})
	return changed("moved", done)
}

const (
	// exchangeTime is how long one exchange of tokens may take.
	exchangeTime = 15 * time.Second
	// refreshLease is how long others wait for a process that may be dead.
	refreshLease = exchangeTime + 5*time.Second
	// keepTrying is how long a new pair is tried to be stored; it would be lost otherwise.
	keepTrying = 30 * time.Second
	firstWait  = 10 * time.Millisecond
	longWait   = 500 * time.Millisecond
)

// Refresh answers a pair newer than the stale version. Of all who ask, in all processes, one
// calls exchange (R-7: refresh tokens can be used once); no connection or transaction is held
// meanwhile, and the new pair is committed before anybody gets it. The others wait for it.
// An error of exchange goes to its caller; the next one tries again. A process that died in
// an exchange is waited for until its lease runs out. Empty fields of what exchange answers,
// except the pair itself, leave what was known.
func (c *Credentials) Refresh(
	ctx context.Context, stale int64, exchange func(context.Context, Token) (Token, error),
) (Token, error) {
	pause := firstWait
	for {
		t, err := c.Token(ctx)
		if err != nil || t.Version > stale {
			return t, err
		}
		owner, err := c.claim(ctx, t.Version)
		if err != nil {
			return Token{}, wrap("refresh", err)
		}
		if owner != "" {
			return c.exchange(ctx, owner, t, exchange)
		}
		if err := wait(ctx, pause); err != nil {
			return Token{}, fmt.Errorf("refresh: %w", err)
		}
		pause = min(2*pause, longWait)
	}
}

// claim takes the right to exchange this version, if nobody has it; the owner is then not empty.
func (c *Credentials) claim(ctx context.Context, version int64) (owner string, err error) {
	owner = newID()
	now := c.store.now()
	done := c.store.write(ctx).Model(&portalRow{}).Scopes(of(c.tenant, c.portal)).
		Where("token_version = ? AND refresh_until <= ?", version, micros(now)).
		Select("refresh_owner", "refresh_until").
		Updates(portalRow{RefreshOwner: owner, RefreshUntil: micros(now.Add(refreshLease))})
	if done.Error != nil || done.RowsAffected == 0 {
		return "", done.Error
	}
	return owner, nil
}

func (c *Credentials) exchange(
	ctx context.Context, owner string, old Token, exchange func(context.Context, Token) (Token, error),
) (Token, error) {
	limited, cancel := context.WithTimeout(ctx, exchangeTime)
	defer cancel()
	fresh, err := exchange(limited, old)
	// From here on the old pair may be used up: the caller's patience counts no more.
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), keepTrying)
	defer stop()
	if err == nil && (fresh.Access == "" || fresh.Refresh == "") {
		err = fmt.Errorf("refresh: %w: the exchange gave no pair", ErrInvalid)
	}
	if err != nil {
		freed := c.store.write(ctx).Model(&portalRow{}).Scopes(of(c.tenant, c.portal)).
			Where("refresh_owner = ?", owner).Select("refresh_owner", "refresh_until").Updates(portalRow{})
		return Token{}, errors.Join(err, wrap("refresh", freed.Error))
	}
	for pause := firstWait; ; pause = min(2*pause, longWait) {
		kept, err := c.keep(ctx, old, fresh)
		if !errors.Is(err, ErrAway) || wait(ctx, pause) != nil {
			return kept, wrap("refresh", err)
		}
	}
}

// keep commits the new pair. When somebody connected the portal anew meanwhile, that pair
// is newer and is the answer.
func (c *Credentials) keep(ctx context.Context, old, fresh Token) (Token, error) {
	err := c.store.tx(ctx, func(tx *gorm.DB) error {
		row, err := portal(tx, c.tenant, c.portal)
		if err != nil || row.TokenVersion != old.Version {
			return err
		}
		columns := []string{
			"access_token", "refresh_token", "token_version", "token_expires_at", "refresh_owner", "refresh_until",
		}
		if fresh.Endpoint != "" {
			row.Endpoint, columns = clean(fresh.Endpoint), append(columns, "endpoint")
		}
		row.TokenVersion, row.TokenExpiresAt = old.Version+1, micros(fresh.Expires)
		row.RefreshOwner, row.RefreshUntil = "", 0
		err = c.store.seal(&row, sealing{"access_token", fresh.Access, &row.AccessToken},
			sealing{"refresh_token", fresh.Refresh, &row.RefreshToken})
		if err != nil {
			return err
		}
		return tx.Model(&portalRow{}).Scopes(of(c.tenant, c.portal)).Where("token_version = ?", old.Version).
			Select(columns).Updates(row).Error
	})
	if err != nil {
		return Token{}, outward(err)
	}
	return c.Token(ctx)
}

// wait pauses, or ends early with the context's error.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
