package web_test

import (
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/web/webtest"
)

// player sends made-up requests to every route of one world and judges the answers.
type player struct {
	client
	*contract
	maker
	writer, admin                   client
	portal, event, session          string
	foreign, foreignEvent, foreignS string // another tenant's
	document                        any    // settings that are right
}

func (c client) player(t *testing.T, seed uint64) *player {
	t.Helper()
	_, stranger, foreign := c.tenant("rival")
	c.Morning("rival", integration.PortalID(foreign))
	_, writer, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	p := &player{client: c, contract: c.contract(t), writer: writer, admin: c.as(webtest.AdminToken), portal: portal, foreign: foreign}
	p.event, p.session = writer.ids()
	p.foreignEvent, p.foreignS = stranger.ids()
	p.maker = maker{k: p.contract, r: rand.New(rand.NewPCG(seed, seed))}
	if err := json.Unmarshal(settings.Write(webtest.Settings()), &p.document); err != nil {
		t.Fatal(err)
	}
	return p
}

// id is one that stands in an address: the tenant's own, another tenant's, or anything.
func (p *player) id(own, foreign string) (id string, strange bool) {
	switch p.n(4) {
	case 0:
		return foreign, true
	case 1:
		text, ok := p.hostile().(string)
		if !ok || text == "" || text == "." || text == ".." {
			text = "x"
		}
		return text, false
	}
	return own, false
}

// request makes up one for a route.
func (p *player) request(of *promise) (r asked, strange bool) {
	r = asked{method: of.method, path: of.path}
	query := url.Values{}
	own := map[string][2]string{
		"portal": {p.portal, p.foreign}, "event": {p.event, p.foreignEvent}, "session": {p.session, p.foreignS}, "tenant": {"ghost", "nobody"},
	}
	for _, x := range of.parameters {
		switch x.in {
		case "path":
			pair, ok := own[x.name]
			if !ok {
				pair = [2]string{"1", "2"}
			}
			id, foreign := p.id(pair[0], pair[1])
			strange = strange || foreign && x.name == "portal"
			r.path = strings.ReplaceAll(r.path, "{"+x.name+"}", url.PathEscape(id))
		case "query":
			if p.n(3) == 0 {
				query.Set(x.name, p.parameter(x.schema))
			}
		case "header":
			if value := p.header(x.name); value != "" {
				r.headers = append(r.headers, x.name, value)
			}
		}
	}
	if p.n(20) == 0 {
		query.Set("unknown", "1")
	}
	if len(query) > 0 {
		r.path += "?" + query.Encode()
	}
	if of.body != nil && p.n(30) > 0 {
		body := p.body(of)
		r.body = &body
	}
	if p.n(10) == 0 {
		r.headers = append(r.headers, "Accept-Language", []string{"ru", "ru;q=x", strings.Repeat("a,", 500), "*"}[p.n(4)])
	}
	if p.n(40) == 0 {
		r.headers = append(r.headers, "Content-Type", []string{"text/plain", "application/json; charset=koi8-r", "multipart/form-data", ";"}[p.n(4)])
	}
	return r, strange
}

func (p *player) parameter(s map[string]any) string {
	if p.n(2) == 0 {
		return plain(p.hostile())
	}
	return plain(p.value(s, 3))
}

func plain(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	text, _ := json.Marshal(v) //nolint:errchkjson // made of JSON
	return string(text)
}

func (p *player) header(name string) string {
	if name == "If-Match" && p.n(3) > 0 {
		return "*"
	}
	return []string{"", `"1"`, "*, *", strings.Repeat("k", 300), "\u0416", "k", `W/"1"`}[p.n(7)]
}

func (p *player) body(of *promise) string {
	var v any
	switch base := (operation{of.method, of.path}).body(); {
	case p.free(of.body):
		v = p.document
	case base != nil && p.n(2) == 0:
		if text, ok := base.(string); ok {
			return text
		}
		if err := json.Unmarshal([]byte(plain(base)), &v); err != nil {
			p.Fatal(err)
		}
	default:
		v = p.value(of.body, 4)
	}
	for range p.n(4) {
		v = p.broken(v)
	}
	if p.n(25) == 0 {
		return p.spoilt(plain(v))
	}
	return plain(v)
}

// play sends so many requests, to the routes by turns.
func (p *player) play(t *testing.T, count int) {
	t.Helper()
	told := map[int]int{}
	const enough = 5 // of the same mistake there may be hundreds
	wrong := 0
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf(format, args...)
		if wrong++; wrong >= enough {
			t.FailNow()
		}
	}
	for i := range count {
		of := &p.routes[i%len(p.routes)]
		if of.endless() {
			continue
		}
		who := p.writer
		if strings.Contains(of.path, "/tenants") {
			who = p.admin
		}
		r, strange := p.request(of)
		p.Advance(200 * time.Millisecond) // so many requests at once are too many
		a := who.ask(r)
		told[a.status]++
		if err := p.judge(of, a); err != nil {
			fail("%s: %v\n%.2000s", r, err, a.body)
		}
		if strange && a.status < 300 {
			fail("%s: another tenant's portal is not unknown: %d", r, a.status)
		}
		if strings.Contains(a.body, p.foreign) && !strings.Contains(r.String(), p.foreign) {
			fail("%s tells of another tenant: %s", r, a.body)
		}
		if of.id == "disconnect-portal" && a.status < 300 {
			if err := p.Store.SetPortalState(t.Context(), "shop", integration.PortalID(p.portal), integration.PortalOK, ""); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("statuses: %v", told)
	if count > 1000 && (told[200] < 100 || told[422] < 100) {
		t.Errorf("the requests are all of one kind: %v", told)
	}
}

// The property: whatever is sent to whatever route, the answer is of the form that the served document declares, never a failure of
// ours, and tells nothing of another tenant.
func TestWhateverIsSentIsAnsweredAsDeclared(t *testing.T) {
	t.Parallel()
	setup(t).player(t, 1).play(t, 2500)
}

func FuzzWhateverIsSentIsAnsweredAsDeclared(f *testing.F) {
	f.Add(uint64(2))
	f.Fuzz(func(t *testing.T, seed uint64) {
		setup(t).player(t, seed).play(t, 60) // the fuzzer gives up on what takes ten seconds
	})
}
