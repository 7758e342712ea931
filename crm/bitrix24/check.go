package bitrix24

import (
	"context"
	"encoding/json"
	"slices"

	"omniconnector/crm"
)

const methodAppInfo = "app.info"

// Account is what a connection test finds out (contract §2.3).
type Account struct {
	MemberID string
	UserID   crm.UserID
	// Admin tells whether the token is an administrator's: background work needs one (contract §2.6).
	Admin bool
	// Installed is false until the installation page called installFinish (contract §2.4).
	Installed bool
	// Code is the application whose token it is.
	Code   string
	Scopes []string
	// Missing are the scopes that were asked for in Config and are not granted.
	Missing []string
}

// Check asks in one request who we are in the portal and what we may do there.
func (c *Client) Check(ctx context.Context) (Account, *crm.Error) {
	var a Account
	var me profile
	var info struct {
		Installed Flag `json:"INSTALLED"`
		Code      Text `json:"CODE"`
	}
	h := &harvest{client: c}
	h.add(
		query{methodAppInfo, nil, into(methodAppInfo, &info)},
		query{methodProfile, nil, into(methodProfile, &me)},
		query{methodScope, nil, func(b json.RawMessage) *crm.Error { a.Scopes = readScopes(b); return nil }},
	)
	if e := h.run(ctx); e != nil {
		return Account{}, e
	}
	a.UserID, a.Admin, a.Installed, a.Code = crm.UserID(me.ID), bool(me.Admin), bool(info.Installed), string(info.Code)
	tok, e := c.token(ctx)
	if e != nil {
		return Account{}, e
	}
	a.MemberID = tok.MemberID
	for _, scope := range c.scopes {
		if !slices.Contains(a.Scopes, scope) {
			a.Missing = append(a.Missing, scope)
		}
	}
	return a, nil
}

// Prove is Check for credentials that somebody has just typed in. Neither app.info nor profile tells whose portal it is, so
// the tokens are exchanged once: the OAuth server vouches for the client's keys, for its own address, for the portal's
// address and for member_id. Account.MemberID is what it said, and Credentials hold the new pair under that name, whatever was
// typed in; the caller compares. The tokens that were given are checked first, because they are worthless after the exchange.
func (c *Client) Prove(ctx context.Context) (Account, *crm.Error) {
	if _, e := c.Check(ctx); e != nil {
		return Account{}, e
	}
	given, e := c.token(ctx)
	if e != nil {
		return Account{}, e
	}
	background, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshTimeout)
	defer cancel()
	fresh, err := c.credentials.Refresh(background, given, func(ctx context.Context, refresh Secret) (Token, error) {
		pair, e := c.trade(ctx, given, refresh)
		if e != nil {
			return Token{}, e
		}
		next := c.paired(given, pair)
		next.MemberID = pair.MemberID
		return next, nil
	})
	if err != nil {
		return Account{}, credentialsError(err)
	}
	if fresh.MemberID == "" {
		return Account{}, mismatch()
	}
	if e := c.plausible(fresh.Endpoint); e != nil {
		return Account{}, e
	}
	c.mu.Lock()
	c.pair = &fresh
	c.mu.Unlock()
	return c.Check(ctx)
}
