package bitrix24

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
)

var touch = crm.Call{Key: "a", Do: crm.SetActivity{Activity: crm.Ref{ID: 1}, Completed: true}}

// portal plays a portal with an OAuth server: the access token named by good works, any other has expired.
type portal struct {
	good      atomic.Value // string
	exchanges atomic.Int32
	exchange  func(form url.Values) (int, string)
	rest      func(r *http.Request, body string) (int, string)
}

func (p *portal) answer(r *http.Request, body string) (int, string) {
	if strings.HasPrefix(r.URL.Path, "/oauth/") {
		p.exchanges.Add(1)
		form, _ := url.ParseQuery(body)
		return p.exchange(form)
	}
	if p.rest != nil {
		if status, answer := p.rest(r, body); status != -1 {
			return status, answer
		}
	}
	if good, _ := p.good.Load().(string); !strings.Contains(body, `"`+good+`"`) {
		return 401, refusing("expired_token", "The access token provided has expired.")
	}
	return 200, answers(map[string]any{"c00": true})
}

func TestAHundredParallelCallsAtExpiryMakeOneRefresh(t *testing.T) {
	t.Parallel()
	p := &portal{}
	p.good.Store("ACCESS-two")
	p.exchange = func(form url.Values) (int, string) {
		if form.Get("refresh_token") != refreshOne || form.Get("client_secret") != appSecret || form.Get("grant_type") != "refresh_token" {
			return 400, refusing("invalid_grant", "")
		}
		return 200, pairJSON("m1", "https://one.bitrix24.ru/rest/")
	}
	c, s, m := setup(t, p.answer)
	other, err := New(Config{Credentials: m, Now: func() time.Time { return morning }, Transport: s}) // another process
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var failed atomic.Int32
	for i := range 100 {
		wg.Go(func() {
			client := []*Client{c, other}[i%2]
			if client.Perform(t.Context(), one(touch), nil)[0].Err != nil {
				failed.Add(1)
			}
		})
	}
	wg.Wait()
	if failed.Load() != 0 || p.exchanges.Load() != 1 || m.stored != 1 {
		t.Errorf("failed %d, exchanges %d, stored %d; want 0, 1, 1", failed.Load(), p.exchanges.Load(), m.stored)
	}
	if m.token.Access != "ACCESS-two" || m.token.Refresh != "REFRESH-two" || m.token.Version != 2 {
		t.Errorf("stored %+v", m.token)
	}
}

func TestARefreshThatWasBegunIsSeenThroughWhenItsCallerLeaves(t *testing.T) {
	t.Parallel()
	p := &portal{}
	p.good.Store("ACCESS-two")
	ctx, cancel := context.WithCancel(t.Context())
	p.exchange = func(url.Values) (int, string) {
		cancel()
		return 200, pairJSON("m1", "https://one.bitrix24.ru/rest/")
	}
	c, _, m := setup(t, p.answer)
	out := c.Perform(ctx, one(touch), nil)[0]
	if out.Err == nil || out.Err.Kind != crm.Unavailable {
		t.Errorf("got %v, want unavailable: it was never sent again", out.Err)
	}
	if m.token.Refresh != "REFRESH-two" {
		t.Error("the new pair was lost")
	}
}

func TestRefusedRefreshesAreTypedAndStoreNothing(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		status int
		body   string
		kind   crm.ErrorKind
		code   string
	}{
		"used up":       {400, refusing("invalid_grant", ""), crm.Denied, "invalid_grant"},
		"wrong client":  {200, `{"error":"wrong_client"}`, crm.Denied, "wrong_client"},
		"removed":       {400, refusing("NOT_INSTALLED", ""), crm.Denied, "NOT_INSTALLED"},
		"unpaid":        {400, refusing("PAYMENT_REQUIRED", ""), crm.Denied, "PAYMENT_REQUIRED"},
		"other portal":  {200, pairJSON("m2", "https://two.bitrix24.ru/rest/"), crm.Denied, codeMember},
		"down":          {502, html, crm.Unavailable, codeStrange},
		"crash":         {500, refusing("INTERNAL_SERVER_ERROR", ""), crm.Unavailable, "INTERNAL_SERVER_ERROR"},
		"cut":           {0, "", crm.Unavailable, ""},
		"half a pair":   {200, `{"access_token":"x","member_id":"m1"}`, crm.Unavailable, codeStrange},
		"not even JSON": {200, "OK", crm.Unavailable, codeStrange},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &portal{exchange: func(url.Values) (int, string) { return tc.status, tc.body }}
			p.good.Store("nobody has this")
			c, _, m := setup(t, p.answer)
			e := c.Perform(t.Context(), one(touch), nil)[0].Err
			if e == nil || e.Kind != tc.kind || e.Code != tc.code || !e.Whole {
				t.Errorf("got %+v, want %s %s", e, tc.kind, tc.code)
			}
			if m.stored != 0 || m.token.Access != accessOne {
				t.Error("something was stored")
			}
		})
	}
}

func TestAFreshTokenThatIsRefusedTooIsDeniedAfterOneRefresh(t *testing.T) {
	t.Parallel()
	p := &portal{
		exchange: func(url.Values) (int, string) {
			return 200, pairJSON("m1", "https://one.bitrix24.ru/rest/")
		},
		rest: func(*http.Request, string) (int, string) { return 401, refusing("invalid_token", "revoked") },
	}
	c, _, _ := setup(t, p.answer)
	if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e.Kind != crm.Denied || p.exchanges.Load() != 1 {
		t.Errorf("got %v after %d refreshes", e, p.exchanges.Load())
	}
}

func TestTheClientSecretGoesToTheVendorOnly(t *testing.T) {
	t.Parallel()
	p := &portal{exchange: func(url.Values) (int, string) { return 500, "" }}
	p.good.Store("nobody has this")
	c, _, m := setup(t, p.answer)
	m.token.ServerEndpoint = "https://oauth.evil.example/rest/"
	if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e.Kind != crm.Denied || p.exchanges.Load() != 0 {
		t.Errorf("got %v after %d exchanges", e, p.exchanges.Load())
	}
}

func TestARenamedPortalIsFollowedWithTheSameBodyOnceTheOAuthServerVouches(t *testing.T) {
	t.Parallel()
	p := &portal{exchange: func(url.Values) (int, string) {
		return 200, pairJSON("m1", "https://new.bitrix24.ru/rest/")
	}}
	p.good.Store("ACCESS-two")
	p.rest = func(r *http.Request, _ string) (int, string) {
		if r.URL.Host == "one.bitrix24.ru" {
			return 302, "https://new.bitrix24.ru/rest/batch"
		}
		if r.Method != http.MethodPost {
			return 405, ""
		}
		return -1, ""
	}
	c, s, m := setup(t, p.answer)
	for range 2 {
		if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e != nil {
			t.Fatal(e)
		}
	}
	if d := cmp.Diff([]string{"https://new.bitrix24.ru/rest/"}, m.moved); d != "" {
		t.Error(d)
	}
	seen := s.requests()
	if len(seen) != 4 || p.exchanges.Load() != 1 {
		t.Fatalf("%d requests, %d exchanges; want 4, 1", len(seen), p.exchanges.Load())
	}
	before, after := strings.Replace(seen[0], accessOne, "T", 1), strings.Replace(seen[2], "ACCESS-two", "T", 1)
	if d := cmp.Diff(before, after); d != "" {
		t.Errorf("the body changed on the way: %s", d)
	}
}

func TestARedirectThatIsNoRenamingBurnsNoMoreThanOneToken(t *testing.T) {
	t.Parallel()
	p := &portal{exchange: func(url.Values) (int, string) {
		return 200, pairJSON("m1", "https://one.bitrix24.ru/rest/")
	}}
	p.rest = func(*http.Request, string) (int, string) { return 302, "https://login.bitrix24.ru/" }
	c, _, m := setup(t, p.answer)
	for range 3 {
		if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e.Kind != crm.Unavailable || e.Code != codeMoved {
			t.Errorf("got %v", e)
		}
	}
	if p.exchanges.Load() != 1 || m.moved != nil {
		t.Errorf("%d exchanges, moved to %v", p.exchanges.Load(), m.moved)
	}
}

func TestARedirectToAnAddressThatIsNotAllowedIsNotEvenVerified(t *testing.T) {
	t.Parallel()
	for _, to := range []string{"http://new.bitrix24.ru/", "https://127.0.0.1/", "https://[::1]/", "https://u:p@new.bitrix24.ru/", "https://localhost/", "", "https://new.bitrix24.ru:8443/"} {
		p := &portal{}
		p.rest = func(*http.Request, string) (int, string) { return 302, to }
		c, _, _ := setup(t, p.answer)
		if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e.Kind != crm.Unavailable || p.exchanges.Load() != 0 {
			t.Errorf("%q: got %v", to, e)
		}
	}
}

func TestNothingIsSentAfterTheLastMomentEvenWhenARefreshTookLong(t *testing.T) {
	t.Parallel()
	now := morning
	p := &portal{}
	p.good.Store("ACCESS-two")
	p.exchange = func(url.Values) (int, string) {
		now = now.Add(20 * time.Second)
		return 200, pairJSON("m1", "https://one.bitrix24.ru/rest/")
	}
	s, m := &stub{answer: p.answer}, newMemory()
	c, err := New(Config{Credentials: m, Now: func() time.Time { return now }, Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	e := c.Perform(crm.SendBy(t.Context(), morning.Add(10*time.Second)), one(touch), nil)[0].Err
	if e == nil || e.Kind != crm.Unavailable || e.Code != codeLate || m.stored != 1 || len(s.requests()) != 2 {
		t.Errorf("got %v, %d pairs stored, %d requests", e, m.stored, len(s.requests()))
	}
	if e := c.Perform(crm.SendBy(t.Context(), now.Add(time.Second)), one(touch), nil)[0].Err; e != nil {
		t.Errorf("in time: %v", e)
	}
}

// forgetful fails to keep tokens, with words that must not get out.
type forgetful struct{ *memory }

func (forgetful) Token(context.Context) (Token, error) {
	return Token{}, errors.New("dial db: password=" + appSecret)
}

func TestAStoreThatFailsLeavesEverythingUnsent(t *testing.T) {
	t.Parallel()
	c, err := New(Config{Credentials: forgetful{newMemory()}, Now: func() time.Time { return morning }, Transport: failing{errors.New("never")}})
	if err != nil {
		t.Fatal(err)
	}
	e := c.Perform(t.Context(), one(touch), nil)[0].Err
	if e.Kind != crm.Unavailable {
		t.Errorf("got %v", e)
	}
	assertNoSecret(t, "", e)
}

func TestAfterADenialTheTokensAreLoadedAnew(t *testing.T) {
	t.Parallel()
	p := &portal{}
	p.good.Store("ACCESS-two")
	p.rest = func(_ *http.Request, body string) (int, string) {
		if strings.Contains(body, accessOne) {
			return 401, refusing("NOT_INSTALLED", "")
		}
		return -1, ""
	}
	c, _, m := setup(t, p.answer)
	if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e.Kind != crm.Denied {
		t.Fatalf("got %v", e)
	}
	m.token.Access, m.token.Version = "ACCESS-two", 2 // the tenant authorised us again
	if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e != nil {
		t.Errorf("got %v", e)
	}
}
