package emulator_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"omniconnector/webhooks/emulator"
)

// The account's owner sees the key and pastes notifications; what is wrong is told and changes nothing.
func TestCabinetTakesNotifications(t *testing.T) {
	t.Parallel()
	p := emulator.New(emulator.Options{Now: time.Now})
	s := httptest.NewServer(p.Handler())
	t.Cleanup(s.Close)
	shop := p.AddAccount(emulator.Shop(s.URL))
	show := func() string {
		r, err := http.Get(s.URL + "/cabinet")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if page := show(); !strings.Contains(page, p.Access(shop.AppID).Key()) || !strings.Contains(page, "Уведомления: 0") {
		t.Fatal("no key, or notifications nobody set")
	}
	paste := func(fields url.Values) int {
		fields.Set("app", "5001")
		r, err := http.PostForm(s.URL+"/cabinet/notifications", fields)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		return r.StatusCode
	}
	for name, list := range map[string]string{
		"no JSON": "[", "empty": "[]", "unknown event": `[{"event":"call_lots","method":"POST","url":"http://x"}]`,
		"no method": `[{"event":"call_lost","url":"http://x"}]`, "no address": `[{"event":"call_lost","method":"POST","url":"x"}]`,
	} {
		if got := paste(url.Values{"list": {list}}); got != http.StatusBadRequest {
			t.Errorf("%s: %d", name, got)
		}
	}
	if !strings.Contains(show(), "Уведомления: 0") {
		t.Error("a wrong list was stored")
	}
	if got := paste(url.Values{"list": {`[{"event":"call_lost","method":"POST","url":"http://a/1"},{"event":"call_incoming","method":"POST","url":"http://a/2"}]`}}); got != http.StatusOK {
		t.Errorf("a list: %d", got)
	}
	if got := paste(url.Values{"event": {"call_lost"}, "method": {"GET"}, "url": {"http://a/3"}}); got != http.StatusOK {
		t.Errorf("one: %d", got)
	}
	if page := show(); !strings.Contains(page, "Уведомления: 2") || !strings.Contains(page, "http://a/3") || strings.Contains(page, "http://a/1") {
		t.Error("one notification did not replace that of its event")
	}
}
