package integration_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"omniconnector/crm"
	"omniconnector/integration"
)

// update rewrites what is wanted: the stories' last sections and docs/decisions.md.
var update = flag.Bool("update", false, "rewrite golden files")

// TestStory tells every call of testdata/decide step by step, and compares what was decided and why.
func TestStory(t *testing.T) {
	t.Parallel()
	eachStory(t, func(t *testing.T, s *story) {
		t.Helper()
		s.compare(t, s.tell(t))
	})
}

// TestTheSameStoryIsToldTwice makes sure that a decision depends on its facts only.
func TestTheSameStoryIsToldTwice(t *testing.T) {
	t.Parallel()
	eachStory(t, func(t *testing.T, s *story) {
		t.Helper()
		if diff := cmp.Diff(s.tell(t), s.tell(t)); diff != "" {
			t.Errorf("(-first +second)\n%s", diff)
		}
	})
}

// story is one file: a few lines why it exists, what is set, what the CRM has, what happens, what is wanted.
type story struct {
	path     string
	archive  *txtar.Archive
	lang     integration.Lang
	settings *integration.Settings
	crm      portalFixture
	steps    []step
	plans    []integration.Plan // of the last telling
}

// portalFixture is what the CRM is like; what a story does not say is as in testPortal.
type portalFixture struct {
	Mode       crm.Mode     `json:"mode"`
	Users      []crm.User   `json:"users"`
	LeadStages []crm.Stage  `json:"lead_stages"`
	Funnels    []crm.Funnel `json:"funnels"`
	Find       crm.Customer `json:"find"`
	// MissedSince are the customer's own missed calls that ended after the CRM was asked.
	MissedSince []int64 `json:"missed_since"`
	// Late are the users at the last step: somebody was dismissed meanwhile.
	Late []crm.User `json:"late_users"`
}

// step is what arrives together and is decided together.
type step struct {
	title  string
	events []integration.Event
}

func eachStory(t *testing.T, tell func(*testing.T, *story)) {
	t.Helper()
	paths, err := filepath.Glob("testdata/decide/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			tell(t, readStory(t, path))
		})
	}
}

func readStory(t *testing.T, path string) *story {
	t.Helper()
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.TrimSpace(string(archive.Comment)) == "" {
		t.Fatalf("%s does not say why it exists", path)
	}
	s := &story{path: path, archive: archive, lang: integration.English, settings: testSettings(), crm: testPortal()}
	if strings.HasSuffix(path, ".ru.txtar") {
		s.lang = integration.Russian
	}
	var common commonEvent
	for _, f := range archive.Files {
		switch {
		case f.Name == "settings.yaml":
			strict(t, f.Name, f.Data, s.settings)
		case f.Name == "crm.yaml":
			var own portalFixture // apart, because JSON would fill the default users' fields in
			strict(t, f.Name, f.Data, &own)
			s.crm = own.or(s.crm)
		case f.Name == "call.yaml":
			strict(t, f.Name, f.Data, &common)
		case strings.HasPrefix(f.Name, "step"):
			s.steps = append(s.steps, readStep(t, f, common, len(s.steps)))
		case f.Name == "want":
		default:
			t.Fatalf("%s: unknown section %q", path, f.Name)
		}
	}
	s.crm.name()
	if err := s.settings.Compile(1); err != nil {
		t.Fatalf("%s: settings: %v", path, err)
	}
	return s
}

// or takes what a fixture does not say from another.
func (p portalFixture) or(other portalFixture) portalFixture {
	if p.Mode == "" {
		p.Mode = other.Mode
	}
	if p.Users == nil {
		p.Users = other.Users
	}
	if p.LeadStages == nil {
		p.LeadStages = other.LeadStages
	}
	if p.Funnels == nil {
		p.Funnels = other.Funnels
	}
	return p
}

// name fills in the kinds of what the CRM finds.
func (p *portalFixture) name() {
	for kind, list := range map[crm.Kind][]crm.Entity{
		crm.Contact: p.Find.Contacts, crm.Company: p.Find.Companies, crm.Lead: p.Find.Leads, crm.Deal: p.Find.Deals,
	} {
		for i := range list {
			list[i].Kind = kind
		}
	}
}

// strict reads YAML through the JSON tags of the product's own types; a key that nothing knows is a mistake in the story.
func strict(t *testing.T, name string, data []byte, into any) {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal(data, &tree); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if tree == nil {
		return
	}
	body, err := json.Marshal(tree)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
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

func readStep(t *testing.T, f txtar.File, common commonEvent, number int) step {
	t.Helper()
	var fixtures []eventFixture
	strict(t, f.Name, f.Data, &fixtures)
	s := step{title: f.Name}
	for i, e := range fixtures {
		s.events = append(s.events, e.event(t, common, fmt.Sprintf("e%d.%d", number+1, i+1)))
	}
	return s
}

func (f eventFixture) event(t *testing.T, common commonEvent, id string) integration.Event {
	t.Helper()
	after, err := time.ParseDuration(cmpOr(f.At, "0s"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(append(integration.EventKinds(), integration.CallSilent), f.Kind) {
		t.Fatalf("unknown kind %q", f.Kind)
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
	at := began.Add(after)
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
		e.Report.Employee = integration.Employee{ID: f.Employee, Name: staff[f.Employee]}
	}
	if f.Stranger != "" {
		e.Report.Employee.Name = f.Stranger
	}
	if f.Kind == integration.CallSilent {
		e.Report = integration.Report{}
	}
	e.Key = cmpOr(f.Key, fmt.Sprintf("%s|%s|%s|%v", e.Kind, e.Session, after, f.Employee))
	return e
}

// tell plays the steps one after the other, as the lane does: fold, ask when a question is due, decide, remember.
func (s *story) tell(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	var events []integration.Event
	var memory integration.Memory
	s.plans = nil
	directory := s.crm.directory()
	for i, step := range s.steps {
		if i == len(s.steps)-1 && s.crm.Late != nil {
			directory.Users = s.crm.Late
		}
		events = append(events, step.events...)
		last := slices.MaxFunc(step.events, func(a, b integration.Event) int { return a.At.Compare(b.At) })
		facts := integration.Facts{
			Now: last.At.Add(time.Second), Call: integration.Fold(events), Settings: s.settings, Directory: directory,
			Memory: stored(t, memory), Trigger: step.events[len(step.events)-1].ID, Missed: s.crm.MissedSince,
		}
		fmt.Fprintf(&b, "# %s\n", step.title)
		if memory.Known == nil {
			if find := integration.Ask(facts); find != nil {
				fmt.Fprintf(&b, "ask %s\n", strings.Join(find.Phones, ", "))
				known := s.crm.Find
				facts.Known, facts.AskedAt = &known, facts.Now
			}
		}
		plan := integration.Decide(facts)
		memory = plan.Memory
		s.plans = append(s.plans, plan)
		b.WriteString(plan.Text(s.lang))
	}
	return b.String()
}

// stored is a memory as it comes back from storage.
func stored(t *testing.T, m integration.Memory) integration.Memory {
	t.Helper()
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back integration.Memory
	if err := json.Unmarshal(body, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

// compare checks the section "want", or rewrites it with -update.
func (s *story) compare(t *testing.T, got string) {
	t.Helper()
	i := slices.IndexFunc(s.archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	if *update {
		if i < 0 {
			s.archive.Files = append(s.archive.Files, txtar.File{Name: "want"})
			i = len(s.archive.Files) - 1
		}
		s.archive.Files[i].Data = []byte(got)
		if err := os.WriteFile(s.path, txtar.Format(s.archive), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want := ""
	if i >= 0 {
		want = string(s.archive.Files[i].Data)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got; -update rewrites)\n%s", diff)
	}
}
