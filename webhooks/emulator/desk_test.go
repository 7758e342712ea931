package emulator

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"omniconnector/webhooks/emulator/rpc"
)

// desk is a platform whose interfaces are asked over HTTP, by a clock that the test moves.
type desk struct {
	*Platform
	t    *testing.T
	shop *Account
	web  *httptest.Server
	to   *receiver

	mu  sync.Mutex
	now time.Time
}

func open(t *testing.T, change func(*Account)) *desk {
	t.Helper()
	d := &desk{t: t, now: eight, to: listen(t, always(200))}
	d.Platform = New(Options{Now: d.time, Wait: atOnce})
	d.web = httptest.NewServer(d.Handler())
	t.Cleanup(d.web.Close)
	t.Cleanup(d.Close)
	a := Shop(d.web.URL)
	if change != nil {
		change(&a)
	}
	d.shop = d.AddAccount(a)
	d.Configure(d.shop.AppID, Templates(d.to.URL+"/hooks/uis/t.TOKEN", "BODYSECRET", JSON)...)
	return d
}

func (d *desk) time() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) later(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func (d *desk) access() *rpc.Access { return d.Access(d.shop.AppID) }

// answered is an answer as a client sees it.
type answered struct {
	ID     any
	Result *struct {
		Data     json.RawMessage
		Metadata map[string]any
	}
	Error *struct {
		Code    int
		Message string
		Data    struct {
			Mnemonic     string
			Field, Value any
			Params       map[string]any
			Metadata     map[string]any
		}
	}
}

// object is what tests write parameters with.
type object = map[string]any

func (d *desk) url(api string) string {
	if api == rpc.CallAPI {
		return CallAPIURL(d.web.URL)
	}
	return DataAPIURL(d.web.URL)
}

// raw posts a body and returns the status with the answer.
func (d *desk) raw(api, body string) (int, string) {
	d.t.Helper()
	resp, err := http.Post(d.url(api), "application/json; charset=UTF-8", strings.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// with asks with the parameters as they are.
func (d *desk) with(api, method string, params object) answered {
	d.t.Helper()
	body, err := json.Marshal(object{"jsonrpc": "2.0", "id": "r1", "method": method, "params": params})
	if err != nil {
		d.t.Fatal(err)
	}
	status, text := d.raw(api, string(body))
	var a answered
	if err := json.Unmarshal([]byte(text), &a); err != nil || status != http.StatusOK || a.ID != "r1" || (a.Result == nil) == (a.Error == nil) {
		d.t.Fatalf("%s: %d %s, %v", method, status, text, err)
	}
	return a
}

// ask adds the permanent key.
func (d *desk) ask(api, method string, params object) answered {
	d.t.Helper()
	all := object{"access_token": d.access().Key()}
	maps.Copy(all, params)
	return d.with(api, method, all)
}

func (a answered) mnemonic() string {
	if a.Error == nil {
		return "ok"
	}
	return a.Error.Data.Mnemonic
}

// into reads the data of a success.
func (a answered) into(t *testing.T, to any) {
	t.Helper()
	if a.Error != nil {
		t.Fatalf("refused: %+v", a.Error)
	}
	d := json.NewDecoder(bytes.NewReader(a.Result.Data))
	if err := d.Decode(to); err != nil {
		t.Fatalf("%v in %s", err, a.Result.Data)
	}
}

func (a answered) rows(t *testing.T) []object {
	t.Helper()
	var all []object
	a.into(t, &all)
	return all
}
