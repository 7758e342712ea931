package emulator

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// call is one method being executed for an actor, singly or inside a batch. The portal is locked.
type call struct {
	*Portal
	actor   actor
	in      *array
	inBatch bool
}

// page is the answer of a list method (contract §1.6).
type page struct {
	items any
	total int64
	next  int64 // 0 on the last page
	bare  bool  // start=-1: neither total nor next
}

// method is one REST method.
type method struct {
	scope   string // "" needs none
	appOnly bool   // 403 WRONG_AUTH_TYPE for webhooks (contract §0.2)
	file    func(*call) bool
	run     func(*call) (any, error)
}

// outcome is what one command came to.
type outcome struct {
	result any
	page   *page
	bad    *apiError
	time   map[string]any
	cost   float64
}

func lower(s string) string { return strings.ToLower(s) }

func itoa[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// request is one HTTP request on its way through the portal.
type request struct {
	seq   int
	name  string
	path  []string // user and code of a webhook
	in    *array
	names []string
	fault *Fault
}

// The order is the front server's: faults, portal state, limit, token, execution, answer. What fails early has not been executed.
func (p *Portal) serveRest(w http.ResponseWriter, r *http.Request, rest string) {
	req, bad := p.receive(r, rest)
	if bad == nil {
		p.misbehave(r, req)
		if req.fault != nil && req.fault.before(w, r) {
			return
		}
		if req.fault != nil && req.fault.Kind == FaultRename {
			p.redirect(w, r, "rest/"+rest)
			return
		}
	}
	status, body, seconds := http.StatusOK, []byte(nil), 0.0
	if bad == nil {
		var out map[string]any
		out, seconds, bad = p.answer(r, req)
		if bad == nil {
			var err error
			if body, err = json.Marshal(out); err != nil {
				bad = refuse(http.StatusInternalServerError, "ERROR_UNEXPECTED_ANSWER", err.Error())
			}
		}
	}
	if bad != nil {
		status = bad.Status
		body, _ = json.Marshal(bad.body()) // strings always marshal
	}
	p.logRequest(req, status, bad, seconds)
	if l := p.cloud.opt.latency; l > 0 && seconds > 0 {
		(&Fault{Delay: time.Duration(l * seconds * float64(time.Second))}).wait(r.Context().Done())
	}
	if bad != nil && bad.Code == codeCut {
		badGateway(w, status)
		return
	}
	if req.fault != nil && req.fault.after(w, r, body) {
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Length", itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that has gone is its own business
}

// receive reads the request and finds what it asks for.
func (p *Portal) receive(r *http.Request, rest string) (*request, *apiError) {
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	req := &request{name: lower(parts[len(parts)-1]), path: parts[:len(parts)-1]}
	req.name = strings.TrimSuffix(strings.TrimSuffix(req.name, ".json"), ".xml")
	in, err := readParams(r)
	req.in = in
	p.mu.Lock()
	p.stats.HTTP++
	req.seq = p.stats.HTTP
	p.mu.Unlock()
	if err != nil {
		return req, refuse(http.StatusBadRequest, "INVALID_REQUEST", "Invalid request.")
	}
	req.names = []string{req.name}
	if req.name == "batch" {
		for _, v := range arrayOf(in.get("cmd")).values() {
			name, _, _ := strings.Cut(phpString(v), "?")
			req.names = append(req.names, lower(name))
		}
	}
	return req, nil
}

// misbehave picks the fault of this request and carries out those that change the portal itself.
func (p *Portal) misbehave(r *http.Request, req *request) {
	f := p.faults.take(req.names, req.name == "batch")
	req.fault = f
	if f == nil {
		return
	}
	switch f.Kind {
	case FaultExpiredToken:
		p.mu.Lock()
		defer p.mu.Unlock()
		if a := p.state.Access[token(r, req.in)]; a != nil {
			a.Expires = p.now().Add(-time.Second)
		}
	case FaultOverload:
		p.mu.Lock()
		defer p.mu.Unlock()
		p.state.Overloaded = true
	case FaultRename:
		name := f.Name
		if name == "" {
			name = p.Name() + "-moved"
		}
		p.Rename(name)
	default: // happens before or after the execution
	}
}

func token(r *http.Request, in *array) string {
	if t := phpString(in.get("auth")); t != "" {
		return t
	}
	if t := phpString(in.get("access_token")); t != "" {
		return t
	}
	t, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return t
}

// answer is everything between the front server and the answer's body, under the portal's lock.
func (p *Portal) answer(r *http.Request, req *request) (map[string]any, float64, *apiError) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	if p.state.Deleted {
		return nil, 0, refuse(http.StatusInternalServerError, "PORTAL_DELETED", "Portal was deleted")
	}
	if p.state.Overloaded {
		return nil, 0, refuse(http.StatusServiceUnavailable, "OVERLOAD_LIMIT", "REST API is blocked due to overload.")
	}
	if bad := p.admit(source(r)); bad != nil {
		return nil, 0, bad
	}
	a, bad := p.authenticate(req.path, token(r, req.in))
	if bad != nil {
		return nil, 0, bad
	}
	if req.name == "batch" {
		p.stats.Batches++
		return p.batch(a, req)
	}
	p.stats.Singles++
	out := p.command(a, req, req.name, req.in, false)
	if out.bad != nil {
		return nil, out.cost, out.bad
	}
	body := map[string]any{"result": out.result, "time": out.time}
	if pg := out.page; pg != nil && !pg.bare {
		body["total"] = pg.total
		if pg.next > 0 {
			body["next"] = pg.next
		}
	}
	return body, out.cost, nil
}

// command executes one method with all its checks and charges its time.
func (p *Portal) command(a actor, req *request, name string, in *array, inBatch bool) outcome {
	out := p.execute(a, name, in, inBatch)
	cmd := Command{Request: req.seq, Method: name, Batched: inBatch, At: p.now(), params: in}
	if out.bad != nil {
		cmd.Error = strings.TrimSpace(out.bad.Code + " " + out.bad.Text)
		p.stats.Errors[out.bad.Code]++
	}
	p.remember(cmd)
	return out
}

// method finds a method; those of a plan feature that this portal lacks do not exist (contract §1.3, §6).
func (p *Portal) method(name string) (method, bool) {
	m, ok := methods[name]
	return m, ok && (!p.state.NoTimeman || !strings.HasPrefix(name, "timeman."))
}

// A method is checked for existence, scope, kind of token, place and budget in this order, and only then run.
func (p *Portal) execute(a actor, name string, in *array, inBatch bool) (out outcome) {
	m, ok := p.method(name)
	if !ok {
		if _, known := methods[name]; !known {
			p.stats.Unknown[name]++
		}
		out.bad = refuse(http.StatusNotFound, "ERROR_METHOD_NOT_FOUND", "Method not found!")
		return out
	}
	c := &call{Portal: p, actor: a, in: in, inBatch: inBatch}
	switch {
	case !a.may(m.scope):
		out.bad = refuse(p.cloud.opt.authStatus, "insufficient_scope", "The request requires higher privileges than provided by the access token")
	case m.appOnly && !a.isApp():
		out.bad = refuse(http.StatusForbidden, "WRONG_AUTH_TYPE", "Application context required")
	case inBatch && m.file != nil && m.file(c):
		out.bad = refuse(http.StatusMethodNotAllowed, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
	default:
		out.bad = p.operatingAllows(a.key, name)
	}
	if out.bad != nil {
		return out
	}
	if inBatch {
		if f := p.faults.takeError(name); f != nil {
			out.bad = f.refusal()
			return out
		}
	}
	result, err := m.run(c)
	out.cost = duration(name)
	if !inBatch || !p.cloud.opt.chargeBatch {
		p.operatingOf(a.key, name).charge(p.cloud.opt.clock(), out.cost)
	}
	if err != nil {
		out.bad = asAPIError(err)
		return out
	}
	out.result = result
	if pg, ok := result.(*page); ok {
		out.page, out.result = pg, pg.items
	}
	out.time = p.timing(a.key, name, out.cost)
	return out
}

// Refusals before execution are logged too: a test wants to see how often its client ran into the limit.
func (p *Portal) logRequest(req *request, status int, bad *apiError, seconds float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	entry := Request{Seq: req.seq, Method: req.name, Commands: max(1, len(req.names)-1), Status: status, Seconds: seconds, At: p.now()}
	if bad != nil {
		entry.Error = bad.Code
		if seconds == 0 {
			p.stats.Errors[bad.Code]++
		}
	}
	p.log.requests = keep(append(p.log.requests, entry), p.cloud.opt.keep)
}
