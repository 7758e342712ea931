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
	Params    map[string][]string `json:"params"`
}

// eventFixture is one event in a story's words.
type eventFixture struct {
	commonEvent

	Kind     integration.EventKind    `json:"kind"`
	At       string                   `json:"at"` // since the call began: 5s, 2m
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
	Talk     *int                     `json:"talk"` // seconds
	Records  []string                 `json:"records"`
	Rating   int                      `json:"rating"`
	Tags     []string                 `json:"tags"`
}

func readStep(f txtar.File, common commonEvent, number int) (step, error) {
	var fixtures []eventFixture
	if err := strict(f.Data, &fixtures); err != nil {
		return step{}, err
	}
	if len(fixtures) == 0 {
		return step{}, errors.New("nothing happens")
	}
	s := step{title: f.Name}
	for i, e := range fixtures {
		event, err := e.event(common, fmt.Sprintf("e%d.%d", number+1, i+1))
		if err != nil {
			return step{}, err
		}
		s.events = append(s.events, event)
	}
	return s, nil
}

func (f eventFixture) event(common commonEvent, id string) (integration.Event, error) {
	after, err := time.ParseDuration(cmp.Or(f.At, "0s"))
	if err != nil {
		return integration.Event{}, err
	}
	if !slices.Contains(append(integration.EventKinds(), integration.CallSilent), f.Kind) {
		return integration.Event{}, fmt.Errorf("unknown kind %q", f.Kind)
	}
	said := func(values ...string) string {
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
	at := Began.Add(after)
	e := integration.Event{
		ID: integration.EventID(id), Source: "uis", Kind: f.Kind, At: at, Received: at,
		Session: integration.SessionID(said(f.Session, common.Session, "501")),
		Report: integration.Report{
			Direction:    crm.Direction(said(f.Direction, common.Direction, "in")),
			ClientNumber: said(f.Client, common.Client, "79261234567"), VirtualNumber: said(f.Virtual, common.Virtual, "74950000101"),
			Internal: f.Internal || common.Internal, Transfer: f.Transfer,
			Tried: f.Tried, TriedNames: f.Names, FirstTalked: f.First, LastTalked: f.Last, Lost: f.Lost, LostReason: f.Reason, Status: f.Status,
			Records: f.Records, Rating: f.Rating, Tags: f.Tags, Params: common.Params,
		},
	}
	if f.Params != nil {
		e.Report.Params = f.Params
	}
	if f.Talk != nil {
		talk := time.Duration(*f.Talk) * time.Second
		e.Report.Talk = &talk
	}
	if f.Employee != 0 {
		e.Report.Employee = integration.Employee{ID: f.Employee, Name: Staff[f.Employee]}
	}
	if f.Stranger != "" {
		e.Report.Employee.Name = f.Stranger
	}
	if f.Kind == integration.CallSilent {
		e.Report = integration.Report{}
	}
	e.Key = cmp.Or(f.Key, fmt.Sprintf("%s|%s|%s|%v", e.Kind, e.Session, after, f.Employee))
	return e, nil
}
