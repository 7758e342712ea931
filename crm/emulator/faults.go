package emulator

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"
)

// FaultKind names one way in which a portal can misbehave.
type FaultKind string

// The kinds of misbehaviour; "before" and "after" are relative to the execution of what was asked.
const (
	FaultError        FaultKind = "error"         // refuses with Status, Code and Text; in a batch only that command
	FaultLimit        FaultKind = "query_limit"   // 503 QUERY_LIMIT_EXCEEDED, before
	FaultCutBefore    FaultKind = "cut_before"    // the connection is cut, before
	FaultCutAfter     FaultKind = "cut_after"     // the connection is cut, after
	FaultCutHalf      FaultKind = "cut_half"      // half of a batch is executed, then the connection is cut
	FaultSlow         FaultKind = "slow"          // waits, then executes even if nobody listens any more
	FaultSlowAnswer   FaultKind = "slow_answer"   // executes, then waits before it answers
	FaultHTMLBefore   FaultKind = "html_before"   // 502 with a page of the front server, before
	FaultHTMLAfter    FaultKind = "html_after"    // the same, after
	FaultExpiredToken FaultKind = "expired_token" // the token used expires now
	FaultOverload     FaultKind = "overload"      // OVERLOAD_LIMIT until LiftOverload
	FaultRename       FaultKind = "rename"        // the portal moves to Name; this request already gets the 302
	FaultNonsense     FaultKind = "nonsense"      // executes, answers 200 with text that is no JSON
	FaultTruncated    FaultKind = "truncated"     // executes, answers half of the body
)

// Fault is one misbehaviour.
type Fault struct {
	Kind   FaultKind       `json:"kind"`
	Times  int             `json:"times,omitempty"` // how often; once when zero
	Skip   int             `json:"skip,omitempty"`  // how many fitting requests go well before it: 1 fails the second page of a list
	Status int             `json:"status,omitempty"`
	Code   string          `json:"code,omitempty"`
	Text   string          `json:"text,omitempty"`
	Delay  time.Duration   `json:"delay,omitempty"` // of slow kinds
	Until  <-chan struct{} `json:"-"`               // of slow kinds: waits for it instead of Delay
	Name   string          `json:"name,omitempty"`  // the new name of a rename
}

// Mischief is random misbehaviour: a chance in percent per request for each kind.
type Mischief struct {
	Seed    uint64                `json:"seed,omitempty"`
	Percent map[FaultKind]float64 `json:"percent,omitempty"`
	Delay   time.Duration         `json:"delay,omitempty"` // of slow kinds
}

// Applied is a fault that was carried out.
type Applied struct {
	Kind   FaultKind `json:"kind"`
	Method string    `json:"method"`
}

type faultBox struct {
	mu       sync.Mutex
	scripted []*scripted
	mischief Mischief
	rnd      *rand.Rand
	applied  []Applied
	counts   map[FaultKind]int
}

type scripted struct {
	method string
	fault  Fault
	left   int
	skip   int
}

// due counts a fitting request and tells whether the fault strikes it.
func (s *scripted) due() bool {
	if s.skip > 0 {
		s.skip--
		return false
	}
	return true
}

// FailNext makes the next request that contains method fail so; "*" is any, "batch" any batch, "upload" a record's upload.
func (p *Portal) FailNext(method string, f Fault) { p.faults.add(method, f) }

// FailNextToken makes the next request to the OAuth server's token address fail so.
func (c *Cloud) FailNextToken(f Fault) { c.faults.add("oauth.token", f) }

// SetMischief switches random misbehaviour on, or off with the zero value.
func (p *Portal) SetMischief(m Mischief) {
	b := &p.faults
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mischief = m
	b.rnd = rand.New(rand.NewPCG(m.Seed, 1)) //nolint:gosec // mischief must be repeatable
}

// ClearFaults forgets scripted faults that have not happened and stops mischief.
func (p *Portal) ClearFaults() {
	p.faults.mu.Lock()
	p.faults.scripted, p.faults.mischief = nil, Mischief{}
	p.faults.mu.Unlock()
	p.LiftOverload()
}

// LiftOverload ends an OVERLOAD_LIMIT.
func (p *Portal) LiftOverload() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Overloaded = false
}

// Faults lists the latest faults carried out.
func (p *Portal) Faults() []Applied {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	return slices.Clone(p.faults.applied)
}

// FaultCounts counts the faults carried out by kind.
func (p *Portal) FaultCounts() map[FaultKind]int {
	p.faults.mu.Lock()
	defer p.faults.mu.Unlock()
	out := map[FaultKind]int{}
	maps.Copy(out, p.faults.counts)
	return out
}

// Faults wait in the order in which they were asked for.
func (b *faultBox) add(method string, f Fault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scripted = append(b.scripted, &scripted{method: lower(method), fault: f, left: max(f.Times, 1), skip: f.Skip})
}

// take finds the fault for a request made of these methods. Inside a batch an error meant
// for one command is left for that command to find.
func (b *faultBox) take(names []string, batch bool) *Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.scripted {
		hit := s.method == "*" || slices.Contains(names, s.method)
		if !hit || batch && s.fault.Kind == FaultError && s.method != "*" && s.method != "batch" {
			continue
		}
		if !s.due() {
			continue
		}
		return b.use(s, s.method)
	}
	return b.random(names)
}

// takeError finds an error meant for one command of a batch.
func (b *faultBox) takeError(method string) *Fault {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, s := range b.scripted {
		if s.method == method && s.fault.Kind == FaultError && s.due() {
			return b.use(s, method)
		}
	}
	return nil
}

// A fault that has had its times is forgotten; what happened is counted by kind.
func (b *faultBox) use(s *scripted, method string) *Fault {
	if s.left--; s.left <= 0 {
		b.scripted = slices.DeleteFunc(b.scripted, func(o *scripted) bool { return o == s })
	}
	f := s.fault
	b.note(f.Kind, method)
	return &f
}

// random draws once for each kind in a fixed order, so that a seed always tells the same story.
func (b *faultBox) random(names []string) *Fault {
	if len(b.mischief.Percent) == 0 {
		return nil
	}
	roll := b.rnd.Float64() * 100
	for _, k := range mischievous {
		pct := b.mischief.Percent[k]
		if roll < pct {
			b.note(k, names[0])
			return &Fault{Kind: k, Delay: b.mischief.Delay}
		}
		roll -= pct
	}
	return nil
}

var mischievous = []FaultKind{
	FaultLimit, FaultCutBefore, FaultCutAfter, FaultCutHalf, FaultSlow, FaultSlowAnswer, FaultHTMLBefore,
	FaultHTMLAfter, FaultExpiredToken, FaultOverload, FaultRename, FaultNonsense, FaultTruncated, FaultError,
}

func (b *faultBox) note(k FaultKind, method string) {
	if b.counts == nil {
		b.counts = map[FaultKind]int{}
	}
	b.counts[k]++
	b.applied = append(b.applied, Applied{Kind: k, Method: method})
	if len(b.applied) > 1000 {
		b.applied = slices.Clone(b.applied[500:])
	}
}

// refusal is what FaultError answers: the given error, or a plain internal one.
func (f *Fault) refusal() *apiError {
	e := refuse(f.Status, f.Code, f.Text)
	if e.Status == 0 {
		e.Status = http.StatusInternalServerError
	}
	if e.Code == "" && e.Text == "" {
		e.Code, e.Text = "INTERNAL_SERVER_ERROR", "Internal server error"
	}
	return e
}

// before carries out what happens before execution and tells whether the request ends there.
func (f *Fault) before(w http.ResponseWriter, r *http.Request) bool {
	switch f.Kind {
	case FaultError:
		e := f.refusal()
		writeJSON(w, e.Status, e.body())
	case FaultLimit:
		writeJSON(w, http.StatusServiceUnavailable, refuse(0, "QUERY_LIMIT_EXCEEDED", "Too many requests").body())
	case FaultCutBefore:
		cut(r)
	case FaultHTMLBefore:
		f.page(w)
	case FaultSlow:
		f.wait(nil)
		return false
	default:
		return false
	}
	return true
}

// after carries out what happens to the answer and tells whether it was spoilt.
func (f *Fault) after(w http.ResponseWriter, r *http.Request, body []byte) bool {
	switch f.Kind {
	case FaultCutAfter, FaultCutHalf:
		cut(r)
	case FaultHTMLAfter:
		f.page(w)
	case FaultSlowAnswer:
		f.wait(r.Context().Done())
		return false
	case FaultNonsense:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write([]byte("<br />\n<b>Warning</b>:  Undefined array key \"RESULT\" in <b>rest.php</b>\n{\"resu")) // the client is being fooled anyway
	case FaultTruncated:
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Content-Length", itoa(len(body)))
		_, _ = w.Write(body[:len(body)/2]) // cut below in any case
		_ = http.NewResponseController(w).Flush()
		cut(r)
	default:
		return false
	}
	return true
}

func (f *Fault) page(w http.ResponseWriter) {
	status := f.Status
	if status == 0 {
		status = http.StatusBadGateway
	}
	badGateway(w, status)
}

func badGateway(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<html>\r\n<head><title>" + itoa(status) + " " + http.StatusText(status) +
		"</title></head>\r\n<body>\r\n<center><h1>" + itoa(status) + "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")) // a client that has gone is its own business
}

// wait ends early when gone is closed; an execution that is merely late has no such way out.
func (f *Fault) wait(gone <-chan struct{}) {
	if f.Until != nil {
		select {
		case <-f.Until:
		case <-gone:
		}
		return
	}
	t := time.NewTimer(f.Delay)
	defer t.Stop()
	select {
	case <-t.C:
	case <-gone:
	}
}

// cut drops the connection without an answer.
func cut(*http.Request) { panic(http.ErrAbortHandler) }
