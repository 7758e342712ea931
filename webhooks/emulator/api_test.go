package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"omniconnector/webhooks/emulator/rpc"
)

func TestTheEnvelopeOfJSONRPCIsChecked(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	key := `"params":{"access_token":"` + d.access().Key() + `"}`
	for name, c := range map[string]struct {
		body, mnemonic, id string
		code               int
	}{
		"not JSON":         {`{"jsonrpc"`, "parse_error", "null", -32700},
		"two values":       {`{} {}`, "parse_error", "null", -32700},
		"not UTF-8":        {"\"\xff\"", "parse_error", "null", -32700},
		"a batch":          {`[{"jsonrpc":"2.0","id":1,"method":"get.tags"}]`, "batch_opreations_not_supported", "null", -32099},
		"a text":           {`"get.tags"`, "invalid_request", "null", -32600},
		"a notification":   {`{"jsonrpc":"2.0","method":"get.tags",` + key + `}`, "notifications_not_supported", "null", -32099},
		"id null":          {`{"jsonrpc":"2.0","id":null,"method":"get.tags",` + key + `}`, "invalid_request", "null", -32600},
		"id an object":     {`{"jsonrpc":"2.0","id":{},"method":"get.tags",` + key + `}`, "invalid_request", "null", -32600},
		"another version":  {`{"jsonrpc":"1.0","id":7,"method":"get.tags",` + key + `}`, "invalid_request", "7", -32600},
		"no method":        {`{"jsonrpc":"2.0","id":7,` + key + `}`, "invalid_request", "7", -32600},
		"params by place":  {`{"jsonrpc":"2.0","id":7,"method":"get.tags","params":[]}`, "invalid_request", "7", -32600},
		"no such method":   {`{"jsonrpc":"2.0","id":"x","method":"get.nothing",` + key + `}`, "method_not_found", `"x"`, -32601},
		"without token":    {`{"jsonrpc":"2.0","id":"x","method":"get.tags"}`, "required_parameter_missed", `"x"`, -32602},
		"token not text":   {`{"jsonrpc":"2.0","id":"x","method":"get.tags","params":{"access_token":5}}`, "data_type_error", `"x"`, -32602},
		"token of no one":  {`{"jsonrpc":"2.0","id":"x","method":"get.tags","params":{"access_token":""}}`, "access_token_invalid", `"x"`, -32001},
		"number as the id": {`{"jsonrpc":"2.0","id":12345678901,"method":"get.tags",` + key + `}`, "ok", "12345678901", 0},
	} {
		status, text := d.raw(rpc.DataAPI, c.body)
		var a answered
		if err := json.Unmarshal([]byte(text), &a); err != nil || status != http.StatusOK {
			t.Errorf("%s: %d %s, %v", name, status, text, err)
			continue
		}
		if a.mnemonic() != c.mnemonic || !strings.Contains(text, `"id":`+c.id) || a.Error != nil && a.Error.Code != c.code {
			t.Errorf("%s: got %s", name, text)
		}
	}
}

func TestRequestsBelowJSONRPCAreRefused(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	body := `{"jsonrpc":"2.0","id":1,"method":"get.tags","params":{"access_token":"` + d.access().Key() + `"}}`
	do := func(method, kind string, reader io.Reader) (int, string) {
		req, _ := http.NewRequest(method, d.url(rpc.DataAPI), reader)
		req.Header.Set("Content-Type", kind)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text)
	}
	if status, _ := do(http.MethodGet, "", nil); status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", status)
	}
	if status, _ := do(http.MethodPost, "application/json", struct{ io.Reader }{strings.NewReader(body)}); status != http.StatusLengthRequired {
		t.Errorf("no Content-Length: %d", status)
	}
	if _, text := do(http.MethodPost, "text/plain", strings.NewReader(body)); !strings.Contains(text, "invalid_request") {
		t.Errorf("text/plain: %s", text)
	}
	if _, text := do(http.MethodPost, "application/json", strings.NewReader(body)); !strings.Contains(text, `"result"`) {
		t.Errorf("application/json: %s", text)
	}
}

func TestKeysAndAddressesAreChecked(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set        func(*desk)
		call, data string
	}{
		"a fresh account": {func(*desk) {}, "ok", "ok"},
		"blocked key":     {func(d *desk) { d.access().SetKeys(rpc.Key{Token: "k", Blocked: true}) }, "access_token_blocked", "access_token_blocked"},
		"expired key":     {func(d *desk) { d.access().SetKeys(rpc.Key{Token: "k", Expires: d.time()}) }, "access_token_expired", "access_token_expired"},
		"no right to one interface": {
			func(d *desk) { d.access().SetKeys(rpc.Key{Token: "k", Without: []string{rpc.CallAPI}}) }, "forbidden", "ok",
		},
		"another address":  {func(d *desk) { _ = d.access().Allow("192.0.2.0/24") }, "ip_not_whitelisted", "ip_not_whitelisted"},
		"this address":     {func(d *desk) { _ = d.access().Allow("127.0.0.0/8", "::1/128") }, "ok", "ok"},
		"account inactive": {func(d *desk) { d.access().SetActive(false) }, "account_inactive", "account_inactive"},
		"package missing":  {func(d *desk) { d.access().Disable("list.calls") }, "component_disabled", "ok"},
		"points of a day": {
			func(d *desk) { d.access().Limit(rpc.CallAPI, rpc.Limits{Minute: 9}) }, "limit_exceeded", "ok",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil)
			c.set(d)
			if got := d.ask(rpc.CallAPI, "list.calls", nil).mnemonic(); got != c.call {
				t.Errorf("Call API: got %s, want %s", got, c.call)
			}
			if got := d.ask(rpc.DataAPI, "get.account", nil).mnemonic(); got != c.data {
				t.Errorf("Data API: got %s, want %s", got, c.data)
			}
		})
	}
}

func TestALoginLivesForAnHour(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	login, password := d.access().User()
	if got := d.with(rpc.CallAPI, "login.user", object{"login": login, "password": "wrong"}).mnemonic(); got != "auth_error" {
		t.Errorf("wrong password: %s", got)
	}
	if got := d.with(rpc.CallAPI, "login.user", object{"login": login}).mnemonic(); got != "required_parameter_missed" {
		t.Errorf("no password: %s", got)
	}
	var in struct {
		Token  string `json:"access_token"`
		At     int64  `json:"expire_at"`
		Expire int64  `json:"expire"`
		App    int64  `json:"app_id"`
	}
	d.with(rpc.CallAPI, "login.user", object{"login": login, "password": password}).into(t, &in)
	if in.At != eight.Add(time.Hour).Unix() {
		t.Errorf("got %+v", in)
	}
	try := func() string { return d.with(rpc.CallAPI, "list.calls", object{"access_token": in.Token}).mnemonic() }
	if got := d.with(rpc.DataAPI, "get.tags", object{"access_token": in.Token}).mnemonic(); got != "access_token_invalid" {
		t.Errorf("at the other interface: %s", got)
	}
	d.later(time.Hour - time.Second)
	if got := try(); got != "ok" {
		t.Errorf("in the last second: %s", got)
	}
	d.later(time.Second)
	if got := try(); got != "access_token_invalid" {
		t.Errorf("after an hour: %s", got)
	}
	in.At = 0
	d.with(rpc.DataAPI, "login.user", object{"login": login, "password": password}).into(t, &in)
	if in.Expire != eight.Add(2*time.Hour).Unix() || in.App != 5001 || in.At != 0 {
		t.Errorf("Data API: got %+v", in)
	}
	d.with(rpc.DataAPI, "logout.user", object{"access_token": in.Token})
	if got := d.with(rpc.DataAPI, "get.tags", object{"access_token": in.Token}).mnemonic(); got != "access_token_invalid" {
		t.Errorf("after logout: %s", got)
	}
	if text, _ := json.Marshal(d.Requests()); bytes.Contains(text, []byte(password)) || bytes.Contains(text, []byte(in.Token)) {
		t.Errorf("a secret in %s", text)
	}
}

func TestOnlySuccessesCostPointsAndMinutesEnd(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.later(18 * time.Second)
	d.access().Limit(rpc.DataAPI, rpc.Limits{Minute: 2, Day: 3})
	left := func(a answered) (minute, day, reset any) {
		var meta object
		if a.Error != nil {
			meta = a.Error.Data.Metadata
		} else {
			meta = a.Result.Metadata
		}
		l := meta["limits"].(object)
		return l["minute_remaining"], l["day_remaining"], l["minute_reset"]
	}
	for i, c := range []struct {
		method, mnemonic   string
		minute, day, reset float64
		later              time.Duration
	}{
		{"get.tags", "ok", 1, 2, 42, 0},
		{"update.employees", "required_parameter_missed", 1, 2, 42, 0},
		{"get.tags", "ok", 0, 1, 42, 0},
		{"get.tags", "limit_exceeded", 0, 1, 42, 42 * time.Second},
		{"get.tags", "ok", 1, 0, 60, time.Minute},
		{"get.tags", "limit_exceeded", 2, 0, 60, 24 * time.Hour},
		{"get.tags", "ok", 1, 2, 60, 0},
	} {
		a := d.ask(rpc.DataAPI, c.method, nil)
		minute, day, reset := left(a)
		if a.mnemonic() != c.mnemonic || minute != c.minute || day != c.day || reset != c.reset {
			t.Errorf("%d: got %s with %v %v %v", i, a.mnemonic(), minute, day, reset)
		}
		d.later(c.later)
	}
}

func TestFaultsHitTheRequestsTheyAreMeantFor(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for _, bad := range []rpc.Fault{{}, {Way: "no"}, {Way: rpc.Drop, Mnemonic: "internal_error"}, {Way: rpc.Page, Status: 99}} {
		if d.Fail(bad) == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	fail := func(f rpc.Fault) {
		if err := d.Fail(f); err != nil {
			t.Fatal(err)
		}
	}
	fail(rpc.Fault{Method: "get.tags", Times: 2, Mnemonic: "internal_error"})
	for i, want := range []string{"internal_error", "internal_error", "ok"} {
		if got := d.ask(rpc.DataAPI, "get.account", nil).mnemonic(); got != "ok" {
			t.Errorf("another method: %s", got)
		}
		if got := d.ask(rpc.DataAPI, "get.tags", nil).mnemonic(); got != want {
			t.Errorf("%d: got %s", i, got)
		}
	}
	body := `{"jsonrpc":"2.0","id":1,"method":"get.tags","params":{"access_token":"` + d.access().Key() + `"}}`
	fail(rpc.Fault{Way: rpc.Page, Status: 502})
	if status, text := d.raw(rpc.DataAPI, body); status != 502 || !strings.HasPrefix(text, "<html>") {
		t.Errorf("got %d %s", status, text)
	}
	for _, way := range []rpc.Way{rpc.Drop, rpc.Cut, rpc.Hang} {
		fail(rpc.Fault{Way: way})
		patience := 10 * time.Second
		if way == rpc.Hang {
			patience = 100 * time.Millisecond
		}
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		req, _ := http.NewRequestWithContext(ctx, http.MethodPost, d.url(rpc.DataAPI), strings.NewReader(body))
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		if (err == nil) || (way == rpc.Hang) != (ctx.Err() != nil) {
			t.Errorf("%s: %v", way, err)
		}
		cancel()
	}
	fail(rpc.Fault{Way: rpc.Drop, Times: 9})
	d.Mend()
	if got := d.ask(rpc.DataAPI, "get.tags", nil).mnemonic(); got != "ok" {
		t.Errorf("mended: %s", got)
	}
}

func TestControlsOfTheInterfaces(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	order := func(path, body string) int {
		resp, err := http.Post(d.web.URL+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/control/fault", `{"method":"get.tags","mnemonic":"forbidden"}`, 200},
		{"/control/fault", `{"method":"get.tags"}`, 400},
		{"/control/fault", `{"methode":"get.tags"}`, 400},
		{"/control/access?app=5001", `{"limits":{"callapi":{"minute":0,"day":5}}}`, 200},
		{"/control/access?app=5001", `{"limits":{"chatapi":{}}}`, 400},
		{"/control/access?app=5001", `{"whitelist":["everywhere"]}`, 400},
		{"/control/access?app=1", `{}`, 404},
		{"/control/outcome?app=5001&contact=79000000009", `{"how":"contact_busy"}`, 200},
		{"/control/outcome?app=5001", `{"how":"never"}`, 400},
		{"/control/continue?session=1", ``, 404},
		{"/control/continue", ``, 404},
	} {
		if got := order(c.path, c.body); got != c.status {
			t.Errorf("%s %s: %d", c.path, c.body, got)
		}
	}
	if got := d.ask(rpc.DataAPI, "get.tags", nil).mnemonic(); got != "forbidden" {
		t.Errorf("fault: %s", got)
	}
	if got := d.ask(rpc.CallAPI, "list.calls", nil).mnemonic(); got != "limit_exceeded" {
		t.Errorf("limits: %s", got)
	}
	page, err := http.Get(d.web.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	text, _ := io.ReadAll(page.Body)
	if !bytes.Contains(text, []byte("get.tags")) || !bytes.Contains(text, []byte("limit_exceeded")) || bytes.Contains(text, []byte(d.access().Key())) {
		t.Errorf("page: %s", text)
	}
}
