package rpc

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/emulator"
	platform "omniconnector/webhooks/emulator/rpc"
)

func click(change func(*centre.Dial)) centre.Dial {
	d := centre.Dial{ExternalID: "b24:externalCall.1", Employee: 7001, Client: "+79000000006", CallerID: "74950000101"}
	if change != nil {
		change(&d)
	}
	return d
}

func TestT8TheEmployeeIsRungFirstAndThenTheClient(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	session, e := d.Dial(t.Context(), click(nil))
	fine(t, e)
	fine(t, drained(d))
	started := d.is.Started()
	if len(started) != 1 || session != sessionID(started[0].Session) {
		t.Fatalf("session %s, started %+v", session, started)
	}
	got := started[0]
	if got.Method != "start.employee_call" || got.FirstCall != "employee" || got.EmployeeID != 7001 || got.Contact != "79000000006" ||
		got.Number != "74950000101" || got.Direction != "out" || got.External != "b24:externalCall.1" {
		t.Errorf("started %+v", got)
	}
	p := d.is.Requests("start.employee_call")[0].Params
	if !p.Flag("switch_at_once", false) || !p.Flag("early_switching", false) || p.Flag("show_virtual_phone_number", true) {
		t.Errorf("parameters %v", p)
	}
}

func TestT9TheFallbackNumberIsCalledWhenThereIsNoEmployee(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	_, e := d.Dial(t.Context(), click(func(c *centre.Dial) { c.Operator, c.Employee = "+7 495 000-01-99", 0 }))
	fine(t, e)
	fine(t, drained(d))
	got := d.is.Started()[0]
	if got.Method != "start.simple_call" || got.FirstCall != "operator" || len(got.Ring) != 1 || got.Ring[0] != "74950000199" || got.Direction != "out" {
		t.Errorf("started %+v", got)
	}
	if p := d.is.Requests("start.simple_call")[0].Params; p.Text("operator_confirmation") != "any" || p.Has("early_switching") {
		t.Errorf("parameters %v", p)
	}
}

func drained(d *desk) *crm.Error {
	if err := d.is.Drain(d.t.Context()); err != nil {
		return &crm.Error{Kind: crm.Unavailable, Text: err.Error()}
	}
	return nil
}

func TestARefusedCallIsToldInWordsAndWithItsCode(t *testing.T) {
	t.Parallel()
	for code, change := range map[string]func(*centre.Dial){
		"virtual_phone_number_not_found":       func(c *centre.Dial) { c.CallerID = "74950000777" },
		"no_active_phone_number":               func(c *centre.Dial) { c.Employee = 7009 },
		"employee_not_found":                   func(c *centre.Dial) { c.Employee = 7999 },
		"own_virtual_phone_number_not_allowed": func(c *centre.Dial) { c.Client = "+74950000102" },
		"contact_in_blacklist":                 func(c *centre.Dial) { c.Client = "+79000000666" },
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil)
			_, e := d.Dial(t.Context(), click(change))
			if kind(e) != crm.Invalid || e.Code != code || !strings.HasSuffix(e.Text, "("+code+")") || len([]rune(e.Text)) > 150 {
				t.Errorf("got %+v", e)
			}
			if ru, en, ok := Words(code); !ok || !strings.HasPrefix(e.Text, ru) || en == "" {
				t.Errorf("words %q, %q", ru, en)
			}
		})
	}
}

func TestR4WhatIsNotKnownOfAStartedCallIsAmbiguous(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault platform.Fault
		want  crm.ErrorKind
	}{
		"the connection is cut after the call began": {platform.Fault{Way: platform.Drop, Executed: true}, crm.Ambiguous},
		"the answer is cut":                          {platform.Fault{Way: platform.Cut, Executed: true}, crm.Ambiguous},
		"an internal error":                          {platform.Fault{Mnemonic: "internal_error", Executed: true}, crm.Ambiguous},
		"a page of a failing server":                 {platform.Fault{Way: platform.Page, Status: 502}, crm.Ambiguous},
		"a page that says 200":                       {platform.Fault{Way: platform.Page, Status: 200}, crm.Ambiguous},
		"a server in front refuses":                  {platform.Fault{Way: platform.Page, Status: 403}, crm.Unavailable},
		"points are used up":                         {platform.Fault{Mnemonic: "limit_exceeded"}, crm.Limited},
		"nobody knows this mnemonic yet":             {platform.Fault{Mnemonic: "quite_new"}, crm.Invalid},
		"the package is not bought":                  {platform.Fault{Mnemonic: "component_disabled"}, crm.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil)
			d.fail(c.fault)
			if _, e := d.Dial(t.Context(), click(nil)); kind(e) != c.want {
				t.Errorf("got %v, want %s", e, c.want)
			}
		})
	}
}

func TestR4ACallThatHangsIsAmbiguousAndOneThatNeverLeftIsNot(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.fail(platform.Fault{Way: platform.Hang, Executed: true})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan *crm.Error, 1)
	go func() {
		_, e := d.Dial(ctx, click(nil))
		done <- e
	}()
	for d.asked("start.employee_call") == 0 {
		runtime.Gosched()
	}
	cancel()
	if e := <-done; kind(e) != crm.Ambiguous {
		t.Errorf("hanging: %v", e)
	}
	if _, e := d.Dial(ctx, click(nil)); kind(e) != crm.Unavailable {
		t.Errorf("cancelled before: %v", e)
	}
	d.web.Close()
	if _, e := d.Dial(t.Context(), click(nil)); kind(e) != crm.Unavailable || strings.Contains(e.Error(), "127.0.0.1") {
		t.Errorf("nobody there: %v", e)
	}
}

func TestACallIsFoundByItsExternalIdWhileItGoesOnAndAfter(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.is.Outcome(d.shop.AppID, "", emulator.Outcome{Held: true})
	session, e := d.Dial(t.Context(), click(nil))
	fine(t, e)
	fine(t, drained(d))
	since := eight.Add(-time.Hour)
	find := func(id string) (integration.SessionID, crm.ErrorKind) {
		found, e := d.Dialled(t.Context(), id, since)
		return found, kind(e)
	}
	if found, k := find("b24:externalCall.1"); found != session || d.asked(methodCalls) != 0 {
		t.Errorf("going on: %s %s, want %s without a report", found, k, session)
	}
	if found, k := find("b24:another"); k != crm.NotFound {
		t.Errorf("another: %s %s", found, k)
	}
	started := d.is.Started()[0]
	if !d.is.Continue(started.Session) {
		t.Fatal("the call does not go on")
	}
	fine(t, drained(d))
	d.later(10 * time.Minute)
	if found, k := find("b24:externalCall.1"); found != session {
		t.Errorf("ended: %s %s, want %s", found, k, session)
	}
}

func TestACallIsFoundInTheReportWhenListingCallsIsNotBought(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	session, e := d.Dial(t.Context(), click(nil))
	fine(t, e)
	fine(t, drained(d))
	d.later(10 * time.Minute)
	d.access().Disable("list.calls")
	found, e := d.Dialled(t.Context(), "b24:externalCall.1", eight.Add(-time.Minute))
	fine(t, e)
	if found != session {
		t.Errorf("found %s, want %s", found, session)
	}
}

func TestALateCallIsNotStarted(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	_, e := d.Dial(crm.SendBy(t.Context(), eight), click(nil))
	if kind(e) != crm.Unavailable || d.asked() != 0 {
		t.Errorf("got %v after %d requests", e, d.asked())
	}
}
