package rpc

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"omniconnector/crm"
)

func parse(text string) gjson.Result { return gjson.Parse(text) }

// nobody is a transport that nothing answers behind.
type nobody struct{}

func (nobody) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("nobody") }

// answers is a transport that answers everything with the same.
type answers struct {
	status int
	header http.Header
	body   string
}

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	header := a.header
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: a.status, Header: header, Body: io.NopCloser(strings.NewReader(a.body)), Request: r, ContentLength: -1}, nil
}

func stub(t *testing.T, transport http.RoundTripper) *Client {
	t.Helper()
	return client(t, Config{DataURL: NovofonData, CallURL: NovofonCall, Token: "TOKEN", Transport: transport, Now: func() time.Time { return eight }})
}

func failure(code int, mnemonic, rest string) string {
	return `{"jsonrpc":"2.0","id":"r","error":{"code":` + strconv.Itoa(code) + `,"message":"words","data":{"mnemonic":"` + mnemonic + `"` + rest + `}}}`
}

func TestR4EveryWrongAnswerHasItsKind(t *testing.T) {
	t.Parallel()
	limits := func(minute, day int) string {
		return `,"metadata":{"limits":{"day_limit":2000,"day_remaining":` + strconv.Itoa(day) + `,"day_reset":40000,"minute_limit":100,"minute_remaining":0,"minute_reset":` +
			strconv.Itoa(minute) + `}}`
	}
	for name, c := range map[string]struct {
		answers
		reading, starting crm.ErrorKind
		wait              time.Duration
	}{
		"minute's points":          {answers{200, nil, failure(-32029, "limit_exceeded", limits(42, 5))}, crm.Limited, crm.Limited, 42 * time.Second},
		"day's points":             {answers{200, nil, failure(-32029, "limit_exceeded", limits(42, 0))}, crm.Limited, crm.Limited, 40000 * time.Second},
		"points, nothing told":     {answers{200, nil, failure(-32029, "limit_exceeded", "")}, crm.Limited, crm.Limited, time.Minute},
		"points with status 429":   {answers{429, nil, failure(-32029, "limit_exceeded", limits(7, 5))}, crm.Limited, crm.Limited, 7 * time.Second},
		"a year's pause":           {answers{200, nil, failure(-32029, "limit_exceeded", limits(31536000, 5))}, crm.Limited, crm.Limited, 24 * time.Hour},
		"429 of a server in front": {answers{429, http.Header{"Retry-After": {"30"}}, "slow down"}, crm.Limited, crm.Limited, 30 * time.Second},
		"429 without a word":       {answers{429, nil, ""}, crm.Limited, crm.Limited, time.Minute},
		"internal error":           {answers{200, nil, failure(-32603, "internal_error", "")}, crm.Unavailable, crm.Ambiguous, 0},
		"internal, code only":      {answers{200, nil, `{"error":{"code":-32603,"message":"x","data":null}}`}, crm.Unavailable, crm.Ambiguous, 0},
		"limit, code as text":      {answers{200, nil, `{"error":{"code":"-32029"}}`}, crm.Limited, crm.Limited, time.Minute},
		"data is a list":           {answers{200, nil, `{"error":{"code":-32001,"data":[]}}`}, crm.Denied, crm.Denied, 0},
		"mnemonic in upper case":   {answers{200, nil, failure(-32003, "IP_NOT_WHITELISTED", "")}, crm.Denied, crm.Denied, 0},
		"error with status 500":    {answers{500, nil, failure(-32602, "data_type_error", "")}, crm.Invalid, crm.Invalid, 0},
		"an error that is a text":  {answers{200, nil, `{"error":"broken"}`}, crm.Invalid, crm.Invalid, 0},
		"a record that is gone":    {answers{200, nil, failure(-32602, "entity_not_found", "")}, crm.NotFound, crm.NotFound, 0},
		"a page, 502":              {answers{502, nil, "<html>"}, crm.Unavailable, crm.Ambiguous, 0},
		"a page, 404":              {answers{404, nil, "<html>"}, crm.Unavailable, crm.Unavailable, 0},
		"a page, 200":              {answers{200, nil, "<html>"}, crm.Unavailable, crm.Ambiguous, 0},
		"a redirect":               {answers{302, http.Header{"Location": {"https://elsewhere.example/"}}, ""}, crm.Unavailable, crm.Unavailable, 0},
		"nothing":                  {answers{200, nil, ""}, crm.Unavailable, crm.Ambiguous, 0},
		"half":                     {answers{200, nil, `{"jsonrpc":"2.0","result":{"da`}, crm.Unavailable, crm.Ambiguous, 0},
		"a list":                   {answers{200, nil, `[]`}, crm.Unavailable, crm.Ambiguous, 0},
		"neither":                  {answers{200, nil, `{"jsonrpc":"2.0","id":"r"}`}, crm.Unavailable, crm.Ambiguous, 0},
		"a result that is null":    {answers{200, nil, `{"result":null,"error":null}`}, crm.Unavailable, crm.Ambiguous, 0},
		"brackets without end":     {answers{200, nil, strings.Repeat("[", 1<<16)}, crm.Unavailable, crm.Ambiguous, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := stub(t, c.answers)
			_, e := p.Directory(t.Context())
			if kind(e) != c.reading || e.Wait != c.wait || e.Text == "" {
				t.Errorf("reading: got %+v, want %s after %s", e, c.reading, c.wait)
			}
			if _, e = p.Dial(t.Context(), click(nil)); kind(e) != c.starting || e.Wait != c.wait {
				t.Errorf("starting: got %+v, want %s after %s", e, c.starting, c.wait)
			}
			if strings.Contains(e.Error(), "TOKEN") || strings.Contains(e.Error(), "novofon") {
				t.Errorf("a secret or an address in %v", e)
			}
		})
	}
}

func TestASuccessIsReadHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, want string }{
		"as documented":       {`{"jsonrpc":"2.0","id":"c","result":{"data":{"call_session_id":910000006},"metadata":{}}}`, "910000006"},
		"an id as text":       {`{"result":{"data":{"call_session_id":"910000006"}}}`, "910000006"},
		"without data":        {`{"result":{"call_session_id":910000006}}`, "910000006"},
		"in a list":           {`{"result":{"data":[{"call_session_id":910000006}]}}`, "910000006"},
		"error is null":       {`{"error":null,"result":{"data":{"call_session_id":910000006}}}`, "910000006"},
		"larger than a float": {`{"result":{"data":{"call_session_id":9007199254740993}}}`, "9007199254740993"},
	} {
		session, e := stub(t, answers{200, nil, c.body}).Dial(t.Context(), click(nil))
		if e != nil || string(session) != c.want {
			t.Errorf("%s: got %s, %v", name, session, e)
		}
	}
	if _, e := stub(t, answers{200, nil, `{"result":{"data":{"success":"true"}}}`}).Dial(t.Context(), click(nil)); kind(e) != crm.Ambiguous {
		t.Errorf("no session: got %v", e)
	}
}

func TestATransportThatSaysNothingOfItselfProvesNothing(t *testing.T) {
	t.Parallel()
	if _, e := stub(t, nobody{}).Dial(t.Context(), click(nil)); kind(e) != crm.Ambiguous {
		t.Errorf("got %v", e)
	}
}

func TestEveryWordIsSaidInBothLanguages(t *testing.T) {
	t.Parallel()
	for code := range kinds {
		if ru, en, ok := Words(code); !ok || ru == "" || en == "" {
			t.Errorf("%s has no words: %q, %q", code, ru, en)
		}
	}
}
