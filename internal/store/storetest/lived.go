package storetest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/simulate"
	"omniconnector/internal/store"
)

func lived(ctx context.Context, s *store.Store, l lane.Lease) ([]simulate.Lived, error) {
	calls, left, err := s.Lived(ctx, l, lane.LivedQuery{Till: time.Unix(1e10, 0), Limit: 9})
	if err == nil && left != len(calls) {
		err = fmt.Errorf("%d calls are left and %d shown", left, len(calls))
	}
	return calls, err
}

// S-2: calls of the past are told page by page with all that was decided of them, those that were decided last first.
func (e *exam) callsAreToldWithTheirPast() {
	t, ctx := e.T, e.Context()
	began := e.Now()
	var l lane.Lease
	for i := range 5 {
		id := integration.SessionID(fmt.Sprintf("s%d", i))
		ids := e.save(e.delivery(string(id)+"a", id), e.delivery(string(id)+"b", id))
		if i == 0 {
			l = e.lease("a")
		}
		first := e.planned(id, ids, integration.ActionKey(id+"/create"), integration.ActionKey(id+"/finish"))
		first.Plan.Memory, first.At = integration.Memory{Known: &crm.Customer{Missed: []int64{int64(i)}}}, e.Now()
		e.record(l, first)
		if i > 0 { // two of the calls were decided at one moment
			e.Advance(time.Minute)
		}
	}
	click := e.save(e.delivery("click", integration.ClickSession("1")))
	e.record(l, e.planned(integration.ClickSession("1"), click, "dial"))
	e.save(e.delivery("s1c", "s1")) // not decided yet: no part of the past

	q := lane.LivedQuery{Till: e.Now().Add(time.Hour), Limit: 2}
	var got []integration.SessionID
	for want := 5; ; want -= 2 {
		calls, left, err := e.s.Lived(ctx, l, q)
		e.must(err)
		if left != max(want, 0) {
			t.Errorf("%d are left, want %d", left, want)
		}
		if len(calls) == 0 {
			break
		}
		for _, c := range calls {
			got = append(got, c.Session)
			q.After = simulate.Cursor{Updated: c.Updated, Session: c.Session}
			if len(c.Events) != 2 || len(c.Plans) != 1 || len(c.Plans[0].Events) != 2 || len(c.Actions) != 2 || c.Actions[0].Do == nil || c.Customer == "" {
				t.Errorf("%s is told with %d events, plans %+v, actions %+v", c.Session, len(c.Events), c.Plans, c.Actions)
			}
			if k := c.Memory.Known; k == nil || len(k.Missed) != 1 || !c.Plans[0].At.Equal(c.Updated) {
				t.Errorf("%s: known %+v, decided at %s and %s", c.Session, k, c.Plans[0].At, c.Updated)
			}
		}
	}
	if diff := cmp.Diff([]integration.SessionID{"s4", "s3", "s2", "s0", "s1"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	within, left, err := e.s.Lived(ctx, l, lane.LivedQuery{From: began.Add(time.Minute), Till: began.Add(3 * time.Minute), Limit: 9})
	e.must(err)
	inside := func(c simulate.Lived) bool { return c.Session == "s2" || c.Session == "s3" }
	if left != 2 || len(within) != 2 || !inside(within[0]) || slices.ContainsFunc(within, func(c simulate.Lived) bool { return !inside(c) }) {
		t.Errorf("within the range: %d, %+v", left, within)
	}
}
