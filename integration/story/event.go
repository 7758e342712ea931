package story

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"omniconnector/crm"
	"omniconnector/integration"
)

// strict reads YAML through the JSON tags of the product's own types; a key that nothing knows is a mistake in the story.
func strict(data []byte, into any) error {
	var tree any
	if err := yaml.Unmarshal(data, &tree); err != nil || tree == nil {
		return err
	}
	body, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// commonEvent is what every event of a story says unless it says otherwise; "-" says nothing.
type commonEvent struct {
	Session   string              `json:"session"`
	Direction string              `json:"direction"`
	Client    string              `json:"client"`
	Virtual   string              `json:"virtual"`
	Internal  bool                `json:"internal"`
	External  string              `json:"external_id"`
	Params    map[string][]string `json:"params"`
}

// eventFixture is one event in a story's words.
type eventFixture struct {
	commonEvent
	chatFixture

	Kind     integration.EventKind    `json:"kind"`
	At       string                   `json:"at"`  // since the call began: 5s, 2m
	Now      string                   `json:"now"` // when it is decided, since the call began; a second after the last event when not said
	Key      string                   `json:"key"`
	Employee integration.EmployeeID   `json:"employee"`
	Stranger string                   `json:"stranger"` // an employee whom only a name is known of
	Tried    []integration.EmployeeID `json:"tried"`
	Names    []string                 `json:"tried_names"`
	First    integration.EmployeeID   `json:"first_talked"`
	Last     integration.EmployeeID   `json:"last_talked"`
	Lost     *bool                    `json:"lost"`
	Reason   string                   `json:"lost_reason"`
	Status   string                   `json:"status"`
	Transfer bool                     `json:"transfer"`
	Talk     *int                     `json:"talk"` // seconds, and so are wait and total
	Wait     *int                     `json:"wait"`
	Total    *int                     `json:"total"`
	Records  []string                 `json:"records"`
	Rating   int                      `json:"rating"`
	Tags     []string                 `json:"tags"`

	Source     string                   `json:"call_source"`
	Imported   bool                     `json:"imported"`
	Ended      string                   `json:"ended_at"` // since the call began
	Rung       []integration.EmployeeID `json:"rung"`
	Talkers    []integration.EmployeeID `json:"talkers"`
	Transcript []spoken                 `json:"transcript"`
	Request    *integration.CallRequest `json:"request"`
	Route      *integration.Route       `json:"route"` // what RouteTo answers when not said
}

// spoken is one utterance; from and to are seconds.
type spoken struct {
	Client bool   `json:"client"`
	From   int    `json:"from"`
	To     int    `json:"to"`
	Text   string `json:"text"`
}

// told are the kinds of event that a story may tell.
func told() []integration.EventKind {
	return append(append(integration.EventKinds(), integration.ChatKinds()...), integration.RecordGone, integration.CallSilent, integration.CallDue, integration.CallReplayed, integration.ActivityMissing, integration.CallReport, integration.RouteAsked,
		integration.ClickToCall, integration.CallbackAsked, integration.CallDialled, integration.DialFailed)
}

func readStep(f txtar.File, common commonEvent, chat *Conversation, number int) (step, error) {
	var fixtures []eventFixture
	if err := strict(f.Data, &fixtures); err != nil {
		return step{}, err
	}
	if len(fixtures) == 0 {
		return step{}, errors.New("nothing happens")
	}
	s := step{title: f.Name}
	for i, e := range fixtures {
		event, err := e.event(common, chat, fmt.Sprintf("e%d.%d", number+1, i+1))
		if err != nil {
			return step{}, err
		}
		now := event.At.Add(time.Second)
		if e.Now != "" {
			if now, err = since(e.Now); err != nil {
				return step{}, err
			}
		}
		if now.After(s.now) {
			s.now = now
		}
		if i > 0 && event.Session != s.events[0].Session {
			return step{}, errors.New("a step tells of one session")
		}
		s.events = append(s.events, event)
	}
	return s, nil
}

// since is a moment that is told as the time since the call began.
func since(text string) (time.Time, error) {
	after, err := time.ParseDuration(cmp.Or(text, "0s"))
	return Began.Add(after), err
}

// said is the first value that says something; "-" says nothing.
func said(values ...string) string {
	for _, v := range values {
		if v == "-" {
			return ""
		}
		if v != "" {
			return v
		}
	}
	return ""
}

func (f eventFixture) event(common commonEvent, chat *Conversation, id string) (integration.Event, error) {
	at, err := since(f.At)
	if err != nil {
		return integration.Event{}, err
	}
	if !slices.Contains(told(), f.Kind) {
		return integration.Event{}, fmt.Errorf("unknown kind %q", f.Kind)
	}
	e := integration.Event{ID: integration.EventID(id), Source: "uis", Kind: f.Kind, At: at, Received: at}
	if ofChats(f.Kind) {
		return f.chatEvent(cmp.Or(chat, &Conversation{}), e)
	}
	session := "501"
	if chat != nil {
		session = said(chat.Session, aChat)
	}
	e.Key = cmp.Or(f.Key, fmt.Sprintf("%s|%s|%s|%v", e.Kind, said(f.Session, common.Session, session), at.Sub(Began), f.Employee))
	switch f.Kind {
	case integration.CallSilent, integration.CallDue, integration.CallReplayed, integration.ActivityMissing: // they say nothing
	case integration.ClickToCall, integration.CallbackAsked, integration.DialFailed:
		e.Report = integration.Report{
			Direction: crm.Direction(f.Direction), VirtualNumber: f.Virtual, Request: f.Request, Status: f.Status, LostReason: f.Reason,
		}
		if f.Request == nil {
			break
		}
		e.Report.ClientNumber = said(f.Client, common.Client, "79261234567")
		session = string(integration.CallbackSession("form"))
		if f.Kind == integration.ClickToCall {
			session = string(integration.ClickSession(f.Request.CallID))
		}
	default:
		e.Report, err = f.report(common)
	}
	e.Session = integration.SessionID(said(f.Session, common.Session, session))
	return e, err
}

func (f eventFixture) report(common commonEvent) (integration.Report, error) {
	r := integration.Report{
		Direction:    crm.Direction(said(f.Direction, common.Direction, "in")),
		ClientNumber: said(f.Client, common.Client, "79261234567"), VirtualNumber: said(f.Virtual, common.Virtual, "74950000101"),
		Internal: f.Internal || common.Internal, Transfer: f.Transfer,
		Tried: f.Tried, TriedNames: f.Names, FirstTalked: f.First, LastTalked: f.Last, Lost: f.Lost, LostReason: f.Reason, Status: f.Status,
		Records: f.Records, Rating: f.Rating, Tags: f.Tags, Params: common.Params, ExternalID: said(f.External, common.External), CallSource: f.Source,
		Imported: f.Imported, Rung: staff(f.Rung), Talkers: staff(f.Talkers), Route: f.Route,
		Talk: seconds(f.Talk), Wait: seconds(f.Wait), Total: seconds(f.Total),
	}
	if f.Params != nil {
		r.Params = f.Params
	}
	if f.Employee != 0 {
		r.Employee = staff([]integration.EmployeeID{f.Employee})[0]
	}
	if f.Stranger != "" {
		r.Employee.Name = f.Stranger
	}
	for _, line := range f.Transcript {
		from, to := seconds(&line.From), seconds(&line.To)
		r.Transcript = append(r.Transcript, crm.Spoken{Client: line.Client, From: *from, To: *to, Text: line.Text})
	}
	if f.Ended == "" {
		return r, nil
	}
	var err error
	r.EndedAt, err = since(f.Ended)
	return r, err
}

func staff(ids []integration.EmployeeID) []integration.Employee {
	var list []integration.Employee
	for _, id := range ids {
		list = append(list, integration.Employee{ID: id, Name: Staff[id]})
	}
	return list
}

func seconds(n *int) *time.Duration {
	if n == nil {
		return nil
	}
	d := time.Duration(*n) * time.Second
	return &d
}
