package main

import (
	"context"
	"errors"
	"path/filepath"
	"time"
)

// How long one server is under load at a time, and how long before anything counts.
const (
	underLoad  = 2 * time.Second
	longLoad   = 4 * time.Second
	warmingUp  = time.Second
	perRequest = float64(time.Microsecond)
)

// contender is one way to take notifications.
type contender struct {
	name    string
	served  bool // by PostgreSQL, whose work counts too
	process *process
	load    *load
	rate    []float64 // notifications a second, one a round
	cost    []float64 // microseconds of CPU for each, of the server and its database
}

// intake puts the same load on the bare handler of the framework, on the connector with both databases, and on the two
// ways of storing that it was built to beat, by turns, so that a noisy moment of the machine meets them all.
func (b *bench) intake(ctx context.Context) (_ map[string]float64, err error) {
	all, err := b.contenders(ctx)
	defer func() {
		for _, c := range all {
			err = errors.Join(err, c.process.stop())
		}
	}()
	if err != nil {
		return nil, err
	}
	long := underLoad
	if b.Long {
		long = longLoad
	}
	for round := range b.Rounds + 1 {
		for _, c := range all {
			if round == 0 {
				if _, err := c.load.run(ctx, warmingUp); err != nil {
					return nil, err
				}
				continue
			}
			if err := b.strike(ctx, c, long); err != nil {
				return nil, err
			}
			b.say("intake, round %d of %d, %s: %.0f/s, %.0f us", round, b.Rounds, c.name, c.rate[len(c.rate)-1], c.cost[len(c.cost)-1])
		}
	}
	return intakeFigures(all), nil
}

func (b *bench) contenders(ctx context.Context) ([]*contender, error) {
	var all []*contender
	for _, w := range []struct {
		name, serve string
		postgres    bool
	}{
		{"bare", "bare", false},
		{"postgres", "group", true},
		{"sqlite", "group", false},
		{"single", "single", true},
		{"gorm", "gorm", true},
	} {
		dir, err := b.folder(w.name)
		if err != nil {
			return all, err
		}
		s := spec{Serve: w.serve, Data: dir, Database: filepath.Join(dir, "omniconnector.db")}
		if w.postgres {
			if s.Database, err = b.database(ctx); err != nil {
				return all, err
			}
		}
		p, err := b.spawn(ctx, s)
		if err != nil {
			return all, err
		}
		all = append(all, &contender{name: w.name, served: w.postgres, process: p, load: newLoad(p)})
	}
	return all, nil
}

// strike loads one contender for a while and notes what came of it.
func (b *bench) strike(ctx context.Context, c *contender, long time.Duration) error {
	before, err := b.cost(c)
	if err != nil {
		return err
	}
	began := time.Now()
	accepted, err := c.load.run(ctx, long)
	took := time.Since(began)
	if err != nil || accepted == 0 {
		return errors.Join(err, ctx.Err())
	}
	after, err := b.cost(c)
	c.rate = append(c.rate, float64(accepted)/took.Seconds())
	c.cost = append(c.cost, float64(after-before)/perRequest/float64(accepted))
	return err
}

// cost is what the contender has used, with the database server: nobody else works there meanwhile.
func (b *bench) cost(c *contender) (time.Duration, error) {
	own, err := c.process.cpu()
	if err != nil || !c.served {
		return own, err
	}
	server, err := b.serverCPU()
	return own + server, err
}

// intakeFigures compares round by round and takes the medians.
func intakeFigures(all []*contender) map[string]float64 {
	by := map[string]*contender{}
	for _, c := range all {
		by[c.name] = c
	}
	ratio := func(one, other []float64) float64 {
		each := make([]float64, len(one))
		for i := range one {
			each[i] = one[i] / other[i]
		}
		return median(each)
	}
	bare, postgres, sqlite := by["bare"], by["postgres"], by["sqlite"]
	return map[string]float64{
		"intake_ratio_postgres":      ratio(postgres.rate, bare.rate),
		"intake_ratio_postgres_cpu":  ratio(bare.cost, postgres.cost),
		"intake_ratio_sqlite":        ratio(sqlite.rate, bare.rate),
		"intake_ratio_sqlite_cpu":    ratio(bare.cost, sqlite.cost),
		"intake_group_gain":          ratio(postgres.rate, by["single"].rate),
		"intake_group_gain_cpu":      ratio(by["single"].cost, postgres.cost),
		"intake_gain_over_gorm":      ratio(by["gorm"].cost, postgres.cost),
		"intake_per_second_bare":     median(bare.rate),
		"intake_per_second_postgres": median(postgres.rate),
		"intake_per_second_sqlite":   median(sqlite.rate),
		"intake_cpu_us_bare":         median(bare.cost),
		"intake_cpu_us_postgres":     median(postgres.cost),
		"intake_cpu_us_sqlite":       median(sqlite.cost),
	}
}
