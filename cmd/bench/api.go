package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"omniconnector/internal/store"
	"omniconnector/internal/world"
)

// How many events the journal has, short and long form.
const (
	journalEvents     = 100_000
	longJournalEvents = 1_000_000
)

const (
	// readers ask at once, each with a token of its own, and each so often: in all ten times a second.
	readers   = 4
	readEvery = 400 * time.Millisecond
	// simulated is how many calls a simulation decides.
	simulated = 5_000
)

// api times what people at the UI wait for: settings, the journal, the overview and a simulation.
func (b *bench) api(ctx context.Context) (map[string]float64, error) {
	return b.apiOf(ctx, journalEvents, "_100k")
}

// apiLong does it with a million events.
func (b *bench) apiLong(ctx context.Context) (map[string]float64, error) {
	return b.apiOf(ctx, longJournalEvents, "")
}

func (b *bench) apiOf(ctx context.Context, events int, size string) (map[string]float64, error) {
	values := map[string]float64{}
	for _, on := range []string{"", "_postgres"} {
		dir, err := b.folder("api")
		if err != nil {
			return nil, err
		}
		database := filepath.Join(dir, "api.db")
		if on != "" {
			if database, err = b.database(ctx); err != nil {
				return nil, err
			}
		}
		if err := b.apiOn(ctx, database, events, func(name string, v float64) { values[name+size+on] = v }); err != nil {
			return nil, fmt.Errorf("database%s: %w", on, err)
		}
	}
	return values, nil
}

func (b *bench) apiOn(ctx context.Context, database string, events int, figure func(string, float64)) (err error) {
	st, err := b.play(ctx, set{world: world.Options{Tariff: unlimited()}, database: database, budget: plenty(), whole: true, noRecords: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	per, err := st.lived(ctx, database, events)
	if err != nil {
		return err
	}
	b.say("%d events", events)
	people, err := st.people(ctx)
	if err != nil {
		return err
	}
	for _, q := range st.questions() {
		waits, err := people.ask(ctx, q)
		if err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
		p50, p99 := quantile(waits, 0.5), quantile(waits, 0.99)
		b.say("%s: ms: p50 %.2f, p90 %.2f, p99 %.2f, max %.2f of %d", q.name, p50, quantile(waits, 0.9), p99, quantile(waits, 1), len(waits))
		figure("api_"+q.name+"_p50_ms", p50)
		figure("api_"+q.name+"_p99_ms", p99)
	}
	calls, took, err := people.simulate(ctx, st.at(""))
	if err != nil {
		return err
	}
	b.say("%d calls simulated in %v", calls, took)
	figure("simulate_events_per_second", float64(calls*per)/took.Seconds())
	return nil
}

// lived has one call really lived through, and multiplies it; it answers how many events a call has.
func (st *stage) lived(ctx context.Context, database string, events int) (per int, err error) {
	for _, step := range st.answered().Steps {
		if err := st.tell(ctx, step); err != nil {
			return 0, err
		}
	}
	if err := st.quiet(ctx); err != nil {
		return 0, err
	}
	p, err := openPast(database)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	err = p.fill(ctx, events)
	return p.events, err
}

// at is the address of something of the portal.
func (st *stage) at(path string) string {
	return "http://" + st.app.Address() + "/api/v1/portals/" + string(st.portal.Portal) + path
}

// question is one that the UI asks.
type question struct {
	name   string
	method string
	url    func(n int) string
	body   func(n int) []byte
	count  int // in all
	paced  bool
}

func (st *stage) questions() []question {
	journal := func(query url.Values) string {
		return "http://" + st.app.Address() + "/api/v1/events?" + query.Encode()
	}
	fixed := func(u string) func(int) string { return func(int) string { return u } }
	staff := st.world.Shop.Employees // of whom answered picks one by the call's number
	text := func(word string) func(int) string { return fixed(journal(url.Values{"text": {word}})) }
	return []question{
		{name: "settings_read", url: fixed(st.at("/settings")), count: 300, paced: true},
		{name: "settings_save", method: http.MethodPut, url: fixed(st.at("/settings")), body: st.changed, count: 200, paced: true},
		{name: "journal", url: fixed(journal(url.Values{})), count: 300, paced: true},
		{name: "journal_phone", url: func(n int) string {
			return journal(url.Values{"phone": {fmt.Sprintf("+79%09d", 100_000_000+n*stride%callers)}})
		}, count: 300, paced: true},
		{name: "journal_text", url: text(staff[(firstSession+1)%len(staff)].Name), count: 20},
		{name: "journal_text_nothing", url: text("нет такого слова"), count: 8},
		{name: "overview", url: fixed(st.at("/overview")), count: 200, paced: true},
	}
}

// changed is the settings of the world with another name of the application.
func (st *stage) changed(n int) []byte {
	s := world.Settings()
	s.AppName = fmt.Sprintf("OMNI %d", n)
	body, err := json.Marshal(s)
	if err != nil {
		return nil
	}
	return body
}

// people are readers with their tokens.
type people struct {
	tokens []string
	client *http.Client
}

func (st *stage) people(ctx context.Context) (*people, error) {
	p := &people{client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: readers}}}
	for range readers {
		token, _, err := st.app.Store().CreateSecret(ctx, world.Tenant, store.NewSecret{Purpose: store.API, Name: "bench", Scope: store.Write})
		if err != nil {
			return nil, err
		}
		p.tokens = append(p.tokens, string(token))
	}
	return p, nil
}

// ask has all readers ask, and tells how long each answer took, in milliseconds; paced ones count from when the question was due.
func (p *people) ask(ctx context.Context, q question) ([]float64, error) {
	at := readers
	if !q.paced {
		at = 1
	}
	waits, failed := make([][]float64, at), make([]error, at)
	var all sync.WaitGroup
	for reader := range at {
		all.Go(func() { waits[reader], failed[reader] = p.reader(ctx, q, reader, q.count/at) })
	}
	all.Wait()
	return slices.Concat(waits...), errors.Join(failed...)
}

func (p *people) reader(ctx context.Context, q question, number, count int) ([]float64, error) {
	var waits []float64
	due := time.Now().Add(readEvery * time.Duration(number) / readers)
	for n := range count {
		from := time.Now()
		if q.paced {
			if err := pause(ctx, time.Until(due)); err != nil {
				return nil, err
			}
			from, due = due, due.Add(readEvery)
		}
		var body []byte
		if q.body != nil {
			body = q.body(number*count + n)
		}
		if _, err := p.do(ctx, number, q.method, q.url(number*count+n), body); err != nil {
			return nil, err
		}
		waits = append(waits, float64(time.Since(from))/float64(time.Millisecond))
	}
	return waits, nil
}

// do asks once and wants to be answered well.
func (p *people) do(ctx context.Context, who int, method, address string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+p.tokens[who])
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", "*")
	answer, err := p.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= http.StatusMultipleChoices && answer.StatusCode != http.StatusPreconditionFailed { // two saved at once
		err = fmt.Errorf("%s %s: %s: %s", method, address, answer.Status, text)
	}
	return text, err
}

// simulate decides past calls by the newest settings, and answers how many it were and how long it took, as whoever waits sees it.
func (p *people) simulate(ctx context.Context, portal string) (calls int, took time.Duration, err error) {
	from := time.Now()
	text, err := p.do(ctx, 0, http.MethodPost, portal+"/simulations", fmt.Appendf(nil, `{"last":%d}`, simulated))
	if err != nil {
		return 0, 0, err
	}
	var made struct{ ID string }
	if err := json.Unmarshal(text, &made); err != nil {
		return 0, 0, err
	}
	for {
		if err := pause(ctx, readEvery); err != nil {
			return 0, 0, err
		}
		if text, err = p.do(ctx, 1, http.MethodGet, portal+"/simulations/"+made.ID, nil); err != nil {
			return 0, 0, err
		}
		var at struct {
			State    string
			Progress struct{ Done int }
		}
		if err := json.Unmarshal(text, &at); err != nil {
			return 0, 0, err
		}
		switch at.State {
		case "done":
			return at.Progress.Done, time.Since(from), nil
		case "failed", "dead":
			return 0, 0, fmt.Errorf("the simulation: %s", text)
		}
	}
}
