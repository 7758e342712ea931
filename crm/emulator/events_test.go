package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
)

// sink takes events.
type sink struct {
	*httptest.Server
	mu  sync.Mutex
	got []url.Values
}

func newSink(t *testing.T) *sink {
	t.Helper()
	s := &sink{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.got = append(s.got, r.PostForm)
	}))
	t.Cleanup(s.Close)
	return s
}

// taken is what came, after the portal has sent everything.
func (s *sink) taken(w *world) []url.Values {
	w.t.Helper()
	if err := w.portal.Drain(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.got
	s.got = nil
	return out
}

func (w *world) bind(s *sink, events ...string) {
	w.t.Helper()
	for _, e := range events {
		if a := w.call("event.bind", map[string]any{"event": e, "handler": s.URL + "/hook"}); a.Result != true {
			w.t.Fatalf("bind %s: %s", e, a.Raw)
		}
	}
}

func TestWritesEchoAsFormEncodedEventsWithTheApplicationToken(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, emulator.PortalSpec{}), newSink(t)
	w.bind(s, "onCrmLeadAdd", "OnCrmLeadUpdate")
	w.call("crm.item.add", map[string]any{"entityTypeId": 1, "fields": map[string]any{"title": "L"}})
	got := s.taken(w)
	if len(got) != 1 {
		t.Fatalf("events = %v", got)
	}
	e := got[0]
	want := []string{"ONCRMLEADADD", "1", w.app.ApplicationToken, w.portal.MemberID(), w.portal.Endpoint(), "1", ""}
	have := []string{
		e.Get("event"), e.Get("data[FIELDS][ID]"), e.Get("auth[application_token]"), e.Get("auth[member_id]"),
		e.Get("auth[client_endpoint]"), e.Get("auth[user_id]"), e.Get("auth[refresh_token]"),
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	w.app.AccessToken = e.Get("auth[access_token]")
	if a := w.call("profile", nil); a.Status != 200 {
		t.Errorf("an event's token must work: %s", a.Raw)
	}
	if a := w.call("event.bind", map[string]any{"event": "ONCRMLEADADD", "handler": s.URL + "/hook"}); a.Status != 400 {
		t.Errorf("a second bind of the same: %s", a.Raw)
	}
}

func TestDeliveryKnobsDropDuplicateAndWithholdTokens(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, emulator.PortalSpec{}), newSink(t)
	w.bind(s, "ONCRMLEADADD")
	for _, c := range []struct {
		knobs emulator.EventKnobs
		want  int
	}{{emulator.EventKnobs{Drop: 100}, 0}, {emulator.EventKnobs{Duplicate: 100}, 2}, {emulator.EventKnobs{NoTokens: true}, 1}} {
		w.portal.SetEvents(c.knobs)
		w.portal.Add(emulator.Lead, nil)
		got := s.taken(w)
		if len(got) != c.want {
			t.Errorf("%+v: %d events, want %d", c.knobs, len(got), c.want)
		}
		if c.knobs.NoTokens && (got[0].Get("auth[access_token]") != "" || got[0].Get("auth[application_token]") == "") {
			t.Errorf("tokens: %v", got[0])
		}
	}
	w.portal.SetEvents(emulator.EventKnobs{Hold: true, Reorder: 100})
	w.portal.Add(emulator.Lead, nil)
	w.portal.Add(emulator.Lead, nil)
	w.portal.SetEvents(emulator.EventKnobs{})
	if got := s.taken(w); len(got) != 2 || got[0].Get("data[FIELDS][ID]") != "5" {
		t.Errorf("reordered: %v", got)
	}
}

func TestLifecycleEventsCarryWhatTheyShould(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, emulator.PortalSpec{}), newSink(t)
	w.bind(s, "ONAPPUNINSTALL", "ONEXTERNALCALLSTART")
	w.portal.SendInstall("app.1", s.URL)
	if got := s.taken(w); len(got) != 1 || got[0].Get("auth[refresh_token]") == "" || got[0].Get("event") != "ONAPPINSTALL" {
		t.Errorf("install: %v", got)
	}
	id := w.portal.Click("app.1", 7, "+79161234567", "")
	if got := s.taken(w); len(got) != 1 || got[0].Get("data[CALL_ID]") != id || got[0].Get("data[USER_ID]") != "7" {
		t.Errorf("click: %v", got)
	}
	if a := w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7, "STATUS_CODE": "503"}); a.Status != 200 {
		t.Errorf("the portal's own call is finished like any other: %s", a.Raw)
	}
	w.portal.Uninstall("app.1", true)
	got := s.taken(w)
	if len(got) != 1 || got[0].Get("auth[access_token]") != "" || got[0].Get("data[CLEAN]") != "1" || got[0].Get("auth[application_token]") != w.app.ApplicationToken {
		t.Errorf("uninstall: %v", got)
	}
	if a := w.call("profile", nil); a.Status != 401 {
		t.Errorf("tokens must be dead: %s", a.Raw)
	}
}

func TestStateFileBringsTheSameWorldBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "world.json")
	w := newWorld(t, emulator.PortalSpec{Mode: emulator.Simple}, emulator.WithStateFile(path))
	w.portal.AddUserField(emulator.Deal, "UF_CRM_CITY", "Город", false)
	c := w.portal.Add(emulator.Contact, map[string]any{"name": "A", "fm": []any{emulator.Phone("+79161234567")}})
	w.portal.Add(emulator.Deal, map[string]any{"title": "D", "contactId": c, "ufCrmCity": "Омск", "opportunity": 10.5, "observers": []int{1, 7}})
	id := w.register(nil).str("CALL_ID")
	w.call("crm.timeline.comment.add", map[string]any{"fields": map[string]any{"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "hi"}})
	old := w.portal.Name()
	w.portal.Rename("later")
	if err := w.cloud.Close(); err != nil {
		t.Fatal(err)
	}

	again := emulator.New(emulator.WithClock(w.clock.Now), emulator.WithStateFile(path))
	if ok, err := again.Restore(); !ok || err != nil {
		t.Fatalf("restore: %v %v", ok, err)
	}
	srv := httptest.NewServer(again)
	t.Cleanup(srv.Close)
	again.SetBaseURL(srv.URL)
	p := again.Portal(old)
	if p == nil || p.Name() != "later" {
		t.Fatal("the old name is forgotten")
	}
	if diff := cmp.Diff(w.portal.Records(), p.Records()); diff != "" {
		t.Errorf("records (-before +after):\n%s", diff)
	}
	w2 := &world{t: t, cloud: again, portal: p, app: w.app, clock: w.clock}
	if a := w2.register(nil); a.str("CALL_ID") != id || a.num("CRM_ENTITY_ID") != c {
		t.Errorf("the call is forgotten: %s", a.Raw)
	}
	if got := w2.refresh(); got["error"] != nil {
		t.Errorf("the refresh token is forgotten: %v", got)
	}
	if a := w2.call("crm.item.list", map[string]any{"entityTypeId": 2, "filter": map[string]any{">opportunity": 10, "ufCrmCity": "омск"}}); a.Total != 1 {
		t.Errorf("filters after reload: %s", a.Raw)
	}
}

func TestPagesSpeakBothLanguagesAndLoadNothingForeign(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	c := w.portal.Add(emulator.Contact, map[string]any{"name": "<script>alert(1)</script>", "fm": []any{emulator.Phone("+79161234567")}})
	w.portal.Add(emulator.Lead, map[string]any{"title": "L"})
	id := w.register(nil).str("CALL_ID")
	for _, path := range []string{"/", "/p/acme/", "/p/acme/deals", "/p/acme/contacts", "/p/acme/companies", "/p/acme/calls", "/p/acme/log", "/p/acme/lead/1", "/p/acme/contact/1"} {
		resp, err := http.Get(w.cloud.BaseURL() + path + "?lang=en")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		text := string(body)
		if resp.StatusCode != http.StatusOK || strings.Contains(text, "<script>alert") || !strings.Contains(text, `lang="en"`) || !strings.Contains(text, "</html>") {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
		if strings.Contains(strings.ReplaceAll(text, "http://www.w3.org", ""), "://") || strings.Contains(text, " onclick=") || strings.Contains(text, "style=\"") {
			t.Errorf("%s reaches out or is inline", path)
		}
		if strings.Contains(text, w.app.AccessToken) || strings.Contains(text, w.app.ApplicationToken) {
			t.Errorf("%s shows a token", path)
		}
		if csp := resp.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
	_, _ = c, id
}

func TestControlAPIDoesWhatTheGoMethodsDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	post := func(what, body string) answer {
		t.Helper()
		a, err := w.post(w.cloud.BaseURL()+"/control/portals"+what, "application/json", body)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	made := decode(t, post("", `{"name":"Other","mode":2,"users":[{"id":3,"name":"U","admin":true}]}`).Raw)
	if made["name"] != "other" || w.cloud.Portal("other") == nil {
		t.Fatalf("made = %v", made)
	}
	post("/other/add", `{"kind":"contact","fields":{"name":"A"},"phones":["+79161234567"]}`)
	if got, want := w.cloud.Portal("other").Records(), "contact 1 assignedById=3 name=A\n  phone work +79161234567\n"; got != want {
		t.Errorf("records = %q", got)
	}
	if a := post("/other/add", `{"kind":"contact","fields":{"nonsense":1}}`); a.Status != 400 {
		t.Errorf("a wrong seed: %d %s", a.Status, a.Raw)
	}
	post("/acme/fail", `{"method":"profile","fault":{"kind":"html_before","times":2}}`)
	if a := w.call("profile", nil); a.Status != 502 {
		t.Errorf("fault: %d", a.Status)
	}
	if a, err := w.post(w.cloud.BaseURL()+"/control/portals/acme/revoke", "text/plain", "{}"); err != nil || a.Status != 415 {
		t.Errorf("a foreign page's form must not reach the control API: %d %v", a.Status, err)
	}
}

func TestOtherMachinesAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		opts []emulator.Option
		want int
	}{{nil, 403}, {[]emulator.Option{emulator.AllowRemote()}, 200}} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "10.1.2.3:4444"
		rec := httptest.NewRecorder()
		emulator.New(c.opts...).ServeHTTP(rec, r)
		if rec.Code != c.want {
			t.Errorf("got %d, want %d", rec.Code, c.want)
		}
	}
}

// page is a page of the portal as a person sees it.
func (w *world) page(path string) string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.portal.Address()+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		w.t.Fatalf("%s: %d %v", path, resp.StatusCode, err)
	}
	return string(body)
}
