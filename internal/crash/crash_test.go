package crash

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
)

// shortKills is how many random kills the short form has at least.
const shortKills = 24

// TestEveryActSurvivesAKillAtItsStepBoundaries kills the connector once for each customer, at another step boundary each time. Each
// customer's records are those of the first, whom nothing befell. The short form kills at the first boundary of each name on one
// database and at the last on the other; the long one at every boundary on both.
func TestEveryActSurvivesAKillAtItsStepBoundaries(t *testing.T) {
	t.Parallel()
	for _, a := range acts {
		for database := range databases {
			t.Run(a.name+"/"+database, func(t *testing.T) {
				t.Parallel() // each waits for leases to run out; -parallel bounds them
				atBoundaries(t, database, a)
			})
		}
	}
}

// boundary is a step boundary of an act: which one of those with its name, or of all when it has none.
type boundary struct {
	name string
	at   int
}

// boundaries lists those at which the first process of an act is to die.
func (c *crew) boundaries(t *testing.T, first bool) []boundary {
	t.Helper()
	body, ok := c.revive(0).ask(t.Context(), "/past")
	past := map[string]int{}
	if err := json.Unmarshal(body, &past); err != nil || !ok {
		t.Fatalf("boundaries: %q, %v", body, err)
	}
	all := past[""]
	delete(past, "")
	var out []boundary
	for _, name := range slices.Sorted(maps.Keys(past)) {
		at := past[name]
		if first {
			at = 1
		}
		out = append(out, boundary{name, at})
	}
	if number(t, "CRASH_KILLS", shortKills) <= shortKills {
		return out
	}
	out = nil
	for at := range all {
		out = append(out, boundary{"", at + 1})
	}
	return out
}

func atBoundaries(t *testing.T, database string, a act) {
	t.Helper()
	c := hire(t, set(t, database, 1, cmp.Or(a.sweep, seldom)))
	c.insist("/trap?at=0")
	a.play(c, 0)
	c.until("everything is done", func() bool { return a.over(c, 0) })
	want, lost := c.of(0), 0
	died := c.boundaries(t, database == "sqlite")
	for i, b := range died {
		c.insist("/trap?" + url.Values{"name": {b.name}, "at": {strconv.Itoa(b.at)}}.Encode())
		a.play(c, i+1)
		inDoubt := time.Now().Add(longDoubt)
		c.until("everything is done, or in doubt", func() bool { return a.over(c, i+1) || time.Now().After(inDoubt) })
	}
	for i, b := range died {
		c.until("everything is done", func() bool { return a.over(c, i+1) })
		if c.lost(t, i+1) {
			lost++
		} else if diff := gocmp.Diff(want, c.of(i+1)); diff != "" {
			t.Errorf("killed at %s %d:\n%s", b.name, b.at, diff)
		}
	}
	c.once(t)
	t.Logf("%d kills %v, clicks lost and told %d, doubled %d", c.died(), c.where, lost, len(c.doubled()))
	c.dismiss()
}

// longDoubt is how long a customer is waited for before the next one comes: whether a call was started is in doubt for longer.
const longDoubt = 8 * time.Second

// over reports whether everything that follows from an act is done.
func (a *act) over(c *crew, n int) bool { return (a.shows == nil || a.shows(c, n)) && c.rested() }

// number is a number in the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
