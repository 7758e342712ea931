package emulator

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"omniconnector/webhooks/emulator/adapter"
)

// Adapter is an external service that takes part in chats (contract uis §5); see adapter.Adapter.
type Adapter = adapter.Adapter

// Auth is how webhooks of chats name themselves.
type Auth = adapter.Auth

// Where Handler serves the Chat API: the REST interface of adapters, and the accounts' management of them.
const (
	ChatAPIPath    = "/chatapi"
	ChatLogicPath  = "/chatlogic"
	CabinetRPCPath = "/api/auth/json_rpc"
)

// ChatAPIURL stands for https://chat-integration-api-prod.uiscom.ru when Handler is served at base: /v1/adapter/… follows.
func ChatAPIURL(base string) string { return base + ChatAPIPath }

// ChatLogicURL stands for https://chats-prod-logic.uiscom.ru: /v1/integration/… follows.
func ChatLogicURL(base string) string { return base + ChatLogicPath }

// chatInterfaces adds the Chat API and the files of messages to what Handler serves.
func (p *Platform) chatInterfaces(mux *http.ServeMux) {
	management := adapter.NewManagement(p.book, cabinetOf{p})
	mux.Handle(ChatAPIPath+"/", http.StripPrefix(ChatAPIPath, adapter.NewServer(p.book, chatsOf{p})))
	mux.Handle(ChatLogicPath+"/", http.StripPrefix(ChatLogicPath, management))
	mux.Handle("POST "+CabinetRPCPath, management)
	mux.HandleFunc("GET /files/{id}/{token}/{name}", p.serveFile)
}

// AddAdapter makes an adapter and answers it with its login and password. One without Owner is the platform's own: any account may
// connect to it. It panics when there is one of the type.
func (p *Platform) AddAdapter(a Adapter) Adapter {
	a, err := p.book.Add(a)
	if err != nil {
		panic("emulator: " + err.Error())
	}
	return a
}

// ChangeAdapter changes one, to other credentials or another version: the next webhooks are by it.
func (p *Platform) ChangeAdapter(id int64, do func(*Adapter)) { p.book.Change(id, do) }

// Attach connects an account to an adapter with some of its channels, all that work and that the adapter takes when none is named.
// The adapter is told of the account and of each channel, at once and without retries; the error is that it did not agree, and then
// nothing is connected.
func (p *Platform) Attach(ctx context.Context, app, to int64, name string, channels ...int64) (adapter.Connection, error) {
	a, there := p.book.Adapter(to)
	if !there || a.Owner != 0 && a.Owner != app {
		return adapter.Connection{}, fmt.Errorf("account %d has no adapter %d", app, to)
	}
	var chosen []Channel
	p.with(app, func(c *configured) {
		for _, one := range c.account.Channels {
			takes := one.Active() && (len(a.Types) == 0 || slices.Contains(a.Types, one.Type))
			if slices.Contains(channels, one.ID) || len(channels) == 0 && takes {
				chosen = append(chosen, one)
			}
		}
	})
	if len(chosen) == 0 || len(channels) > len(chosen) {
		return adapter.Connection{}, fmt.Errorf("account %d lacks channels of %v", app, channels)
	}
	connection := p.book.Number(app, to, name, chosen)
	hooks := []adapter.Hook{connection.Account(http.MethodPost)}
	for _, l := range connection.Lines {
		hooks = append(hooks, connection.Channel(http.MethodPost, l))
	}
	for _, h := range hooks {
		r := render(a, h)
		tried := p.attempt(ctx, r)
		p.note(Step{App: app, Event: h.Path[1:], Vars: Vars{}}, r, []Attempt{tried}, false)
		if !tried.accepted() {
			return connection, fmt.Errorf("the webhook %s %s was answered with %d %s", h.Method, h.Path, tried.Status, tried.Error)
		}
	}
	p.book.Connect(connection)
	return connection, nil
}

// ConnectChats makes an adapter of the account's own and connects the account to it: Attach with a private adapter.
func (p *Platform) ConnectChats(ctx context.Context, app int64, a Adapter, channels ...int64) (Adapter, adapter.Connection, error) {
	a.Owner = app
	a, err := p.book.Add(a)
	if err != nil {
		return a, adapter.Connection{}, err
	}
	c, err := p.Attach(ctx, app, a.ID, p.nameOf(app), channels...)
	if err != nil {
		p.book.Remove(a.ID)
	}
	return a, c, err
}

func (p *Platform) nameOf(app int64) (name string) {
	p.with(app, func(c *configured) { name = c.account.Name })
	return name
}

// Detach ends a connection; the adapter is told that channels and account are deleted. It is false when there is none.
func (p *Platform) Detach(ctx context.Context, app, connection int64) bool {
	c, there := p.book.Disconnect(app, connection)
	if !there {
		return false
	}
	a, _ := p.book.Adapter(c.Adapter)
	var hooks []adapter.Hook
	for _, l := range c.Lines {
		hooks = append(hooks, c.Channel(http.MethodDelete, l))
	}
	for _, h := range append(hooks, c.Account(http.MethodDelete)) {
		r := render(a, h)
		p.note(Step{App: app, Event: h.Method + " " + h.Path[1:], Vars: Vars{}}, r, []Attempt{p.attempt(ctx, r)}, false)
	}
	return true
}

// FailChats makes requests of adapters fail; MendChats takes that back.
func (p *Platform) FailChats(f adapter.Fault) error { return p.book.Fail(f) }

// MendChats takes back the faults that were not met yet.
func (p *Platform) MendChats() { p.book.Mend() }

// DropChatTokens makes every token of adapters invalid before its time.
func (p *Platform) DropChatTokens() { p.book.DropTokens() }

// render makes a webhook ready to be sent.
func render(a Adapter, h adapter.Hook) Rendered {
	r := Rendered{Method: h.Method, URL: a.URL + h.Path, ContentType: "application/json", Body: encode(h.Body), Headers: map[string]string{}}
	maps.Copy(r.Headers, a.Headers)
	if value := a.Auth.Header(); value != "" {
		r.Headers["Authorization"] = value
	}
	return r
}

// tellAct sends the webhooks of an act to the adapters that the chat's channel is attached to.
func (p *Platform) tellAct(ctx context.Context, s Step, trouble Trouble) ([]Sent, error) {
	var all []Sent
	for _, c := range p.book.Connections(s.App) {
		a, _ := p.book.Adapter(c.Adapter)
		h, told := a.Hook(c, s.chat, s.act)
		if !told {
			continue
		}
		sent, err := p.deliver(ctx, s, render(a, h), trouble)
		all = append(all, sent...)
		if err != nil {
			return all, err
		}
	}
	return all, nil
}

// serveFile is the address of files that the reports tell.
func (p *Platform) serveFile(w http.ResponseWriter, r *http.Request) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	p.mu.Lock()
	apps := slices.Clone(p.order)
	p.mu.Unlock()
	for _, app := range apps {
		if f, there := (chatsOf{p}).File(app, id); there && f.Token == r.PathValue("token") {
			w.Header().Set("Content-Type", f.MIME())
			w.Header().Set("X-Content-Type-Options", "nosniff")
			http.ServeContent(w, r, "", p.o.Now(), f.Open())
			return
		}
	}
	http.NotFound(w, r)
}

// cabinetOf is the platform as the management API sees it.
type cabinetOf struct{ *Platform }

// Login finds an account by the user of its interfaces.
func (c cabinetOf) Login(login, password string) (int64, bool) {
	c.mu.Lock()
	apps := slices.Clone(c.order)
	c.mu.Unlock()
	for _, app := range apps {
		if l, p := c.Access(app).User(); l != "" && l == login && p == password {
			return app, true
		}
	}
	return 0, false
}

// Token is the account's: the same for each login.
func (c cabinetOf) Token(app int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "jwt/%d", app))
	return hex.EncodeToString(sum[:])
}

// Account finds the account of a token.
func (c cabinetOf) Account(token string) (int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.order, func(app int64) bool { return c.Token(app) == token })
	if i < 0 {
		return 0, false
	}
	return c.order[i], true
}

// Channels are the account's.
func (c cabinetOf) Channels(app int64) (all []Channel) {
	c.with(app, func(of *configured) { all = slices.Clone(of.account.Channels) })
	return all
}

var errClosed = errors.New("чат закрыт, или его нет")
