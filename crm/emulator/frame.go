package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
)

// Opening is which page of an application somebody opens in the portal's frame.
type Opening struct {
	ClientID  string `json:"client_id"`
	User      int64  `json:"user"`      // who opens it: the first administrator when zero
	Placement string `json:"placement"` // where; empty: the application's own page, or that of its installation before installFinish
	Options   string `json:"options"`   // PLACEMENT_OPTIONS, JSON
	Lang      string `json:"lang"`      // ru when empty
}

// Opened is what the portal's page needs to show the application: the form to post into the frame (contract §2.3) and what the frame is
// told when it asks.
type Opened struct {
	Action string            `json:"action"` // where the form goes, with its query
	Fields map[string]string `json:"fields"`
	// Frame is the window's name, by which the vendor's scripts know their portal: domain|protocol|APP_SID.
	Frame string `json:"frame"`
	Sid   string `json:"sid"`
	// Init answers getInitData of the frame's protocol.
	Init map[string]any `json:"init"`
}

// Open tells how the portal shows a page of an application, with a fresh pair of tokens of the user who opens it.
func (p *Portal) Open(o Opening) (Opened, error) {
	out := p.open(&o, "")
	if err, ok := out.(error); ok {
		return Opened{}, err
	}
	opened, _ := out.(Opened)
	return opened, nil
}

// open answers an Opened or an error. Under a host of its own the portal calls itself by that host, as the vendor's do.
func (p *Portal) open(o *Opening, host string) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	in := p.install(o.ClientID)
	if in == nil {
		return errors.New("the application is not installed")
	}
	if o.User == 0 {
		o.User = p.admin()
	}
	u := p.user(o.User)
	if u == nil {
		return errors.New("no such user")
	}
	to, code := in.page(o.Placement)
	if to == "" {
		return errors.New("the application has no such page")
	}
	if o.Lang == "" {
		o.Lang = "ru"
	}
	domain := p.Domain()
	if portalHost(host) == p.Name() {
		domain = host
	}
	return p.opened(in, u, o, to, code, domain)
}

// page is where a page of the application is, and what the portal calls it.
func (in *install) page(code string) (address, placement string) {
	code = strings.ToUpper(code)
	if code == "" || code == "DEFAULT" {
		if !in.Finished && in.InstallURL != "" {
			return in.InstallURL, "DEFAULT"
		}
		return in.Handler, "DEFAULT"
	}
	for _, at := range in.Placements {
		if at.Code == code && in.Finished { // no widgets before installFinish (contract §2.4)
			return at.Handler, code
		}
	}
	return "", code
}

func (p *Portal) opened(in *install, u *User, o *Opening, to, code, domain string) any {
	address, err := url.Parse(to)
	if err != nil || address.Host == "" {
		return errors.New("the page's address is no address")
	}
	options := o.Options
	if options == "" {
		options = `{"any":"` + code + `\/"}`
	}
	if !json.Valid([]byte(options)) {
		return errors.New("the options are no JSON")
	}
	t, sid := p.issue(in, u.ID), in.sid()
	protocol := "0"
	if strings.HasPrefix(p.cloud.BaseURL(), "https:") {
		protocol = "1"
	}
	q := address.Query()
	for name, value := range map[string]string{"DOMAIN": domain, "PROTOCOL": protocol, "LANG": o.Lang, "APP_SID": sid} {
		q.Set(name, value)
	}
	address.RawQuery = q.Encode()
	init := map[string]any{
		"LANG": o.Lang, "DOMAIN": domain, "PROTOCOL": protocol, "PATH": "/rest", "AUTH_ID": t.AccessToken, "REFRESH_ID": t.RefreshToken,
		"AUTH_EXPIRES": itoa(int64(accessLife.Seconds())), "MEMBER_ID": p.memberID, "IS_ADMIN": u.Admin, "APP_OPTIONS": map[string]any{},
		"USER_OPTIONS": map[string]any{}, "INSTALL": !in.Finished, "FIRST_RUN": false, "PLACEMENT": code, "PLACEMENT_OPTIONS": json.RawMessage(options),
	}
	return Opened{
		Action: address.String(), Frame: domain + "|" + protocol + "|" + sid, Sid: sid, Init: init,
		Fields: map[string]string{
			"AUTH_ID": t.AccessToken, "AUTH_EXPIRES": itoa(int64(accessLife.Seconds())), "REFRESH_ID": t.RefreshToken,
			"SERVER_ENDPOINT": p.cloud.ServerEndpoint(), "APPLICATION_TOKEN": in.AppToken, "APPLICATION_SCOPE": in.Scope,
			"member_id": p.memberID, "status": in.Status, "PLACEMENT": code, "PLACEMENT_OPTIONS": options,
		},
	}
}

// sid is the same for all frames of one installation and says nothing of its secrets.
func (in *install) sid() string {
	sum := sha256.Sum256([]byte("sid " + in.AppToken))
	return hex.EncodeToString(sum[:16])
}

// offer keeps what is needed to install an application once more.
func (p *Portal) offer(in *install) {
	spec := AppSpec{
		ClientID: in.ClientID, Secret: in.Secret, Scope: in.Scope, Title: in.Title, Status: in.Status, Handler: in.Handler,
		InstallURL: in.InstallURL,
	}
	p.state.Apps = slices.DeleteFunc(p.state.Apps, func(a AppSpec) bool { return a.ClientID == spec.ClientID })
	p.state.Apps = append(p.state.Apps, spec)
}

// Reinstall begins the installation of an application that was installed here before: what it had is forgotten, and nothing works until
// its page says that the installation is finished (contract §2.4). It tells the first pair of tokens, empty for a stranger.
func (p *Portal) Reinstall(clientID string) Tokens {
	p.mu.Lock()
	i := slices.IndexFunc(p.state.Apps, func(a AppSpec) bool { return a.ClientID == clientID })
	if i < 0 {
		p.mu.Unlock()
		return Tokens{}
	}
	spec := p.state.Apps[i]
	p.mu.Unlock()
	spec.Unfinished = spec.InstallURL != ""
	return p.Install(spec)
}
