package crash

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
)

// spec is what a child process is told, as JSON in its environment.
type spec struct {
	Listen, Control, Public, Data, Database, OAuth string
	Tenant                                         integration.TenantID
	Portal                                         integration.PortalID
	SweepEvery                                     time.Duration
}

// atOnce is how many tests run side by side: they wait for leases and doubts to run out, most of the time.
const atOnce = "20"

const childEnv = "OMNI_CRASH_CHILD"

// TestMain is the connector when it is started as a child, and the tests otherwise.
func TestMain(m *testing.M) {
	if text := os.Getenv(childEnv); text != "" {
		if err := child(text); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	flag.Parse()
	if err := flag.Set("test.parallel", atOnce); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// unseen is how long a call may be unknown to the platform in these tests: a click is given up before (T-8), a callback is
// called again after it (T-9).
const unseen = 31 * time.Second

// The times of a child are short, so that a test need not wait a minute for each doubt.
func quickLanes(sweep time.Duration, step func(string)) lane.Config {
	return lane.Config{
		LeaseFor: time.Second, Poll: 50 * time.Millisecond, SendWithin: 500 * time.Millisecond,
		ExecutionLimit: 700 * time.Millisecond, RetryAfter: 50 * time.Millisecond, RetryAtMost: 300 * time.Millisecond,
		RereadAfter: 100 * time.Millisecond, RereadEvery: 150 * time.Millisecond, SweepEvery: sweep, SweepOverlap: 3 * time.Hour,
		RequestsEvery: sweep, TranscriptPace: 50 * time.Millisecond,
		DialSeen: unseen, Step: step,
	}
}

// trap kills the process at a step boundary. It may be set again and again: boundaries are counted from the last time.
type trap struct {
	mu   sync.Mutex
	name string // of the boundary; empty for any
	at   int
	past map[string]int // boundaries by name, and all of them under the empty name
	note string         // the file that tells where it snapped
}

func (p *trap) step(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.past[name]++
	p.past[""]++
	if p.name != "" && p.name != name || p.past[p.name] != p.at {
		return
	}
	_ = os.WriteFile(p.note, []byte(name), 0o600)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // nothing more happens
}

// set begins to count anew; at is 0 for a process that lives on.
func (p *trap) set(name string, at int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name, p.at, p.past = name, at, map[string]int{}
}

// child is the connector with a way to kill itself at a step boundary.
func child(text string) error {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	level := slog.LevelError
	if os.Getenv("OMNI_CRASH_LOG") != "" {
		level = slog.LevelInfo
	}
	die := &trap{note: snapped(s.Data), past: map[string]int{}}
	a, err := app.Open(ctx, app.Config{
		Listen: s.Listen, PublicURL: s.Public, Data: s.Data, Database: s.Database, AllowPrivate: true, OAuthHosts: []string{s.OAuth},
		Lane: quickLanes(s.SweepEvery, die.step), Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})),
	})
	if err != nil {
		return err
	}
	go (&desk{a, &s, die}).serve()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test lets go
		stop()
	}()
	return a.Run(ctx)
}

// snapped is the file in which a dying process tells at which boundary it died.
func snapped(data string) string { return data + ".died" }

// desk answers the test's questions and does what somebody at a page of the connector would do.
type desk struct {
	app  *app.App
	spec *spec
	trap *trap
}

func (d *desk) serve() {
	mux := http.NewServeMux()
	for path, answer := range map[string]func(r *http.Request) (bool, error){
		"/quiet": func(r *http.Request) (bool, error) { return world.Quiet(r.Context(), d.app.Store(), d.spec.Portal) },
		"/rest":  d.rest, "/trap": d.set, "/connect": d.connect, "/import": d.imports, "/knows": d.knows, "/sound": d.sound,
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			yes, err := answer(r)
			switch {
			case err != nil:
				http.Error(w, err.Error(), http.StatusInternalServerError)
			case !yes:
				w.WriteHeader(http.StatusConflict)
			}
		})
	}
	mux.HandleFunc("/past", func(w http.ResponseWriter, _ *http.Request) {
		d.trap.mu.Lock()
		defer d.trap.mu.Unlock()
		_ = json.NewEncoder(w).Encode(d.trap.past)
	})
	if err := http.ListenAndServe(d.spec.Control, mux); err != nil {
		fmt.Fprintln(os.Stderr, "child: control:", err)
		os.Exit(1)
	}
}

// rest reports whether nothing is left, now or for later, but what is done again and again and calls that may say more.
func (d *desk) rest(r *http.Request) (bool, error) {
	const later = time.Hour // the index is made anew after a week
	st, now := d.app.Store(), time.Now()
	busy, err := st.Busy(r.Context(), d.spec.Tenant, d.spec.Portal, now.Add(later))
	if busy || err != nil {
		return false, err
	}
	waiting, _, err := st.Overdue(r.Context(), lane.Lease{Tenant: d.spec.Tenant, Portal: d.spec.Portal}, now.Add(later), 1000)
	for _, o := range waiting {
		if o.Waits {
			return false, err
		}
	}
	return true, err
}

func (d *desk) set(r *http.Request) (bool, error) {
	at, err := strconv.Atoi(r.FormValue("at"))
	d.trap.set(r.FormValue("name"), at)
	return true, err
}

// connect plans what a connected portal and platform need, and has lost calls looked for at once.
func (d *desk) connect(r *http.Request) (bool, error) {
	s := tenantSettings()
	if err := d.app.PortalConnected(r.Context(), d.spec.Tenant, d.spec.Portal); err != nil {
		return false, err
	}
	if err := d.app.SettingsSaved(r.Context(), d.spec.Tenant, d.spec.Portal, &s); err != nil {
		return false, err
	}
	return true, d.plan(r.Context(), "every/sweep", centre.Sweep{})
}

func (d *desk) plan(ctx context.Context, key integration.ActionKey, do centre.Errand) error {
	now := integration.Action{Key: key, Urgency: integration.UrgentSync, Do: do}
	return d.app.Store().Schedule(ctx, d.spec.Tenant, d.spec.Portal, []integration.Action{now})
}

// imports has the calls of a range of the past read.
func (d *desk) imports(r *http.Request) (bool, error) {
	from, err1 := time.Parse(time.RFC3339, r.FormValue("from"))
	till, err2 := time.Parse(time.RFC3339, r.FormValue("till"))
	if err1 != nil || err2 != nil {
		return false, fmt.Errorf("import: %w, %w", err1, err2)
	}
	return true, d.plan(r.Context(), integration.ActionKey("import/"+r.FormValue("from")), centre.Import{From: from, Till: till})
}

// sound reports whether there is no dead letter, for nothing here is refused for good, and no errand that failed last.
func (d *desk) sound(r *http.Request) (bool, error) {
	jobs, err := d.app.Store().Jobs(r.Context(), d.spec.Tenant, d.spec.Portal)
	if err != nil {
		return false, err
	}
	for i := range jobs {
		j := &jobs[i].Entry
		if j.Err != nil || j.State == lane.StateDoubt || j.State == lane.StateDead {
			return false, fmt.Errorf("errand %s is %s: %w", j.Action.Key, j.State, j.Err)
		}
	}
	letters, _, err := d.app.Store().DeadLetters(r.Context(), d.spec.Tenant, d.spec.Portal, "", 10)
	if len(letters) > 0 {
		return false, fmt.Errorf("dead letters: %+v", letters)
	}
	return true, err
}

// knows reports whether the index of customers says that a number is a contact of a user's.
func (d *desk) knows(r *http.Request) (bool, error) {
	c, err := d.app.Store().Customer(r.Context(), d.spec.Tenant, d.spec.Portal, []integration.Phone{integration.Phone(r.FormValue("phone"))})
	return err == nil && len(c.Contacts) == 1 && strconv.FormatInt(int64(c.Contacts[0].Responsible), 10) == r.FormValue("user"), err
}
