package chatapi_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks/files"
	"omniconnector/webhooks/uis/chatapi"
)

var noon = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)

var photo = integration.File{Account: "286001", Channel: "35801", ID: "4001", Token: "rtok1"}

// platform is the adapter's interface over HTTP, as contract uis §5.2 has it.
type platform struct {
	logins  atomic.Int32
	expires atomic.Int64 // of the tokens given; 0 is not told
	revoked atomic.Int32 // tokens up to this one are refused
	answer  http.HandlerFunc
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/v1/adapter/login" {
		if r.Method != http.MethodPost || r.PostFormValue("username") != "omni" || r.PostFormValue("password") != "PASSWORD" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		end := ""
		if e := p.expires.Load(); e != 0 {
			end = fmt.Sprintf(`,"expires_at":%d`, e)
		}
		fmt.Fprintf(w, `{"access_token":"token-%d","token_type":"bearer"%s}`, p.logins.Add(1), end)
		return
	}
	var n int32
	if _, err := fmt.Sscanf(r.Header.Get("Authorization"), "Bearer token-%d", &n); err != nil || n <= p.revoked.Load() {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	p.answer(w, r)
}

func start(t *testing.T, answer http.HandlerFunc) (*platform, *httptest.Server) {
	t.Helper()
	p := &platform{answer: answer}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, server
}

func client(t *testing.T, server *httptest.Server, password integration.Secret, now func() time.Time) *chatapi.Client {
	t.Helper()
	c, err := chatapi.New(chatapi.Config{URL: server.URL + "/v1/adapter/", Username: "omni", Password: password, Transport: server.Client().Transport, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func clock() time.Time { return noon }

func resource(w http.ResponseWriter, r *http.Request) {
	if r.URL.EscapedPath() != "/v1/adapter/resource/286001/35801/4001/rtok1/payload" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	fmt.Fprint(w, "bytes")
}

func fetch(t *testing.T, c *chatapi.Client, f integration.File) (string, error) {
	t.Helper()
	p, err := c.Resource(t.Context(), f)
	if err != nil {
		return "", err
	}
	defer p.Body.Close()
	body, err := io.ReadAll(p.Body)
	return string(body), err
}

func TestAResourceIsReadAfterOneLogin(t *testing.T) {
	t.Parallel()
	p, server := start(t, resource)
	c := client(t, server, "PASSWORD", clock)
	payload, err := c.Resource(t.Context(), photo)
	if err != nil || payload.Type != "image/jpeg" || payload.Size != 5 {
		t.Fatalf("%+v, %v", payload, err)
	}
	payload.Body.Close()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if body, err := fetch(t, c, photo); err != nil || body != "bytes" {
				t.Errorf("%q, %v", body, err)
			}
		})
	}
	all.Wait()
	if n := p.logins.Load(); n != 1 {
		t.Errorf("%d logins", n)
	}
}

func TestTheLoginIsRenewed(t *testing.T) {
	t.Parallel()
	var late atomic.Int64
	p, server := start(t, resource)
	c := client(t, server, "PASSWORD", func() time.Time { return noon.Add(time.Duration(late.Load())) })
	want := func(what string, logins int32) {
		t.Helper()
		if _, err := fetch(t, c, photo); err != nil || p.logins.Load() != logins {
			t.Errorf("%s: %d logins, %v", what, p.logins.Load(), err)
		}
	}
	p.expires.Store(noon.Add(2 * time.Hour).Unix())
	want("at first", 1)
	late.Store(int64(118 * time.Minute))
	want("shortly before its end", 1)
	p.expires.Store(0)
	late.Store(int64(119 * time.Minute))
	want("a minute before its end", 2)
	p.revoked.Store(2)
	want("when it is refused", 3)
	late.Store(int64((119 + 60) * time.Minute))
	want("after an hour, when its end is not told", 4)
	p.revoked.Store(100)
	if _, err := fetch(t, c, photo); err == nil || p.logins.Load() != 5 {
		t.Errorf("refused for good: %d logins, %v", p.logins.Load(), err)
	}
}

func TestManyRenewAtOnce(t *testing.T) {
	t.Parallel()
	p, server := start(t, resource)
	c := client(t, server, "PASSWORD", clock)
	if _, err := fetch(t, c, photo); err != nil {
		t.Fatal(err)
	}
	p.revoked.Store(1)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := fetch(t, c, photo); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := p.logins.Load(); n != 2 {
		t.Errorf("%d logins", n)
	}
}

func TestWhyThereIsNoResource(t *testing.T) {
	t.Parallel()
	_, server := start(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.Contains(r.URL.Path, "/large/"):
			w.Header().Set("Content-Length", strconv.Itoa(files.MaxSize+1))
		case strings.Contains(r.URL.Path, "/elsewhere/"):
			http.Redirect(w, r, "https://evil.example/", http.StatusFound)
		case strings.Contains(r.URL.EscapedPath(), "/a%2F..%2Fb/"):
			fmt.Fprint(w, "escaped")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	c := client(t, server, "PASSWORD", clock)
	of := func(token string) integration.File {
		f := photo
		f.Token = token
		return f
	}
	for token, want := range map[string]error{"gone": files.ErrGone, "": files.ErrGone, "..": files.ErrGone, "large": files.ErrTooLarge} {
		if _, err := fetch(t, c, of(token)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", token, err, want)
		}
	}
	if _, err := fetch(t, c, of("elsewhere")); err == nil || !strings.Contains(err.Error(), "302") {
		t.Errorf("a redirect: %v", err)
	}
	if body, err := fetch(t, c, of("a/../b")); err != nil || body != "escaped" {
		t.Errorf("a token with slashes: %q, %v", body, err)
	}
	_, err := fetch(t, client(t, server, "WRONGPASS", clock), photo)
	if !errors.Is(err, chatapi.ErrLogin) {
		t.Errorf("a wrong password: %v", err)
	}
	server.Close()
	_, err = fetch(t, c, of("SECRETTOKEN"))
	if err == nil || strings.Contains(err.Error(), "SECRETTOKEN") {
		t.Errorf("away: %v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(text, "PASSWORD") {
		t.Error("the client prints its password")
	}
}

func TestALoginIsReadTolerantly(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"access_token":null}`: "access_token", `[]`: "access_token", `<html>`: "access_token", `{"access_token":"a\nb"}`: "access_token",
		`{"access_token":"token-1","expires_at":"soon"}`: "",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/login") {
				fmt.Fprint(w, body)
				return
			}
			fmt.Fprint(w, "bytes")
		}))
		_, err := fetch(t, client(t, server, "PASSWORD", clock), photo)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", body, err)
		}
		server.Close()
	}
}
