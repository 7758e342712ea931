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
	e := c.readAll(ctx, nil, []query{
		{methodAppInfo, nil, func(b json.RawMessage) *crm.Error {
			var info struct {
				Installed Flag `json:"INSTALLED"`
			}
			e := decode(methodAppInfo, b, &info)
			a.Installed = bool(info.Installed)
			return e
		}},
		{methodProfile, nil, func(b json.RawMessage) *crm.Error {
			var p profile
			e := decode(methodProfile, b, &p)
			a.UserID, a.Admin = crm.UserID(p.ID), bool(p.Admin)
			return e
		}},
		{methodScope, nil, func(b json.RawMessage) *crm.Error {
			scopes, e := readScopes(b)
			a.Scopes = scopes
			return e
		}},
	})
	if e != nil {
		return Account{}, e
	}
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
