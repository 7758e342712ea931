package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

// known is knowledge of a record with all its numbers.
func known(asked time.Time, kind crm.Kind, id int64, phones ...integration.Phone) lane.Known {
	return lane.Known{Entity: crm.Entity{Kind: kind, ID: id, Responsible: 3, Title: "Имя"}, Phones: phones, Whole: true, Asked: asked}
}

// deal is knowledge of a deal.
func deal(asked time.Time, id, contact, company int64, closed bool) lane.Known {
	return lane.Known{Entity: crm.Entity{Kind: crm.Deal, ID: id, Contact: contact, Company: company, Closed: closed}, Asked: asked}
}

// indexed leases the lane of the exam's portal, whose customers are indexed from now on.
func (e *exam) indexed() lane.Lease {
	e.Helper()
	index := integration.Action{Key: "index", Urgency: integration.UrgentSync, Do: crm.Index{}}
	e.must(e.s.Schedule(e.Context(), e.tenant, e.portal, []integration.Action{index}))
	l := e.lease("indexer")
	e.must(e.s.Settle(e.Context(), l, []lane.Change{{Key: "index", State: lane.StateDone, At: e.Now()}}))
	return l
}

func (e *exam) learn(l lane.Lease, known ...lane.Known) {
	e.Helper()
	e.must(e.s.Learn(e.Context(), l, known, nil))
}

// customer names what the index answers for a number: "contact 1", "deal 5 closed".
func (e *exam) customer(phones ...integration.Phone) []string {
	e.Helper()
	c, err := e.s.Customer(e.Context(), e.tenant, e.portal, phones)
	e.must(err)
	out := []string{}
	for _, x := range slices.Concat(c.Contacts, c.Companies, c.Leads, c.Deals) {
		name := fmt.Sprint(x.Kind, " ", x.ID)
		if x.Closed {
			name += " closed"
		}
		out = append(out, name)
	}
	return out
}

func (e *exam) wantCustomer(want string, phones ...integration.Phone) {
	e.Helper()
	if got := strings.Join(e.customer(phones...), ", "); got != want {
		e.Errorf("customer %v: %q, want %q", phones, got, want)
	}
}

const (
	annas  = integration.Phone("+79001110001")
	boriss = integration.Phone("+79001110002")
	shared = integration.Phone("+79001110003")
)

// T-2: whose client a number is, is answered from the index.
func (e *exam) customersAreIndexed() {
	t := e.T
	e.wantCustomer("", annas)
	l := e.indexed()
	lead := known(e.Now(), crm.Lead, 1, shared)
	lead.Entity.Closed = true
	e.learn(l,
		known(e.Now(), crm.Contact, 1, annas, shared), known(e.Now(), crm.Contact, 2, boriss), known(e.Now(), crm.Company, 1, shared),
		lead, known(e.Now(), crm.Lead, 2, shared),
		deal(e.Now(), 1, 1, 0, true), deal(e.Now(), 2, 1, 1, false), deal(e.Now(), 3, 0, 1, false), deal(e.Now(), 4, 1, 0, true),
		deal(e.Now(), 5, 2, 0, false), deal(e.Now(), 6, 0, 0, false),
	)
	e.wantCustomer("contact 1, deal 2, deal 4 closed, deal 1 closed", annas)
	e.wantCustomer("contact 2, deal 5", boriss, "", boriss)
	e.wantCustomer("contact 1, company 1, lead 2, lead 1 closed, deal 3, deal 2, deal 4 closed, deal 1 closed", shared)
	e.wantCustomer("contact 2, contact 1, deal 5, deal 2, deal 4 closed, deal 1 closed", annas, boriss)
	e.wantCustomer("", "+79009999999", "")
	e.wantCustomer("")
	whole := lane.Known{Asked: e.Now(), Whole: true, Phones: []integration.Phone{"+79001110009"}, Entity: crm.Entity{
		Kind: crm.Lead, ID: 9, Title: "Заявка", Responsible: 4, Stage: "NEW", Contact: 1, Company: 2,
		Created: e.Now().Add(-time.Hour), Updated: e.Now().Add(-time.Minute),
	}}
	e.learn(l, whole)
	c, err := e.s.Customer(t.Context(), e.tenant, e.portal, whole.Phones)
	if diff := cmp.Diff(crm.Customer{Leads: []crm.Entity{whole.Entity}}, c); diff != "" || err != nil {
		t.Errorf("lead: %v (-want +got):\n%s", err, diff)
	}
	for _, odd := range []lane.Known{{}, known(time.Time{}, crm.Lead, 1), known(e.Now(), crm.Lead, 0), known(e.Now(), "", 1)} {
		if err := e.s.Learn(t.Context(), l, []lane.Known{odd}, nil); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("learned %+v: %v", odd, err)
		}
	}
}

// A number that many share is answered in bounds, open deals before closed ones and the newest first.
func (e *exam) customersAreBounded() {
	l := e.indexed()
	var all []lane.Known
	for i := range int64(500) {
		all = append(all, known(e.Now(), crm.Contact, i+1, shared), deal(e.Now(), i+1, 500, 0, i%2 == 0))
	}
	e.learn(l, all...)
	c, err := e.s.Customer(e.Context(), e.tenant, e.portal, []integration.Phone{shared})
	e.must(err)
	if len(c.Contacts) != 20 || c.Contacts[0].ID != 500 || len(c.Deals) != 20 || c.Deals[0].ID != 500 || c.Deals[19].ID != 462 || c.Deals[19].Closed {
		e.Errorf("%d contacts, %d deals: %+v", len(c.Contacts), len(c.Deals), c)
	}
}

// Newer knowledge replaces older, never the other way round.
func (e *exam) newerKnowledgeWins() {
	l := e.indexed()
	old := e.Now()
	e.Advance(time.Minute)
	e.learn(l, known(e.Now(), crm.Contact, 1, annas, shared))
	e.learn(l, known(old, crm.Contact, 1, boriss))
	e.wantCustomer("contact 1", annas)
	e.wantCustomer("contact 1", shared)
	e.wantCustomer("", boriss)
	part := known(e.Now(), crm.Contact, 1, boriss)
	part.Whole = false
	e.learn(l, part, part) // what is not whole adds
	e.wantCustomer("contact 1", annas)
	e.wantCustomer("contact 1", boriss)
	e.Advance(time.Minute)
	older := known(old, crm.Contact, 1, annas)
	e.learn(l, known(e.Now(), crm.Contact, 1, boriss), older) // the newest of one list, and all its numbers
	e.wantCustomer("", annas)
	e.wantCustomer("", shared)
	e.wantCustomer("contact 1", boriss)
	e.learn(l, deal(e.Now(), 7, 1, 0, false))
	e.wantCustomer("contact 1, deal 7", boriss)
	e.must(e.s.Learn(e.Context(), l, nil, []integration.Record{{Kind: crm.Contact, ID: 1}, {Kind: crm.Lead, ID: 1}}))
	e.wantCustomer("", boriss)
}

// What the portal said was changed is read anew, and a change during the reading is not forgotten.
func (e *exam) changedRecordsAreReadAnew() {
	t := e.T
	ctx := t.Context()
	records := []integration.Record{{Kind: crm.Lead, ID: 2}, {Kind: crm.Contact, ID: 1}, {Kind: crm.Lead, ID: 2}}
	e.must(e.s.MarkStale(ctx, e.tenant, e.portal, records)) // not indexed: nothing happens
	if got := e.claim("x"); len(got) != 0 {
		t.Errorf("a portal that is not indexed reads: %v", got)
	}
	l := e.indexed()
	e.learn(l, known(e.Now(), crm.Contact, 1, annas))
	wantStale := func(want ...integration.Record) {
		t.Helper()
		got, err := e.s.Stale(ctx, l, 9)
		e.must(err)
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("stale (-want +got):\n%s", diff)
		}
	}
	wantStale()
	asked := e.Now()
	e.Advance(time.Second)
	e.must(e.s.MarkStale(ctx, e.tenant, e.portal, records))
	e.wantCustomer("contact 1", annas) // answered as it was known
	contact, lead := records[1], records[0]
	wantStale(contact, lead)
	e.learn(l, known(asked, crm.Contact, 1, annas), known(asked, crm.Lead, 2, boriss))
	wantStale(contact, lead) // asked before the change
	part := known(e.Now(), crm.Contact, 1, annas)
	part.Whole = false
	e.learn(l, part)
	wantStale(contact, lead) // what a call tells of its caller leaves out other numbers
	e.wantCustomer("lead 2", boriss)
	e.learn(l, known(e.Now(), crm.Contact, 1, shared))
	wantStale(lead)
	e.wantCustomer("contact 1", shared)
	e.must(e.s.Learn(ctx, l, nil, []integration.Record{lead}))
	wantStale()

	// A mark that comes while the errand runs has it run again.
	_, err := e.s.Begin(ctx, l, []integration.ActionKey{"refresh"}, e.Now(), e.Now(), budget)
	e.must(err)
	e.must(e.s.MarkStale(ctx, e.tenant, e.portal, records[1:2]))
	e.must(e.s.Settle(ctx, l, []lane.Change{{Key: "refresh", State: lane.StateDone, At: e.Now()}}))
	left, err := e.s.Unfinished(ctx, l, 9)
	if err != nil || len(left) != 1 || left[0].Action.Key != "refresh" || left[0].State != lane.StatePlanned || !left[0].DueAt.Equal(e.Now()) {
		t.Errorf("left: %+v, %v", left, err)
	}
	if _, ok := left[0].Action.Do.(crm.Refresh); !ok {
		t.Errorf("the errand is %T", left[0].Action.Do)
	}
}

// A portal that is disconnected loses its index; who still works in it cannot bring it back.
func (e *exam) disconnectingDropsTheIndex() {
	t := e.T
	ctx := t.Context()
	for name, disconnect := range map[string]func(l lane.Lease) error{
		"by the tenant": func(l lane.Lease) error {
			return e.s.SetPortalState(ctx, l.Tenant, l.Portal, integration.PortalGone, "")
		},
		"by the lane": func(l lane.Lease) error { return e.s.Suspend(ctx, l, integration.PortalGone, "", e.Now()) },
	} {
		neighbour := e.portal
		e.portal = e.connect(e.tenant, "member of "+name)
		l := e.indexed()
		e.learn(l, known(e.Now(), crm.Contact, 1, annas), deal(e.Now(), 2, 1, 0, false))
		e.must(e.s.MarkStale(ctx, e.tenant, e.portal, []integration.Record{{Kind: crm.Contact, ID: 1}}))
		e.must(disconnect(l))
		if err := e.s.Learn(ctx, l, []lane.Known{known(e.Now(), crm.Contact, 1, annas)}, nil); !errors.Is(err, lane.ErrLost) {
			t.Errorf("%s: learned after the end: %v", name, err)
		}
		e.must(e.s.MarkStale(ctx, e.tenant, e.portal, []integration.Record{{Kind: crm.Contact, ID: 1}}))
		for table, rows := range Dump(t, e.s) {
			for _, row := range rows {
				if strings.HasPrefix(table, "customer") && strings.Contains(row, "portal_id="+string(e.portal)+" ") {
					t.Errorf("%s: %s is left: %s", name, table, row)
				}
			}
		}
		if jobs, err := e.s.Jobs(ctx, e.tenant, e.portal); err != nil || len(jobs) != 0 {
			t.Errorf("%s: jobs: %+v, %v", name, jobs, err)
		}
		e.must(e.s.SetPortalState(ctx, e.tenant, e.portal, integration.PortalOK, ""))
		e.wantCustomer("", annas)
		e.portal = neighbour
	}
}

// T-2: a record that a whole reading of the portal did not come upon is read once more, and forgotten when it is gone.
func (e *exam) unseenRecordsAreSuspected() {
	ctx, l := e.Context(), e.indexed()
	before := e.Now().Add(-time.Hour)
	e.learn(l,
		lane.Known{Entity: crm.Entity{Kind: crm.Contact, ID: 1}, Phones: []integration.Phone{annas}, Whole: true, Asked: before},
		lane.Known{Entity: crm.Entity{Kind: crm.Contact, ID: 2}, Phones: []integration.Phone{boriss}, Whole: true, Asked: e.Now()})
	e.must(e.s.Suspect(ctx, l, before.Add(time.Minute)))
	stale, err := e.s.Stale(ctx, l, 9)
	e.must(err)
	if len(stale) != 1 || stale[0].ID != 1 {
		e.Errorf("stale are %v, want contact 1 alone", stale)
	}
	outside, err := e.s.Outside(ctx, l, 1e9, 9)
	e.must(err)
	if len(outside) != 1 || outside[0].Action.Do.Name() != (crm.Refresh{}).Name() {
		e.Errorf("outside the lane wait %v, want a refresh", outside)
	}
	e.must(e.s.Learn(ctx, l, nil, stale))
	e.wantCustomer("", annas)
	e.wantCustomer("contact 2", boriss)
}
