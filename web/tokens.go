package web

import (
	"context"
	"time"

	"omniconnector/integration"
)

// NewToken is what an API token is to be.
type NewToken struct {
	Name  string `json:"name" minLength:"1" maxLength:"200" doc:"Whose or what for"`
	Scope Scope  `json:"scope" enum:"read,write"`
}

type createTokenIn struct {
	TenantPath
	Body NewToken
}

type createOwnTokenIn struct {
	Body NewToken
}

type createTokenOut struct {
	Body struct {
		Token string    `json:"token" doc:"Shown this once"`
		Info  TokenView `json:"info" doc:"What the list tells of it from now on"`
	}
}

func (a *API) createToken(ctx context.Context, in *createTokenIn) (*createTokenOut, error) {
	return a.issue(ctx, in.Tenant, in.Body)
}

// createOwnToken is open to those who may write, the widest scope there is: no token comes of it that may more than its maker.
func (a *API) createOwnToken(ctx context.Context, in *createOwnTokenIn) (*createTokenOut, error) {
	return a.issue(ctx, caller(ctx).Tenant.ID, in.Body)
}

func (a *API) issue(ctx context.Context, t integration.TenantID, n NewToken) (*createTokenOut, error) {
	token, info, err := a.cfg.Store.IssueToken(ctx, t, n.Name, n.Scope, author(ctx))
	out := &createTokenOut{}
	out.Body.Token, out.Body.Info = string(token), tokenView(info)
	return out, err
}

// TokenView is what is known of an API token after it was shown once.
type TokenView struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Scope   Scope      `json:"scope" enum:"read,write"`
	Created time.Time  `json:"created"`
	Expires *time.Time `json:"expires,omitempty" doc:"Absent means never"`
	Revoked *time.Time `json:"revoked,omitempty" doc:"Absent means that it is valid"`
}

func tokenView(i TokenInfo) TokenView {
	return TokenView{i.ID, i.Name, i.Scope, i.Created, instant(i.Expires), instant(i.Revoked)}
}

type listTokensOut struct {
	Body struct {
		Tokens []TokenView `json:"tokens" nullable:"false" doc:"Oldest first, the revoked ones too"`
	}
}

func (a *API) listTokens(ctx context.Context, in *TenantPath) (*listTokensOut, error) {
	if _, err := a.cfg.Store.Tenant(ctx, in.Tenant); err != nil {
		return nil, err
	}
	return a.tokensOf(ctx, in.Tenant)
}

func (a *API) listOwnTokens(ctx context.Context, _ *struct{}) (*listTokensOut, error) {
	return a.tokensOf(ctx, caller(ctx).Tenant.ID)
}

func (a *API) tokensOf(ctx context.Context, t integration.TenantID) (*listTokensOut, error) {
	list, err := a.cfg.Store.Tokens(ctx, t)
	out := &listTokensOut{}
	out.Body.Tokens = each(list, tokenView)
	return out, err
}

// TokenPath is an API token in an address.
type TokenPath struct {
	Token string `path:"token" maxLength:"200" doc:"The id that the list tells, not the token itself"`
}

type revokeTokenIn struct {
	TenantPath
	TokenPath
}

func (a *API) revokeToken(ctx context.Context, in *revokeTokenIn) (*struct{}, error) {
	return &struct{}{}, a.cfg.Store.RevokeToken(ctx, in.Tenant, in.Token, author(ctx))
}

// revokeOwnToken may end the caller's own token too.
func (a *API) revokeOwnToken(ctx context.Context, in *TokenPath) (*struct{}, error) {
	return &struct{}{}, a.cfg.Store.RevokeToken(ctx, caller(ctx).Tenant.ID, in.Token, author(ctx))
}
