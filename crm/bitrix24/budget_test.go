package bitrix24

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
)

// operatingAnswer says that method c00 has used so many seconds of its window and took so many just now.
func operatingAnswer(used, took float64, reset time.Time) string {
	return fmt.Sprintf(`{"result":{"result":{"c00":{"item":{"id":1}}},"result_error":[],"result_time":{"c00":
		{"duration":%f,"operating":%f,"operating_reset_at":%d}}},"time":{"duration":1}}`, took, used, reset.Unix())
}

func TestTheRestOfAMethodsBudgetIsSpreadOverTheRestOfItsWindow(t *testing.T) {
	t.Parallel()
	lead := crm.Call{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}
	for name, tc := range map[string]struct {
		used, took float64
		wait       time.Duration
	}{
		"well below":  {300, 2, 0},
		"at 80 %":     {384, 2, 2 * time.Second * 300 / 96}, // 96 s left for 300 s
		"nearly full": {470, 2, 2 * time.Second * 300 / 10},
		"full":        {481, 2, 300 * time.Second},
		"cost more":   {470, 40, 300 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := morning
			s := &stub{answer: func(*http.Request, string) (int, string) {
				return 200, operatingAnswer(tc.used, tc.took, morning.Add(300*time.Second))
			}}
			c, err := New(Config{Credentials: newMemory(), Now: func() time.Time { return now }, Transport: s})
			if err != nil {
				t.Fatal(err)
			}
			if e := c.Perform(t.Context(), one(lead), nil)[0].Err; e != nil {
				t.Fatal(e)
			}
			e := c.Perform(t.Context(), one(lead), nil)[0].Err
			if tc.wait == 0 {
				if e != nil {
					t.Fatalf("got %v, want no refusal", e)
				}
				return
			}
			want := &crm.Error{Kind: crm.Limited, Method: "crm.item.add", Code: "OPERATION_TIME_LIMIT", Text: "not sent yet", Wait: tc.wait}
			if d := cmp.Diff(want, e); d != "" {
				t.Error(d)
			}
			if n := len(s.requests()); n != 1 {
				t.Errorf("a local refusal reached the network: %d requests", n)
			}
			now = now.Add(tc.wait)
			if e := c.Perform(t.Context(), one(lead), nil)[0].Err; e != nil {
				t.Errorf("after the wait: %v", e)
			}
		})
	}
}

func TestAMethodOverItsBudgetPausesAloneUntilItsReset(t *testing.T) {
	t.Parallel()
	var round atomic.Int32
	c, s, _ := setup(t, func(*http.Request, string) (int, string) {
		if round.Add(1) == 1 {
			return 200, operatingAnswer(200, 1, morning.Add(4*time.Minute))
		}
		return 200, answers(map[string]any{"c00": failure{"OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit."}, "c01": true})
	})
	lead := crm.Call{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}
	c.Perform(t.Context(), one(lead), nil)
	outs := c.Perform(t.Context(), [][]crm.Call{{lead}, {touch}}, nil)
	if outs[0].Err == nil || outs[0].Err.Wait != 4*time.Minute || outs[0].Err.Whole {
		t.Errorf("got %+v, want a wait until the reset that was told last", outs[0].Err)
	}
	if outs[1].Err != nil {
		t.Errorf("the other method got %v", outs[1].Err)
	}
	outs = c.Perform(t.Context(), [][]crm.Call{
		{lead, {Key: "dep", Do: crm.Update{Kind: crm.Lead, Entity: crm.Ref{Of: "a"}}}}, {touch},
	}, nil)
	if k := kindsOf(outs); k[0] != crm.Limited || k[1] != crm.Skipped {
		t.Errorf("got %v, want limited and, for what hangs on it, skipped", k)
	}
	cmds := batchOf(t, s.requests()[2])
	if len(cmds) != 1 || cmds[0].method != "crm.activity.update" {
		t.Errorf("sent %v, want the other method alone", cmds)
	}
	rows := c.Usage().Methods
	i := slices.IndexFunc(rows, func(u crm.MethodUsage) bool { return u.Method == "crm.item.add" })
	want := crm.MethodUsage{
		Method: "crm.item.add", Operating: 200 * time.Second, ResetAt: morning.Add(4 * time.Minute), PausedUntil: morning.Add(4 * time.Minute),
	}
	if i < 0 {
		t.Fatalf("usage tells nothing of the method: %v", rows)
	}
	rows[i].ResetAt, rows[i].PausedUntil = rows[i].ResetAt.UTC(), rows[i].PausedUntil.UTC()
	if d := cmp.Diff(want, rows[i]); d != "" {
		t.Error(d)
	}
}

func TestAfterQueryLimitNothingIsSentUntilTheWaitIsOver(t *testing.T) {
	t.Parallel()
	now := morning
	limited := true
	s := &stub{answer: func(*http.Request, string) (int, string) {
		if limited {
			return 503, refusing("QUERY_LIMIT_EXCEEDED", "Too many requests")
		}
		return 200, answers(map[string]any{"c00": true})
	}}
	c, err := New(Config{Credentials: newMemory(), Now: func() time.Time { return now }, Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e.Kind != crm.Limited || e.Wait != 2*time.Second || !e.Whole {
			t.Errorf("got %+v", e)
		}
	}
	if n := len(s.requests()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
	now, limited = now.Add(2*time.Second), false
	if e := c.Perform(t.Context(), one(touch), nil)[0].Err; e != nil {
		t.Errorf("after the wait: %v", e)
	}
}

func TestFitLearnsFromMeasuredTimes(t *testing.T) {
	t.Parallel()
	chains := make([][]crm.Call, 60)
	for i := range chains {
		chains[i] = []crm.Call{{Key: strconv.Itoa(i), Do: crm.Finish{Call: crm.Ref{Of: "r"}, User: 1}}}
	}
	took := 0.1
	c, _, _ := setup(t, func(*http.Request, string) (int, string) {
		return 200, fmt.Sprintf(`{"result":{"result":{"c00":{"CRM_ACTIVITY_ID":1}},"result_time":{"c00":{"duration":%f}}}}`, took)
	})
	if got := c.Fit(chains); got != 8 { // 2.3 s each by the vendor's examples
		t.Errorf("at first %d fit, want 8", got)
	}
	for range 40 {
		c.Perform(t.Context(), chains[:1], crm.Answers{"r": json.RawMessage(`{"call_id":"x"}`)})
	}
	if got := c.Fit(chains); got != 50 {
		t.Errorf("a fast portal takes %d, want 50", got)
	}
	took = 30
	for range 40 {
		c.Perform(t.Context(), chains[:1], crm.Answers{"r": json.RawMessage(`{"call_id":"x"}`)})
	}
	if got := c.Fit(chains); got != 1 {
		t.Errorf("a crawling portal takes %d, want 1", got)
	}
	if got := c.Fit(nil); got != 0 {
		t.Errorf("nothing takes %d", got)
	}
}
