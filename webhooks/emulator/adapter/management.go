package adapter

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"omniconnector/webhooks/emulator/chat"
)

// Owner is who owns the accounts.
type Owner interface {
	// Login finds an account by its user's login.
	Login(login, password string) (app int64, ok bool)
	// Token makes a token of an account, Account finds the account of one.
	Token(app int64) string
	Account(token string) (app int64, ok bool)
	Channels(app int64) []chat.Channel
	// Attach connects an account; the adapter is told and must agree.
	Attach(ctx context.Context, app, adapter int64, name string, channels ...int64) (Connection, error)
	Detach(ctx context.Context, app, connection int64) bool
}

// Management is the management API of accounts (contract uis §5.1): their login, their channels, adapters and connections.
type Management struct {
	book  *Book
	owner Owner
	mux   *http.ServeMux
}

// NewManagement returns the interface: /api/auth/json_rpc, and paths that begin with /v1/integration.
func NewManagement(b *Book, o Owner) *Management {
	m := &Management{b, o, http.NewServeMux()}
	m.mux.HandleFunc("POST /api/auth/json_rpc", m.login)
	for pattern, do := range map[string]func(int64, *http.Request) (any, *refusal){
		"GET /v1/integration/channel": m.channels, "GET /v1/integration/adapter": m.adapters, "GET /v1/integration/account": m.accounts,
		"POST /v1/integration/adapter": m.addAdapter, "POST /v1/integration/account": m.addAccount,
		"DELETE /v1/integration/adapter/{id}": m.removeAdapter, "DELETE /v1/integration/account/{id}": m.removeAccount,
	} {
		m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
			app, known := m.owner.Account(value)
			if !known || !strings.EqualFold(scheme, "bearer") {
				refuse(w, refusal{http.StatusUnauthorized, "Could not validate credentials"})
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, largestBody)
			out, bad := do(app, r)
			if bad != nil {
				refuse(w, *bad)
				return
			}
			answer(w, http.StatusOK, out)
		})
	}
	return m
}

// ServeHTTP answers accounts.
func (m *Management) ServeHTTP(w http.ResponseWriter, r *http.Request) { m.mux.ServeHTTP(w, r) }

// login is the cabinet's: JSON-RPC, whose method is in the query as well.
func (m *Management) login(w http.ResponseWriter, r *http.Request) {
	var q struct {
		ID     json.RawMessage `json:"id"`
		Params struct {
			Login, Password, Project string
		} `json:"params"`
	}
	_ = json.NewDecoder(http.MaxBytesReader(w, r.Body, largestBody)).Decode(&q) // what cannot be read logs nobody in
	out := map[string]any{"jsonrpc": "2.0", "id": q.ID}
	app, ok := m.owner.Login(q.Params.Login, q.Params.Password)
	if !ok || r.URL.Query().Get("method") != "login" || q.Params.Project == "" {
		out["error"] = map[string]any{"code": -32001, "message": "auth error", "data": map[string]any{"mnemonic": "auth_error"}}
	} else {
		out["result"] = map[string]any{"jwt": m.owner.Token(app), "refresh": secret("refresh", app), "is_2fa_enabled": false}
	}
	answer(w, http.StatusOK, out)
}

func (m *Management) channels(app int64, _ *http.Request) (any, *refusal) {
	all := []map[string]any{}
	for _, c := range m.owner.Channels(app) {
		all = append(all, map[string]any{
			"id": c.ID, "channel_id": c.ID, "type": c.Type, "name": c.Name, "is_active": c.Active(), "is_removed": c.Status == "deleted",
			"status": cmp.Or(c.Status, "active"), "status_reason": nil,
		})
	}
	return all, nil
}

func (m *Management) adapters(app int64, _ *http.Request) (any, *refusal) {
	all := []map[string]any{}
	for _, a := range m.book.Adapters(app) {
		all = append(all, shown(a))
	}
	return all, nil
}

// shown is an adapter without its password and without the secrets of its webhooks.
func shown(a Adapter) map[string]any {
	status := "active"
	if a.Disabled {
		status = "disabled"
	}
	auth := map[string]any{"type": a.Auth.Type}
	if a.Auth.Type == Basic {
		auth["login"] = a.Auth.Login
	}
	return map[string]any{
		"id": a.ID, "type": a.Type, "name": a.Name, "status": status, "supported_channel_types": append([]string{}, a.Types...), "owner": number(a.Owner),
		"visibility_status": "private", "login": a.Login, "webhook_url": a.URL, "webhook_version": a.Version, "webhook_auth": auth,
	}
}

var newAdapter = []member{
	{name: "type", kind: words, required: true},
	{name: "name", kind: words, required: true},
	{name: "login", kind: words, required: true},
	{name: "password", kind: words, required: true},
	{name: "webhook_url", kind: words, required: true},
	{name: "webhook_version", kind: words, values: []string{V1, V2}},
	{name: "webhook_auth", kind: object},
	{name: "webhook_kwargs", kind: object},
}

func (m *Management) addAdapter(app int64, r *http.Request) (any, *refusal) {
	b, bad := read(r.Body, newAdapter)
	if bad != nil {
		return nil, bad
	}
	auth, _ := b["webhook_auth"].(map[string]any) // checked
	of := body(auth)
	a, err := m.book.Add(Adapter{
		Type: b.text("type"), Name: b.text("name"), Owner: app, Login: b.text("login"), Password: b.text("password"), URL: b.text("webhook_url"),
		Version: b.text("webhook_version"), Auth: Auth{of.text("type"), of.text("token"), of.text("login"), of.text("password")},
	})
	if err != nil {
		return nil, unprocessable(found(err.Error(), "value_error", "body", "type"))
	}
	return shown(a), nil
}

func (m *Management) accounts(app int64, _ *http.Request) (any, *refusal) {
	all := []map[string]any{}
	for _, c := range m.book.Connections(app) {
		all = append(all, c.shown())
	}
	return all, nil
}

func (c Connection) shown() map[string]any {
	ids := []int64{}
	for _, l := range c.Lines {
		ids = append(ids, l.Channel.ID)
	}
	return map[string]any{"id": c.ID, "name": c.Name, "adapter_id": c.Adapter, "channels": ids, "context": map[string]any{}, "status": "active"}
}

var newAccount = []member{
	{name: "name", kind: words, required: true}, {name: "adapter_id", kind: integer, required: true}, {name: "context", kind: object},
}

func (m *Management) addAccount(app int64, r *http.Request) (any, *refusal) {
	b, bad := read(r.Body, newAccount)
	if bad != nil {
		return nil, bad
	}
	list, _ := b["channels"].([]any)
	var channels []int64
	for i, one := range list {
		id := body{"": one}.int("")
		if id == 0 {
			return nil, unprocessable(found("value is not a valid integer", "type_error.integer", "body", "channels", strconv.Itoa(i)))
		}
		channels = append(channels, id)
	}
	if len(channels) == 0 {
		return nil, unprocessable(found("field required", "value_error.missing", "body", "channels"))
	}
	c, err := m.owner.Attach(r.Context(), app, b.int("adapter_id"), b.text("name"), channels...)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, fmt.Sprint(err)}
	}
	return c.shown(), nil
}

func (m *Management) removeAdapter(app int64, r *http.Request) (any, *refusal) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if a, there := m.book.Adapter(id); !there || a.Owner != app {
		return nil, &refusal{http.StatusNotFound, "Adapter not found"}
	}
	if !m.book.Remove(id) {
		return nil, &refusal{http.StatusConflict, "Adapter is in use"}
	}
	return map[string]any{}, nil
}

func (m *Management) removeAccount(app int64, r *http.Request) (any, *refusal) {
	id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if !m.owner.Detach(r.Context(), app, id) {
		return nil, &refusal{http.StatusNotFound, "Account not found"}
	}
	return map[string]any{}, nil
}
