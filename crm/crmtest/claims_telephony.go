package crmtest

import (
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
)

const (
	handler   = "https://connector.example.test/hooks/bitrix24"
	callStart = "ONEXTERNALCALLSTART"
)

// doubt carries a command out without hearing of it, and expects the look before and after to tell the truth.
// The command stays done under its key.
func (x *exam) doubt(do crm.Command) (key string, seen any) {
	x.t.Helper()
	key = x.key()
	call := crm.Call{Key: key, Do: do}
	x.want(x.Portal.LookUp(x.t.Context(), []crm.Call{call}, x.answers)[0], crm.NotFound)
	x.Next(CutAfter)
	x.want(x.perform([]crm.Call{call})[0], crm.Ambiguous)
	o := x.Portal.LookUp(x.t.Context(), []crm.Call{call}, x.answers)[0]
	x.want(o, "")
	x.store([]crm.Outcome{o})
	return key, o.Result
}

func (x *exam) prepare(p crm.Prepare) (charged int) {
	x.t.Helper()
	if e := x.Portal.Prepare(x.t.Context(), free(&charged), p); e != nil {
		x.t.Fatal(e)
	}
	return charged
}

func clickedCall(t *testing.T, x *exam) {
	t.Helper()
	x.create(crm.Contact, "c", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	x.prepare(crm.Prepare{Handler: handler, Events: []string{callStart}})
	call := crm.Ref{Call: x.Click(x.Users[0], phone)}
	x.equal("shown by the account", 1, x.Shown(x.Users[0]))
	x.do(crm.HideCard{Call: call, Users: x.Users[:1]})
	x.do(crm.ShowCard{Call: call, Users: x.Users[1:]})
	x.equal("shown to the second", 1, x.Shown(x.Users[1]))
	_, ended := x.doubt(crm.Finish{Call: call, User: x.Users[1], Duration: 10 * time.Second, Status: "200"})
	if result[crm.Finished](t, ended).Activity == 0 {
		t.Error("a call of a known customer has no activity")
	}
	to := result[crm.UploadTo](t, x.do(crm.AttachRecord{Call: call, Filename: "talk.mp3"}))
	if e := x.Portal.Upload(t.Context(), to, "talk.mp3", 4, strings.NewReader("talk")); e != nil {
		t.Fatal(e)
	}
	attached := crm.Call{Key: "record", Do: crm.AttachRecord{Call: call, Filename: "talk.mp3"}}
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{attached}, nil)[0], "")
	x.doubt(crm.Transcribe{Call: call, Lines: talk})
	x.equal("calls", 1, x.Calls())
}

var talk = []crm.Spoken{
	{From: 200 * time.Millisecond, To: 900 * time.Millisecond, Text: "Добрый день"},
	{Client: true, From: time.Second, To: 2500 * time.Millisecond, Text: "Здравствуйте & до свидания + 100%"},
	{Client: true, From: 3 * time.Second, To: 3 * time.Second, Text: " "},
}

func transcribeOnce(t *testing.T, x *exam) {
	t.Helper()
	call := x.register("s1/1", nil)
	words := crm.Transcribe{Call: crm.Ref{Of: call}, Lines: talk}
	x.want(x.perform([]crm.Call{{Key: "early", Do: words}})[0], crm.NotFound) // not finished yet
	x.finish(call, "200", 3*time.Second)
	x.doubt(words)
	x.equal("attached", 1, x.Transcripts())
	x.want(x.perform([]crm.Call{{Key: "silence", Do: crm.Transcribe{Call: crm.Ref{Of: call}}}})[0], crm.Invalid)
}

func notice(t *testing.T, x *exam) {
	t.Helper()
	x.finish(x.register("s1/1", nil), "304", 0)
	x.equal("messages", 0, x.Notes())
	x.do(crm.Finish{Call: crm.Ref{Of: x.register("s1/2", nil)}, User: x.Users[0], Status: "304", Notice: true})
	x.equal("messages when asked", 1, x.Notes())
}

func (x *exam) activity(origin string, deal crm.Ref) crm.AddActivity {
	at := time.Date(2026, 3, 10, 9, 0, 0, 0, time.UTC)
	return crm.AddActivity{
		OriginID: origin, Kind: crm.Deal, Entity: deal, User: x.Users[0], Subject: "Входящий & пропущенный", Phone: phone,
		Direction: crm.Incoming, StartedAt: at, EndedAt: at.Add(time.Minute),
	}
}

func activityOnce(t *testing.T, x *exam) {
	t.Helper()
	deal := x.create(crm.Deal, "d", crm.Fields{Title: new("без клиента")})
	missed := func() []int64 {
		t.Helper()
		return result[crm.Customer](t, x.do(crm.Find{Phones: []string{phone}, Deals: []int64{deal}})).Missed
	}
	key, seen := x.doubt(x.activity("s1/1", crm.Ref{ID: deal}))
	id := result[crm.Finished](t, seen).Activity
	x.equal("missed", []int64{id}, missed())
	// Another call of the same deal is another activity.
	other := result[crm.Finished](t, x.do(x.activity("s1/2", crm.Ref{ID: deal}))).Activity
	x.equal("both", 2, len(missed()))
	x.do(crm.SetActivity{Activity: crm.Ref{Of: key}, Completed: true, User: x.Users[1]})
	x.equal("left", []int64{other}, missed())
}

func activityInChain(t *testing.T, x *exam) {
	t.Helper()
	before := x.Requests()
	outs := x.perform([]crm.Call{
		{Key: "deal", Do: crm.Create{Kind: crm.Deal, OriginID: "d"}},
		{Key: "activity", Do: x.activity("s1/1", crm.Ref{Of: "deal"})},
		{Key: "comment", Do: crm.Comment{Kind: crm.Deal, Entity: crm.Ref{Of: "deal"}, Text: "Клиент перезвонит"}},
		{Key: "open", Do: crm.SetActivity{Activity: crm.Ref{Of: "activity"}, User: x.Users[1]}},
		{Key: "lost", Do: x.activity("s1/2", crm.Ref{Of: "never made"})},
	})
	for i, kind := range []crm.ErrorKind{"", "", "", "", crm.Skipped} {
		x.want(outs[i], kind)
	}
	x.equal("requests", 1, x.Requests()-before)
	deal := result[crm.Made](t, outs[0].Result).ID
	x.equal("comments", []string{"Клиент перезвонит"}, x.Comments(crm.Deal, deal))
	got := result[crm.Customer](t, x.do(crm.Find{Phones: []string{phone}, Deals: []int64{deal}}))
	x.equal("missed", []int64{result[crm.Finished](t, outs[1].Result).Activity}, got.Missed)
}

func commentOnce(t *testing.T, x *exam) {
	t.Helper()
	lead := x.create(crm.Lead, "l", crm.Fields{Title: new("Лид")})
	other := x.create(crm.Lead, "m", crm.Fields{Title: new("Лид")})
	const text = "Голосовой робот:\nсумма 100% & \"$result[c00]\" + 1"
	x.do(crm.Comment{Kind: crm.Lead, Entity: crm.Ref{ID: other}, Text: text})
	x.do(crm.Comment{Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: text + "!"})
	_, seen := x.doubt(crm.Comment{Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: text})
	if result[crm.Commented](t, seen).ID == 0 {
		t.Error("the comment that was written has no id")
	}
	x.equal("comments", 2, len(x.Comments(crm.Lead, lead)))
}

func prepared(t *testing.T, x *exam) {
	t.Helper()
	const event = "ONEXTERNALCALLBACKSTART"
	x.Bind(callStart, "https://old.example.test/hooks/bitrix24")
	x.Bind(event, handler+"/")
	x.Bind(event, "https://else.example.test/other")
	p := crm.Prepare{
		Handler: handler, Events: []string{callStart, strings.ToLower(event), callStart},
		Lines: []crm.Line{{Number: another, Name: "Продажи & опт"}, {Number: phone}},
	}
	before := x.Requests()
	x.equal("charged", 2, x.prepare(p))
	x.equal("requests", 2, x.Requests()-before)
	want := []string{event + " " + handler, event + " https://else.example.test/other", callStart + " " + handler}
	x.equal("handlers", want, x.Handlers())
	x.equal("lines", []string{another + " Продажи & опт", phone + " "}, x.Lines())
	x.equal("charged for a look", 1, x.prepare(p))
	p.Lines[0].Name = "Опт"
	x.Next(CutAfter)
	if e := x.Portal.Prepare(t.Context(), nil, p); e == nil || e.Kind != crm.Unavailable {
		t.Errorf("a preparation cut off: %v", e)
	}
	x.prepare(p)
	x.equal("handlers in the end", want, x.Handlers())
	x.equal("lines in the end", []string{another + " Опт", phone + " "}, x.Lines())
	p.Handler = "https://moved.example.test/hooks/bitrix24"
	x.prepare(p)
	x.equal("handlers after a move", []string{
		event + " https://else.example.test/other", event + " " + p.Handler, callStart + " " + p.Handler,
	}, x.Handlers())
}

func workdays(t *testing.T, x *exam) {
	t.Helper()
	ask := func() map[crm.UserID]crm.Presence {
		t.Helper()
		var charged int
		before := x.Requests()
		got, e := x.Portal.Presence(t.Context(), free(&charged), []crm.UserID{x.Users[0], x.Users[1], x.Users[0], 0, 99999})
		if e != nil {
			t.Fatal(e)
		}
		x.equal("charged", x.Requests()-before, charged)
		return got
	}
	x.Workday(x.Users[0], crm.Working)
	for _, day := range []crm.Presence{crm.Paused, crm.Away} {
		x.Workday(x.Users[1], day)
		x.equal("days", map[crm.UserID]crm.Presence{x.Users[0]: crm.Working, x.Users[1]: day}, ask())
	}
	x.Next(CutAfter)
	if got, e := x.Portal.Presence(t.Context(), nil, x.Users[:]); e == nil || len(got) != 0 {
		t.Errorf("half a presence was given out: %v", e)
	}
	x.NoWorkdays()
	x.equal("days without time management", map[crm.UserID]crm.Presence{}, ask())
}
