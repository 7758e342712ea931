package crmtest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
)

const mail = "anna@example.test"

func foundByMail(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c", crm.Fields{Title: new("Анна"), Phones: []string{another}, Emails: []string{"Anna@Example.test "}})
	company := x.create(crm.Company, "co", crm.Fields{Title: new("ООО"), Emails: []string{mail}})
	lead := x.create(crm.Lead, "l", crm.Fields{Title: new("Лид"), Emails: []string{mail}})
	deal := x.create(crm.Deal, "d", crm.Fields{Contact: &crm.Ref{ID: contact}})
	x.create(crm.Contact, "x", crm.Fields{Title: new("Чужой"), Emails: []string{"x" + mail}})
	before := x.Requests()
	got := result[crm.Customer](t, x.do(crm.Find{Emails: []string{"ANNA@example.test", " "}}))
	x.equal("requests", 1, x.Requests()-before)
	all := func(c crm.Customer) [][]int64 {
		return [][]int64{ids(c.Contacts), ids(c.Companies), ids(c.Leads), ids(c.Deals)}
	}
	want := [][]int64{{contact}, {company}, {lead}, {deal}}
	x.equal("by mail", want, all(got))
	// Numbers and addresses together find whoever has any of them; one who is found by mail may have another number.
	other := x.create(crm.Contact, "p", crm.Fields{Title: new("Пётр"), Phones: []string{phone}})
	want[0] = []int64{other, contact}
	x.equal("by both", want, all(result[crm.Customer](t, x.do(crm.Find{Phones: spellings, Emails: []string{mail}}))))
	x.equal("nothing asked", crm.Customer{}, x.do(crm.Find{}))
}

func foundByIDs(t *testing.T, x *exam) {
	t.Helper()
	contact := x.create(crm.Contact, "c", crm.Fields{Title: new("Анна")})
	company := x.create(crm.Company, "co", crm.Fields{Title: new("ООО")})
	lead := x.create(crm.Lead, "l", crm.Fields{Title: new("Лид")})
	theirs := x.create(crm.Deal, "d", crm.Fields{Contact: &crm.Ref{ID: contact}})
	its := x.create(crm.Deal, "e", crm.Fields{Company: &crm.Ref{ID: company}})
	x.create(crm.Deal, "f", crm.Fields{Title: new("чужая")})
	find := crm.Find{Contacts: []int64{contact}, Companies: []int64{company, company + 100}, Leads: []int64{lead}}
	got := result[crm.Customer](t, x.do(find))
	x.equal("found", [][]int64{{contact}, {company}, {lead}, {its, theirs}}, [][]int64{ids(got.Contacts), ids(got.Companies), ids(got.Leads), ids(got.Deals)})
	x.Remove(crm.Lead, lead)
	survivor := x.create(crm.Contact, "s", crm.Fields{Title: new("Анна К")})
	x.Merge(crm.Contact, survivor, contact)
	got = result[crm.Customer](t, x.do(find))
	x.equal("without what is gone", [][]int64{{}, {company}, {}, {its}}, [][]int64{ids(got.Contacts), ids(got.Companies), ids(got.Leads), ids(got.Deals)})
	x.equal("only the gone", crm.Customer{}, x.do(crm.Find{Contacts: []int64{contact}, Leads: []int64{lead}}))
}

var messengers = []crm.Messenger{
	{Network: "telegram", Value: "@anna"},
	{Network: "vkontakte_groups", Value: "id77"},
	{Network: "viber", Value: "viber-1"},
	{Network: "avito", Value: "avito-1"},
	{Network: "telegram_private", Value: " @anna"},
}

var reached = []string{
	"PHONE MOBILE " + phone, "EMAIL WORK " + mail, "IM TELEGRAM @anna", "IM VK id77", "IM VIBER viber-1", "IM OTHER avito-1",
}

func reachable(t *testing.T, x *exam) {
	t.Helper()
	for _, kind := range []crm.Kind{crm.Contact, crm.Lead} {
		id := x.create(kind, string(kind), crm.Fields{Title: new("Анна"), Phones: []string{phone, "8 916 123-45-67"}, Emails: []string{mail, "Anna@Example.test"}, Messengers: messengers})
		x.equal(string(kind), reached, x.Reach(kind, id))
	}
}

func lackingAdded(t *testing.T, x *exam) {
	t.Helper()
	f := crm.Fields{Phones: []string{phone}, Emails: []string{mail}, Messengers: messengers}
	contact := x.create(crm.Contact, "c", crm.Fields{Title: new("Анна"), Phones: []string{"8 (916) 123-45-67"}, Emails: []string{"ANNA@example.test"}})
	had := x.Reach(crm.Contact, contact)
	add := crm.Update{Kind: crm.Contact, Entity: crm.Ref{ID: contact}, Fields: f}
	x.Advance(time.Minute)
	first := result[crm.Updated](t, x.do(add))
	x.equal("our own change", true, first.After.After(first.Before) && first.After.Equal(result[crm.Entity](t, x.do(crm.Read{Kind: crm.Contact, ID: contact})).Updated))
	want := slices.Concat(had, reached[2:])
	x.equal("added", want, x.Reach(crm.Contact, contact))
	x.Advance(time.Minute)
	x.equal("nothing is lacking", crm.Updated{Before: first.After}, x.do(add))
	add.Fields.Phones = []string{another}
	x.do(add)
	want = append(want, "PHONE WORK "+another)
	x.equal("one is lacking", want, x.Reach(crm.Contact, contact))
	// In doubt it is simply done once more.
	add.Fields.Emails = []string{"second@example.test"}
	call := crm.Call{Key: "doubt", Do: add}
	x.Next(CutAfter)
	x.want(x.perform([]crm.Call{call})[0], crm.Ambiguous)
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{call}, nil)[0], crm.NotFound)
	x.do(add)
	x.equal("once", append(want, "EMAIL WORK second@example.test"), x.Reach(crm.Contact, contact))
	// What the same request has made lacks nothing that it was made with.
	outs := x.perform([]crm.Call{
		{Key: "lead", Do: crm.Create{Kind: crm.Lead, OriginID: "l", Fields: crm.Fields{Title: new("Лид"), Phones: []string{phone}}}},
		{Key: "more", Do: crm.Update{Kind: crm.Lead, Entity: crm.Ref{Of: "lead"}, Fields: crm.Fields{Phones: []string{phone}, Emails: []string{mail}}}},
	})
	x.want(outs[1], "")
	x.equal("lead", reached[:2], x.Reach(crm.Lead, result[crm.Made](t, outs[0].Result).ID))
	add.If = crm.Guard{Title: new("Пётр")}
	add.Fields = crm.Fields{Emails: []string{"third@example.test"}}
	x.equal("a guard keeps all", crm.Updated{Kept: true}, x.do(add))
	add.If, add.Entity.ID = crm.Guard{}, contact+100
	x.want(x.perform([]crm.Call{{Key: "gone", Do: add}})[0], crm.NotFound)
}

func clientLinked(t *testing.T, x *exam) {
	t.Helper()
	for i, kind := range []crm.Kind{crm.Lead, crm.Deal} {
		before := []int64{x.create(crm.Contact, x.key(), crm.Fields{Title: new("Пётр")}), x.create(crm.Contact, x.key(), crm.Fields{Title: new("Анна")})}
		company := x.create(crm.Company, x.key(), crm.Fields{Title: new("ООО")})
		id := x.create(kind, x.key(), crm.Fields{Title: new("x")})
		x.equal("nobody", []int64{}, x.Clients(kind, id))
		link := crm.Update{Kind: kind, Entity: crm.Ref{ID: id}, Fields: crm.Fields{Contact: &crm.Ref{ID: before[0]}}}
		x.Advance(time.Minute)
		first := result[crm.Updated](t, x.do(link))
		x.equal("our own change", true, first.After.After(first.Before))
		x.Advance(time.Minute)
		x.equal("again", crm.Updated{Before: first.After}, x.do(link))
		// A second one, made in the same request, takes nobody's place.
		title := []string{"Лид", "Сделка"}[i]
		outs := x.perform([]crm.Call{
			{Key: "contact" + title, Do: crm.Create{Kind: crm.Contact, OriginID: x.key(), Fields: crm.Fields{Title: new("Олег")}}},
			{Key: "link" + title, Do: crm.Update{Kind: kind, Entity: crm.Ref{ID: id}, Fields: crm.Fields{
				Contact: &crm.Ref{Of: "contact" + title}, Company: &crm.Ref{ID: company}, Title: &title,
			}}},
		})
		x.want(outs[1], "")
		x.equal("both", []int64{before[0], result[crm.Made](t, outs[0].Result).ID}, x.Clients(kind, id))
		got := result[crm.Entity](t, x.do(crm.Read{Kind: kind, ID: id}))
		x.equal("the rest", []any{title, before[0], company}, []any{got.Title, got.Contact, got.Company})
		link.Entity.ID = id + 100
		x.want(x.perform([]crm.Call{{Key: "gone" + title, Do: link}})[0], crm.NotFound)
	}
}

func commentEdited(t *testing.T, x *exam) {
	t.Helper()
	lead := x.create(crm.Lead, "l", crm.Fields{Title: new("Лид")})
	x.do(crm.Comment{Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: "чужой"})
	outs := x.perform([]crm.Call{
		{Key: "comment", Do: crm.Comment{Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: "раз"}},
		{Key: "edit", Do: crm.EditComment{Comment: crm.Ref{Of: "comment"}, Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: "раз\nдва"}},
	})
	x.want(outs[0], "")
	x.want(outs[1], "")
	x.equal("the same comment", outs[0].Result, outs[1].Result)
	edit := crm.EditComment{Comment: crm.Ref{Of: "comment"}, Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: "раз\n[B]два[/B]\nтри & 100% \"$result[c00]\" <b>😀</b>"}
	x.doubt(edit)
	x.equal("again", outs[0].Result, x.do(edit))
	x.equal("comments", []string{"чужой", strings.Replace(edit.Text, "$result[", "$result [", 1)}, x.Comments(crm.Lead, lead))
	edit.Text = strings.Repeat("щ", 40_000)
	x.want(x.perform([]crm.Call{{Key: "long", Do: edit}})[0], crm.Invalid)
	edit.Text = ""
	x.want(x.perform([]crm.Call{{Key: "empty", Do: edit}})[0], crm.Invalid)
}

func commentGone(t *testing.T, x *exam) {
	t.Helper()
	lead := x.create(crm.Lead, "l", crm.Fields{Title: new("Лид")})
	comment := func(key string) (id int64) {
		t.Helper()
		o := x.perform([]crm.Call{{Key: key, Do: crm.Comment{Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: "раз"}}})[0]
		x.want(o, "")
		return result[crm.Commented](t, o.Result).ID
	}
	edit := func(of string) crm.Call {
		return crm.Call{Key: x.key(), Do: crm.EditComment{Comment: crm.Ref{Of: of}, Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: "два"}}
	}
	x.RemoveComment(comment("deleted"))
	gone := edit("deleted")
	x.want(x.perform([]crm.Call{gone})[0], crm.NotFound)
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{gone}, x.answers)[0], crm.NotFound)
	// Two records become one: the comment goes on where it is now.
	comment("moved")
	survivor := x.create(crm.Lead, "s", crm.Fields{Title: new("Лид")})
	x.Merge(crm.Lead, survivor, lead)
	x.want(x.perform([]crm.Call{edit("moved")})[0], "")
	x.equal("moved", []string{"два"}, x.Comments(crm.Lead, survivor))
	x.want(x.perform([]crm.Call{{Key: "nowhere", Do: crm.Comment{Kind: crm.Lead, Entity: crm.Ref{ID: lead}, Text: "три"}}})[0], crm.NotFound)
	x.Remove(crm.Lead, survivor)
	gone = edit("moved")
	x.want(x.perform([]crm.Call{gone})[0], crm.NotFound)
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{gone}, x.answers)[0], crm.NotFound)
}

func notified(t *testing.T, x *exam) {
	t.Helper()
	deal := x.create(crm.Deal, "d", crm.Fields{Title: new("x"), Responsible: &x.Users[1]})
	note := crm.Notify{User: x.Users[1], Tag: "chat:1/made", Text: "Обращение [B]жирно[/B]", Links: []crm.Link{
		{Kind: crm.Deal, Entity: crm.Ref{ID: deal}, Title: "Сделка [/URL]\n$result[c00]"},
	}}
	text := "Обращение [\u2060B]жирно[\u2060/B]\n[URL=/crm/deal/details/" + decimal(deal) + "/]Сделка [\u2060/URL] $\u2060result[\u2060c00][/URL]"
	if result[crm.Notified](t, x.do(note)).ID == 0 {
		t.Error("the notice has no id")
	}
	x.equal("notices", []string{text}, x.Notices(x.Users[1]))
	// In doubt it is sent once more, and the tag replaces what is there.
	call := crm.Call{Key: "again", Do: note}
	x.Next(CutAfter)
	x.want(x.perform([]crm.Call{call})[0], crm.Ambiguous)
	x.want(x.Portal.LookUp(t.Context(), []crm.Call{call}, nil)[0], crm.NotFound)
	x.want(x.perform([]crm.Call{call})[0], "")
	x.equal("once", []string{text}, x.Notices(x.Users[1]))
	note.Tag, note.Links = "chat:2/made", nil
	x.do(note)
	x.equal("another", 2, len(x.Notices(x.Users[1])))
	x.equal("others", 0, len(x.Notices(x.Users[0])))
	note.User = 99999
	x.equal("to nobody", crm.Notified{}, x.do(note))
	note.Tag = ""
	x.want(x.perform([]crm.Call{{Key: "untagged", Do: note}})[0], crm.Invalid)
}

func notifiedInChain(t *testing.T, x *exam) {
	t.Helper()
	before := x.Requests()
	create := func(origin string) crm.Create {
		return crm.Create{Kind: crm.Deal, OriginID: origin, Fields: crm.Fields{Title: new("Сделка"), Responsible: &x.Users[1]}}
	}
	note := func(of string) crm.Notify {
		return crm.Notify{User: x.Users[1], Tag: of, Text: "Создано", Links: []crm.Link{{Kind: crm.Deal, Entity: crm.Ref{Of: of}, Title: "Сделка"}}}
	}
	outs := x.perform([]crm.Call{{Key: "made", Do: create("d")}, {Key: "told", Do: note("made")}})
	x.want(outs[1], "")
	x.equal("requests", 1, x.Requests()-before)
	want := []string{"Создано\n[URL=/crm/deal/details/" + decimal(result[crm.Made](t, outs[0].Result).ID) + "/]Сделка[/URL]"}
	x.equal("notices", want, x.Notices(x.Users[1]))
	// Nobody is told of what was not made.
	bad := create("bad")
	x.NextMethod(bad)
	outs = x.perform([]crm.Call{{Key: "bad", Do: bad}, {Key: "untold", Do: note("bad")}})
	x.want(outs[0], crm.Invalid)
	x.want(outs[1], crm.Skipped)
	x.want(x.perform([]crm.Call{{Key: "later", Do: note("bad")}})[0], crm.Skipped)
	x.equal("still", want, x.Notices(x.Users[1]))
}

func chatActivity(t *testing.T, x *exam) {
	t.Helper()
	lead := x.create(crm.Lead, "l", crm.Fields{Title: new("Лид")})
	for _, number := range []string{"", phone} {
		do := x.activity("chat:1/activity"+number, crm.Ref{ID: lead})
		do.Chat, do.Kind, do.Phone = true, crm.Lead, number
		key, seen := x.doubt(do)
		if result[crm.Finished](t, seen).Activity == 0 {
			t.Error("the activity has no id")
		}
		x.equal("it is no missed call", 0, len(result[crm.Customer](t, x.do(crm.Find{Leads: []int64{lead}})).Missed))
		open := x.Open(crm.Lead, lead)
		x.do(crm.SetActivity{Activity: crm.Ref{Of: key}, Completed: true})
		x.equal("completed", open-1, x.Open(crm.Lead, lead))
	}
}
