package lane

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// morning is the time of the tests.
var morning = time.Date(2026, 5, 12, 6, 0, 0, 0, time.UTC)

// desk is a platform with chats and offline requests that remembers what it was asked.
type desk struct {
	calls

	chats    []integration.Event
	messages map[string][]integration.Message
	requests []integration.Event
	fails    *crm.Error // of chats and requests
	mute     *crm.Error // of messages

	asked   []centre.Query
	askedOf [][]string // the chats whose messages were read
}

func (d *desk) Platform(context.Context, integration.TenantID) (Platform, error) { return d, nil }

func (d *desk) Chats(_ context.Context, q centre.Query) ([]integration.Event, int, *crm.Error) {
	d.asked = append(d.asked, q)
	return page(d.chats, q), len(d.chats), d.fails
}

func (d *desk) Requests(_ context.Context, q centre.Query) ([]integration.Event, int, *crm.Error) {
	d.asked = append(d.asked, q)
	return page(d.requests, q), len(d.requests), d.fails
}

func (d *desk) ChatMessages(_ context.Context, chats []string) (map[string][]integration.Message, *crm.Error) {
	d.askedOf = append(d.askedOf, chats)
	said := map[string][]integration.Message{}
	for _, chat := range chats {
		if d.messages[chat] != nil {
			said[chat] = d.messages[chat]
		}
	}
	return said, d.mute
}

func page(all []integration.Event, q centre.Query) []integration.Event {
	var out []integration.Event
	for _, e := range all {
		_, id, _ := e.Session.Communication()
		if len(q.Sessions) == 0 || slices.Contains(q.Sessions, id) {
			out = append(out, e)
		}
	}
	return out[min(q.Offset, len(out)):min(q.Offset+q.Limit, len(out))]
}

// ears is a store that knows what was heard, and how the tenant's sections are switched.
type ears struct {
	Store

	heard   map[integration.SessionID][]integration.Event
	began   []integration.ActionKey
	version int64
}

func (e *ears) Sessions(_ context.Context, _ Lease, ids []integration.SessionID) (map[integration.SessionID]SessionState, error) {
	states := map[integration.SessionID]SessionState{}
	for _, id := range ids {
		states[id] = SessionState{Events: e.heard[id]}
	}
	return states, nil
}

func (e *ears) Settings(context.Context, Lease, int64) (integration.Document, error) {
	return integration.Document{Version: e.version}, nil
}

func (e *ears) Settle(_ context.Context, _ Lease, changes []Change) error {
	for _, c := range changes {
		e.began = append(e.began, c.Key)
	}
	return nil
}

// switched are settings with both sections on.
type switched struct{ Settings }

func (switched) Compile(integration.TenantID, integration.PortalID, integration.Document) (*integration.Settings, error) {
	return &integration.Settings{Chats: integration.Conversations{Enabled: true}, Offline: integration.Conversations{Enabled: true}}, nil
}

func listening(d *desk, e *ears) *Lane {
	return newLane(Config{
		Store: e, Platforms: d, Settings: switched{}, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return morning },
	}.withDefaults(), Lease{})
}

// open is the report of a chat that began so long ago; ended is that of one that ended a while ago.
func open(id string, ago time.Duration) integration.Event {
	at := morning.Add(-ago)
	return integration.Event{
		Kind: integration.ChatReport, Key: "chat_report|" + id + "|open", Session: integration.ChatSession(id), At: at,
		Report: integration.Report{StartedAt: at, Chat: &integration.ChatTold{Channel: "telegram"}, Params: map[string][]string{"messages_count": {"2"}}},
	}
}

func ended(id string, ago time.Duration) integration.Event {
	e := open(id, ago+10*time.Minute)
	e.Key, e.At = "chat_report|"+id+"|over", morning.Add(-ago)
	e.Report.Chat.Closed = true
	return e
}

func said(at time.Time) []integration.Message {
	return []integration.Message{
		{ID: "1", By: integration.ByVisitor, At: at.Add(-time.Minute), Text: "Здравствуйте"},
		{ID: "2", By: integration.ByOperator, At: at, Text: "Добрый день"},
	}
}

func reading(chat string, whole bool, attempts int) Entry {
	key := "read/" + chat
	if whole {
		key += "/whole"
	}
	return Entry{Action: integration.Action{Key: integration.ActionKey(key), Do: centre.ReadChat{Chat: chat, Whole: whole}}, Attempts: attempts, DueAt: morning}
}

// chats that are to be read share a request, and those that are over one for their messages; one event tells of each.
func TestChatsAreReadTogether(t *testing.T) {
	t.Parallel()
	d := &desk{
		chats:    []integration.Event{open("1", time.Minute), ended("2", time.Minute), ended("3", time.Minute)},
		messages: map[string][]integration.Message{"2": said(morning), "3": said(morning.Add(-2 * time.Minute)), "1": said(morning)},
	}
	l := listening(d, &ears{})
	r := l.readChats(t.Context(), []Entry{reading("1", false, 0), reading("2", false, 0), reading("2", true, 0), reading("3", true, 0)})
	if len(d.asked) != 1 || !slices.Equal(d.asked[0].Sessions, []string{"1", "2", "3"}) || d.asked[0].From.After(morning.Add(-60*24*time.Hour)) {
		t.Errorf("asked %+v", d.asked)
	}
	if diff := cmp.Diff([][]string{{"2", "3"}}, d.askedOf); diff != "" {
		t.Errorf("messages of: %s", diff)
	}
	for _, s := range r.steps {
		if s.err != nil {
			t.Errorf("%s: %v", s.key, s.err)
		}
	}
	if len(r.events) != 3 || len(r.steps) != 4 {
		t.Fatalf("%d events, %d steps", len(r.events), len(r.steps))
	}
	one, two, three := r.events[0], r.events[1], r.events[2]
	if one.Session != "chat:1" || one.Key != "chat_report|1|open" || one.Report.Chat.Messages != nil || one.ID == "" || !one.Received.Equal(morning) {
		t.Errorf("the first %+v", one)
	}
	if len(two.Report.Chat.Messages) != 2 || !strings.HasPrefix(two.Key, "chat_report|2|over|") || !two.At.Equal(morning) {
		t.Errorf("the second %+v, want its messages, another key, and the moment of its last word", two)
	}
	if !three.At.Equal(morning.Add(-time.Minute)) {
		t.Errorf("the third ended at %s", three.At)
	}
	if c := integration.FoldChat(two.Session, r.events[1:2]); !c.Told || len(c.Messages) != 2 {
		t.Errorf("folded %+v", c)
	}
	if d.chats[1].Report.Chat.Messages != nil {
		t.Error("the platform's own answer was changed")
	}
}

// what the platform does not know yet is asked for again soon, then later, and in the end given up.
func TestAChatThatIsNotKnownYetIsTriedAgain(t *testing.T) {
	t.Parallel()
	silent := ended("4", time.Minute)
	silent.Report.Params = map[string][]string{"messages_count": {"0"}}
	d := &desk{chats: []integration.Event{open("1", time.Hour), ended("2", time.Minute), silent}, messages: map[string][]integration.Message{"1": said(morning)}}
	l := listening(d, &ears{})
	for _, c := range []struct {
		name     string
		entry    Entry
		kind     crm.ErrorKind
		wait     time.Duration
		messages int // -1 for no event
	}{
		{"unknown", reading("9", false, 0), crm.Unavailable, 2 * time.Second, -1},
		{"unknown again", reading("9", false, 1), crm.Unavailable, 10 * time.Second, -1},
		{"unknown once more", reading("9", false, 2), crm.Unavailable, time.Minute, -1},
		{"unknown still", reading("9", true, rereadTries-2), crm.Unavailable, time.Minute, -1},
		{"unknown at last", reading("9", true, rereadTries-1), crm.Skipped, 0, -1},
		{"goes on", reading("1", true, 0), crm.Unavailable, 2 * time.Second, -1},
		{"goes on at last", reading("1", true, rereadTries-1), "", 0, 2},
		{"words are missing", reading("2", true, 1), crm.Unavailable, 10 * time.Second, -1},
		{"words are missing at last", reading("2", true, rereadTries-1), "", 0, 0},
		{"nothing was said", reading("4", true, 0), "", 0, 0},
	} {
		r := l.readChats(t.Context(), []Entry{c.entry})
		err := r.steps[0].err
		switch {
		case c.kind == "" && (err != nil || len(r.events) != 1 || len(r.events[0].Report.Chat.Messages) != c.messages):
			t.Errorf("%s: %v, %+v", c.name, err, r.events)
		case c.kind != "" && (err == nil || err.Kind != c.kind || err.Wait != c.wait || len(r.events) != 0):
			t.Errorf("%s: %+v, %d events, want %s", c.name, err, len(r.events), c.kind)
		}
	}
}

func TestAFailureOfThePlatformIsTheErrands(t *testing.T) {
	t.Parallel()
	limited := &crm.Error{Kind: crm.Limited, Method: "get.chats_report", Wait: time.Minute}
	d := &desk{chats: []integration.Event{open("1", time.Minute), ended("2", time.Minute)}, mute: limited}
	l := listening(d, &ears{version: 1})
	r := l.readChats(t.Context(), []Entry{reading("1", false, 0), reading("2", true, 0)})
	if r.steps[0].err != nil || len(r.events) != 1 || r.steps[1].err == nil || r.steps[1].err.Kind != crm.Limited {
		t.Errorf("no messages: %+v", r)
	}
	every := []Entry{{Action: integration.Action{Key: "every/chats", Do: centre.SweepChats{}}}}
	d.chats = []integration.Event{ended("2", time.Hour)}
	if r = l.sweepChats(t.Context(), every); r.steps[0].err == nil || r.steps[0].result != nil || len(r.events) != 0 {
		t.Errorf("a sweep without messages: %+v", r)
	}
	d.fails = limited
	for _, r := range []ran{
		l.readChats(t.Context(), []Entry{reading("1", false, 0)}), l.sweepChats(t.Context(), every), l.sweepRequests(t.Context(), every),
	} {
		if r.steps[0].err == nil || r.steps[0].err.Kind != crm.Limited || len(r.events) != 0 || r.suspend != nil {
			t.Errorf("no reports: %+v", r)
		}
	}
}

// a chat that nothing was heard of gets there whole; one whose end was missed is ended; what is known already is left.
func TestSweepFindsWhatNotificationsDidNotTell(t *testing.T) {
	t.Parallel()
	opened := integration.Event{Kind: integration.ChatOpened}
	closed := integration.Event{Kind: integration.ChatClosed, Report: integration.Report{Chat: &integration.ChatTold{Closed: true}}}
	e := &ears{version: 1, heard: map[integration.SessionID][]integration.Event{
		"chat:3": {opened}, "chat:4": {opened, open("4", time.Hour)}, "chat:5": {opened, open("5", time.Hour)},
		"chat:6": {opened, closed, open("6", time.Hour)}, "chat:7": {opened, closed},
	}}
	d := &desk{
		chats: []integration.Event{
			ended("1", time.Hour), open("2", time.Hour), open("3", time.Hour), open("4", time.Hour), ended("5", time.Hour), ended("6", time.Hour),
			ended("7", time.Hour), ended("8", time.Second), open("9", time.Second),
		},
		messages: map[string][]integration.Message{"1": said(morning), "2": said(morning), "5": said(morning), "7": said(morning)},
	}
	l := listening(d, e)
	r := l.sweepChats(t.Context(), []Entry{{Action: integration.Action{Key: "every/chats", Do: centre.SweepChats{}}, Result: []byte(`{"found":5}`)}})
	var got []string
	for _, e := range r.events {
		got = append(got, string(e.Session)+" "+strconv.Itoa(len(e.Report.Chat.Messages)))
	}
	if diff := cmp.Diff([]string{"chat:1 2", "chat:2 2", "chat:3 0", "chat:5 2", "chat:7 0"}, got); diff != "" {
		t.Errorf("want -, got +:\n%s", diff)
	}
	if diff := cmp.Diff([][]string{{"1", "2", "5"}}, d.askedOf); diff != "" {
		t.Errorf("messages of: %s", diff)
	}
	s := r.steps[0]
	if diff := cmp.Diff(centre.Swept{Till: morning, Found: 7}, s.result); diff != "" || s.err != nil || s.again != l.cfg.SweepEvery {
		t.Errorf("%+v: %s", s, diff)
	}
	if q := d.asked[0]; !q.From.Equal(morning.Add(-l.cfg.SweepOverlap)) || !q.Till.Equal(morning) || len(q.Sessions) != 0 {
		t.Errorf("asked %+v", q)
	}
}

// Contract uis §4.7: requests are looked for ten minutes beyond the last time, and each becomes one event.
func TestSweepOfRequestsTakesEachOnce(t *testing.T) {
	t.Parallel()
	request := func(id string, ago time.Duration) integration.Event {
		return integration.Event{
			Kind: integration.OfflineRequest, Key: "offline_request|" + id, Session: integration.OfflineSession(id), At: morning.Add(-ago),
			Report: integration.Report{StartedAt: morning.Add(-ago), Chat: &integration.ChatTold{}},
		}
	}
	d := &desk{requests: []integration.Event{request("1", time.Minute), request("2", time.Second)}}
	l := listening(d, &ears{version: 1, heard: map[integration.SessionID][]integration.Event{"offline_message:1": {request("1", time.Minute)}}})
	last := morning.Add(-time.Hour)
	r := l.sweepRequests(t.Context(), []Entry{{
		Action: integration.Action{Key: "every/requests", Do: centre.SweepRequests{}}, Result: []byte(`{"till":"` + last.Format(time.RFC3339) + `","found":3}`),
	}})
	if len(r.events) != 1 || r.events[0].Key != "offline_request|2" || r.events[0].ID == "" {
		t.Errorf("events %+v", r.events)
	}
	s := r.steps[0]
	if diff := cmp.Diff(centre.Swept{Till: morning, Found: 4}, s.result); diff != "" || s.again != time.Minute {
		t.Errorf("%+v: %s", s, diff)
	}
	if q := d.asked[0]; !q.From.Equal(last.Add(-10 * time.Minute)) {
		t.Errorf("asked from %s", q.From)
	}
}

// The tenant's points are not spent on what is switched off, and what comes later does not begin in the past.
func TestNothingIsSweptThatIsOff(t *testing.T) {
	t.Parallel()
	d := &desk{}
	l := listening(d, &ears{}) // no settings were saved yet
	entries := []Entry{{Action: integration.Action{Key: "every/x"}, Result: []byte(`{"till":"2026-01-01T00:00:00Z","found":3}`)}}
	for name, r := range map[string]ran{"chats": l.sweepChats(t.Context(), entries), "requests": l.sweepRequests(t.Context(), entries)} {
		if diff := cmp.Diff(centre.Swept{Till: morning, Found: 3}, r.steps[0].result); diff != "" || r.steps[0].again == 0 || len(d.asked) != 0 {
			t.Errorf("%s: %+v, asked %v", name, r.steps, d.asked)
		}
	}
}

// all chats that wait are read in one run, and the next run leaves the platform a pause.
func TestChatsThatWaitShareARun(t *testing.T) {
	t.Parallel()
	now := morning
	d := &desk{chats: []integration.Event{open("1", time.Minute), open("2", time.Minute)}}
	e := &ears{}
	l := listening(d, e)
	l.cfg.Now = func() time.Time { return now }
	run := func(chats ...string) *ran {
		t.Helper()
		for _, chat := range chats {
			l.queue.add(reading(chat, false, 0))
		}
		before := len(e.began)
		if err := l.run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(e.began) == before {
			return nil
		}
		report, _ := (<-l.back).(ran)
		l.running[report.name] = false
		return &report
	}
	if r := run("1", "2"); r == nil || len(r.events) != 2 || len(d.asked) != 1 {
		t.Fatalf("first run %+v", r)
	}
	if r := run("3"); r != nil {
		t.Errorf("no pause: %+v", r)
	}
	now = now.Add(l.cfg.ChatsEvery)
	if r := run(); r == nil || len(r.entries) != 1 || r.entries[0].Action.Key != "read/3" {
		t.Errorf("after the pause: %+v", r)
	}
}
