package crmtest

import (
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
)

func callFlow(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	call := x.register("s1/1", &crm.Ref{ID: contact})
	x.equal("shown at once", 1, x.Shown(x.Users[0]))
	x.do(crm.ShowCard{Call: crm.Ref{Of: call}, Users: x.Users[:]})
	x.do(crm.HideCard{Call: crm.Ref{Of: call}, Users: x.Users[:1]})
	x.equal("shown to the first", 0, x.Shown(x.Users[0]))
	x.equal("shown to the second", 1, x.Shown(x.Users[1]))
	_, activity := x.finish(call, "200", 95*time.Second)
	if activity == 0 {
		t.Error("a call of a known customer has no activity")
	}
	x.equal("shown after the end", 0, x.Shown(x.Users[1]))
	to := result[crm.UploadTo](t, x.do(crm.AttachRecord{Call: crm.Ref{Of: call}, Filename: "talk.mp3"}))
	if to.URL == "" || to.Have {
		t.Fatalf("nowhere to upload to: have %t", to.Have)
	}
	const talk = "ID3 a talk of 95 seconds"
	if e := x.Portal.Upload(t.Context(), to, "talk.mp3", int64(len(talk)), strings.NewReader(talk)); e != nil {
		t.Fatal(e)
	}
	times, sum := x.Record()
	x.equal("attached", 1, times)
	x.equal("content", sumOf(talk), sum)
	x.equal("calls", 1, x.Calls())
	// The card of a finished call is gone, which is what was wanted.
	x.do(crm.HideCard{Call: crm.Ref{Of: call}, Users: x.Users[:]})
}

func missedCall(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	stranger := x.create(crm.Contact, "x", crm.Fields{Title: new("Чужой"), Phones: []string{another}})
	_, other := x.finish(x.register("s0/1", &crm.Ref{ID: stranger}), "304", 0)
	x.do(crm.SetActivity{Activity: crm.Ref{ID: other}, Completed: false})
	finish, activity := x.finish(x.register("s1/1", &crm.Ref{ID: contact}), "304", 0)
	x.do(crm.SetActivity{Activity: crm.Ref{Of: finish}, Completed: false})
	x.equal("missed", []int64{activity}, x.find(phone).Missed)
	x.do(crm.SetActivity{Activity: crm.Ref{ID: activity}, Completed: true})
	x.equal("missed after completion", 0, len(x.find(phone).Missed))
}

func registerAgain(t *testing.T, x *exam) {
	t.Helper()
	r := crm.Register{ExternalID: "s1/1", User: x.Users[0], Phone: phone, Direction: crm.Incoming, Line: another}
	call := crm.Call{Key: "call", Do: r}
	first := x.perform([]crm.Call{call})[0]
	// It cannot be found before it is finished; repeating it is safe.
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{call}, nil)[0], crm.NotFound)
	x.equal("repeated", first.Result, x.do(r))
	r.ExternalID = "s1/2"
	if other := x.do(r); other == first.Result {
		t.Error("two calls of one customer became one")
	}
	end := crm.Call{Key: "end", Do: crm.Finish{Call: crm.Ref{Of: "call"}, User: x.Users[0], Status: "304"}}
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{end}, x.answers)[0], crm.NotFound)
	finished := x.perform([]crm.Call{end})[0]
	// Both are found now, with and without the registration's answer.
	seen := x.Portal.LookUp(t.Context(), []crm.Call{call, end}, nil)
	x.equal("registration", first.Result, seen[0].Result)
	x.equal("end", finished.Result, seen[1].Result)
	x.equal("end by id", finished.Result, x.Portal.LookUp(t.Context(), []crm.Call{end}, x.answers)[0].Result)
	x.want(x.perform([]crm.Call{{Key: "again", Do: end.Do}})[0], crm.NotFound)
	x.equal("calls", 1, x.Calls())
}

func repeatable(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c", crm.Fields{Title: new("Анна"), Phones: []string{phone}})
	deal := x.create(crm.Deal, "d", crm.Fields{Contact: &crm.Ref{ID: contact}})
	finish, _ := x.finish(x.register("s1/1", &crm.Ref{ID: contact}), "304", 0)
	for range 2 {
		x.do(crm.BindActivity{Activity: crm.Ref{Of: finish}, Kind: crm.Deal, Entity: crm.Ref{ID: deal}})
		x.do(crm.SetActivity{Activity: crm.Ref{Of: finish}, Completed: true})
		x.do(crm.Update{Kind: crm.Deal, Entity: crm.Ref{ID: deal}, Fields: crm.Fields{Title: new("again")}})
	}
	looks := []crm.Call{
		{Key: "1", Do: crm.SetActivity{Activity: crm.Ref{Of: finish}}},
		{Key: "2", Do: crm.Update{Kind: crm.Deal, Entity: crm.Ref{ID: deal}, Fields: crm.Fields{Title: new("again")}}},
		{Key: "3", Do: crm.Update{Kind: crm.Contact, Entity: crm.Ref{ID: contact}, Fields: crm.Fields{Phones: []string{phone}}}},
		{Key: "4", Do: crm.Find{Phones: []string{phone}}},
	}
	for i, kind := range []crm.ErrorKind{crm.NotFound, crm.NotFound, crm.NotFound, crm.NotFound} {
		x.want(x.Portal.LookUp(t.Context(), looks[i:i+1], x.answers)[0], kind)
	}
}

func attachOnce(t *testing.T, x *exam) {
	t.Helper()
	call := x.register("s1/1", nil)
	attach := crm.Call{Key: "record", Do: crm.AttachRecord{Call: crm.Ref{Of: call}, Filename: "talk.mp3"}}
	x.want(x.perform([]crm.Call{attach})[0], crm.NotFound) // not finished yet
	x.finish(call, "200", time.Second)
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{attach}, x.answers)[0], crm.NotFound)
	to := result[crm.UploadTo](t, x.do(attach.Do))
	// A source that breaks off attaches nothing, whether its size was known or not.
	if e := x.Portal.Upload(t.Context(), to, "talk.mp3", 100, strings.NewReader("half")); e == nil || e.Kind != crm.Unavailable {
		t.Errorf("a record that breaks off: %v", e)
	}
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{attach}, x.answers)[0], crm.NotFound)
	to = result[crm.UploadTo](t, x.do(attach.Do))
	if e := x.Portal.Upload(t.Context(), to, "talk.mp3", -1, strings.NewReader("talk")); e != nil {
		t.Fatal(e)
	}
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{attach}, x.answers)[0], "")
	to = result[crm.UploadTo](t, x.do(attach.Do))
	x.equal("second time", crm.UploadTo{Have: true}, to)
	if e := x.Portal.Upload(t.Context(), to, "talk.mp3", 4, strings.NewReader("talk")); e != nil {
		t.Error(e)
	}
	times, sum := x.Record()
	x.equal("attached", 1, times)
	x.equal("content", sumOf("talk"), sum)
}
