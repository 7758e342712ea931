package lane

import (
	"fmt"
	"slices"
	"strconv"
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
		if got := q.creating([]integration.CustomerKey{c.customer}, c.session); got != c.waits {
			t.Errorf("%s of %s waits = %v, want %v", c.session, c.customer, got, c.waits)
		}
	}
	q.apply(Change{Key: create.Key, State: StateDead})
	if q.creating([]integration.CustomerKey{"+79000000001"}, "2") {
		t.Error("a dead letter holds the customer up")
	}
}

// updates of one entity that wait together are one command, and what it writes is what they would have written in turn.
func TestWaitingUpdatesOfOneEntityBecomeOne(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "updates")
		entries := make([]*Entry, n)
		for i := range entries {
			u := crm.Update{Kind: crm.Deal, Entity: crm.Ref{ID: int64(rapid.IntRange(1, 2).Draw(t, "deal"))}}
			if rapid.Bool().Draw(t, "guarded") {
				u.If.Responsible = new(crm.UserID(7))
			}
			if rapid.Bool().Draw(t, "title") {
				u.Fields.Title = new(fmt.Sprint("title ", i))
			}
			if rapid.Bool().Draw(t, "custom") {
				u.Fields.Custom = map[string]string{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "field"): strconv.Itoa(i)}
			}
			entries[i] = &Entry{Action: integration.Action{Key: integration.ActionKey(strconv.Itoa(i)), Do: u}}
		}
		before := fmt.Sprintf("%+v", written(entries))
		calls, at := pack(entries)
		for i := 1; i < len(calls); i++ {
			a, b := calls[i-1].Do.(crm.Update), calls[i].Do.(crm.Update)
			if sameTarget(&a, &b) {
				t.Fatalf("calls %d and %d could be one", i-1, i)
			}
		}
		for i := range entries {
			a, b := entries[i].Action.Do.(crm.Update), calls[at[i]].Do.(crm.Update)
			if !sameTarget(&a, &b) {
				t.Fatalf("update %d is carried by another entity's call", i)
			}
		}
		merged := make([]*Entry, len(calls))
		for i := range calls {
			merged[i] = &Entry{Action: integration.Action{Do: calls[i].Do}}
		}
		if after := fmt.Sprintf("%+v", written(merged)); after != before {
			t.Fatalf("written %s, want %s", after, before)
		}
		if again := fmt.Sprintf("%+v", written(entries)); again != before {
			t.Fatal("packing changed the ledger's own commands")
		}
	})
}

// written is what a portal holds after updates in turn, of which those under a guard are taken apart.
func written(entries []*Entry) map[string]string {
	portal := map[string]string{}
	for _, e := range entries {
		u := e.Action.Do.(crm.Update)
		at := fmt.Sprint(u.Entity.ID, u.If.Responsible != nil, "/")
		if u.Fields.Title != nil {
			portal[at+"title"] = *u.Fields.Title
		}
		for name, value := range u.Fields.Custom {
			portal[at+name] = value
		}
	}
	return portal
}
