package web

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// brand is a platform of the one code base, with its own hosts (contract uis, "Brands").
type brand struct{ data, call string }

var brands = map[string]brand{
	"uis":     {"https://dataapi.uiscom.ru/v2.0", "https://callapi.uiscom.ru/v4.0"},
	"comagic": {"https://dataapi.comagic.ru/v2.0", "https://callapi.comagic.ru/v4.0"},
	"novofon": {"https://dataapi-jsonrpc.novofon.ru/v2.0", "https://callapi-jsonrpc.novofon.ru/v4.0"},
}

// sourceUIS is the source of all brands.
const sourceUIS = "uis"

// PlatformView is the tenant's telephony platform without its secrets.
type PlatformView struct {
	Connected bool       `json:"connected"`
	Brand     string     `json:"brand,omitempty" enum:"uis,comagic,novofon,other"`
	DataURL   string     `json:"data_url,omitempty"`
	CallURL   string     `json:"call_url,omitempty"`
	Sign      string     `json:"sign_in,omitempty" enum:"token,password" doc:"How we sign in; the secrets themselves are never answered"`
	UserID    int64      `json:"user_id,omitempty" doc:"An agency's client"`
	AppID     int64      `json:"app_id,omitempty" doc:"The account's number at the platform"`
	Saved     *time.Time `json:"saved,omitempty"`
}

func platformView(a Access) PlatformView {
	v := PlatformView{
		Connected: true, Brand: "other", DataURL: a.DataURL, CallURL: a.CallURL, Sign: "token", UserID: a.UserID, AppID: a.AppID,
		Saved: instant(a.Saved),
	}
	for name, b := range brands {
		if b.data == a.DataURL && b.call == a.CallURL {
			v.Brand = name
		}
	}
	if a.Token == "" {
		v.Sign = "password"
	}
	return v
}

type platformOut struct {
	ETag string `header:"ETag" doc:"Changes with every save; \"0\" when no platform is connected"`
	Body PlatformView
}

func (a *API) getPlatform(ctx context.Context, _ *struct{}) (*platformOut, error) {
	access, err := a.platform(ctx)
	if err != nil || access.Source == "" {
		return &platformOut{ETag: etag(0)}, err
	}
	return &platformOut{ETag: accessTag(access), Body: platformView(access)}, nil
}

// platform gives the caller's access, which is zero when there is none.
func (a *API) platform(ctx context.Context) (Access, error) {
	access, err := a.cfg.Store.Platform(ctx, caller(ctx).Tenant.ID)
	if isNotFound(err) {
		return Access{}, nil
	}
	return access, err
}

func accessTag(a Access) string {
	if a.Source == "" {
		return etag(0)
	}
	return etag(a.Saved.UnixMicro())
}

type connectPlatformIn struct {
	IfMatch string `header:"If-Match" doc:"The ETag of what this replaces; not looked at when absent"`
	Body    struct {
		Brand    string `json:"brand,omitempty" enum:"uis,comagic,novofon" doc:"Gives both addresses"`
		DataURL  string `json:"data_url,omitempty" maxLength:"500" doc:"Of the Data API; the brand's when absent" example:"https://dataapi.uiscom.ru/v2.0"`
		CallURL  string `json:"call_url,omitempty" maxLength:"500" doc:"Of the Call API; the brand's when absent" example:"https://callapi.uiscom.ru/v4.0"`
		Token    string `json:"token,omitempty" maxLength:"2000" writeOnly:"true" doc:"A permanent key with the rights of both APIs; or login and password"`
		Login    string `json:"login,omitempty" maxLength:"500" writeOnly:"true"`
		Password string `json:"password,omitempty" maxLength:"500" writeOnly:"true"`
		UserID   int64  `json:"user_id,omitempty" minimum:"0" doc:"The client's number, for agencies that act for a client"`
	}
}

type connectPlatformOut struct {
	ETag string `header:"ETag"`
	Body struct {
		Platform PlatformView    `json:"platform"`
		Account  PlatformAccount `json:"account"`
	}
}

// connectPlatform proves the access before anything is stored.
func (a *API) connectPlatform(ctx context.Context, in *connectPlatformIn) (*connectPlatformOut, error) {
	had, err := a.platform(ctx)
	if err != nil {
		return nil, err
	}
	if !matches(in.IfMatch, accessTag(had)) {
		return nil, refuse("stale")
	}
	access, err := accessOfBody(in)
	if err != nil {
		return nil, err
	}
	account, err := a.checkPlatform(ctx, access)
	if err != nil {
		return nil, err
	}
	t := caller(ctx).Tenant.ID
	access.AppID = account.AppID
	if err := a.cfg.Store.SavePlatform(ctx, t, access); err != nil {
		return nil, err
	}
	if access, err = a.cfg.Store.Platform(ctx, t); err != nil {
		return nil, err
	}
	if err := a.cfg.Scheduler.PlatformConnected(ctx, t); err != nil {
		return nil, err
	}
	out := &connectPlatformOut{ETag: accessTag(access)}
	out.Body.Platform, out.Body.Account = platformView(access), account
	return out, nil
}

// matches compares an If-Match header, which may be absent, with a tag.
func matches(header, tag string) bool {
	if strings.TrimSpace(header) == "" {
		return true
	}
	for one := range strings.SplitSeq(header, ",") {
		if one = strings.TrimSpace(one); one == "*" || one == tag {
			return true
		}
	}
	return false
}

// accessOfBody reads what was sent and lists all its mistakes. An access is always given whole: secrets that are kept
// while an address changes would go wherever the new address leads.
func accessOfBody(in *connectPlatformIn) (Access, error) {
	b := &in.Body
	preset := brands[b.Brand]
	access := Access{
		Source: sourceUIS, Token: integration.Secret(b.Token), Login: integration.Secret(b.Login), Password: integration.Secret(b.Password),
		UserID: b.UserID,
	}
	wrong := mistakes{}
	access.DataURL = wrong.address("/data_url", cmp.Or(b.DataURL, preset.data))
	access.CallURL = wrong.address("/call_url", cmp.Or(b.CallURL, preset.call))
	switch {
	case b.Token != "" && b.Login+b.Password != "":
		wrong.add("/token", "token_or_password")
	case b.Token == "" && b.Login+b.Password == "":
		wrong.add("/token", "required")
	case b.Token == "" && b.Login == "":
		wrong.add("/login", "required")
	case b.Token == "" && b.Password == "":
		wrong.add("/password", "required")
	}
	return access, wrong.err()
}

// address checks an address of the platform.
func (m *mistakes) address(pointer, text string) string {
	text = strings.TrimRight(strings.TrimSpace(text), "/")
	if text == "" {
		m.add(pointer, "required")
		return ""
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http" {
		m.add(pointer, "platform_address")
	}
	return text
}

// checkPlatform asks the platform; its refusal is told in its own words, less what we sent.
func (a *API) checkPlatform(ctx context.Context, access Access) (PlatformAccount, error) {
	account, err := a.cfg.Platform.CheckPlatform(ctx, access)
	if e, ok := errors.AsType[*crm.Error](err); ok {
		return account, platformRefusal(e, access)
	}
	account.Problems = listed(account.Problems)
	return account, err
}

func platformRefusal(e *crm.Error, access Access) error {
	words := wordsOf(e)
	for _, secret := range []integration.Secret{access.Token, access.Password, access.Login} {
		if secret != "" {
			words = strings.ReplaceAll(words, string(secret), "…")
		}
	}
	code := "platform_away"
	switch e.Kind {
	case crm.Denied, crm.Invalid, crm.NotFound:
		code = "platform_refuses"
	case crm.Limited, crm.Overloaded:
		code = "platform_busy"
	default:
	}
	return &refusal{code: code, args: []string{"words", words}}
}

type testPlatformOut struct{ Body PlatformAccount }

// testPlatform asks the platform that is connected.
func (a *API) testPlatform(ctx context.Context, _ *struct{}) (*testPlatformOut, error) {
	access, err := a.connectedPlatform(ctx)
	if err != nil {
		return nil, err
	}
	account, err := a.checkPlatform(ctx, access)
	return &testPlatformOut{account}, err
}

// connectedPlatform gives the caller's access, or refuses with what to do first.
func (a *API) connectedPlatform(ctx context.Context) (Access, error) {
	access, err := a.platform(ctx)
	if err == nil && access.Source == "" {
		err = refuse("no_platform")
	}
	return access, err
}

func (a *API) disconnectPlatform(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return &struct{}{}, a.cfg.Store.DeletePlatform(ctx, caller(ctx).Tenant.ID)
}
