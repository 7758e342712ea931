package bitrix24

import (
	"slices"
	"strconv"

	"omniconnector/crm"
)

const (
	methodFindByComm = "crm.duplicate.findbycomm"

	maxValues = 20 // in one findbycomm (contract §5.4)
	people    = 5  // contacts, and companies, of one number that are looked at
	maxLeads  = 20 // leads of one number that are looked at; findbycomm gives no more
	bound     = 10 // leads, and deals, whose open activities are looked for
)

// finding is one Find with the places of its commands and slots.
type finding struct {
	do    crm.Find
	cs    commands
	first int
	// searches are what the first commands look for, in their order.
	searches []search
}

// search is one findbycomm.
type search struct {
	comm string // PHONE or EMAIL
	kind int    // index in searched
}

type kindSearch struct {
	kind crm.Kind
	name string
	max  int
}

// searched are the kinds in the order of the searches. They are searched one by one, because
// twenty leads would hide the contacts from a search for all (contract §5.4).
var searched = []kindSearch{{crm.Contact, "CONTACT", people}, {crm.Company, "COMPANY", people}, {crm.Lead, "LEAD", maxLeads}}

func findMethods(do crm.Find) []string {
	out := []string{}
	for _, values := range [][]string{do.Phones, do.Emails} {
		for range (len(values) + maxValues - 1) / maxValues * len(searched) {
			out = append(out, methodFindByComm)
		}
	}
	return append(out, methodItemList, methodItemList, methodItemList, methodItemList, methodActivityList)
}

// find compiles everything known of a person into a search for each kind, of numbers and of addresses, and five lists (contract §5.4,
// §5.2, §5.8). The ids that the searches find go into the lists as `$result` slots. A slot without an id
// reaches the method as text, which it may read as 0: filters never match 0, and what comes
// back is checked against the found ids once more.
func (r *request) find(u *unit, do crm.Find) (commands, reading, *crm.Error) {
	do.Phones, do.Emails = r.client.foreign(do.Phones), mailboxes(do.Emails)
	f := &finding{do: do, first: u.first}
	f.search("PHONE", do.Phones)
	f.search("EMAIL", do.Emails)
	if len(f.searches)+len(do.Contacts)+len(do.Companies)+len(do.Leads)+len(do.Deals) == 0 {
		return nil, func([]reply) (any, *crm.Error) { return crm.Customer{}, nil }, nil
	}
	contacts, companies := f.ids(0, do.Contacts), f.ids(1, do.Companies)
	f.list(crm.Contact, params{"@id": contacts}, "*")
	f.list(crm.Company, params{"@id": companies}, "*")
	f.list(crm.Lead, params{"@id": f.ids(2, do.Leads)}, "*")
	f.list(crm.Deal, params{"0": params{
		"logic": "OR",
		"0":     params{"@contactId": contacts, ">contactId": 0},
		"1":     params{"@companyId": companies, ">companyId": 0},
		"2":     params{"@id": list(append([]int64{0}, do.Deals...))},
	}}, "id", "assignedById", "originatorId", "originId", "createdTime", "updatedTime", "updatedBy",
		"title", "categoryId", "stageId", "stageSemanticId", "closed", "contactId", "companyId")
	f.activities(contacts, companies)
	return f.cs, f.read, nil
}

// search looks for values of one sort among all kinds.
func (f *finding) search(comm string, values []string) {
	for chunk := range slices.Chunk(values, maxValues) {
		for i, s := range searched {
			f.searches = append(f.searches, search{comm, i})
			f.cs = append(f.cs, command{methodFindByComm, params{"type": comm, "values": list(chunk), "entity_type": s.name}})
		}
	}
}

func setOf(ids []int64) map[int64]bool {
	out := map[int64]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// slots are references to the first ids that the searches of a kind may find.
func (f *finding) slots(kind, most int) []any {
	var out []any
	for at, s := range f.searches {
		for i := range most {
			if s.kind == kind {
				out = append(out, result(f.first+at, searched[kind].name, strconv.Itoa(i)))
			}
		}
	}
	return out
}

// ids are all that may be found of a kind, and those that are known from before. It is never an empty list, which would be no filter.
func (f *finding) ids(kind int, known []int64) []any {
	return slices.Concat(f.slots(kind, searched[kind].max), list(known), []any{int64(0)})
}

// list asks for the newest page, deals that are open before all others. Those who are found by a number are asked for
// as a whole, because only so their numbers come along, and the search is checked by them (contract §0.13, §5.4).
func (f *finding) list(kind crm.Kind, filter params, fields ...string) {
	order := params{"id": "DESC"}
	if kind == crm.Deal {
		order = params{"closed": "ASC", "id": "DESC"}
	}
	if fields[0] != "*" {
		fields = append(fields, f.do.Custom[kind]...)
	}
	p := params{"entityTypeId": entityType(kind), "filter": filter, "order": order, "select": list(fields), "start": -1}
	original(p, slices.Values(f.do.Custom[kind]))
	f.cs = append(f.cs, command{methodItemList, p})
}

// listed is the index of a kind's list among the unit's own commands.
func (f *finding) listed(n int) int { return len(f.searches) + n }

// activities asks for the calls nobody has answered for. They are filtered by owner id and
// owner type apart, since a pair with an unresolved id would match everything of its type.
func (f *finding) activities(contacts, companies []any) {
	owners := slices.Concat(contacts, companies, list(f.do.Leads), list(f.do.Deals), f.slots(2, bound))
	for i := range bound {
		owners = append(owners, result(f.first+f.listed(3), "items", strconv.Itoa(i), "id"))
	}
	f.cs = append(f.cs, command{methodActivityList, params{
		"filter": params{
			"@OWNER_ID": owners, "@OWNER_TYPE_ID": []any{1, 2, 3, 4},
			"PROVIDER_ID": providerCall, "DIRECTION": 1, "COMPLETED": "N",
		},
		"order": params{"ID": "DESC"}, "select": list([]string{"ID", "OWNER_ID", "OWNER_TYPE_ID"}), "start": -1,
	}})
}

// findings are the ids of one kind: all of them, and those that are known by more than a number.
type findings struct{ all, sure map[int64]bool }

// found collects what the searches say beside what was known before.
func (f *finding) found(own []reply) (by [3]findings, e *crm.Error) {
	for i, known := range [][]int64{f.do.Contacts, f.do.Companies, f.do.Leads} {
		by[i] = findings{setOf(known), setOf(known)}
	}
	for i, s := range f.searches {
		var ids Maybe[map[string]rows[ID]]
		if e := own[i].into(&ids); e != nil {
			return by, e
		}
		for _, id := range ids.V[searched[s.kind].name] {
			by[s.kind].all[int64(id)] = true
			if s.comm != "PHONE" {
				by[s.kind].sure[int64(id)] = true
			}
		}
	}
	return by, nil
}

// read collects the customer and drops whatever does not belong to the found ids.
func (f *finding) read(own []reply) (any, *crm.Error) {
	found, e := f.found(own)
	if e != nil {
		return nil, e
	}
	contacts, companies, leads, deals := found[0].all, found[1].all, found[2].all, setOf(f.do.Deals)
	numbers := asked(f.do.Phones)
	var out crm.Customer
	for n, want := range []struct {
		kind   crm.Kind
		to     *[]crm.Entity
		belong func(crm.Entity) bool
		by     findings // to be checked by its numbers
	}{
		{crm.Contact, &out.Contacts, func(e crm.Entity) bool { return contacts[e.ID] }, found[0]},
		{crm.Company, &out.Companies, func(e crm.Entity) bool { return companies[e.ID] }, found[1]},
		{crm.Lead, &out.Leads, func(e crm.Entity) bool { return leads[e.ID] }, found[2]},
		{crm.Deal, &out.Deals, func(e crm.Entity) bool {
			return deals[e.ID] || contacts[e.Contact] || companies[e.Company]
		}, findings{}},
	} {
		items, e := records(own[f.listed(n)])
		if e != nil {
			return nil, e
		}
		for _, i := range items {
			e := i.entity(want.kind)
			if want.by.all[e.ID] && !want.by.sure[e.ID] && numbers.stranger(i.phones()) {
				delete(want.by.all, e.ID) // their deals and calls are strangers' too
				continue
			}
			if e.ID > 0 && want.belong(e) {
				e.Custom = i.custom(f.do.Custom[want.kind])
				*want.to = append(*want.to, e)
			}
		}
	}
	for _, d := range out.Deals {
		deals[d.ID] = true
	}
	missed, e := readMissed(own[f.listed(4)], map[ID]map[int64]bool{1: leads, 2: deals, 3: contacts, 4: companies})
	out.Missed = missed
	return out, e
}
