package emulator

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
)

// EventKnobs make event delivery as bad as it may be in life: nothing is promised of order or number (contract §3.2).
type EventKnobs struct {
	Seed      uint64  `json:"seed,omitempty"`
	Drop      float64 `json:"drop,omitempty"`      // percent never sent
	Duplicate float64 `json:"duplicate,omitempty"` // percent sent twice
	Reorder   float64 `json:"reorder,omitempty"`   // percent sent after their successor
	NoTokens  bool    `json:"no_tokens,omitempty"` // no access tokens inside
	Hold      bool    `json:"hold,omitempty"`      // keep events in the queue until this is switched off
}

// delivery is one event on its way to one handler. A failed one is not repeated.
type delivery struct {
	event string
	url   string
	body  string
}

// dispatcher sends a portal's events one after another, outside the portal's lock.
type dispatcher struct {
	portal  *Portal
	mu      sync.Mutex
	queue   []delivery
	running bool
	idle    chan struct{} // closed when the queue has run dry
	set     EventKnobs
	rnd     *rand.Rand
}

// SetEvents turns the knobs of event delivery.
func (p *Portal) SetEvents(k EventKnobs) {
	d := &p.queue
	d.mu.Lock()
	defer d.mu.Unlock()
	d.set = k
	d.rnd = rand.New(rand.NewPCG(k.Seed, 2)) //nolint:gosec // mischief must be repeatable
	d.start()
}

func (d *dispatcher) knobs() EventKnobs {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.set
}

// The knobs act on the way into the queue, so that Hold can be combined with them and a test can look at a quiet queue.
func (d *dispatcher) push(e delivery) {
	d.mu.Lock()
	defer d.mu.Unlock()
	chance := func(percent float64) bool { return percent > 0 && d.rnd.Float64()*100 < percent }
	if chance(d.set.Drop) {
		return
	}
	at := len(d.queue)
	if at > 0 && chance(d.set.Reorder) {
		at--
	}
	d.queue = append(d.queue[:at], append([]delivery{e}, d.queue[at:]...)...)
	if chance(d.set.Duplicate) {
		d.queue = append(d.queue, e)
	}
	d.start()
}

// start runs the sender when there is something to send; it ends by itself.
func (d *dispatcher) start() {
	if d.running || d.set.Hold || len(d.queue) == 0 {
		return
	}
	d.running = true
	d.idle = make(chan struct{})
	go d.run()
}

// One sender per portal keeps the order by default; order is a courtesy that Reorder takes back (contract §3.2).
func (d *dispatcher) run() {
	for {
		d.mu.Lock()
		if len(d.queue) == 0 || d.set.Hold {
			d.running = false
			close(d.idle)
			d.mu.Unlock()
			return
		}
		e := d.queue[0]
		d.queue = d.queue[1:]
		d.mu.Unlock()
		d.send(e)
	}
}

// Whatever the handler answers, or if it does not, the event is gone (contract §3.2).
func (d *dispatcher) send(e delivery) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, e.url, strings.NewReader(e.body))
	if err != nil {
		return
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "Bitrix24 Webhook Engine")
	resp, err := d.portal.cloud.opt.events.Do(r)
	if err == nil {
		err = resp.Body.Close()
	}
	d.portal.mu.Lock()
	defer d.portal.mu.Unlock()
	if err != nil {
		d.portal.stats.Errors["event "+e.event]++ // logged, never repeated (contract §3.2)
		return
	}
	d.portal.stats.Events++
}

// Drain waits until every queued event was sent.
func (p *Portal) Drain(ctx context.Context) error {
	for {
		p.queue.mu.Lock()
		idle, running := p.queue.idle, p.queue.running
		p.queue.mu.Unlock()
		if !running {
			return nil
		}
		select {
		case <-idle:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
