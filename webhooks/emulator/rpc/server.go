package rpc

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"strings"
)

// Request is a call of a method that passed every check of the entry.
type Request struct {
	App    int64
	Params Params
}

// Answer is what a method returns. Meta joins the limits in the answer's metadata.
type Answer struct {
	Data any
	Meta map[string]any
}

// Method is one method of an interface. Do runs without locks; its error is an *Error, or
// else the client is told internal_error.
type Method struct {
	Params []Param // access_token aside
	Do     func(Request) (Answer, error)
}

// Server is one interface of the platform as an http.Handler.
type Server struct {
	api     string
	gate    *Gate
	stop    <-chan struct{}
	methods map[string]Method
}

// NewServer returns the interface api with its methods; login.user and logout.user come by themselves.
// Closing stop lets go of requests that hang.
func NewServer(api string, gate *Gate, stop <-chan struct{}, methods map[string]Method) *Server {
	return &Server{api: api, gate: gate, stop: stop, methods: methods}
}

// largest is how long a request may be.
const largest = 1 << 20

// ServeHTTP answers with status 200 whatever the error, unless the request is not for JSON-RPC at all.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	if r.ContentLength < 0 {
		http.Error(w, "Content-Length is required", http.StatusLengthRequired)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largest))
	if err != nil {
		http.Error(w, "request too large or cut", http.StatusRequestEntityTooLarge)
		return
	}
	e, bad := open(body)
	if bad == nil && !isJSON(r.Header.Get("Content-Type")) {
		bad = Fail("invalid_request", "Content-Type", r.Header.Get("Content-Type"))
	}
	answer, fault := s.answer(e, bad, r.RemoteAddr)
	if fault != nil && fault.Way != "" {
		fault.show(w, r, answer, s.stop)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_, _ = w.Write(answer) // #nosec G705 -- JSON, not a page
}

// isJSON accepts the type that the contract asks for, with its charset or without.
func isJSON(header string) bool {
	kind, params, err := mime.ParseMediaType(header)
	charset, named := params["charset"]
	return err == nil && kind == "application/json" && (!named || strings.EqualFold(charset, "utf-8"))
}

// answer does what a request asks for and tells which fault spoils that.
func (s *Server) answer(e envelope, bad *Error, remote string) ([]byte, *Fault) {
	g := s.gate
	g.mu.Lock()
	entry := Entry{API: s.api, Method: e.method, Params: e.params}
	a, _ := g.owner(e.params.Text("access_token"))
	if a != nil {
		entry.App = a.app
	}
	fault := g.next(entry.App, s.api, e.method, false)
	g.mu.Unlock()

	var data Answer
	if fault != nil && fault.Mnemonic != "" {
		bad = &Error{Mnemonic: fault.Mnemonic}
	}
	if bad == nil && fault == nil {
		a, data, bad = s.perform(e, remote)
		if a != nil {
			entry.App = a.app
		}
		entry.Executed = bad == nil
	}

	g.mu.Lock()
	defer g.mu.Unlock()
	if entry.Executed {
		if fault = g.next(entry.App, s.api, e.method, true); fault != nil && fault.Mnemonic != "" {
			bad = &Error{Mnemonic: fault.Mnemonic}
		}
	}
	entry.Result = "ok"
	switch {
	case fault != nil:
		entry.Result = fault.name()
	case bad != nil:
		entry.Result = bad.Mnemonic
	}
	g.note(entry)
	return s.write(e, a, data, bad), fault
}

// write makes the body of an answer and charges a success; the gate's lock is held.
func (s *Server) write(e envelope, a *Access, data Answer, bad *Error) []byte {
	meta := map[string]any{}
	if a != nil {
		meta["limits"] = a.points[s.api].told(s.gate.now())
	}
	out := map[string]any{"jsonrpc": "2.0", "id": e.id}
	if bad != nil {
		out["error"] = bad.body(meta)
	} else {
		maps.Copy(meta, data.Meta)
		out["result"] = map[string]any{"data": data.Data, "metadata": meta}
	}
	text, err := json.Marshal(out)
	if err != nil {
		panic("emulator: an answer that cannot be JSON: " + err.Error())
	}
	return text
}

// perform checks a request in the order token, address, method, points, parameters, and does it.
func (s *Server) perform(e envelope, remote string) (*Access, Answer, *Error) {
	method, known := s.methods[e.method]
	login := e.method == "login.user"
	switch {
	case login:
		method = Method{Params: []Param{{Name: "login", Kind: Text, Required: true}, {Name: "password", Kind: Text, Required: true}}}
	case e.method == "logout.user":
	case !known:
		return nil, Answer{}, Fail("method_not_found", "", e.method)
	}
	if login {
		return s.login(e, method.Params, remote)
	}
	a, bad := s.enter(e, remote)
	if bad != nil {
		return a, Answer{}, bad
	}
	params := maps.Clone(e.params)
	delete(params, "access_token")
	if bad := check("", method.Params, params); bad != nil {
		return a, Answer{}, bad
	}
	if e.method == "logout.user" {
		return a, s.logout(a, e.params.Text("access_token")), nil
	}
	// A point is taken first and given back, so that requests side by side cannot overdraw.
	if !a.take(s.api) {
		return a, Answer{}, Fail("limit_exceeded", "", nil)
	}
	data, err := method.Do(Request{App: a.app, Params: params})
	if err == nil {
		return a, data, nil
	}
	a.giveBack(s.api)
	if own := (*Error)(nil); errors.As(err, &own) {
		return a, Answer{}, own
	}
	return a, Answer{}, &Error{Mnemonic: "internal_error", Message: err.Error()}
}

// enter finds out who asks and whether that is allowed.
func (s *Server) enter(e envelope, remote string) (*Access, *Error) {
	switch value, given := e.params["access_token"]; {
	case !given:
		return nil, Fail("required_parameter_missed", "access_token", nil)
	case !Text.holds(value):
		return nil, Fail("data_type_error", "access_token", nil)
	}
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	a, bad := s.gate.admit(s.api, e.params.Text("access_token"))
	if bad == nil {
		bad = a.welcomes(e.method, remote)
	}
	if bad == nil && !a.points[s.api].left(s.gate.now()) {
		bad = Fail("limit_exceeded", "", nil)
	}
	return a, bad
}

func (s *Server) login(e envelope, want []Param, remote string) (*Access, Answer, *Error) {
	if bad := check("", want, e.params); bad != nil {
		if bad.Field == "password" {
			bad.Value = nil
		}
		return nil, Answer{}, bad
	}
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	a, bad := s.gate.enter(e.params)
	if bad == nil {
		bad = a.welcomes(e.method, remote)
	}
	if bad == nil && !a.points[s.api].take(s.gate.now()) {
		bad = Fail("limit_exceeded", "", nil)
	}
	if bad != nil {
		return a, Answer{}, bad
	}
	t, expires := s.gate.issue(a, s.api)
	data := map[string]any{"access_token": t, "expire_at": expires.Unix()}
	if s.api == DataAPI {
		// The table says expire_at, the sample expire (contract uis §4): the sample was run.
		data = map[string]any{"access_token": t, "expire": expires.Unix(), "app_id": a.app}
	}
	return a, Answer{Data: data}, nil
}

// logout ends a token of login.user; a permanent key outlives it.
func (s *Server) logout(a *Access, t string) Answer {
	s.gate.mu.Lock()
	defer s.gate.mu.Unlock()
	delete(s.gate.sessions, t)
	a.points[s.api].take(s.gate.now())
	return Answer{Data: map[string]any{"success": true}}
}
