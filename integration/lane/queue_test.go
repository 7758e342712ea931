package lane

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"omniconnector/crm"
	"omniconnector/integration"
)

// draw makes a ledger of actions of a few customers that refer to each other and touch the same things.
func draw(t *rapid.T) []Entry {
	n := rapid.IntRange(1, 60).Draw(t, "actions")
	entries := make([]Entry, n)
	for i := range entries {
		customer := rapid.IntRange(0, 4).Draw(t, "customer")
		a := integration.Action{
			Key: integration.ActionKey(fmt.Sprintf("a%02d", i)), Urgency: integration.Urgency(rapid.IntRange(0, 6).Draw(t, "urgency")),
			Touches: []string{fmt.Sprintf("c%d/%d", customer, rapid.IntRange(0, 2).Draw(t, "touch"))},
		}
		a.Do = crm.Create{Kind: crm.Lead, OriginID: string(a.Key)}
		if i > 0 && rapid.Bool().Draw(t, "refers") {
			of := rapid.IntRange(0, i-1).Draw(t, "of")
			a.Do = crm.Update{Kind: crm.Lead, Entity: crm.Ref{Of: fmt.Sprintf("a%02d", of)}}
		}
		entries[i] = Entry{
			Seq: int64(i), Action: a, State: rapid.SampledFrom([]ActionState{StatePlanned, StatePlanned, StatePlanned, StateDoubt}).Draw(t, "state"),
			DueAt: time.Unix(int64(rapid.IntRange(0, 20).Draw(t, "due")), 0),
		}
	}
	return entries
}

// nothing goes out before what it depends on, unless both go together and in order.
func TestNothingGoesOutBeforeWhatItDependsOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue()
		q.add(draw(t)...)
		now := time.Unix(10, 0)
		chains := q.ready(now, func(*Entry) bool { return false })
		at := map[integration.ActionKey][2]int{}
		for i, c := range chains {
			if len(c.entries) == 0 || len(c.entries) > longestChain {
				t.Fatalf("a chain of %d", len(c.entries))
			}
			if i > 0 && chains[i-1].urgency > c.urgency {
				t.Fatal("a less urgent chain goes first")
			}
			for j, e := range c.entries {
				at[e.Action.Key] = [2]int{i, j}
			}
		}
		for key, place := range at {
			e := q.entries[key]
			if e.State != StatePlanned || e.DueAt.After(now) {
				t.Fatalf("%s goes out %s, due %s", key, e.State, e.DueAt)
			}
			for _, o := range dependsOn(q, e) {
				other, goes := at[o.Action.Key]
				if !goes || other[0] != place[0] || other[1] >= place[1] {
					t.Fatalf("%s goes out at %v although %s (%v, goes %v) must go before it", key, place, o.Action.Key, other, goes)
				}
			}
		}
	})
}

// dependsOn is the rule in its plainest form: refs, and everything earlier that touches the same.
func dependsOn(q *queue, e *Entry) []*Entry {
	var on []*Entry
	for _, o := range q.order {
		refers := slices.ContainsFunc(crm.Refs(e.Action.Do), func(r crm.Ref) bool { return r.Of == string(o.Action.Key) })
		if o.Seq < e.Seq && (refers || slices.Contains(e.Action.Touches, o.Action.Touches[0])) {
			on = append(on, o)
		}
	}
	return on
}

// Law 1: whatever is planned goes out in the end, however it is packed.
func TestEverythingPlannedGoesOutInTheEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue()
		entries := draw(t)
		for i := range entries {
			entries[i].State = StatePlanned
		}
		q.add(entries...)
		now := time.Unix(100, 0)
		for round := 0; len(q.order) > 0; round++ {
			if round > len(entries) {
				t.Fatalf("%d actions never go out", len(q.order))
			}
			for _, c := range q.ready(now, func(*Entry) bool { return false }) {
				for _, e := range c.entries {
					q.apply(change(e, StateDone, now))
				}
			}
		}
	})
}

// T-0: a second call of a customer waits for the first one's lead before it asks the CRM.
func TestAnotherCallWaitsForEntitiesOnTheWay(t *testing.T) {
	t.Parallel()
	q := newQueue()
	create := integration.Action{Key: "call:1/create/lead", Do: crm.Create{Kind: crm.Lead}}
	q.add(Entry{Action: create, Session: "1", Customer: "+79000000001", State: StateDoubt})
	for _, c := range []struct {
		customer integration.CustomerKey
		session  integration.SessionID
		waits    bool
	}{{"+79000000001", "2", true}, {"+79000000001", "1", false}, {"+79000000002", "2", false}} {
		if got := q.creating(c.customer, c.session); got != c.waits {
			t.Errorf("%s of %s waits = %v, want %v", c.session, c.customer, got, c.waits)
		}
	}
	q.apply(Change{Key: create.Key, State: StateDead})
	if q.creating("+79000000001", "2") {
		t.Error("a dead letter holds the customer up")
	}
}
