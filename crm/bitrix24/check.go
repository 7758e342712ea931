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
	Scopes    []string
	// Missing are the scopes that were asked for in Config and are not granted.
	Missing []string
}

// Check asks in one request who we are in the portal and what we may do there.
func (c *Client) Check(ctx context.Context) (Account, *crm.Error) {
	var a Account
	var me profile
	var info struct {
		Installed Flag `json:"INSTALLED"`
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
	a.UserID, a.Admin, a.Installed = crm.UserID(me.ID), bool(me.Admin), bool(info.Installed)
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
