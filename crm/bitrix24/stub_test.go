package bitrix24

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"omniconnector/crm"
)

// Values that must never be seen in an error.
const (
	accessOne  = "ACCESS-one-7d1f"
	refreshOne = "REFRESH-one-91ab"
	appSecret  = "CLIENT-secret-55c0"
	uploadAuth = "UPLOAD-auth-e3e3"
)

var morning = time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)

// stub answers requests by a function and remembers them.
type stub struct {
	mu     sync.Mutex
	answer func(r *http.Request, body string) (int, string)
	seen   []string
}

func (s *stub) RoundTrip(r *http.Request) (*http.Response, error) {
	trace := httptrace.ContextClientTrace(r.Context())
	if trace != nil && trace.GetConn != nil {
		trace.GetConn(r.URL.Host)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if trace != nil && trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	s.mu.Lock()
	s.seen = append(s.seen, string(body))
	s.mu.Unlock()
	status, answer := s.answer(r, string(body))
	if status == 0 {
		return nil, &url.Error{Op: "Post", URL: r.URL.String() + "?auth=" + accessOne, Err: io.EOF}
	}
	h := http.Header{"Content-Type": {"application/json"}}
	if status == http.StatusFound {
		h.Set("Location", answer)
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

func (s *stub) requests() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.seen...)
}

// memory keeps a pair of tokens as the store does.
type memory struct {
	mu     sync.Mutex
	lease  sync.Mutex
	token  Token
	moved  []string
	stored int
}

func newMemory() *memory {
	return &memory{token: Token{
		Access: accessOne, Refresh: refreshOne, Endpoint: "https://one.bitrix24.ru/rest/", MemberID: "m1", Version: 1,
		ServerEndpoint: "https://oauth.bitrix.info/rest/", ClientID: "app.1", ClientSecret: appSecret,
	}}
}

func (m *memory) Token(context.Context) (Token, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.token, nil
}

func (m *memory) Refresh(
	ctx context.Context, stale Token, exchange func(context.Context, Secret) (Token, error),
) (Token, error) {
	m.lease.Lock()
	defer m.lease.Unlock()
	now, _ := m.Token(ctx)
	if now.Version > stale.Version {
		return now, nil
	}
	next, err := exchange(ctx, now.Refresh)
	if err != nil {
		return Token{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	next.Version = m.token.Version + 1
	m.token = next
	m.stored++
	return next, nil
}

func (m *memory) Moved(_ context.Context, endpoint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.moved = append(m.moved, endpoint)
	return nil
}

func setup(t *testing.T, answer func(r *http.Request, body string) (int, string)) (*Client, *stub, *memory) {
	t.Helper()
	s, m := &stub{answer: answer}, newMemory()
	c, err := New(Config{Credentials: m, Now: func() time.Time { return morning }, Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return c, s, m
}

// sent is one command of a batch as the portal reads it.
type sent struct {
	key, method string
	query       url.Values
}

var cmdOrder = regexp.MustCompile(`"(c\d\d)":`)

// batchOf reads the commands of a batch in the order they stand in the body.
func batchOf(t *testing.T, body string) []sent {
	t.Helper()
	var in struct {
		Cmd json.RawMessage `json:"cmd"`
	}
	var text map[string]string
	if err := errors.Join(json.Unmarshal([]byte(body), &in), json.Unmarshal(in.Cmd, &text)); err != nil {
		t.Fatalf("body is no batch: %v\n%s", err, body)
	}
	var out []sent
	for _, m := range cmdOrder.FindAllStringSubmatch(string(in.Cmd), -1) {
		method, query, _ := strings.Cut(text[m[1]], "?")
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, sent{m[1], method, q})
	}
	return out
}

// answers writes a batch's answer: a value per key, or an error for keys whose value is failure.
func answers(values map[string]any) string {
	results, refused, times := map[string]any{}, map[string]any{}, map[string]any{}
	for k, v := range values {
		if f, ok := v.(failure); ok { // errors carry no time
			refused[k] = map[string]any{"error": f.code, "error_description": f.text}
			continue
		}
		times[k] = map[string]any{"duration": 0.5, "operating": 1.5, "operating_reset_at": morning.Add(5 * time.Minute).Unix()}
		results[k] = v
	}
	part := func(m map[string]any) any {
		if len(m) == 0 {
			return []any{}
		}
		return m
	}
	b, err := json.Marshal(map[string]any{"result": map[string]any{
		"result": part(results), "result_error": part(refused), "result_time": part(times), "result_total": []any{}, "result_next": []any{},
	}, "time": map[string]any{"duration": 1.0}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func refusing(code, text string) string {
	b, err := json.Marshal(map[string]string{"error": code, "error_description": text})
	if err != nil {
		panic(err)
	}
	return string(b)
}

func one(calls ...crm.Call) [][]crm.Call { return [][]crm.Call{calls} }

func kindsOf(outs []crm.Outcome) []crm.ErrorKind {
	kinds := make([]crm.ErrorKind, len(outs))
	for i, o := range outs {
		if o.Err != nil {
			kinds[i] = o.Err.Kind
		}
	}
	return kinds
}

func pairJSON(member, endpoint string) string {
	var b bytes.Buffer
	_ = json.NewEncoder(&b).Encode(map[string]any{
		"access_token": "ACCESS-two", "refresh_token": "REFRESH-two", "expires_in": 3600, "domain": "oauth.bitrix.info",
		"server_endpoint": "https://oauth.bitrix.info/rest/", "client_endpoint": endpoint, "member_id": member, "user_id": 1,
	})
	return b.String()
}
