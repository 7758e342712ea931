package emulator

import (
	"net/http"
	"net/url"
	"strings"
)

// appView is an application as the portal's pages show it.
type appView struct {
	ClientID, Title, Version string
	Installed, Finished      bool
	Pages                    bool // it has a page to open
	Placements               []Placed
	Handlers                 int
}

// frameView is the page around an application's frame.
type frameView struct {
	App       appView
	Placement string
	Options   string
	Users     []*User
	User      int64
	origin    string // of the application's pages
}

func (p *Portal) appViews() []appView {
	out := []appView{}
	for i := range p.state.Apps {
		out = append(out, p.appView(&p.state.Apps[i]))
	}
	return out
}

func (p *Portal) appView(spec *AppSpec) appView {
	v := appView{ClientID: spec.ClientID, Title: spec.Title, Pages: spec.Handler != "" || spec.InstallURL != ""}
	in := p.install(spec.ClientID)
	if in == nil {
		return v
	}
	v.Installed, v.Finished, v.Version, v.Handlers = true, in.Finished, in.version(), len(in.Handlers)
	for _, at := range in.Placements {
		title := at.Title
		if title == "" {
			title = at.Code
		}
		v.Placements = append(v.Placements, Placed{at.Code, at.Handler, title})
	}
	return v
}

// frameView is the page of an application; nil is no such application.
func (p *Portal) frameView(clientID string, q url.Values) *frameView {
	in := p.install(clientID)
	if in == nil {
		return nil
	}
	to, code := in.page(q.Get("placement"))
	address, err := url.Parse(to)
	if err != nil {
		return nil
	}
	v := &frameView{
		App: p.appView(&AppSpec{ClientID: in.ClientID, Title: in.Title, Handler: in.Handler, InstallURL: in.InstallURL}), Placement: code,
		Options: q.Get("options"), Users: p.state.Users, User: phpInt(q.Get("user")), origin: address.Scheme + "://" + address.Host,
	}
	if p.user(v.User) == nil {
		v.User = p.admin()
	}
	return v
}

// framing lets a page post a form into a frame of the application's, and show it. The application sees where it was posted from, as
// the vendor's portals let it.
func framing(h http.Header, origin string) {
	p := strings.Replace(policy, "form-action 'none'", "form-action "+origin, 1)
	h.Set("Content-Security-Policy", p+"; frame-src "+origin)
	h.Set("Referrer-Policy", "origin")
}
