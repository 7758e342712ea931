package webtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/webhooks"
	"omniconnector/webhooks/uis"
)

// Story is one call as the platform tells it.
type Story struct {
	Tenant  integration.TenantID
	Portal  integration.PortalID
	Session int64
	Client  string
	Virtual string
	Out     bool
	// Known is what the CRM has of the customer.
	Known *crm.Customer
	// Steps are the notifications, each an event and further variables; the clock moves on Gap before each.
	Steps []Step
	// Refuse gives commands that the portal refuses, by name, and what it says.
	Refuse map[string]*crm.Error
	// Stall leaves actions unsent.
	Stall bool
}

// Step is one notification.
type Step struct {
	Event string
	Gap   time.Duration
	Vars  map[string]any
	// Raw is sent as it is when set.
	Raw string
}

// Play sends a story's notifications through the source, the inbox, Decide and the ledger.
func (w *World) Play(s Story) {
	w.Helper()
	for _, step := range s.Steps {
		w.Advance(step.Gap)
		d := w.delivery(&s, step)
		w.must(w.Store.SaveDeliveries(w.Context(), []integration.Delivery{d}))
		w.decide(&s, d.Event)
	}
}

// delivery reads one notification as the receiver does.
func (w *World) delivery(s *Story, step Step) integration.Delivery {
	w.Helper()
	body := []byte(step.Raw)
	if step.Raw == "" {
		vars := map[string]any{
			"schema": 1, "event": step.Event, "secret": "***", "app_id": 5001, "call_session_id": s.Session,
			"notification_time": w.Now().In(Moscow).Format("2006-01-02 15:04:05.000"), "direction": "in",
			"contact_phone_number": s.Client, "virtual_phone_number": s.Virtual,
		}
		if s.Out {
			vars["direction"] = "out"
		}
		maps.Copy(vars, step.Vars)
		var err error
		body, err = json.MarshalIndent(vars, "", "  ")
		w.must(err)
	}
	n, err := uis.Source{}.Read(webhooks.Request{
		Method: "POST", Event: step.Event, ContentType: "application/json", Body: body, Received: w.Now(), Location: Moscow,
	})
	e := n.Event
	if err != nil {
		e = integration.Event{Kind: integration.Unreadable, Problem: err.Error(), At: w.Now(), Key: string(newID())}
	}
	e.ID, e.Source, e.Received = newID(), uis.Name, w.Now()
	return integration.Delivery{
		Tenant: s.Tenant, Portals: []integration.PortalID{s.Portal}, Event: e, Method: "POST", ContentType: "application/json",
		Body: body, Remote: "203.0.113.7", Received: w.Now(),
	}
}

// decide does what a lane does with one event.
func (w *World) decide(s *Story, e integration.Event) {
	w.Helper()
	ctx := w.Context()
	l := w.lease(s)
	events, memory, err := w.Store.Session(ctx, l, e.Session)
	w.must(err)
	doc, err := w.Store.Document(ctx, s.Tenant, s.Portal, memory.SettingsVersion)
	w.must(err)
	compiled, err := w.compiler.Compile(s.Tenant, s.Portal, doc)
	w.must(err)
	dir, err := w.Store.Directory(ctx, l)
	w.must(err)
	if e.Kind == integration.Unreadable || e.Session == "" {
		events = []integration.Event{e}
	}
	call := integration.Fold(events)
	plan := w.plan(s, integration.Facts{
		Now: w.Now(), Call: call, Settings: compiled, Directory: dir, Memory: memory, Trigger: e.ID,
	}, e)
	var deadline time.Time
	if !call.Finished && !plan.Memory.Closed && e.Session != "" && plan.Outcome != integration.Filtered && plan.Outcome != integration.Ignored {
		deadline = w.Now().Add(compiled.Silence())
	}
	added, err := w.Store.Record(ctx, l, []lane.Decided{{
		Session: e.Session, Customer: e.Customer, Events: []integration.EventID{e.ID}, Plan: plan, At: w.Now(), Deadline: deadline,
		Ending: integration.EndingOf(&call, plan.Outcome), EndedAt: call.EndedAt,
	}})
	w.must(err)
	if !s.Stall {
		w.settle(s, l, added)
	}
	w.must(w.Store.Release(ctx, l))
}

func (w *World) plan(s *Story, f integration.Facts, e integration.Event) integration.Plan {
	if e.Kind == integration.Unreadable {
		return integration.Plan{Outcome: integration.Invalid, Reasons: []integration.Reason{
			{Rule: "T-0", Code: "unreadable", Args: map[string]string{"problem": e.Problem}},
		}}
	}
	if integration.Ask(f) != nil {
		f.Known, f.AskedAt = s.Known, w.Now()
		if f.Known == nil {
			f.Known = &crm.Customer{}
		}
	}
	return integration.Decide(f)
}

func (w *World) lease(s *Story) lane.Lease {
	w.Helper()
	leases, err := w.Store.Claim(w.Context(), "webtest", w.Now(), time.Minute, 100)
	w.must(err)
	for _, l := range leases {
		if l.Tenant == s.Tenant && l.Portal == s.Portal {
			return l
		}
		w.must(w.Store.Release(w.Context(), l))
	}
	w.Fatal("the lane was not claimed")
	return lane.Lease{}
}

// settle answers for the portal.
func (w *World) settle(s *Story, l lane.Lease, entries []lane.Entry) {
	w.Helper()
	if len(entries) == 0 {
		return
	}
	var keys []integration.ActionKey
	var changes []lane.Change
	at := w.Now().Add(180 * time.Millisecond)
	for _, e := range entries {
		keys = append(keys, e.Action.Key)
		c := lane.Change{Key: e.Action.Key, State: lane.StateDone, Attempts: 1, Result: w.result(e.Action.Do), At: at}
		if refused := s.Refuse[e.Action.Do.Name()]; refused != nil {
			c.State, c.Err, c.Result = lane.StateDead, refused, nil
			if refused.Kind == crm.Unavailable {
				c.State, c.Attempts, c.DueAt = lane.StatePlanned, 3, at.Add(time.Minute)
			}
		}
		changes = append(changes, c)
	}
	_, err := w.Store.Begin(w.Context(), l, keys, w.Now(), w.Now().Add(time.Second), lane.Budget{PerSecond: 1000, Burst: 1000})
	w.must(err)
	w.must(w.Store.Settle(w.Context(), l, changes))
}

func (w *World) result(do crm.Command) []byte {
	w.next++
	switch do.(type) {
	case crm.Create:
		return fmt.Appendf(nil, `{"id":%d}`, w.next)
	case crm.Register:
		return fmt.Appendf(nil, `{"call_id":"externalCall.%s.%d"}`, strings.Repeat("a", 8), w.next)
	case crm.Finish:
		return fmt.Appendf(nil, `{"activity":%d}`, w.next)
	}
	return nil
}
