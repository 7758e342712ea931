package emulator

import (
	"net/http"
	"strconv"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/emulator/session"
)

// uploadParams are those of upload.offline_messages (contract uis §4.7).
var uploadParams = []rpc.Param{
	{Name: "user_id", Kind: rpc.Integer},
	{Name: "offline_messages", Kind: rpc.List, Required: true, Members: []rpc.Param{
		{Name: "date_time", Kind: rpc.Text, Required: true},
		{Name: "name", Kind: rpc.Text},
		{Name: "phone", Kind: rpc.Text},
		{Name: "email", Kind: rpc.Text},
		{Name: "message", Kind: rpc.Text},
		{Name: "visitor_session_id", Kind: rpc.Integer},
		{Name: "campaign_id", Kind: rpc.Integer},
		{Name: "site_id", Kind: rpc.Integer},
		{Name: "source_id", Kind: rpc.Integer},
		{Name: "form_name", Kind: rpc.Text},
		{Name: "ext_id", Kind: rpc.Text},
		{Name: "user_fields", Kind: rpc.Any},
	}},
}

// mostUploaded is how many requests one upload may hold.
const mostUploaded = 50

// uploadRequests takes requests from elsewhere: all of them, or none.
func (p *Platform) uploadRequests(r rpc.Request) (rpc.Answer, error) {
	list := r.Params.Objects("offline_messages")
	if len(list) > mostUploaded {
		return rpc.Answer{}, rpc.Fail("data_limit_exceeded", "offline_messages", len(list))
	}
	zone := p.zone(r.App)
	var all []*chat.Request
	for _, one := range list {
		at, err := moment(one, "date_time", zone)
		if err != nil {
			return rpc.Answer{}, rpc.Fail("invalid_parameter_value", "offline_messages.date_time", one.Text("date_time"))
		}
		if one.Text("phone") == "" && one.Text("email") == "" {
			return rpc.Answer{}, rpc.Fail("required_parameter_missed", "offline_messages.phone", nil)
		}
		all = append(all, &chat.Request{
			App: r.App, Location: zone, At: at, Text: one.Text("message"), Name: one.Text("name"), Phone: one.Text("phone"), Email: one.Text("email"),
			FormType: "DataAPI", FormName: one.Text("form_name"), External: one.Text("ext_id"), Ordinal: 1, Visit: p.visitOf(r.App, one),
		})
	}
	ids := []map[string]any{}
	for _, one := range all {
		ids = append(ids, map[string]any{"id": p.leave(one), "ext_id": text(one.External)})
	}
	return rpc.Answer{Data: ids}, nil
}

func (p *Platform) visitOf(app int64, one rpc.Params) (v session.Visit) {
	p.with(app, func(c *configured) {
		for _, s := range c.account.Sites {
			if s.ID == one.Int("site_id") {
				v.Site = session.Named{ID: s.ID, Name: s.Domain}
			}
		}
		for _, k := range c.account.Campaigns {
			if k.ID == one.Int("campaign_id") {
				v.Campaign, v.Source, v.Medium = session.Named{ID: k.ID, Name: k.Name}, k.Source, k.Medium
			}
		}
	})
	return v
}

// leave numbers a request, lets it happen and tells of it in the background.
func (p *Platform) leave(r *chat.Request) int64 {
	r.ID = p.number()
	t := &Truth{Requests: []*chat.Request{r}}
	p.witness(t, r.At)
	p.background(told(r, t))
	return r.ID
}

// background tells of steps one after the other, until the platform is closed.
func (p *Platform) background(steps ...Step) {
	p.playing.Go(func() {
		for _, s := range steps {
			if _, err := p.Notify(p.ctx, s); err != nil {
				return
			}
		}
	})
}

// number is a new id of a conversation or a request. It follows from the clock, so that a platform that was started again repeats none.
func (p *Platform) number() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.numbered = max(p.numbered+1, firstNumbered+p.o.Now().Unix()%100_000_000*10)
	return p.numbered
}

const firstNumbered = 1_000_000_000

// addRequest is the site's endpoint (contract uis §4.7): a form of the account whose site has the key.
func (p *Platform) addRequest(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, enough)
	if err := r.ParseForm(); err != nil {
		reply(w, http.StatusBadRequest, map[string]any{"success": false, "error": "the form cannot be read"})
		return
	}
	app, site := p.siteOf(r.PostFormValue("site_key"))
	if site.ID == 0 {
		reply(w, http.StatusOK, map[string]any{"success": false, "error": "no such site_key"})
		return
	}
	visitor, _ := strconv.ParseInt(r.PostFormValue("visitor_id"), 10, 64)
	group, _ := strconv.ParseInt(r.PostFormValue("group_id"), 10, 64)
	one := &chat.Request{
		App: app, Location: p.zone(app), At: p.o.Now().Truncate(time.Second), Name: r.PostFormValue("name"), Email: r.PostFormValue("email"),
		Phone: r.PostFormValue("phone"), Text: r.PostFormValue("text"), Ordinal: 1,
	}
	p.with(app, func(c *configured) {
		one.Visit = c.account.visit(visitor)
		one.Visit.Site = session.Named{ID: site.ID, Name: site.Domain}
		for _, s := range c.account.Scenarios {
			for _, g := range s.Groups {
				if g.ID == group {
					one.Group = session.Named(g)
				}
			}
		}
	})
	p.leave(one)
	reply(w, http.StatusOK, map[string]any{"success": true})
}

// siteOf finds a site by the key that get.sites tells.
func (p *Platform) siteOf(key string) (int64, Site) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, app := range p.order {
		for _, s := range p.accounts[app].account.Sites {
			if key == siteKey(s) {
				return app, s
			}
		}
	}
	return 0, Site{}
}

func siteKey(s Site) string { return "site-" + itoa(s.ID) }
