package web

import (
	"encoding/json"
	"net/url"
	"time"
	"unicode/utf8"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/rules"
)

// EventView is one event as the journal lists it.
type EventView struct {
	Portal  integration.PortalID `json:"portal" doc:"Empty: no portal takes it, it is kept in the journal only"`
	Event   integration.Event    `json:"event"`
	Pending bool                 `json:"pending" doc:"Not decided yet"`
	Outcome integration.Outcome  `json:"outcome" doc:"Empty while pending, or when no portal takes it"`
	Title   string               `json:"title" doc:"What happened, in the language of Accept-Language" example:"The call came in"`
	Summary string               `json:"summary" doc:"Who called whom, on which number, and what is told of the end; why it could not be read"`
	Badge   BadgeView            `json:"badge" doc:"The outcome in words"`
}

// ReasonView is one step of an explanation.
type ReasonView struct {
	Rule     string            `json:"rule" example:"T-14.P4" doc:"The rule of the specification"`
	Code     string            `json:"code"`
	Sentence string            `json:"sentence" doc:"In the language of Accept-Language"`
	Args     map[string]string `json:"args,omitempty"`
	Check    *CheckView        `json:"check,omitempty" doc:"The filter that was looked at, condition by condition"`
}

// CheckView is one node of a filter with its own answer.
type CheckView struct {
	Passed     bool            `json:"passed"`
	Undecided  bool            `json:"undecided,omitempty"`
	Sentence   string          `json:"sentence"`
	Name       string          `json:"name,omitempty"`
	Join       rules.Join      `json:"join,omitempty" enum:"and,or" doc:"Of a group"`
	Parameter  rules.Parameter `json:"parameter,omitempty"`
	Mode       rules.Mode      `json:"mode,omitempty" enum:"include,exclude"`
	Values     []string        `json:"values,omitempty"`
	Had        []string        `json:"had,omitempty" doc:"What the call had"`
	Expression string          `json:"expression,omitempty"`
	Err        string          `json:"err,omitempty"`
	Of         []CheckView     `json:"of,omitempty"`
}

func checkView(c *rules.Check, names rules.Names, l integration.Lang) CheckView {
	v := CheckView{
		Passed: c.Passed, Undecided: c.Undecided, Sentence: c.Sentence(string(l), names), Name: c.Name, Join: c.Join,
		Parameter: c.Parameter, Mode: c.Mode, Values: c.Values, Had: c.Had, Expression: c.Expression, Err: c.Err,
	}
	for i := range c.Of {
		v.Of = append(v.Of, checkView(&c.Of[i], names, l))
	}
	return v
}

func reasonView(r integration.Reason, names rules.Names, l integration.Lang) ReasonView {
	v := ReasonView{Rule: r.Rule, Code: r.Code, Sentence: r.Sentence(l), Args: r.Args}
	if r.Check != nil {
		check := checkView(r.Check, names, l)
		v.Check = &check
	}
	return v
}

// PlanView is what was decided, and why.
type PlanView struct {
	Event    integration.EventID   `json:"event" doc:"The last event it was made for"`
	Together []integration.EventID `json:"together" nullable:"false" doc:"The other events it was made for"`
	Title    string                `json:"title,omitempty" doc:"What had happened: the last event in words; absent where no stored call is told"`
	Outcome  integration.Outcome   `json:"outcome"`
	Badge    BadgeView             `json:"badge" doc:"The outcome in words"`
	At       time.Time             `json:"at"`
	Reasons  []ReasonView          `json:"reasons" nullable:"false"`
}

// planView names the ids of conditions by names, which may be nil.
func planView(p PlanRow, names rules.Names, l integration.Lang) PlanView {
	return PlanView{
		Event: p.Event, Together: listed(p.Together), Outcome: p.Outcome, Badge: outcomeBadge(p.Outcome, l), At: p.At,
		Reasons: each(p.Reasons, func(r integration.Reason) ReasonView { return reasonView(r, names, l) }),
	}
}

// ActionView is one change of the CRM and what became of it.
type ActionView struct {
	ID       string                `json:"id" doc:"The key as it is written in addresses"`
	Key      integration.ActionKey `json:"key"`
	Event    integration.EventID   `json:"event" doc:"Whose decision made it"`
	Command  string                `json:"command" example:"register_call"`
	Title    string                `json:"title" doc:"What it does, with its object, in the language of Accept-Language"`
	Sentence string                `json:"sentence" doc:"How it stands, with the other side's own words when it refused"`
	Badge    BadgeView             `json:"badge" doc:"The state in words"`
	Links    []LinkView            `json:"links" nullable:"false" doc:"The records it made or works on"`
	Hint     string                `json:"hint,omitempty" doc:"What the failure means and what to change; absent when it did not fail"`
	Body     json.RawMessage       `json:"body"`
	State    lane.ActionState      `json:"state" enum:"planned,sending,doubt,done,failed,dead"`
	Attempts int                   `json:"attempts"`
	Due      *time.Time            `json:"due,omitempty"`
	Until    *time.Time            `json:"until,omitempty" doc:"The last moment at which it makes sense"`
	Sent     *time.Time            `json:"sent,omitempty" doc:"The first attempt"`
	Result   json.RawMessage       `json:"result,omitempty"`
	Error    *ErrorView            `json:"error,omitempty" doc:"The portal's own words"`
	Created  time.Time             `json:"created"`
	Updated  time.Time             `json:"updated"`
}

// ErrorView is a CRM's refusal or failure.
type ErrorView struct {
	Kind   crm.ErrorKind `json:"kind"`
	Method string        `json:"method,omitempty"`
	Code   string        `json:"code,omitempty"`
	Text   string        `json:"text,omitempty"`
}

func (o *place) actionView(r ActionRow, l integration.Lang) ActionView {
	v := ActionView{
		ID: letterID(r.Key), Title: o.actionTitle(&r, l), Sentence: stateSentence(&r, l), Badge: actionBadge(&r, l), Links: o.actionLinks(&r, l),
		Hint: hint(r.Command, r.Err, l), Key: r.Key, Event: r.Event, Command: r.Command, Body: object(CommandBody(r)), State: r.State, Attempts: r.Attempts,
		Due: instant(r.DueAt), Until: instant(r.Until), Sent: instant(r.Sent), Created: r.Created, Updated: r.Updated,
	}
	if len(r.Result) > 0 {
		v.Result = object(r.Result)
	}
	if r.Err != nil {
		v.Error = errorView(r.Err)
	}
	return v
}

func errorView(e *crm.Error) *ErrorView {
	return &ErrorView{Kind: e.Kind, Method: e.Method, Code: e.Code, Text: e.Text}
}

// object lets only JSON through: a damaged row must not damage the answer.
func object(body []byte) json.RawMessage {
	if !json.Valid(body) {
		return json.RawMessage("null")
	}
	return body
}

// CommandBody is a command as it is shown: a record's address may carry a credential in its query.
func CommandBody(r ActionRow) []byte {
	do, ok := r.Do.(crm.AttachRecord)
	if !ok {
		return r.Body
	}
	do.SourceURL = withoutQuery(do.SourceURL)
	body, err := json.Marshal(do)
	if err != nil {
		return nil
	}
	return body
}

func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if u.RawQuery != "" {
		u.RawQuery = "…"
	}
	u.User = nil
	return u.String()
}

// DeliveryView is the request as it was received, with its secrets masked.
type DeliveryView struct {
	Method      string    `json:"method"`
	ContentType string    `json:"content_type"`
	Query       string    `json:"query"`
	Body        string    `json:"body" doc:"As text; what is not UTF-8 is replaced"`
	Exact       bool      `json:"exact" doc:"The text is exactly what was received"`
	Remote      string    `json:"remote"`
	Received    time.Time `json:"received"`
}

func deliveryView(d integration.Delivery) DeliveryView {
	v := DeliveryView{
		Method: d.Method, ContentType: d.ContentType, Query: d.Query, Body: string(d.Body), Exact: utf8.Valid(d.Body),
		Remote: d.Remote, Received: d.Received,
	}
	if !v.Exact {
		v.Body = toValid(v.Body)
	}
	return v
}
