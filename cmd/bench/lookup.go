package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/world"
)

// How many customers are known, short and long form.
const (
	customers     = 100_000
	longCustomers = 1_000_000
)

const (
	// questions are asked in all, by so many askers at once. Of ten callers seven are known.
	questions     = 5_000
	longQuestions = 20_000
	askers        = 32
	ofTen         = 7
	// pace is how many questions a second come at the paced rate: some hundred times what a busy contact centre asks.
	pace = 250
)

// lookups times the answer to the platform's question whose client is calling (T-2), from the first byte of the question to the
// last of the answer: the receiver, the router and the index, on both databases, while the lane takes in what was
// asked.
func (b *bench) lookups(ctx context.Context) (map[string]float64, error) {
	return b.lookupsOf(ctx, customers, questions, "_100k")
}

// lookupsLong does it with a million customers.
func (b *bench) lookupsLong(ctx context.Context) (map[string]float64, error) {
	return b.lookupsOf(ctx, longCustomers, longQuestions, "")
}

func (b *bench) lookupsOf(ctx context.Context, known, count int, size string) (map[string]float64, error) {
	values := map[string]float64{}
	database, err := b.database(ctx)
	if err != nil {
		return nil, err
	}
	for on, dsn := range map[string]string{"": "", "_postgres": database} {
		err := b.lookupsOn(ctx, dsn, known, count, func(name string, v float64) { values[name+size+on] = v })
		if err != nil {
			return nil, fmt.Errorf("database%s: %w", on, err)
		}
	}
	return values, nil
}

func (b *bench) lookupsOn(ctx context.Context, database string, known, count int, figure func(string, float64)) (err error) {
	st, err := b.play(ctx, set{world: world.Options{Tariff: unlimited()}, database: database, budget: plenty(), whole: true, customers: known})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	figure("index_fill_per_second", st.filled)
	for _, way := range []struct {
		name  string
		every time.Duration
	}{{"manager_lookup", askers * time.Second / pace}, {"manager_lookup_full", 0}} {
		began := time.Now()
		waits, err := st.askAll(ctx, known, count/askers, way.every)
		if err != nil {
			return err
		}
		p50, p99 := quantile(waits, 0.5), quantile(waits, 0.99)
		b.say("%s: %.0f questions a second; ms: p50 %.2f, p99 %.2f, max %.2f", way.name,
			float64(len(waits))/time.Since(began).Seconds(), p50, p99, quantile(waits, 1))
		figure(way.name+"_p50_ms", p50)
		figure(way.name+"_p99_ms", p99)
	}
	return nil
}

// numberOf is the number of the n-th customer; those above the last are of nobody.
func numberOf(n int) integration.Phone { return integration.Phone(fmt.Sprintf("+79%09d", n)) }

// introduce fills the index of customers, before any lane works: each is a contact with a number, every other one has an
// open deal.
func (st *stage) introduce(ctx context.Context, count int) error {
	if count == 0 {
		return nil
	}
	store, from := st.app.Store(), time.Now()
	leases, err := store.Claim(ctx, "bench", from, time.Hour, 1)
	if err != nil || len(leases) != 1 {
		return fmt.Errorf("%d lanes to fill: %w", len(leases), err)
	}
	const batch = 5000
	rows := 0
	for first := 0; first < count; first += batch {
		known := make([]lane.Known, 0, 2*batch)
		for n := first + 1; n <= min(first+batch, count); n++ {
			id, who := int64(n), crm.UserID(7+n%2)
			known = append(known, lane.Known{
				Entity: crm.Entity{Kind: crm.Contact, ID: id, Responsible: who, Title: "Анна Петрова"}, Asked: from, Whole: true,
				Phones: []integration.Phone{numberOf(n)},
			})
			if n%2 == 0 {
				deal := crm.Entity{Kind: crm.Deal, ID: id, Responsible: who, Contact: id, Title: "Заказ", Stage: "NEW"}
				known = append(known, lane.Known{Entity: deal, Asked: from})
			}
		}
		rows += len(known)
		if err := store.Learn(ctx, leases[0], known, nil); err != nil {
			return err
		}
	}
	st.filled = float64(rows) / time.Since(from).Seconds()
	return store.Release(ctx, leases[0])
}

// askAll has each asker ask so often and tells how long each answer took, in milliseconds. With every set each asker asks so often, and
// a wait counts from when the question was due; else the next is asked when the last was answered.
func (st *stage) askAll(ctx context.Context, known, each int, every time.Duration) ([]float64, error) {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	waits, failed := make([][]float64, askers), make([]error, askers)
	for a := range askers {
		wg.Go(func() { waits[a], failed[a] = st.asker(ctx, a, known, each, every) })
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil { // the others fail alike
			return nil, err
		}
	}
	return slices.Concat(waits...), nil
}

// asker is one connection of the platform.
func (st *stage) asker(ctx context.Context, number, known, each int, every time.Duration) ([]float64, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", st.app.Address())
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer conn.Close() //nolint:errcheck // everything was answered
	in := bufio.NewReader(conn)
	waits := make([]float64, 0, each)
	due := time.Now().Add(every * time.Duration(number) / askers)
	for n := range each {
		// A stride that shares nothing with the number of customers visits all of them.
		who, hit := 1+(number*each+n)*7919%known, n%10 < ofTen
		if !hit {
			who += known
		}
		from := time.Now()
		if every > 0 {
			if err := pause(ctx, time.Until(due)); err != nil {
				return nil, err
			}
			from, due = due, due.Add(every)
		}
		answer, err := st.whose(conn, in, who)
		if err != nil {
			return nil, err
		}
		waits = append(waits, float64(time.Since(from))/float64(time.Millisecond))
		if got := bytes.Contains(answer, []byte(`"phones":["`)); got != hit {
			return nil, fmt.Errorf("customer %d of %d: %s", who, known, answer)
		}
	}
	return waits, nil
}

// whose asks whose client is calling.
func (st *stage) whose(conn net.Conn, in *bufio.Reader, who int) ([]byte, error) {
	_, err := fmt.Fprintf(conn, "GET /hooks/uis/%s/route?cdr_id=%d&numa=%s&numb=%s HTTP/1.1\r\nHost: %s\r\n\r\n",
		string(st.portal.Path), firstSession+st.sessions.Add(1), numberOf(who)[1:], st.world.Shop.Numbers[0], st.app.Address())
	if err != nil {
		return nil, err
	}
	return readAnswer(in)
}
