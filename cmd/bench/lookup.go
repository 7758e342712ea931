package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
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
	paced := crowd{address: st.app.Address(), each: count / askers, every: askers * time.Second / pace}
	full := crowd{address: st.app.Address(), each: count / askers}
	whose := func(l *line, asker, n int) error {
		return st.whose(l, (asker*paced.each+n)*stride, n%10 < ofTen, known)
	}
	var bare []float64
	var failed error
	var beside sync.WaitGroup
	beside.Go(func() { bare, failed = paced.ask(ctx, alive) })
	waits, err := paced.ask(ctx, whose)
	beside.Wait()
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	all, err := full.ask(ctx, whose)
	if err != nil {
		return err
	}
	for name, waits := range map[string][]float64{"manager_lookup": waits, "manager_lookup_bare": bare, "manager_lookup_full": all} {
		p50, p99 := quantile(waits, 0.5), quantile(waits, 0.99)
		b.say("%s: ms: p50 %.2f, p90 %.2f, p99 %.2f, max %.2f", name, p50, quantile(waits, 0.9), p99, quantile(waits, 1))
		figure(name+"_p50_ms", p50)
		figure(name+"_p99_ms", p99)
	}
	figure("manager_lookup_late", float64(st.late.Load()))
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
	// The portal has none of these customers: what was asked only after its own were read is not looked for there.
	asked := from.AddDate(1, 0, 0)
	rows := 0
	for first := 0; first < count; first += batch {
		known := make([]lane.Known, 0, 2*batch)
		for n := first + 1; n <= min(first+batch, count); n++ {
			id, who := int64(n), crm.UserID(7+n%2)
			known = append(known, lane.Known{
				Entity: crm.Entity{Kind: crm.Contact, ID: id, Responsible: who, Title: "Анна Петрова"}, Asked: asked, Whole: true,
				Phones: []integration.Phone{numberOf(n)},
			})
			if n%2 == 0 {
				deal := crm.Entity{Kind: crm.Deal, ID: id, Responsible: who, Contact: id, Title: "Заказ", Stage: "NEW"}
				known = append(known, lane.Known{Entity: deal, Asked: asked})
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

// stride shares nothing with the number of customers, so that all of them come up.
const stride = 7919

// whose asks whose client is calling: one of the known, or one of as many whom nobody knows.
func (st *stage) whose(l *line, number int, hit bool, known int) error {
	who := 1 + number%known
	if !hit {
		who += known
	}
	answer, err := l.get(fmt.Sprintf("/hooks/uis/%s/route?cdr_id=%d&numa=%s&numb=%s", string(st.portal.Path),
		firstSession+st.sessions.Add(1), numberOf(who)[1:], st.world.Shop.Numbers[0]))
	switch found := bytes.Contains(answer, []byte(`"phones":["`)); {
	case err != nil || found == hit:
		return err
	case found:
		return fmt.Errorf("customer %d of %d: %s", who, known, answer)
	}
	st.late.Add(1) // what is not found in time is answered with "no manager"
	return nil
}

// alive asks for nothing: what it waits for is the machine.
func alive(l *line, _, _ int) error {
	_, err := l.get("/livez")
	return err
}
