package crmtest

import (
	"fmt"
	"testing"
	"time"

	"omniconnector/crm"
)

func foundBySpelling(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c1", crm.Fields{Title: new("Анна"), Responsible: &x.Users[1], Phones: []string{phone}})
	deal := x.create(crm.Deal, "d1", crm.Fields{Title: new("Сделка & 100% + 1"), Stage: &x.OpenStage, Contact: &crm.Ref{ID: contact}})
	for _, s := range spellings {
		got := x.find(s)
		x.equal(s+" contacts", []int64{contact}, ids(got.Contacts))
		x.equal(s+" deals", []int64{deal}, ids(got.Deals))
	}
	all := x.find(spellings...)
	x.equal("contact", "Анна", all.Contacts[0].Title)
	x.equal("responsible", x.Users[1], all.Contacts[0].Responsible)
	x.equal("origin", "c1", all.Contacts[0].OriginID)
	x.equal("deal", "Сделка & 100% + 1", all.Deals[0].Title)
	x.equal("deal's contact", contact, all.Deals[0].Contact)
	if all.Deals[0].Created.IsZero() {
		t.Error("the deal has no date of creation")
	}
	company := x.create(crm.Company, "co1", crm.Fields{Title: new("ООО"), Phones: []string{another}})
	lead := x.create(crm.Lead, "l1", crm.Fields{Title: new("Лид"), Stage: &x.OpenLead, Phones: []string{another}})
	deal = x.create(crm.Deal, "d2", crm.Fields{Company: &crm.Ref{ID: company}})
	got := x.find(another)
	x.equal("companies", []int64{company}, ids(got.Companies))
	x.equal("leads", []int64{lead}, ids(got.Leads))
	x.equal("company's deals", []int64{deal}, ids(got.Deals))
}

func strangerFindsNothing(t *testing.T, x *exam) {
	t.Helper()
	x.create(crm.Contact, "c1", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	x.equal("customer", crm.Customer{}, x.find("+79990000000", "89990000000"))
}

func strangersDeals(t *testing.T, x *exam) {
	t.Helper()
	x.create(crm.Deal, "lonely", crm.Fields{Title: new("nobody's")})
	known := x.create(crm.Deal, "known", crm.Fields{Title: new("known from before")})
	contact := x.create(crm.Contact, "c1", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	got := result[crm.Customer](t, x.do(crm.Find{Phones: []string{phone}, Deals: []int64{known}}))
	x.equal("contacts", []int64{contact}, ids(got.Contacts))
	x.equal("deals", []int64{known}, ids(got.Deals))
}

func closedness(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c1", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	won := x.create(crm.Deal, "d1", crm.Fields{Stage: &x.WonStage, Contact: &crm.Ref{ID: contact}})
	open := x.create(crm.Deal, "d2", crm.Fields{Stage: &x.OpenStage, Contact: &crm.Ref{ID: contact}})
	junk := x.create(crm.Lead, "l1", crm.Fields{Stage: &x.JunkLead, Phones: []string{phone}, Title: new("Лид")})
	fresh := x.create(crm.Lead, "l2", crm.Fields{Stage: &x.OpenLead, Phones: []string{phone}, Title: new("Лид")})
	closed := map[int64]bool{}
	got := x.find(phone)
	for _, e := range got.Deals {
		closed[e.ID] = e.Closed
	}
	x.equal("deals", map[int64]bool{won: true, open: false}, closed)
	closed = map[int64]bool{}
	for _, e := range got.Leads {
		closed[e.ID] = e.Closed
	}
	x.equal("leads", map[int64]bool{junk: true, fresh: false}, closed)
}

func openAmongMany(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c1", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	open := x.create(crm.Deal, "open", crm.Fields{Stage: &x.OpenStage, Contact: &crm.Ref{ID: contact}})
	var chains [][]crm.Call
	for i := range 60 {
		chains = append(chains, []crm.Call{{Key: x.key(), Do: crm.Create{
			Kind: crm.Deal, OriginID: fmt.Sprint("closed", i), Fields: crm.Fields{Stage: &x.WonStage, Contact: &crm.Ref{ID: contact}},
		}}})
	}
	for len(chains) > 0 {
		n := x.Portal.Fit(chains)
		for _, o := range x.perform(chains[:n]...) {
			x.want(o, "")
		}
		chains = chains[n:]
	}
	for _, e := range x.find(phone).Deals {
		if e.ID == open {
			return
		}
	}
	t.Error("the open deal is hidden behind closed ones")
}

func originLookUp(t *testing.T, x *exam) {
	t.Helper()
	for i, kind := range []crm.Kind{crm.Lead, crm.Deal, crm.Contact, crm.Company} {
		do := crm.Create{Kind: kind, OriginID: fmt.Sprint("o", i), Fields: crm.Fields{Title: new("x")}}
		call := crm.Call{Key: x.key(), Do: do}
		x.want(x.Portal.LookUp(t.Context(), []crm.Call{call}, nil)[0], crm.NotFound)
		made := x.perform([]crm.Call{call})[0]
		seen := x.Portal.LookUp(t.Context(), []crm.Call{call}, nil)[0]
		x.want(seen, "")
		x.equal(string(kind), made.Result, seen.Result)
		do.OriginID += "x"
		x.want(x.Portal.LookUp(t.Context(), []crm.Call{{Key: "other", Do: do}}, nil)[0], crm.NotFound)
	}
}

func guardHolds(t *testing.T, x *exam) {
	t.Helper()
	deal := x.create(crm.Deal, "d", crm.Fields{Title: new("x"), Responsible: &x.Users[0], Stage: &x.OpenStage})
	got := x.do(crm.Update{
		Kind: crm.Deal, Entity: crm.Ref{ID: deal}, If: crm.Guard{Responsible: &x.Users[0], Stage: &x.OpenStage, Title: new("x")},
		Fields: crm.Fields{Responsible: &x.Users[1]},
	})
	written := result[crm.Updated](t, got)
	if written.Kept || written.Before.IsZero() || written.After.Before(written.Before) {
		t.Errorf("the result is %+v", written)
	}
	customer := result[crm.Customer](t, x.do(crm.Find{Phones: []string{phone}, Deals: []int64{deal}}))
	x.equal("responsible", x.Users[1], customer.Deals[0].Responsible)
}

func guardKeeps(t *testing.T, x *exam) {
	t.Helper()
	deal := x.create(crm.Deal, "d", crm.Fields{Title: new("x"), Responsible: &x.Users[0]})
	x.Edit(crm.Deal, deal, x.Users[1])
	got := x.do(crm.Update{
		Kind: crm.Deal, Entity: crm.Ref{ID: deal}, If: crm.Guard{Responsible: &x.Users[0]},
		Fields: crm.Fields{Responsible: &x.Users[0], Title: new("ours")},
	})
	x.equal("result", crm.Updated{Kept: true}, got)
	customer := result[crm.Customer](t, x.do(crm.Find{Phones: []string{phone}, Deals: []int64{deal}}))
	x.equal("responsible", x.Users[1], customer.Deals[0].Responsible)
	x.equal("title", "x", customer.Deals[0].Title)
	gone := x.perform([]crm.Call{{Key: x.key(), Do: crm.Update{Kind: crm.Deal, Entity: crm.Ref{ID: deal + 1000}, Fields: crm.Fields{Title: new("y")}}}})[0]
	x.want(gone, crm.NotFound)
}

func phonesAdded(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	add := crm.Call{Key: "add", Do: crm.Update{Kind: crm.Contact, Entity: crm.Ref{ID: contact}, Fields: crm.Fields{Phones: []string{another}}}}
	for range 2 {
		x.want(x.perform([]crm.Call{add})[0], "")
	}
	x.equal("numbers", []string{phone, another}, result[crm.Entity](t, x.do(crm.Read{Kind: crm.Contact, ID: contact})).Phones)
	x.equal("by the old number", []int64{contact}, ids(x.find(phone).Contacts))
	x.equal("by the new number", []int64{contact}, ids(x.find(another).Contacts))
}

func chainInOneRequest(t *testing.T, x *exam) {
	t.Helper()
	before := x.Requests()
	outs := x.perform([]crm.Call{
		{Key: "contact", Do: crm.Create{Kind: crm.Contact, OriginID: "c", Fields: crm.Fields{Title: new("Анна"), Phones: []string{phone}}}},
		{Key: "deal", Do: crm.Create{Kind: crm.Deal, OriginID: "d", Fields: crm.Fields{Contact: &crm.Ref{Of: "contact"}}}},
		{Key: "call", Do: crm.Register{
			ExternalID: "s/1", User: x.Users[0], Phone: phone, Direction: crm.Incoming, Show: true,
			Kind: crm.Contact, Entity: &crm.Ref{Of: "contact", Optional: true},
		}},
		{Key: "finish", Do: crm.Finish{Call: crm.Ref{Of: "call"}, User: x.Users[1], Duration: 30 * time.Second, Status: "200"}},
		{Key: "bind", Do: crm.BindActivity{Activity: crm.Ref{Of: "finish"}, Kind: crm.Deal, Entity: crm.Ref{Of: "deal"}}},
		{Key: "open", Do: crm.SetActivity{Activity: crm.Ref{Of: "finish"}, Completed: false}},
		{Key: "owner", Do: crm.Update{
			Kind: crm.Deal, Entity: crm.Ref{Of: "deal"}, If: crm.Guard{Stage: &x.OpenStage}, Fields: crm.Fields{Responsible: &x.Users[1]},
		}},
	})
	for _, o := range outs {
		x.want(o, "")
	}
	x.equal("requests", 1, x.Requests()-before)
	got := x.find(phone)
	x.equal("deal's contact", ids(got.Contacts), []int64{got.Deals[0].Contact})
	x.equal("deal's responsible", x.Users[1], got.Deals[0].Responsible)
	x.equal("open activities", []int64{result[crm.Finished](t, outs[3].Result).Activity}, got.Missed)
}

func chainOverRequests(t *testing.T, x *exam) {
	t.Helper()
	x.perform([]crm.Call{{Key: "contact", Do: crm.Create{Kind: crm.Contact, OriginID: "c", Fields: crm.Fields{Title: new("Анна"), Phones: []string{phone}}}}})
	outs := x.perform([]crm.Call{
		{Key: "deal", Do: crm.Create{Kind: crm.Deal, OriginID: "d", Fields: crm.Fields{
			Contact: &crm.Ref{Of: "contact"}, Company: &crm.Ref{Of: "never made", Optional: true},
		}}},
		{Key: "lost", Do: crm.Create{Kind: crm.Deal, OriginID: "e", Fields: crm.Fields{Contact: &crm.Ref{Of: "never made"}}}},
	})
	x.want(outs[0], "")
	x.want(outs[1], crm.Skipped)
	got := x.find(phone)
	x.equal("deals", []int64{result[crm.Made](t, outs[0].Result).ID}, ids(got.Deals))
	x.equal("all deals", 1, x.Count(crm.Deal))
}

func invalidNeighbour(t *testing.T, x *exam) {
	t.Helper()
	bad := crm.Create{Kind: crm.Deal, OriginID: "bad", Fields: crm.Fields{Title: new("bad")}}
	x.NextMethod(bad)
	outs := x.perform(
		[]crm.Call{{Key: "bad", Do: bad}},
		[]crm.Call{{Key: "good", Do: crm.Create{Kind: crm.Contact, OriginID: "good", Fields: crm.Fields{Title: new("good")}}}},
		[]crm.Call{{Key: "sync", Do: crm.Sync{}}},
		[]crm.Call{{Key: "also", Do: crm.Create{Kind: crm.Deal, OriginID: "also", Fields: crm.Fields{Title: new("also")}}}},
	)
	x.want(outs[0], crm.Invalid)
	x.want(outs[1], "")
	x.want(outs[2], crm.Invalid)
	x.want(outs[3], "")
	if outs[0].Err != nil && outs[0].Err.Whole {
		t.Error("one command's failure is told as the request's")
	}
	x.equal("deals", 1, x.Count(crm.Deal))
}

func dependents(t *testing.T, x *exam) {
	t.Helper()
	bad := crm.Create{Kind: crm.Contact, OriginID: "bad", Fields: crm.Fields{Title: new("bad")}}
	x.NextMethod(bad)
	outs := x.perform([]crm.Call{
		{Key: "bad", Do: bad},
		{Key: "call", Do: crm.Register{
			ExternalID: "s/1", User: x.Users[0], Phone: phone, Direction: crm.Incoming,
			Kind: crm.Contact, Entity: &crm.Ref{Of: "bad", Optional: true},
		}},
		{Key: "show", Do: crm.ShowCard{Call: crm.Ref{Of: "call"}, Users: x.Users[:1]}},
		{Key: "owner", Do: crm.Update{Kind: crm.Contact, Entity: crm.Ref{Of: "bad"}, If: crm.Guard{Responsible: &x.Users[0]}, Fields: crm.Fields{Responsible: &x.Users[1]}}},
		{Key: "finish", Do: crm.Finish{Call: crm.Ref{Of: "call"}, User: x.Users[0], Status: "304"}},
		{Key: "bind", Do: crm.BindActivity{Activity: crm.Ref{Of: "finish"}, Kind: crm.Contact, Entity: crm.Ref{Of: "bad"}}},
	})
	for i, kind := range []crm.ErrorKind{crm.Invalid, "", "", crm.Skipped, "", crm.Skipped} {
		x.want(outs[i], kind)
	}
}
