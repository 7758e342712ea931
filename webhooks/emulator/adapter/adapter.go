package adapter

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"omniconnector/webhooks/emulator/chat"
)

// Auth is how webhooks name themselves: Type Basic with Login and Password, Bearer with Token, or nothing.
type Auth struct {
	Type     string `json:"type"`
	Token    string `json:"token,omitempty"`
	Login    string `json:"login,omitempty"`
	Password string `json:"password,omitempty"`
}

// The types of Auth.
const (
	Basic  = "Basic"
	Bearer = "Bearer"
)

// Header is the value of Authorization, "" for none.
func (a Auth) Header() string {
	switch a.Type {
	case Basic:
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(a.Login+":"+a.Password))
	case Bearer:
		return "Bearer " + a.Token
	default:
		return ""
	}
}

// The versions of webhooks.
const (
	V1 = "v1"
	V2 = "v2"
)

// Adapter is an external service that takes part in chats. Empty fields of a new one get usual values.
type Adapter struct {
	ID              int64
	Type, Name      string
	Owner           int64 // the account that made it; 0 is one of the platform's own, which any account may connect to
	Login, Password string
	URL             string // of webhooks
	Version         string // V1 or V2
	Auth            Auth
	Headers         map[string]string // more of them, with every webhook
	Types           []string          // of channels that it takes; all when empty
	Disabled        bool
}

// Connection is an account's link to an adapter.
type Connection struct {
	ID      int64 // account_id of the webhooks and the REST interface
	App     int64
	Name    string
	Adapter int64
	Lines   []Line
}

// Line is a channel that is attached; ID is its channel_id for the adapter.
type Line struct {
	ID      int64
	Channel chat.Channel
}

// line finds one by the adapter's id of it.
func (c *Connection) line(id int64) (Line, bool) {
	i := slices.IndexFunc(c.Lines, func(l Line) bool { return l.ID == id })
	if i < 0 {
		return Line{}, false
	}
	return c.Lines[i], true
}

// Of finds the line of a channel of the directory.
func (c *Connection) Of(channel int64) (Line, bool) {
	i := slices.IndexFunc(c.Lines, func(l Line) bool { return l.Channel.ID == channel })
	if i < 0 {
		return Line{}, false
	}
	return c.Lines[i], true
}

// The first numbers of contract uis §7.
const (
	firstAdapter    = 32
	firstConnection = 286001
	firstLine       = 35801
)

// tokenLife is how long a token of /login lives (contract uis §6).
const tokenLife = 24 * time.Hour

// Book holds the adapters and who is connected to them. Its methods may be used concurrently.
type Book struct {
	now func() time.Time

	mu          sync.Mutex
	adapters    []*Adapter
	connections []*Connection
	tokens      map[string]token
	next        [3]int64 // numbers of adapters, connections, lines
	issued      int
	faults      []*Fault
	uploads     map[int64]upload
}

type token struct {
	adapter int64
	expires time.Time
}

// upload is a file that an adapter sent, for a message to come.
type upload struct {
	connection int64
	file       chat.File
}

// NewBook returns an empty book.
func NewBook(now func() time.Time) *Book {
	return &Book{
		now: now, tokens: map[string]token{}, next: [3]int64{firstAdapter, firstConnection, firstLine}, uploads: map[int64]upload{},
	}
}

func (b *Book) number(of int) int64 {
	b.next[of]++
	return b.next[of] - 1
}

// Add makes an adapter. The error tells of a type that is taken, or of an unknown version.
func (b *Book) Add(a Adapter) (Adapter, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a.ID = b.number(0)
	for to, usual := range map[*string]string{
		&a.Type: fmt.Sprintf("adapter_%d", a.ID), &a.Name: fmt.Sprintf("Адаптер %d", a.ID), &a.Login: fmt.Sprintf("adapter-%d", a.ID),
		&a.Password: secret("adapter", a.ID), &a.Version: V2,
	} {
		if *to == "" {
			*to = usual
		}
	}
	if a.Version != V1 && a.Version != V2 {
		return a, fmt.Errorf("no version %q of webhooks: v1 or v2", a.Version)
	}
	if slices.ContainsFunc(b.adapters, func(o *Adapter) bool { return o.Type == a.Type }) {
		return a, fmt.Errorf("there is an adapter of the type %q", a.Type)
	}
	b.adapters = append(b.adapters, &a)
	return a, nil
}

// secret makes a password or a token that repeats in the next run.
func secret(what string, n int64) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%d", what, n))
	return hex.EncodeToString(sum[:12])
}

// Change changes an adapter; what is told of chats follows at once.
func (b *Book) Change(id int64, do func(*Adapter)) (Adapter, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	a := b.adapter(id)
	if a == nil {
		return Adapter{}, false
	}
	do(a)
	a.ID = id
	return *a, true
}

// Adapter is one by its number.
func (b *Book) Adapter(id int64) (Adapter, bool) { return b.Change(id, func(*Adapter) {}) }

// Adapters are those that an account sees: its own, and the platform's.
func (b *Book) Adapters(app int64) (all []Adapter) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range b.adapters {
		if a.Owner == 0 || a.Owner == app {
			all = append(all, *a)
		}
	}
	return all
}

func (b *Book) adapter(id int64) *Adapter {
	i := slices.IndexFunc(b.adapters, func(a *Adapter) bool { return a.ID == id })
	if i < 0 {
		return nil
	}
	return b.adapters[i]
}

// Remove forgets an adapter that nobody is connected to.
func (b *Book) Remove(id int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.adapter(id) == nil || slices.ContainsFunc(b.connections, func(c *Connection) bool { return c.Adapter == id }) {
		return false
	}
	b.adapters = slices.DeleteFunc(b.adapters, func(a *Adapter) bool { return a.ID == id })
	return true
}

// Number gives a connection and its channels their numbers, before they are told.
func (b *Book) Number(app, adapter int64, name string, channels []chat.Channel) Connection {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := Connection{ID: b.number(1), App: app, Name: name, Adapter: adapter}
	for _, one := range channels {
		c.Lines = append(c.Lines, Line{ID: b.number(2), Channel: one})
	}
	return c
}

// Connect puts a connection into force.
func (b *Book) Connect(c Connection) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.connections = append(b.connections, &c)
}

// Disconnect ends a connection of an account.
func (b *Book) Disconnect(app, id int64) (Connection, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, c := range b.connections {
		if c.App == app && c.ID == id {
			b.connections = slices.Delete(b.connections, i, i+1)
			return *c, true
		}
	}
	return Connection{}, false
}

// Connections are an account's, with their adapters.
func (b *Book) Connections(app int64) (all []Connection) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.connections {
		if c.App == app {
			all = append(all, *c)
		}
	}
	return all
}
