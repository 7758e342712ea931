package emulator_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
)

// clock is a virtual clock.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// world is a portal with an installed application and a client for it.
type world struct {
	t      *testing.T
	cloud  *emulator.Cloud
	portal *emulator.Portal
	app    emulator.Tokens
	clock  *clock
}

func newWorld(t *testing.T, spec emulator.PortalSpec, opts ...emulator.Option) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)}
	cloud := emulator.New(append([]emulator.Option{emulator.WithClock(c.Now), emulator.WithSeed(7)}, opts...)...)
	srv := httptest.NewServer(cloud)
	t.Cleanup(srv.Close)
	cloud.SetBaseURL(srv.URL)
	if spec.Name == "" {
		spec.Name = "acme"
	}
	if spec.Users == nil {
		spec.Users = []emulator.User{
			{ID: 1, Name: "Анна", LastName: "Админова", Admin: true, Inner: "100"},
			{ID: 7, Name: "Олег", LastName: "Операторов", Inner: "107", Email: "oleg@example.test"},
		}
	}
	p := cloud.NewPortal(spec)
	return &world{t: t, cloud: cloud, portal: p, app: p.Install(emulator.AppSpec{ClientID: "app.1", Secret: "secret"}), clock: c}
}

// answer is a decoded envelope.
type answer struct {
	Status int
	Code   string
	Text   string
	Result any
	Total  float64
	Next   float64
	Time   map[string]any
	Raw    string
}

func (w *world) call(method string, params map[string]any) answer {
	w.t.Helper()
	a, err := w.try(method, params)
	if err != nil {
		w.t.Fatalf("%s: %v", method, err)
	}
	return a
}

func (w *world) try(method string, params map[string]any) (answer, error) {
	w.t.Helper()
	body := map[string]any{"auth": w.app.AccessToken}
	maps.Copy(body, params)
	data, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.post(w.portal.Endpoint()+method, "application/json", string(data))
}

func (w *world) post(to, kind, body string) (answer, error) {
	w.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, to, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	resp, err := client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	var raw bytes.Buffer
	if _, err := raw.ReadFrom(resp.Body); err != nil {
		return answer{}, err
	}
	a := answer{Status: resp.StatusCode, Raw: raw.String()}
	var m map[string]any
	if json.Unmarshal(raw.Bytes(), &m) == nil {
		a.Code, _ = m["error"].(string)
		a.Text, _ = m["error_description"].(string)
		a.Result = m["result"]
		a.Total, _ = m["total"].(float64)
		a.Next, _ = m["next"].(float64)
		a.Time, _ = m["time"].(map[string]any)
	}
	return a, nil
}

// at walks a result by keys and list positions.
func (a answer) at(path ...any) any {
	v := a.Result
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			l, _ := v.([]any)
			if p >= len(l) {
				return nil
			}
			v = l[p]
		}
	}
	return v
}

func (a answer) num(path ...any) int64 {
	f, _ := a.at(path...).(float64)
	return int64(f)
}

func (a answer) str(path ...any) string {
	s, _ := a.at(path...).(string)
	return s
}

func (w *world) register(params map[string]any) answer {
	w.t.Helper()
	in := map[string]any{"USER_ID": 7, "PHONE_NUMBER": "+79161234567", "TYPE": 2, "EXTERNAL_CALL_ID": "session-1", "LINE_NUMBER": "74950000000"}
	maps.Copy(in, params)
	return w.call("telephony.externalCall.register", in)
}

func TestAnsweredCallEndsAsCompletedActivityOfItsClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	contact := w.portal.Add(emulator.Contact, map[string]any{"name": "Пётр", "assignedById": 1, "fm": []any{emulator.Phone("8 (916) 123-45-67")}})
	id := w.register(nil).str("CALL_ID")
	if cards := w.portal.Cards(); len(cards) != 1 || cards[0].User != 7 {
		t.Fatalf("cards = %v", cards)
	}
	if got := w.call("telephony.externalCall.show", map[string]any{"CALL_ID": id, "USER_ID": []int{1}}).Result; got != true {
		t.Fatalf("show = %v", got)
	}
	end := w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7, "DURATION": 95})
	if end.num("CRM_ENTITY_ID") != contact || end.num("CRM_ACTIVITY_ID") == 0 {
		t.Fatalf("finish = %s", end.Raw)
	}
	if again := w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7}); again.Status != 400 || again.Code != "" {
		t.Fatalf("second finish = %s", again.Raw)
	}
	up := w.call("telephony.externalCall.attachRecord", map[string]any{"CALL_ID": id, "FILENAME": "a.mp3"})
	body := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\nsound\r\n--b--\r\n"
	if got, err := w.post(up.str("uploadUrl"), "multipart/form-data; boundary=b", body); err != nil || got.num("FILE_ID") != 1 {
		t.Fatalf("upload = %v %v", got, err)
	}
	want := strings.TrimLeft(`
contact 1 assignedById=1 name=Пётр
  phone work 8 (916) 123-45-67
  activity 1 "Входящий звонок от +79161234567" responsible=7 completed=Y direction=1 provider=VOXIMPLANT_CALL call=session-1
call session-1 +79161234567 type=2 line=74950000000 user=7 client=contact:1 finished by=7 status=200 duration=95 activity=1
  record a.mp3 5 bytes sha256=dd29442deca6 attached=1
chat of 7: Начат: Входящий звонок от +79161234567
chat of 7: Входящий звонок от +79161234567 завершён, 1:35
`, "\n")
	if diff := cmp.Diff(want, w.portal.Records()); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if len(w.portal.Cards()) != 0 {
		t.Error("finish left a card on a screen")
	}
}

func TestBatchReferencesReachEarlierResults(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Mode: emulator.Simple})
	q := url.Values{}
	q.Set("auth", w.app.AccessToken)
	q.Set("halt", "0")
	q.Set("cmd[c]", "crm.item.add?entityTypeId=3&fields[name]=A%26B")
	q.Set("cmd[d]", "crm.item.add?entityTypeId=2&fields[title]=D&fields[contactId]=$result[c][item][id]")
	q.Set("cmd[x]", "crm.item.add?entityTypeId=2&fields[title]=X&fields[contactId]=$result[nope][item][id]")
	q.Set("cmd[b]", "batch?cmd[a]=profile")
	got, err := w.post(w.portal.Endpoint()+"batch", "application/x-www-form-urlencoded", q.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if got.num("result", "d", "item", "contactId") != got.num("result", "c", "item", "id") {
		t.Errorf("reference not resolved: %s", got.Raw)
	}
	if got.at("result", "c", "item", "name") != "A&B" {
		t.Errorf("name = %v", got.at("result", "c", "item", "name"))
	}
	if got.at("result", "x", "item", "contactId") != 0.0 {
		t.Errorf("an unresolved reference became %v", got.at("result", "x", "item", "contactId"))
	}
	if got.at("result_error", "b", "error") != "ERROR_BATCH_METHOD_NOT_ALLOWED" {
		t.Errorf("nested batch: %s", got.Raw)
	}
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return m
}
