package bitrix24

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"omniconnector/crm"
)

const html = `<html><body>502 <a href="https://one.bitrix24.ru/?auth=` + accessOne + `">here</a></body></html>`

// wholes are failures of a request and what may be done about each.
var wholes = []struct {
	name   string
	status int
	body   string
	kind   crm.ErrorKind
}{
	{"limit", 503, refusing("QUERY_LIMIT_EXCEEDED", "Too many requests"), crm.Limited},
	{"limit as of 2024", 429, refusing("query_limit_exceeded", "Too many requests"), crm.Limited},
	{"operating", 429, refusing("OPERATION_TIME_LIMIT", "Method is blocked"), crm.Limited},
	{"overload", 503, refusing("OVERLOAD_LIMIT", "blocked by hand"), crm.Overloaded},
	{"tariff", 403, refusing("ACCESS_DENIED", "REST is available on commercial plans"), crm.Denied},
	{"payment", 401, refusing("PAYMENT_REQUIRED", ""), crm.Denied},
	{"scope", 403, refusing("insufficient_scope", ""), crm.Denied},
	{"dismissed", 401, refusing("authorization_error", "Unable to authorize user"), crm.Denied},
	{"user", 403, refusing("user_access_error", ""), crm.Denied},
	{"removed", 401, refusing("APPLICATION_NOT_FOUND", ""), crm.Denied},
	{"unfinished", 401, refusing("NOT_INSTALLED", ""), crm.Denied},
	{"closed portal, docs", 500, refusing("PORTAL_DELETED", ""), crm.Denied},
	{"closed portal, SDK", 410, refusing("PORTAL_DELETED", ""), crm.Denied},
	{"no token", 401, refusing("NO_AUTH_FOUND", "Wrong authorization data"), crm.Denied},
	{"crash", 500, refusing("INTERNAL_SERVER_ERROR", "Internal server error"), crm.Ambiguous},
	{"unexpected", 500, refusing("ERROR_UNEXPECTED_ANSWER", "Server returned an unexpected response"), crm.Ambiguous},
	{"unknown 500", 500, refusing("SOMETHING_NEW", ""), crm.Ambiguous},
	{"unknown 200", 200, refusing("", "what"), crm.Ambiguous},
	{"unknown 400", 400, refusing("SOMETHING_NEW", ""), crm.Unavailable},
	{"malformed", 400, refusing("INVALID_REQUEST", ""), crm.Unavailable},
	{"error as an object", 401, `{"error":{"code":"PAYMENT_REQUIRED","message":"pay"}}`, crm.Denied},
	{"error as a number", 500, `{"error":0,"error_description":"oops"}`, crm.Ambiguous},
	{"bad gateway", 502, html, crm.Ambiguous},
	{"gateway timeout", 504, html, crm.Ambiguous},
	{"unavailable page", 503, html, crm.Ambiguous},
	{"front server forbids", 403, html, crm.Unavailable},
	{"front server knows nothing", 404, html, crm.Unavailable},
	{"nonsense", 200, "OK", crm.Ambiguous},
	{"empty", 200, "", crm.Ambiguous},
	{"cut off", 200, `{"result":{"result":{"c00":{"item"`, crm.Ambiguous},
	{"no result", 200, `{"time":{}}`, crm.Ambiguous},
	{"a list for an answer", 200, `{"result":[1,2]}`, crm.Ambiguous},
	{"cut connection", 0, "", crm.Ambiguous},
	{"redirect to nowhere", 302, "http://10.0.0.1/rest/", crm.Unavailable},
}

func TestFailuresOfTheRequestAreTypedAndRepeatedInEveryOutcome(t *testing.T) {
	t.Parallel()
	for _, tc := range wholes {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c, _, _ := setup(t, func(*http.Request, string) (int, string) { return tc.status, tc.body })
			outs := c.Perform(t.Context(), [][]crm.Call{
				{{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}}, {{Key: "b", Do: crm.Create{Kind: crm.Lead, OriginID: "2"}}},
			}, nil)
			for _, o := range outs {
				if o.Err == nil || o.Err.Kind != tc.kind || !o.Err.Whole {
					t.Errorf("%s: got %+v, want %s of the whole request", o.Key, o.Err, tc.kind)
				}
			}
			if outs[0].Err == outs[1].Err {
				t.Error("two outcomes share one error")
			}
		})
	}
}

func TestFailuresOfOneCommandAreTypedAndLeaveItsNeighboursAlone(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		code, text string
		kind       crm.ErrorKind
	}{
		{"ACCESS_DENIED", "Access denied", crm.Invalid},
		{"", "Access denied.", crm.Invalid},
		{"", "Not found", crm.NotFound},
		{"NOT_FOUND", "Element not found", crm.NotFound},
		{"not_found", "", crm.NotFound},
		{"0", "strange", crm.Invalid},
		{"100", "Could not find value for parameter {id}", crm.Invalid},
		{"ERROR_CORE", "User is not found or is not active", crm.Invalid},
		{"CRM_FIELD_ERROR_VALUE_NOT_VALID", "x", crm.Invalid},
		{"ERROR_METHOD_NOT_FOUND", "Method not found!", crm.Invalid},
		{"OPERATION_TIME_LIMIT", "blocked", crm.Limited},
		{"insufficient_scope", "", crm.Denied},
		{"INTERNAL_SERVER_ERROR", "", crm.Ambiguous},
		{"expired_token", "", crm.Unavailable},
		{"ERROR_BATCH_LENGTH_EXCEEDED", "", crm.Unavailable},
	} {
		t.Run(tc.code+" "+tc.text, func(t *testing.T) {
			t.Parallel()
			c, _, _ := setup(t, func(*http.Request, string) (int, string) {
				return 200, answers(map[string]any{"c00": failure{tc.code, tc.text}, "c01": map[string]any{"item": map[string]any{"id": 2}}})
			})
			outs := c.Perform(t.Context(), [][]crm.Call{
				{{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}}, {{Key: "b", Do: crm.Create{Kind: crm.Lead, OriginID: "2"}}},
			}, nil)
			if outs[0].Err == nil || outs[0].Err.Kind != tc.kind || outs[0].Err.Whole {
				t.Errorf("got %+v, want %s of this command", outs[0].Err, tc.kind)
			}
			if outs[1].Err != nil {
				t.Errorf("the neighbour got %v", outs[1].Err)
			}
		})
	}
}

// failing is a transport that ends with err, before or after the request was written.
type failing struct{ err error }

func (f failing) RoundTrip(*http.Request) (*http.Response, error) { return nil, f.err }

func TestOnlyWhatWasCertainlyNeverSentIsUnavailable(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	for name, tc := range map[string]struct {
		err  error
		kind crm.ErrorKind
		text string
	}{
		"refused":       {dial, crm.Unavailable, "connection refused"},
		"no name":       {&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "one.bitrix24.ru"}}, crm.Unavailable, "name not resolved"},
		"silent reset":  {&net.OpError{Op: "read", Err: syscall.ECONNRESET}, crm.Ambiguous, "connection reset"},
		"silent answer": {context.DeadlineExceeded, crm.Ambiguous, "no answer in time"},
		"unknown":       {errors.New("proxy says https://one.bitrix24.ru " + accessOne), crm.Ambiguous, "connection failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := New(Config{Credentials: newMemory(), Now: func() time.Time { return morning }, Transport: failing{tc.err}})
			if err != nil {
				t.Fatal(err)
			}
			e := c.Perform(t.Context(), one(crm.Call{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}), nil)[0].Err
			if e.Kind != tc.kind || e.Text != tc.text {
				t.Errorf("got %s %q, want %s %q", e.Kind, e.Text, tc.kind, tc.text)
			}
		})
	}
}

func TestARealConnectionThatCannotBeMadeIsUnavailable(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	m := newMemory()
	m.token.Endpoint = "http://" + address + "/rest/"
	c, err := New(Config{Credentials: m, Now: func() time.Time { return morning }, Allowed: func(*url.URL) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	e := c.Perform(t.Context(), one(crm.Call{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}), nil)[0].Err
	if e.Kind != crm.Unavailable || strings.Contains(e.Error(), address) {
		t.Errorf("got %v", e)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e := c.Perform(ctx, one(crm.Call{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}), nil)[0].Err; e.Kind != crm.Unavailable {
		t.Errorf("cancelled before it was sent: got %v", e)
	}
}

func TestNoSecretIsInAnyErrorOrLogLine(t *testing.T) {
	t.Parallel()
	echo := "bad " + accessOne + " of https://one.bitrix24.ru/rest/?auth=" + accessOne + " " + refreshOne + " <b>" + appSecret + "</b>"
	cases := wholes
	cases = append(slices.Clip(cases), []struct {
		name   string
		status int
		body   string
		kind   crm.ErrorKind
	}{
		{"echo", 403, refusing("ACCESS_DENIED", echo), crm.Denied},
		{"echo in the code", 403, refusing(accessOne, ""), crm.Unavailable},
		{"echo in a command", 200, answers(map[string]any{"c00": failure{"ERROR_CORE", echo}}), crm.Invalid},
		{"expired for ever", 401, refusing("expired_token", echo), crm.Denied},
		{"foreign redirect", 302, "https://" + accessOne + ".evil.example/?" + accessOne, crm.Unavailable},
	}...)
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var log strings.Builder
			s, m := &stub{answer: func(*http.Request, string) (int, string) { return tc.status, tc.body }}, newMemory()
			c, err := New(Config{
				Credentials: m, Now: func() time.Time { return morning }, Transport: s,
				Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			})
			if err != nil {
				t.Fatal(err)
			}
			call := crm.Call{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}
			said := []any{c.Perform(t.Context(), one(call), nil)[0].Err, c.LookUp(t.Context(), []crm.Call{call}, nil)[0].Err}
			_, e := c.Check(t.Context())
			_, e2 := c.Directory(t.Context(), nil)
			said = append(said, e, e2, c.Upload(t.Context(), crm.UploadTo{URL: "https://one.bitrix24.ru/u?auth=" + uploadAuth}, "a.mp3", 1, strings.NewReader("x")))
			tok, _ := m.Token(t.Context())
			said = append(said, c, tok, &tok, map[string]any{"t": tok})
			assertNoSecret(t, log.String(), said...)
		})
	}
}

// assertNoSecret renders each value in every way a careless line might.
func assertNoSecret(t *testing.T, log string, values ...any) {
	t.Helper()
	for _, v := range values {
		encoded, _ := json.Marshal(v)
		text := log + string(encoded)
		var textSb232 strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
			fmt.Fprintf(&textSb232, verb, v)
		}
		text += textSb232.String()
		if err, ok := v.(error); ok && err != nil {
			text += fmt.Sprint(err)
		}
		for _, secret := range []string{accessOne, refreshOne, appSecret, uploadAuth, fmt.Sprintf("%x", accessOne)} {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %T: %s", secret, v, text)
			}
		}
	}
}

func TestASecretHidesFromEveryVerbAndEncoder(t *testing.T) {
	t.Parallel()
	type holder struct {
		S Secret
		M map[string]Secret
		P *Secret
	}
	s := Secret(accessOne)
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "s", s, "h", holder{S: s, P: &s})
	assertNoSecret(t, log.String(), s, &s, holder{s, map[string]Secret{"k": s}, &s}, []Secret{s})
}
