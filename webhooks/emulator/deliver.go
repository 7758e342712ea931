package emulator

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Sent is what became of one notification.
type Sent struct {
	Number      int       `json:"number"`
	App         int64     `json:"app_id"`
	Event       string    `json:"event"`
	Session     any       `json:"call_session_id"`
	Chat        any       `json:"chat_id,omitempty"`
	Method      string    `json:"method"`
	URL         string    `json:"url"`  // without its secrets
	Body        string    `json:"body"` // likewise
	ContentType string    `json:"content_type"`
	Attempts    []Attempt `json:"attempts"`
	Delivered   bool      `json:"delivered"` // a 2xx was received
	Lost        bool      `json:"lost"`      // never sent, by Trouble
}

// Attempt is one try.
type Attempt struct {
	At     time.Time     `json:"at"`
	Took   time.Duration `json:"took"`
	Status int           `json:"status,omitempty"`
	Error  string        `json:"error,omitempty"`
}

// Notify sends the notifications that are configured for a step's event, and repeats
// each until it is accepted or the retries are used up. The error is that of ctx only.
func (p *Platform) Notify(ctx context.Context, s Step) ([]Sent, error) {
	p.mu.Lock()
	c := p.accounts[s.App]
	if c == nil {
		p.mu.Unlock()
		return nil, fmt.Errorf("no account %d", s.App)
	}
	templates, trouble := slices.Clone(c.templates), c.trouble
	p.mu.Unlock()
	p.witness(s.truth, s.At)
	if s.act != nil {
		return p.tellAct(ctx, s, trouble)
	}

	var all []Sent
	for _, t := range templates {
		if t.Event != s.Event {
			continue
		}
		sent, err := p.deliver(ctx, s, t.Render(s.Vars, trouble.leave), trouble)
		all = append(all, sent...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// deliver sends one notification, unless trouble loses it, and twice if trouble says so.
func (p *Platform) deliver(ctx context.Context, s Step, r Rendered, trouble Trouble) ([]Sent, error) {
	if trouble.hits("lose", trouble.Lose, s) {
		return []Sent{p.note(s, r, nil, true)}, nil
	}
	times := 1
	if trouble.hits("duplicate", trouble.Duplicate, s) {
		times = 2
	}
	var all []Sent
	for range times {
		attempts, err := p.insist(ctx, r)
		all = append(all, p.note(s, r, attempts, false))
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// insist sends until a 2xx.
func (p *Platform) insist(ctx context.Context, r Rendered) ([]Attempt, error) {
	var all []Attempt
	for i := 0; ; i++ {
		a := p.attempt(ctx, r)
		all = append(all, a)
		if ctx.Err() != nil {
			return all, context.Cause(ctx)
		}
		if a.accepted() || i >= len(p.o.Retries) {
			return all, nil
		}
		if err := p.o.Wait(ctx, p.o.Retries[i]); err != nil {
			return all, err
		}
	}
}

func (a Attempt) accepted() bool { return a.Status/100 == 2 }

// enough of an answer is read to use the connection again.
const enough = 64 << 10

func (p *Platform) attempt(ctx context.Context, r Rendered) Attempt {
	a := Attempt{At: p.o.Now()}
	status, err := p.send(ctx, r)
	a.Status, a.Took = status, p.o.Now().Sub(a.At)
	if err != nil {
		a.Error = hide(err.Error())
	}
	return a
}

func (p *Platform) send(ctx context.Context, r Rendered) (int, error) {
	var body io.Reader
	if r.Method != http.MethodGet {
		body = bytes.NewReader([]byte(r.Body))
	}
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, body)
	if err != nil {
		return 0, err
	}
	if r.ContentType != "" {
		req.Header.Set("Content-Type", r.ContentType)
	}
	req.Header.Set("User-Agent", "emulated-platform")
	for name, value := range r.Headers {
		req.Header.Set(name, value)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, io.LimitReader(resp.Body, enough))
	return resp.StatusCode, err
}

// note remembers a notification.
func (p *Platform) note(s Step, r Rendered, attempts []Attempt, lost bool) Sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count++
	out := Sent{
		Number: p.count, App: s.App, Event: s.Event, Session: s.Vars["call_session_id"], Chat: s.Vars["chat_id"],
		Method: r.Method, URL: hide(r.URL), Body: hide(r.Body), ContentType: r.ContentType, Attempts: attempts, Lost: lost,
		Delivered: len(attempts) > 0 && attempts[len(attempts)-1].accepted(),
	}
	p.sent = append(p.sent, out)
	if len(p.sent) > 2*p.o.Keep {
		p.sent = append([]Sent(nil), p.sent[len(p.sent)-p.o.Keep:]...)
	}
	return out
}

// Sent lists the latest notifications, oldest first.
func (p *Platform) Sent() []Sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sent[max(0, len(p.sent)-p.o.Keep):])
}

var (
	secretMember = regexp.MustCompile(`("(?:secret|token)"\s*:\s*")[^"]*`)
	secretPair   = regexp.MustCompile(`(secret=)[^&\s"]*`)
	tokenSegment = regexp.MustCompile(`(/hooks/[^/?\s]+/)[^/?\s"]+`)
)

// hide takes the secrets of templates out of what is shown.
func hide(s string) string {
	if strings.Contains(s, "secret") || strings.Contains(s, "token") {
		s = secretMember.ReplaceAllString(s, "${1}[secret]")
		s = secretPair.ReplaceAllString(s, "${1}[secret]")
	}
	return tokenSegment.ReplaceAllString(s, "${1}[token]")
}
