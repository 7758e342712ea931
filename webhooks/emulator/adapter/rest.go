package adapter

import (
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/session"
)

// Platform is who owns the conversations.
type Platform interface {
	// Chat is one of an account's as far as it has come; nil when there is none.
	Chat(app, id int64) *chat.Chat
	// Find is the open chat of a visitor on a channel, by phone, e-mail or name; nil when there is none.
	Find(app, channel int64, v chat.Visitor) *chat.Chat
	// Begin opens a chat.
	Begin(app int64, on chat.Channel, v chat.Visitor, initiator string, opened chat.Act) *chat.Chat
	// Do adds what happens now, and gives a message its id.
	Do(app, id int64, act chat.Act) (chat.Act, bool)
	// Operator is an employee with the right to chat.
	Operator(app, id int64) (session.Named, bool)
	// File is one of the messages of an account.
	File(app, id int64) (chat.File, bool)
	// Number is an id that nothing has.
	Number() int64
}

// Server is the REST interface of adapters (contract uis §5.2).
type Server struct {
	book     *Book
	platform Platform
	mux      *http.ServeMux
}

const (
	largestBody   = 1 << 20
	largestUpload = 64 << 20
)

// NewServer returns the interface, whose paths begin with /v1/adapter.
func NewServer(b *Book, p Platform) *Server {
	s := &Server{b, p, http.NewServeMux()}
	s.mux.HandleFunc("POST /v1/adapter/login", s.login)
	s.call("POST /v1/adapter/chat", "chat", s.begin)
	s.call("POST /v1/adapter/message", "message", s.write)
	s.call("POST /v1/adapter/chat/close", "close", s.close)
	s.call("POST /v1/adapter/chat/transfer", "transfer", s.transfer)
	s.call("POST /v1/adapter/resource", "upload", s.upload)
	s.call("GET /v1/adapter/resource/{account}/{channel}/{id}/{token}/payload", "payload", s.payload)
	s.mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { refuse(w, refusal{http.StatusNotFound, "Not Found"}) })
	return s
}

// ServeHTTP answers adapters.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// login gives a token for a form with username and password.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if f := s.book.fault("login"); f != nil {
		f.show(w)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, largestBody)
	_ = r.ParseForm() // what cannot be read is missing
	var missing []invalid
	for _, name := range []string{"username", "password"} {
		if r.PostFormValue(name) == "" {
			missing = append(missing, found("field required", "value_error.missing", "body", name))
		}
	}
	if len(missing) > 0 {
		refuse(w, *unprocessable(missing...))
		return
	}
	t, expires, ok := s.book.enter(r.PostFormValue("username"), r.PostFormValue("password"))
	if !ok {
		refuse(w, refusal{http.StatusUnauthorized, "Incorrect username or password"})
		return
	}
	answer(w, http.StatusOK, map[string]any{"access_token": t, "token_type": "bearer", "expires_at": expires.Unix()})
}

func (b *Book) enter(login, password string) (string, time.Time, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.adapters {
		if !a.Disabled && a.Login == login && a.Password == password {
			b.issued++
			t := secret("token", a.ID<<32+int64(b.issued))
			b.tokens[t] = token{a.ID, b.now().Add(tokenLife)}
			return t, b.tokens[t].expires, true
		}
	}
	return "", time.Time{}, false
}

// DropTokens makes every token invalid before its time.
func (b *Book) DropTokens() {
	b.mu.Lock()
	defer b.mu.Unlock()
	clear(b.tokens)
}

// caller is the adapter whose token came.
func (b *Book) caller(r *http.Request) (Adapter, bool) {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	b.mu.Lock()
	defer b.mu.Unlock()
	t, there := b.tokens[value]
	a := b.adapter(t.adapter)
	if !strings.EqualFold(scheme, "bearer") || !there || a == nil || a.Disabled || !b.now().Before(t.expires) {
		return Adapter{}, false
	}
	return *a, true
}

// request is a call whose sender is known.
type request struct {
	*http.Request
	adapter Adapter
}

// call adds one: do answers with a value for JSON, or with an io.ReadSeeker for bytes.
func (s *Server) call(pattern, name string, do func(request) (any, *refusal)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		a, known := s.book.caller(r)
		if !known {
			refuse(w, refusal{http.StatusUnauthorized, "Could not validate credentials"})
			return
		}
		f := s.book.fault(name)
		if f != nil && !f.Executed {
			f.show(w)
			return
		}
		limit := int64(largestBody)
		if name == "upload" {
			limit = largestUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, limit)
		out, bad := do(request{r, a})
		switch content, bytes := out.(io.ReadSeeker); {
		case bad != nil:
			refuse(w, *bad)
		case f != nil:
			f.show(w)
		case bytes:
			w.Header().Set("Content-Type", "application/octet-stream")
			http.ServeContent(w, r, "", time.Time{}, content)
		default:
			answer(w, http.StatusOK, out)
		}
	})
}

// place is where a request acts.
type place struct {
	Connection
	line Line
}

// at finds the account and the channel that a request names, if the adapter may act there.
func (s *Server) at(a Adapter, account, channel int64) (place, *refusal) {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	for _, c := range s.book.connections {
		if c.ID != account || c.Adapter != a.ID {
			continue
		}
		line, there := c.line(channel)
		if !there {
			return place{}, &refusal{http.StatusNotFound, "Channel not found"}
		}
		return place{*c, line}, nil
	}
	return place{}, &refusal{http.StatusForbidden, "Account is not available for this adapter"}
}

var addressed = []member{{name: "account_id", kind: integer, required: true}, {name: "channel_id", kind: integer, required: true}}

func with(more ...member) []member { return append(append([]member{}, addressed...), more...) }

var openings = with(
	member{name: "visitor_phone", kind: words}, member{name: "visitor_email", kind: words}, member{name: "visitor_username", kind: words},
	member{name: "operator_id", kind: integer, required: true}, member{name: "initiator", kind: words, required: true, values: []string{"operator"}},
	member{name: "created_at", kind: moment, required: true},
)

// begin opens a chat on a channel that lets an employee write first.
func (s *Server) begin(r request) (any, *refusal) {
	b, bad := read(r.Body, openings)
	if bad != nil {
		return nil, bad
	}
	v := chat.Visitor{Phone: b.text("visitor_phone"), Email: b.text("visitor_email"), Username: strings.TrimPrefix(b.text("visitor_username"), "@")}
	named := 0
	for _, one := range []string{v.Phone, v.Email, v.Username} {
		if one != "" {
			named++
		}
	}
	if named != 1 {
		return nil, unprocessable(found("exactly one of visitor_phone, visitor_email, visitor_username is required", "value_error", "body"))
	}
	p, bad := s.at(r.adapter, b.int("account_id"), b.int("channel_id"))
	if bad != nil {
		return nil, bad
	}
	who, bad := s.operator(p.App, b.int("operator_id"))
	if bad != nil {
		return nil, bad
	}
	if !p.line.Channel.Writable() {
		return nil, unprocessable(found("first contact is not possible in channel of this type", "value_error", "body", "channel_id"))
	}
	c := s.platform.Find(p.App, p.line.Channel.ID, v)
	if c == nil {
		c = s.platform.Begin(p.App, p.line.Channel, v, "operator", chat.Act{What: chat.Opened, Employee: who, Adapter: r.adapter.ID})
	}
	out := map[string]any{"visitor_phone": nil, "visitor_email": nil, "visitor_username": nil}
	maps.Copy(out, b)
	out["chat_id"], out["visitor_id"] = c.ID, c.Visitor.ID
	out["context"] = map[string]any{"app_id": p.App, "chat_channel_id": p.line.Channel.ID}
	return out, nil
}

// operator finds one by id.
func (s *Server) operator(app, id int64) (session.Named, *refusal) {
	who, there := s.platform.Operator(app, id)
	if !there {
		return who, &refusal{http.StatusNotFound, "Operator not found"}
	}
	return who, nil
}

// open finds a chat of a place that still goes on.
func (s *Server) open(p place, id int64) (*chat.Chat, *refusal) {
	c := s.platform.Chat(p.App, id)
	switch {
	case c == nil || c.Channel.ID != p.line.Channel.ID:
		return nil, &refusal{http.StatusNotFound, "Chat not found"}
	case !c.State(time.Time{}).Closed.IsZero():
		return nil, &refusal{http.StatusConflict, "Chat is closed"}
	}
	return c, nil
}

// payload is the bytes of a file.
func (s *Server) payload(r request) (any, *refusal) {
	numbers := map[string]int64{}
	for _, name := range []string{"account", "channel", "id"} {
		n, err := strconv.ParseInt(r.PathValue(name), 10, 64)
		if err != nil {
			return nil, unprocessable(found("value is not a valid integer", "type_error.integer", "path", name))
		}
		numbers[name] = n
	}
	p, bad := s.at(r.adapter, numbers["account"], numbers["channel"])
	if bad != nil {
		return nil, bad
	}
	f, there := s.resource(p, numbers["id"])
	if !there || f.Token != r.PathValue("token") {
		return nil, &refusal{http.StatusNotFound, "Resource not found"}
	}
	return f.Open(), nil
}

// resource is a file that was uploaded, or sent in a message.
func (s *Server) resource(p place, id int64) (chat.File, bool) {
	s.book.mu.Lock()
	u, there := s.book.uploads[id]
	s.book.mu.Unlock()
	if there && u.connection == p.ID {
		return u.file, true
	}
	return s.platform.File(p.App, id)
}
