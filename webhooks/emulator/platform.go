package emulator

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"omniconnector/webhooks/emulator/adapter"
	"omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/emulator/session"
)

// Options are what a Platform works with. Now is required.
type Options struct {
	Now func() time.Time
	// Wait waits, for retries, for the steps of a script and for slow recordings; a test may
	// return at once. A real timer by default.
	Wait func(ctx context.Context, d time.Duration) error
	// Timeout of one attempt and the pauses before the next ones are assumptions
	// (contract §6): 5 s, and 10 s, 60 s, 300 s. An empty list that is not nil means no retries.
	Timeout time.Duration
	Retries []time.Duration
	// Anywhere lets notifications go beyond loopback addresses, and the control page be seen from there.
	Anywhere bool
	// CallSpeed is how fast calls go that the Call API starts, as in Play; 0 tells of them at once.
	CallSpeed float64
	// FirstStarted is the number of the first call that the Call API starts; 920000001. A platform that is started again on the same
	// connector needs another one, for its own memory of calls is gone.
	FirstStarted int64
	// Keep is how many sent notifications are remembered; 2000.
	Keep int
}

// Platform is an emulated contact-centre platform. Its methods may be used concurrently.
type Platform struct {
	o       Options
	client  *http.Client
	records *Records
	ctx     context.Context // of what the control page started
	stop    context.CancelFunc
	playing sync.WaitGroup

	mu       sync.Mutex
	accounts map[int64]*configured
	order    []int64
	sent     []Sent
	count    int
	scenes   []scene
	numbered int64            // the latest of number
	turns    map[int64][]Step // what of each live chat is being told
	book     *adapter.Book

	gate    *rpc.Gate
	started []*Started
	running map[int64]*running
	telling int           // started calls of which there is more to tell
	idle    chan struct{} // closed when telling becomes 0
}

// configured is an account with what its administrator set.
type configured struct {
	account   Account
	templates []Template
	trouble   Trouble
	calls     calls
	chats     conversations
	delay     time.Duration // of reports
	access    *rpc.Access
	people    []*person
	outcomes  map[string]Outcome // by contact
	deciding  func(Started) Outcome
}

// New returns a platform without accounts.
func New(o Options) *Platform {
	if o.Now == nil {
		panic("emulator: a platform needs a clock")
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.Timeout == 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Retries == nil {
		o.Retries = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute}
	}
	if o.Keep == 0 {
		o.Keep = 2000
	}
	if o.FirstStarted == 0 {
		o.FirstStarted = firstStarted
	}
	ctx, stop := context.WithCancel(context.Background())
	return &Platform{
		o: o, client: client(o), records: newRecords(o), ctx: ctx, stop: stop, accounts: map[int64]*configured{},
		gate: rpc.NewGate(o.Now), book: adapter.NewBook(o.Now), turns: map[int64][]Step{}, running: map[int64]*running{},
	}
}

// client sends the way simple senders do: it follows no redirects and knows no proxies.
func client(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: o.Timeout}
	transport := &http.Transport{
		MaxIdleConnsPerHost: 32,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil || o.Anywhere {
				return conn, err
			}
			if peer, ok := conn.RemoteAddr().(*net.TCPAddr); !ok || !peer.IP.IsLoopback() {
				_ = conn.Close()
				return nil, fmt.Errorf("%s is not a loopback address, and Options.Anywhere is off", address)
			}
			return conn, nil
		},
	}
	return &http.Client{
		Timeout: o.Timeout, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Close ends what the control page started and lets connections go.
func (p *Platform) Close() {
	p.stop()
	p.playing.Wait()
	p.client.CloseIdleConnections()
}

// AddAccount adds an account and returns it for scripts; it panics when scripts could not use it.
func (p *Platform) AddAccount(a Account) *Account {
	if err := a.check(); err != nil {
		panic("emulator: " + err.Error())
	}
	if a.Location == nil {
		a.Location = time.UTC
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	c := &configured{
		account: a, calls: calls{all: map[int64]*known{}, tags: map[int64][]session.Mark{}}, access: p.gate.Add(a.AppID),
		chats: newConversations(), people: a.people(), outcomes: map[string]Outcome{},
	}
	if _, there := p.accounts[a.AppID]; !there {
		p.order = append(p.order, a.AppID)
	}
	p.accounts[a.AppID] = c
	return &c.account
}

// Configure sets the notifications of an account; several for one event are all sent.
func (p *Platform) Configure(app int64, templates ...Template) {
	p.with(app, func(c *configured) { c.templates = templates })
}

// Trouble sets how the account's notifications go wrong.
func (p *Platform) Trouble(app int64, t Trouble) {
	p.with(app, func(c *configured) { c.trouble = t })
}

func (p *Platform) with(app int64, do func(*configured)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.accounts[app]
	if c == nil {
		panic(fmt.Sprintf("emulator: no account %d", app))
	}
	do(c)
}

// Records is the recording server, to be told what goes wrong with which recording.
func (p *Platform) Records() *Records { return p.records }
