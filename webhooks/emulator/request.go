package emulator

import (
	"cmp"
	"fmt"
	"maps"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/session"
)

// Request is an offline request to be told of: a form that was left on the site when nobody was there. Left makes the script;
// changing the fields first changes what it tells.
type Request struct {
	Account            *Account
	ID                 int64
	At                 time.Time
	Text               string
	Name, Phone, Email string // Phone in digits
	FormName           string
	Group, Employee    Named
	Status             string // not_processed
	Ordinal            int64
	Tags               []Tag
	Visit              session.Visit
	Technical          bool // in the report only with include_tech_offline_messages
}

// Request is an offline request from a visitor of the account's first site.
func (a *Account) Request(id int64, at time.Time, name, phone, email, text string) Request {
	return Request{
		Account: a, ID: id, At: at, Text: text, Name: name, Phone: phone, Email: email, Status: "not_processed", Ordinal: 1,
		Visit: a.visit(9_300_000_000 + id%100_000_000),
	}
}

// Left tells of the request by the notification of the event "offline_message", where one is configured; the report has it either
// way. Left().Swallowed() is in the report only.
func (r Request) Left() Script {
	happens := r.truth()
	t := &Truth{Requests: []*chat.Request{happens}}
	return Script{Name: fmt.Sprintf("offline request %d", r.ID), Start: r.At, Truth: t, Steps: []Step{told(happens, t)}}
}

func (r Request) truth() *chat.Request {
	happens := &chat.Request{
		App: r.Account.AppID, ID: r.ID, Location: cmp.Or(r.Account.Location, time.UTC), At: r.At, Text: r.Text, Name: r.Name, Email: r.Email, Phone: r.Phone,
		FormName: r.FormName, Group: session.Named(r.Group), Employee: session.Named(r.Employee), Status: r.Status, Ordinal: r.Ordinal,
		Visit: r.Visit, Technical: r.Technical,
	}
	for _, tag := range r.Tags {
		happens.Tags = append(happens.Tags, session.Mark{App: happens.App, Session: r.ID, At: r.At, Tag: session.Named(tag)})
	}
	return happens
}

// told is the notification of a request: the keys of its row in the report (contract uis §7, 20).
func told(r *chat.Request, t *Truth) Step {
	v := Vars{
		"app_id": r.App, "notification_mnemonic": nil, "notification_name": "Уведомление",
		"notification_time": r.At.In(r.Location).Format("2006-01-02 15:04:05.000"), "notification_timestamp": r.At.Unix(),
	}
	maps.Copy(v, Vars(r.Row()))
	return Step{At: r.At, App: r.App, Event: offlineEvent, Vars: v, truth: t}
}
