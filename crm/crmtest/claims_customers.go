package crmtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
)

const (
	city     = "UF_CRM_1639669411830"
	firstID  = "UF_CRM_FIRST_COMMUNICATION"
	cityName = "Город"
)

func emptyGuards(t *testing.T, x *exam) {
	t.Helper()
	x.AddField(crm.Deal, firstID, "ID первой коммуникации", false)
	x.AddField(crm.Deal, city, cityName, false)
	deal := x.create(crm.Deal, "d", crm.Fields{Title: new("x")})
	once := func(value string) crm.Updated {
		t.Helper()
		return result[crm.Updated](t, x.do(crm.Update{
			Kind: crm.Deal, Entity: crm.Ref{ID: deal}, If: crm.Guard{Custom: map[string]string{firstID: ""}},
			Fields: crm.Fields{Custom: map[string]string{firstID: value, "UF_CRM_GONE": "ignored"}},
		}))
	}
	x.equal("first", false, once("call:1").Kept)
	x.equal("second", crm.Updated{Kept: true}, once("call:2"))
	custom := func() map[string]string {
		t.Helper()
		find := crm.Find{Phones: []string{phone}, Deals: []int64{deal}, Custom: map[crm.Kind][]string{crm.Deal: {firstID, city}}}
		return result[crm.Customer](t, x.do(find)).Deals[0].Custom
	}
	x.equal("written", map[string]string{firstID: "call:1"}, custom())
	x.Fill(crm.Deal, deal, firstID, "")
	x.Advance(time.Second)
	again := once("call:3")
	x.equal("after a person emptied it", true, !again.Kept && again.After.After(again.Before))
	x.Fill(crm.Deal, deal, city, "Тверь")
	got := x.do(crm.Update{
		Kind: crm.Deal, Entity: crm.Ref{ID: deal}, If: crm.Guard{Custom: map[string]string{firstID: "call:3", city: "Тверь"}},
		Fields: crm.Fields{Custom: map[string]string{city: "Омск"}},
	})
	x.equal("what it must hold", false, result[crm.Updated](t, got).Kept)
	x.equal("both", map[string]string{firstID: "call:3", city: "Омск"}, custom())
	source := crm.Update{
		Kind: crm.Deal, Entity: crm.Ref{ID: deal}, If: crm.Guard{SourceDescription: new("")},
		Fields: crm.Fields{SourceDescription: new(another)},
	}
	x.equal("source", false, result[crm.Updated](t, x.do(source)).Kept)
	x.equal("source again", crm.Updated{Kept: true}, x.do(source))
}

func foundDetails(t *testing.T, x *exam) {
	t.Helper()
	for _, kind := range []crm.Kind{crm.Contact, crm.Lead, crm.Deal} {
		x.AddField(kind, city, cityName, false)
	}
	made := result[crm.Made](t, x.do(crm.Create{Kind: crm.Contact, OriginID: "c", Fields: crm.Fields{
		Title: new("Анна"), Phones: []string{phone}, Custom: map[string]string{city: "Тверь"},
	}}))
	x.create(crm.Lead, "l", crm.Fields{Title: new("Лид"), Phones: []string{phone}, Custom: map[string]string{city: "Омск"}})
	x.create(crm.Deal, "d", crm.Fields{Contact: &crm.Ref{ID: made.ID}, Custom: map[string]string{city: "Псков"}})
	find := crm.Find{Phones: []string{phone}, Custom: map[crm.Kind][]string{
		crm.Contact: {city, "UF_CRM_GONE"}, crm.Lead: {city}, crm.Deal: {city},
	}}
	got := result[crm.Customer](t, x.do(find))
	x.equal("cities", []map[string]string{{city: "Тверь"}, {city: "Омск"}, {city: "Псков"}},
		[]map[string]string{got.Contacts[0].Custom, got.Leads[0].Custom, got.Deals[0].Custom})
	for _, e := range []crm.Entity{got.Contacts[0], got.Leads[0], got.Deals[0]} {
		if e.Created.IsZero() || e.Updated.IsZero() || e.UpdatedBy == 0 || len(e.Phones) != 0 {
			t.Errorf("%s: %+v", e.Kind, e)
		}
	}
	x.equal("made", true, made.At.Equal(got.Contacts[0].Updated))
	x.equal("nothing asked, nothing told", 0, len(x.find(phone).Contacts[0].Custom))
	x.Advance(time.Minute)
	update := crm.Update{Kind: crm.Contact, Entity: crm.Ref{ID: made.ID}, Fields: crm.Fields{Responsible: &x.Users[1]}}
	ours := result[crm.Updated](t, x.do(update))
	x.equal("our own change", true, ours.Before.IsZero() && ours.After.Equal(x.find(phone).Contacts[0].Updated))
	x.Advance(time.Minute)
	x.Edit(crm.Contact, made.ID, x.Users[0])
	update.If, update.Fields = crm.Guard{Responsible: &x.Users[0]}, crm.Fields{Title: new("Анна К")}
	theirs := result[crm.Updated](t, x.do(update))
	x.equal("a person's change before ours", true, theirs.Before.After(ours.After))
	update.If, update.Fields = crm.Guard{Present: true}, crm.Fields{Responsible: &x.Users[1]}
	next := result[crm.Updated](t, x.do(update))
	x.equal("whatever it holds", true, !next.Kept && next.Before.Equal(theirs.After))
}

func pagesOfCustomers(t *testing.T, x *exam) {
	t.Helper()
	var chains [][]crm.Call
	for i := range 120 {
		chains = append(chains, []crm.Call{{Key: x.key(), Do: crm.Create{Kind: crm.Contact, OriginID: fmt.Sprint("p", i), Fields: crm.Fields{
			Title: new("Клиент"), Responsible: &x.Users[1], Phones: []string{fmt.Sprintf("+7916%07d", i)},
		}}}})
	}
	for len(chains) > 0 {
		n := x.Portal.Fit(chains)
		for _, o := range x.perform(chains[:n]...) {
			x.want(o, "")
		}
		chains = chains[n:]
	}
	var read []crm.Entity
	var last int64
	for pages := 1; ; pages++ {
		page := result[crm.Listed](t, x.do(crm.List{Kind: crm.Contact, After: last}))
		read = append(read, page.Entities...)
		if !page.More {
			x.equal("pages", 3, pages)
			break
		}
		last = page.Entities[len(page.Entities)-1].ID
	}
	x.equal("customers", 120, len(read))
	if !slices.IsSortedFunc(read, func(a, b crm.Entity) int { return int(a.ID - b.ID) }) {
		t.Error("not in the order of their ids")
	}
	x.equal("numbers", []string{"+79160000007"}, read[7].Phones)
	x.equal("responsible", x.Users[1], read[7].Responsible)
	x.equal("deals", crm.Listed{Entities: []crm.Entity{}}, x.do(crm.List{Kind: crm.Deal}))
}

func readOne(t *testing.T, x *exam) {
	t.Helper()
	company := x.create(crm.Company, "co", crm.Fields{Title: new("ООО"), Phones: []string{another}})
	lead := x.create(crm.Lead, "l", crm.Fields{
		Title: new("Лид"), Stage: &x.JunkLead, Responsible: &x.Users[1], Phones: []string{phone, another}, Company: &crm.Ref{ID: company},
	})
	got := result[crm.Entity](t, x.do(crm.Read{Kind: crm.Lead, ID: lead}))
	x.equal("numbers", []string{phone, another}, got.Phones)
	x.equal("the rest", []any{lead, "Лид", x.Users[1], true, company, "l"},
		[]any{got.ID, got.Title, got.Responsible, got.Closed, got.Company, got.OriginID})
	deal := x.create(crm.Deal, "d", crm.Fields{Company: &crm.Ref{ID: company}})
	x.equal("a deal's company", company, result[crm.Entity](t, x.do(crm.Read{Kind: crm.Deal, ID: deal})).Company)
	x.Remove(crm.Lead, lead)
	gone := x.perform([]crm.Call{{Key: "gone", Do: crm.Read{Kind: crm.Lead, ID: lead}}}, []crm.Call{{Key: "there", Do: crm.Read{Kind: crm.Company, ID: company}}})
	x.want(gone[0], crm.NotFound)
	x.want(gone[1], "")
}

func countries(t *testing.T, x *exam) {
	t.Helper()
	ours := x.create(crm.Contact, "ru", crm.Fields{Title: new("Анна"), Phones: []string{"+7 900 000 00 01"}})
	theirs := x.create(crm.Contact, "us", crm.Fields{Title: new("Ann"), Phones: []string{"+1 900 000 0001"}})
	deal := x.create(crm.Deal, "us", crm.Fields{Contact: &crm.Ref{ID: theirs}})
	got := x.find("+79000000001", "79000000001", "89000000001", "9000000001")
	x.equal("contacts", []int64{ours}, ids(got.Contacts))
	x.equal("deals", []int64{}, ids(got.Deals))
	got = x.find("+19000000001", "19000000001")
	x.equal("contacts there", []int64{theirs}, ids(got.Contacts))
	x.equal("deals there", []int64{deal}, ids(got.Deals))
}

func textFields(t *testing.T, x *exam) {
	t.Helper()
	x.AddField(crm.Deal, city, cityName, true)
	d, e := x.Portal.Directory(t.Context(), nil)
	if e != nil {
		t.Fatal(e)
	}
	for _, kind := range []crm.Kind{crm.Lead, crm.Deal, crm.Contact, crm.Company} {
		i := slices.IndexFunc(d.Fields[kind], func(f crm.Field) bool { return f.Name == city })
		if kind == crm.Deal && (i < 0 || d.Fields[kind][i] != crm.Field{Name: city, Title: cityName, Required: true}) || kind != crm.Deal && i >= 0 {
			t.Errorf("%s offers %+v", kind, d.Fields[kind])
		}
		if len(d.Fields[kind]) == 0 {
			t.Errorf("%s offers nothing", kind)
		}
	}
}

func mandatoryField(t *testing.T, x *exam) {
	t.Helper()
	x.AddField(crm.Deal, city, cityName, true)
	create := crm.Create{Kind: crm.Deal, OriginID: "d", Fields: crm.Fields{Title: new("x")}}
	o := x.perform([]crm.Call{{Key: "without", Do: create}})[0]
	x.want(o, crm.Invalid)
	if o.Err != nil && (!strings.Contains(o.Err.Text, cityName) || !strings.Contains(o.Err.Text, city)) {
		t.Errorf("the refusal says %q", o.Err.Text)
	}
	create.Fields.Custom = map[string]string{city: "Тверь"}
	x.do(create)
}
