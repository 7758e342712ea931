package emulator

import (
	"cmp"
	"context"
	"slices"
	"time"

	"omniconnector/webhooks/emulator/rpc"
)

// Started is a call that the Call API started.
type Started struct {
	App        int64     `json:"app_id"`
	Session    int64     `json:"call_session_id"`
	Method     string    `json:"method"`
	FirstCall  string    `json:"first_call"`
	EmployeeID int64     `json:"employee_id"` // 0 for start.simple_call
	Ring       []string  `json:"ring"`        // the employee's numbers, or the operator's
	Contact    string    `json:"contact"`
	Number     string    `json:"virtual_phone_number"`
	Direction  string    `json:"direction"`
	External   string    `json:"external_id"`
	At         time.Time `json:"at"`
	Outcome    Outcome   `json:"outcome"`
	State      State     `json:"state"`
}

// State is how far a started call is.
type State string

// The states of started calls. A finished one has been told to the end.
const (
	Going    State = "going"
	Held     State = "held"
	Finished State = "finished"
)

// running is a started call that is not over.
type running struct {
	*Started
	call  Call
	by    party
	goOn  chan struct{} // closed by Continue
	cut   chan struct{} // closed by release.call
	stop  context.CancelFunc
	told  time.Duration // how far a held call is told, after its start
	ended time.Duration // after the start, once cut is closed
	now   func() time.Time
}

// close1 closes a channel that may be closed already; the platform's lock is held.
func close1(c chan struct{}) bool {
	select {
	case <-c:
		return false
	default:
		close(c)
		return true
	}
}

// release ends the call now; the platform's lock is held.
func (r *running) release() {
	r.ended = max(r.told, r.now().Sub(r.At))
	if close1(r.cut) {
		r.stop()
	}
}

// firstStarted numbers the calls that the Call API starts, unless Options say another number; scripts of tests count from 910000001.
const firstStarted = 920_000_001

// start begins a call and answers with its number; what follows is told in the background. p.mu is held.
func (p *Platform) start(c *configured, params rpc.Params, method string, by party) rpc.Answer {
	id := p.o.FirstStarted + int64(len(p.started))
	s := &Started{
		App: c.account.AppID, Session: id, Method: method, FirstCall: params.Text("first_call"), EmployeeID: by.ID, Ring: by.ring,
		Contact: params.Text("contact"), Number: params.Text("virtual_phone_number"), Direction: cmp.Or(params.Text("direction"), "in"),
		External: params.Text("external_id"), At: p.o.Now(), State: Going,
	}
	s.Outcome = c.decide(*s).completed()
	p.started = append(p.started, s)
	ctx, stop := context.WithCancel(p.ctx)
	r := &running{
		Started: s, by: by, goOn: make(chan struct{}), cut: make(chan struct{}), stop: stop, now: p.o.Now,
		call: Call{
			Account: &c.account, Session: id, Start: s.At, Out: s.Direction == "out", Client: s.Contact, Number: s.Number,
			Source: "callapi", External: s.External, request: id - p.o.FirstStarted + 1,
		},
	}
	p.running[id] = r
	script := r.script(never)
	c.calls.reach(script.Truth.Calls[0], s.At, s.At)
	p.busy(1)
	p.playing.Go(func() {
		p.runStarted(p.ctx, ctx, r, script)
		p.over(r)
	})
	return rpc.Answer{Data: map[string]any{"call_session_id": id}}
}

func (r *running) script(cut time.Duration) Script {
	return r.call.tellStarted(r.by, r.FirstCall == "contact", r.Outcome, cut)
}

// runStarted plays a started call, at Options.CallSpeed; going ends when the call is released.
func (p *Platform) runStarted(life, going context.Context, r *running, script Script) {
	first, rest := halves(script)
	if r.Outcome.Held {
		p.playPart(life, going, r, first)
		p.hold(r, script.Truth, first.Steps[len(first.Steps)-1].Due)
	} else {
		p.playPart(life, going, r, script)
	}
	select {
	case <-r.cut:
		p.mu.Lock()
		ended := r.ended
		p.mu.Unlock()
		_, rest = halves(r.script(ended))
		rest = rest.since(r.At.Add(ended))
	default:
		if !r.Outcome.Held || life.Err() != nil {
			return
		}
	}
	p.playPart(life, life, r, rest)
}

func (p *Platform) playPart(life, going context.Context, r *running, part Script) {
	if r.Outcome.Tell != nil {
		part = r.Outcome.Tell(part)
	}
	_, _ = p.playWhile(life, going, part, p.o.CallSpeed) // what went wrong is in Sent
}

// hold waits for Continue, release.call or the platform's end, with the call so far.
func (p *Platform) hold(r *running, truth *Truth, told time.Duration) {
	p.witness(truth, r.At.Add(told))
	p.mu.Lock()
	r.told = told
	select {
	case <-r.goOn:
	case <-r.cut:
	default:
		r.State = Held
	}
	held := r.State == Held
	if held {
		p.busy(-1)
	}
	p.mu.Unlock()
	if !held {
		return
	}
	select {
	case <-r.goOn:
	case <-r.cut:
	case <-p.ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if r.State == Held { // nobody took it on: the platform closes
		p.busy(1)
	}
}

// halves divides a script before the first thing that ends the call. The calls of the first half are
// not over, those of the second are.
func halves(s Script) (first, rest Script) {
	over := func(step Step) bool {
		return slices.Contains([]string{"call_talk_finished", "call_finished", "call_lost"}, step.Event)
	}
	at := slices.IndexFunc(s.Steps, over)
	first, rest = s, s
	first.Steps, rest.Steps = s.Steps[:at:at], s.Steps[at:]
	first.Truth = &Truth{}
	return first, rest.since(s.Start.Add(first.Steps[len(first.Steps)-1].Due))
}

// since plays what is left of a script from a moment on.
func (s Script) since(at time.Time) Script {
	out := s
	out.Start, out.Steps = at, slices.Clone(s.Steps)
	for i := range out.Steps {
		out.Steps[i].Due -= at.Sub(s.Start)
	}
	return out
}

// over forgets a call that has been told.
func (p *Platform) over(r *running) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r.stop()
	r.State = Finished
	delete(p.running, r.Session)
	p.busy(-1)
}

// busy counts the calls that are being told; p.mu is held.
func (p *Platform) busy(n int) {
	p.telling += n
	if p.telling == 0 && p.idle != nil {
		close(p.idle)
		p.idle = nil
	}
}

// Drain waits until everything there is to tell of started calls was told; held ones do not count.
func (p *Platform) Drain(ctx context.Context) error {
	p.mu.Lock()
	if p.telling == 0 {
		p.mu.Unlock()
		return nil
	}
	if p.idle == nil {
		p.idle = make(chan struct{})
	}
	idle := p.idle
	p.mu.Unlock()
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Continue lets a held call go on to its end; Drain waits for that. It tells whether the call is there to continue.
func (p *Platform) Continue(session int64) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.running[session]
	if r == nil || !close1(r.goOn) {
		return false
	}
	p.resume(r)
	return true
}

// resume counts a held call as being told again; p.mu is held.
func (p *Platform) resume(r *running) {
	if r.State == Held {
		r.State = Going
		p.busy(1)
	}
}

// Started lists the calls that the Call API started, oldest first.
func (p *Platform) Started() []Started {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := []Started{}
	for _, s := range p.started {
		all = append(all, *s)
	}
	return all
}

// Outcome decides what comes of the calls started to a contact, or to all others when it is empty.
func (p *Platform) Outcome(app int64, contact string, o Outcome) {
	if !o.known() {
		panic("emulator: no outcome " + string(o.How))
	}
	p.with(app, func(c *configured) { c.outcomes[contact] = o })
}

// Decide lets a function decide what comes of the account's started calls, each as it begins; it
// takes the place of Outcome and must not call the platform. nil gives that back.
func (p *Platform) Decide(app int64, decide func(Started) Outcome) {
	p.with(app, func(c *configured) { c.deciding = decide })
}

func (c *configured) decide(s Started) Outcome {
	if c.deciding != nil {
		return c.deciding(s)
	}
	if o, there := c.outcomes[s.Contact]; there {
		return o
	}
	return c.outcomes[""]
}
