package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"omniconnector/webhooks/emulator/session"
)

// Call is a call session to be told of. Its methods return scripts; changing its
// fields first changes what they tell.
type Call struct {
	Account  *Account
	Session  int64
	Start    time.Time
	Out      bool
	Client   string // the other side: digits, "anonymous", a SIP login, an extension
	Number   string // the virtual number
	Source   string // call_source
	Scenario Scenario
	Group    Named // chosen by the caller
	Site     Site
	Campaign Campaign
	First    Campaign // that brought the visitor the first time
	External string   // our id given to the call API
	Internal bool
	Extra    Vars // said with every event

	request int64 // of the Call API, which started the call
}

// Incoming is a call to the account's first number by its first scenario, from a visitor of its first site.
func (a *Account) Incoming(session int64, start time.Time, client string) Call {
	return Call{
		Account: a, Session: session, Start: start, Client: client, Number: a.Numbers[0], Source: "va",
		Scenario: a.Scenarios[0], Site: a.Sites[0], Campaign: a.Campaigns[len(a.Campaigns)-1], First: a.Campaigns[0],
	}
}

// Outgoing is a call that an employee makes from a SIP phone, showing the account's last number.
func (a *Account) Outgoing(session int64, start time.Time, client string) Call {
	return Call{
		Account: a, Session: session, Start: start, Out: true, Client: client,
		Number: a.Numbers[len(a.Numbers)-1], Source: "sip",
	}
}

// Answered tells of a call that one employee takes. A record follows.
func (c Call) Answered(by Employee, wait, talk time.Duration) Script {
	return c.Ring([]Employee{by}, by, wait, talk)
}

// stamp is the time of one of a session's events, as notifications write it.
func (c Call) stamp(after time.Duration) string {
	return c.Start.Add(after).In(c.Account.Location).Format("2006-01-02 15:04:05.000")
}

// telling collects the steps of a call.
type telling struct {
	call    Call
	script  Script
	marking bool // the script tells of tags, not of the call
}

func (c Call) tell(what string) *telling {
	return &telling{call: c, script: Script{Name: fmt.Sprintf("%s %d", what, c.Session), Start: c.Start}}
}

// told is the script in the order of time: the first record is ready before the last talk ends.
func (t *telling) told() Script {
	slices.SortStableFunc(t.script.Steps, func(a, b Step) int { return cmp.Compare(a.Due, b.Due) })
	t.script.Truth = t.truth()
	for i := range t.script.Steps {
		t.script.Steps[i].truth = t.script.Truth
	}
	return t.script
}

func (t *telling) at(after time.Duration, event string, more ...Vars) {
	c := t.call
	v := Vars{
		"app_id": c.Account.AppID, "tp_project": c.Account.Project, "notification_mnemonic": nil,
		"notification_name": "Уведомление", "notification_time": c.stamp(after),
		"notification_timestamp": c.Start.Add(after).Unix(),
		"call_session_id":        c.Session, "communication_id": c.Session, "communication_type": "call",
		"external_id": text(c.External), "direction": c.direction(), "call_source": c.Source,
		"is_internal": c.Internal, "start_time": c.stamp(0), "virtual_phone_number": text(c.Number),
		"contact_phone_number": text(c.Client), "contact_id": nil, "contact_full_name": nil,
	}
	for _, m := range more {
		maps.Copy(v, m)
	}
	maps.Copy(v, c.Extra)
	t.script.Steps = append(t.script.Steps, Step{
		Due: after, At: c.Start.Add(after), App: c.Account.AppID, Event: event, Vars: v,
	})
}

// started tells whether the Call API started the call.
func (c Call) started() bool { return c.request != 0 }

func (c Call) direction() string {
	if c.Out {
		return "out"
	}
	return "in"
}

// origin is what is known of where the caller came from.
func (c Call) origin() Vars {
	if c.Out {
		return nil
	}
	v := Vars{"scenario_id": c.Scenario.ID, "scenario_name": c.Scenario.Name, "communication_number": 1}
	if c.Site.ID != 0 {
		v["site_id"], v["site_domain_name"] = c.Site.ID, c.Site.Domain
		v["visitor_id"] = 9_100_000_000 + c.Session%1_000_000
	}
	if c.Campaign.ID != 0 {
		v["campaign_id"], v["campaign_name"] = c.Campaign.ID, c.Campaign.Name
		v["source_name"], v["utm_source"], v["utm_medium"] = c.Campaign.Source, "yandex", c.Campaign.Medium
	}
	if c.First.ID != 0 {
		v["visitor_first_campaign_id"], v["visitor_first_campaign_name"] = c.First.ID, c.First.Name
	}
	return v
}

func employee(e Employee) Vars {
	if e.ID == 0 {
		return nil
	}
	return Vars{
		"employee_id": e.ID, "employee_full_name": e.Name, "employee_email": text(e.Email),
		"employee_phone_number": text(e.Phone), "extension_phone_number": text(e.Extension),
	}
}

// text is how the platform writes a text that it may not have.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// leg numbers the legs of a session; 0 is the other side's.
func (c Call) leg(n int) int64 { return 500_000_000 + c.Session%1_000_000*100 + int64(n) }

func whole(d time.Duration) int64 { return int64(d / time.Second) }

// RecordPath is the path of a session's n-th recording.
func RecordPath(id int64, n int) string {
	return session.Path(id, session.Hash(id, n))
}

func (c Call) record(n int) string { return c.Account.Records + RecordPath(c.Session, n) }
