package crmtest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"omniconnector/crm"
)

func newLead(origin string) crm.Create {
	return crm.Create{Kind: crm.Lead, OriginID: origin, Fields: crm.Fields{Title: new("Лид")}}
}

func limited(t *testing.T, x *exam) {
	t.Helper()
	x.Next(Limit)
	outs := x.perform([]crm.Call{{Key: "a", Do: newLead("a")}}, []crm.Call{{Key: "b", Do: newLead("b")}})
	for _, o := range outs {
		x.want(o, crm.Limited)
		if o.Err != nil && (!o.Err.Whole || o.Err.Wait <= 0) {
			t.Errorf("whole %t, wait %s", o.Err.Whole, o.Err.Wait)
		}
	}
	x.equal("leads", 0, x.Count(crm.Lead))
	x.Advance(outs[0].Err.Wait)
	x.create(crm.Lead, "a", crm.Fields{Title: new("Лид")})
}

func ambiguous(t *testing.T, x *exam) {
	t.Helper()
	for i, fault := range []Fault{CutAfter, Garbage, Truncated, FrontServer} {
		call := crm.Call{Key: x.key(), Do: newLead(string(fault))}
		x.Next(fault)
		o := x.perform([]crm.Call{call})[0]
		if o.Err == nil || o.Err.Kind != crm.Ambiguous || !o.Err.Whole {
			t.Errorf("%s: got %v, want ambiguous as a whole", fault, o.Err)
		}
		x.equal("leads", i+1, x.Count(crm.Lead))
		seen := x.Portal.LookUp(t.Context(), []crm.Call{call}, nil)[0]
		x.want(seen, "")
		if result[crm.Made](t, seen.Result).ID == 0 {
			t.Error("the record that was made has no id")
		}
	}
}

func half(t *testing.T, x *exam) {
	t.Helper()
	calls := make([]crm.Call, 4)
	chains := make([][]crm.Call, 4)
	for i := range calls {
		calls[i] = crm.Call{Key: x.key(), Do: newLead(fmt.Sprint("half", i))}
		chains[i] = calls[i : i+1]
	}
	x.Next(CutHalf)
	for _, o := range x.perform(chains...) {
		x.want(o, crm.Ambiguous)
	}
	seen := x.Portal.LookUp(t.Context(), calls, nil)
	for i, kind := range []crm.ErrorKind{"", "", crm.NotFound, crm.NotFound} {
		x.want(seen[i], kind)
	}
	for _, o := range x.perform(chains[2:]...) {
		x.want(o, "")
	}
	x.equal("leads", 4, x.Count(crm.Lead))
}

func denied(t *testing.T, x *exam) {
	t.Helper()
	x.Next(Revoked)
	o := x.perform([]crm.Call{{Key: "a", Do: newLead("a")}})[0]
	x.want(o, crm.Denied)
	x.equal("leads", 0, x.Count(crm.Lead))
	if _, e := x.Portal.Directory(t.Context(), nil); e == nil || e.Kind != crm.Denied {
		t.Errorf("the directory: %v", e)
	}
}

func overloaded(t *testing.T, x *exam) {
	t.Helper()
	x.Next(Overload)
	x.want(x.perform([]crm.Call{{Key: "a", Do: newLead("a")}})[0], crm.Overloaded)
	x.equal("leads", 0, x.Count(crm.Lead))
}

// together performs the same kind of call on all portals, a hundred in all, at once.
func (x *exam) together(portals ...crm.Portal) {
	x.t.Helper()
	var wg sync.WaitGroup
	errs := make([]*crm.Error, 100)
	for i := range errs {
		wg.Go(func() {
			call := crm.Call{Key: fmt.Sprint("p", i), Do: newLead(fmt.Sprint("parallel", i))}
			errs[i] = portals[i%len(portals)].Perform(x.t.Context(), [][]crm.Call{{call}}, nil)[0].Err
		})
	}
	wg.Wait()
	for i, e := range errs {
		if e != nil {
			x.t.Fatalf("request %d: %v", i, e)
		}
	}
	x.equal("leads", len(errs), x.Count(crm.Lead))
}

func oneRefresh(t *testing.T, x *exam) {
	t.Helper()
	x.find(phone)
	x.Next(ExpiredToken)
	x.together(x.Portal)
	x.equal("refreshes", 1, x.Refreshes())
}

func twoProcesses(t *testing.T, x *exam) {
	t.Helper()
	other := x.Beside(t)
	x.find(phone)
	other.LookUp(t.Context(), []crm.Call{{Key: "warm", Do: newLead("none")}}, nil)
	x.Next(ExpiredToken)
	x.together(x.Portal, other)
	x.equal("refreshes", 1, x.Refreshes())
}

func renamed(t *testing.T, x *exam) {
	t.Helper()
	other := x.Beside(t)
	other.LookUp(t.Context(), []crm.Call{{Key: "warm", Do: newLead("none")}}, nil)
	x.Next(Rename)
	x.create(crm.Lead, "a", crm.Fields{Title: new("Лид")})
	x.create(crm.Lead, "b", crm.Fields{Title: new("Лид")})
	x.equal("leads", 2, x.Count(crm.Lead))
	x.want(other.Perform(t.Context(), [][]crm.Call{{{Key: "c", Do: newLead("c")}}}, nil)[0], "")
	x.equal("leads", 3, x.Count(crm.Lead))
	x.equal("refreshes", 1, x.Refreshes())
}

func fits(t *testing.T, x *exam) {
	t.Helper()
	x.equal("nothing", 0, x.Portal.Fit(nil))
	var chains [][]crm.Call
	var long []crm.Call
	for i := range 120 {
		call := crm.Call{Key: x.key(), Do: newLead(fmt.Sprint("fit", i))}
		chains = append(chains, []crm.Call{call})
		long = append(long, crm.Call{Key: call.Key + "l", Do: call.Do})
	}
	n := x.Portal.Fit(chains)
	if n < 1 || n > 50 {
		t.Fatalf("%d single commands fit", n)
	}
	for _, o := range x.perform(chains[:n]...) {
		x.want(o, "")
		if o.Took <= 0 {
			t.Errorf("%s: the portal's time is unknown", o.Key)
		}
	}
	x.equal("leads", n, x.Count(crm.Lead))
	x.equal("a chain longer than any request", 1, x.Portal.Fit([][]crm.Call{long, chains[0]}))
	for _, o := range x.perform(long) {
		x.want(o, crm.Invalid)
	}
	x.equal("leads after it", n, x.Count(crm.Lead))
}

func directory(t *testing.T, x *exam) {
	t.Helper()
	charged, before := 0, x.Requests()
	d, e := x.Portal.Directory(t.Context(), free(&charged))
	if e != nil {
		t.Fatal(e)
	}
	x.equal("charged", x.Requests()-before, charged)
	if charged > 3 {
		t.Errorf("%d requests", charged)
	}
	active := map[crm.UserID]bool{}
	for _, u := range d.Users {
		active[u.ID] = u.Active
	}
	if !active[x.Users[0]] || !active[x.Users[1]] {
		t.Error("active employees are missing")
	}
	x.equal("mode", crm.Classic, d.Mode)
	closed := map[string]bool{}
	for _, f := range d.Funnels {
		for _, s := range f.Stages {
			closed[s.Code] = s.Closed
		}
	}
	for _, s := range d.LeadStages {
		closed[s.Code] = s.Closed
	}
	x.equal("closed stages", []bool{false, true, false, true},
		[]bool{closed[x.OpenStage], closed[x.WonStage], closed[x.OpenLead], closed[x.JunkLead]})
	if len(d.Sources) == 0 || len(d.Scopes) == 0 || d.SyncedAt.IsZero() || d.SyncedAt.After(d.SyncedAt.Add(time.Hour)) {
		t.Error("sources, scopes or the time are missing")
	}
	x.Next(CutAfter)
	if d, e := x.Portal.Directory(t.Context(), nil); e == nil || len(d.Users) != 0 {
		t.Errorf("half a directory was given out: %v", e)
	}
}
