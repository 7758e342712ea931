package outbound

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestOnlyPublicHTTPSAddressesAreAllowed(t *testing.T) {
	t.Parallel()
	for address, allowed := range map[string]bool{
		"https://portal.bitrix24.ru/rest/": true,
		"http://portal.bitrix24.ru/":       false,
		"https://127.0.0.1/":               false,
		"https://[::1]/":                   false,
		"https://[::ffff:10.0.0.1]/":       false,
		"https://169.254.169.254/latest":   false,
		"https://100.64.1.1/":              false,
		"https://user:pw@8.8.8.8/":         false,
		"https://8.8.8.8/":                 true,
		"ftp://8.8.8.8/":                   false,
		"https:///nohost":                  false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := (Policy{}).Allowed(u) == nil; got != allowed {
			t.Errorf("%s: allowed = %v, want %v", address, got, allowed)
		}
	}
}

func TestNameThatResolvesToAPrivateAddressIsRefusedAtTheDial(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was reached") }))
	defer server.Close()
	address := strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	_, _, err := NewRecordings(Policy{}, 1<<20).Fetch(t.Context(), address)
	if !errors.Is(err, ErrRefused) {
		t.Errorf("err = %v, want ErrRefused", err)
	}
}

func TestRecordLargerThanAllowedFailsInsteadOfEnding(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.(http.Flusher).Flush() // no Content-Length
		_, _ = io.WriteString(w, strings.Repeat("\x00", 1000))
	}))
	defer server.Close()
	record, size, err := NewRecordings(Policy{AllowPrivate: true}, 700).Fetch(t.Context(), server.URL)
	if err != nil || size != -1 {
		t.Fatalf("size, err = %d, %v", size, err)
	}
	defer record.Close()
	if _, err := io.ReadAll(record); !errors.Is(err, ErrRefused) {
		t.Errorf("err = %v, want ErrRefused", err)
	}
}

func TestErrorOfARecordNeverHoldsItsAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"http://127.0.0.1:1/records/tokenvalue", "http://bad host/tokenvalue", "http://127.0.0.1:1/%zztokenvalue"} {
		_, _, err := NewRecordings(Policy{AllowPrivate: true}, 10).Fetch(t.Context(), address)
		if err == nil || strings.Contains(err.Error(), "tokenvalue") {
			t.Errorf("err = %v", err)
		}
	}
}

func TestPageIsNoRecord(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"<!DOCTYPE html><html>wait</html>", "not found", ""} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }))
		_, _, err := NewRecordings(Policy{AllowPrivate: true}, 1<<20).Fetch(t.Context(), server.URL)
		if !errors.Is(err, ErrNotReady) {
			t.Errorf("%q: err = %v, want ErrNotReady", body, err)
		}
		server.Close()
	}
}
