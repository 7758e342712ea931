package bitrix24

import (
	"maps"
	"slices"
	"strconv"

	"omniconnector/crm"
)

const (
	methodFindByComm = "crm.duplicate.findbycomm"

	maxPhones = 20 // values in one findbycomm (contract §5.4)
	people    = 5  // contacts, and companies, of one number that are looked at
	maxLeads  = 20 // leads of one number that are looked at; findbycomm gives no more
	bound     = 10 // leads, and deals, whose open activities are looked for
)

// finding is one Find with the places of its commands and slots.
type finding struct {
	do     crm.Find
	cs     commands
	first  int
	chunks [][]string
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
	for range (len(do.Phones) + maxPhones - 1) / maxPhones {
		out = append(out, methodFindByComm, methodFindByComm, methodFindByComm)
	}
	return append(out, methodItemList, methodItemList, methodItemList, methodItemList, methodActivityList)
}

// find compiles everything known of a number into eight commands (contract §5.4, §5.2, §5.8). The
// ids that the searches find go into the lists as `$result` slots. A slot without an id
// reaches the method as text, which it may read as 0: filters never match 0, and what comes
// back is checked against the found ids once more.
func (r *request) find(u *unit, do crm.Find) (commands, reading, *crm.Error) {
	do.Phones = r.client.foreign(do.Phones)
	f := &finding{do: do, first: u.first}
	for chunk := range slices.Chunk(do.Phones, maxPhones) {
		f.chunks = append(f.chunks, chunk)
	}
	if len(f.chunks) == 0 && len(do.Deals)+len(do.Leads) == 0 {
		return nil, func([]reply) (any, *crm.Error) { return crm.Customer{}, nil }, nil
	}
	for _, chunk := range f.chunks {
		for _, s := range searched {
			f.cs = append(f.cs, command{methodFindByComm, params{
				"type": "PHONE", "values": list(chunk), "entity_type": s.name,
			}})
		}
	}
	f.list(crm.Contact, params{"@id": f.slots(0)}, "*")
	f.list(crm.Company, params{"@id": f.slots(1)}, "*")
	f.list(crm.Lead, params{"@id": slices.Concat(f.slots(2), list(do.Leads))}, "*")
	f.list(crm.Deal, params{"0": params{
		"logic": "OR",
		"0":     params{"@contactId": f.slots(0), ">contactId": 0},
		"1":     params{"@companyId": f.slots(1), ">companyId": 0},
		"2":     params{"@id": list(append([]int64{0}, do.Deals...))},
	}}, "id", "assignedById", "originatorId", "originId", "createdTime", "updatedTime", "updatedBy",
		"title", "categoryId", "stageId", "stageSemanticId", "closed", "contactId", "companyId")
	f.activities()
	return f.cs, f.read, nil
}

func setOf(ids []int64) map[int64]bool {
	out := map[int64]bool{}
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// slots are references to the ids that search number s may find.
func (f *finding) slots(s int) []any {
	var out []any
	for chunk := range f.chunks {
		for i := range searched[s].max {
			out = append(out, result(f.first+chunk*len(searched)+s, searched[s].name, strconv.Itoa(i)))
		}
	}
	return append(out, int64(0)) // never an empty list, which would be no filter
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
func (f *finding) listed(n int) int { return len(f.chunks)*len(searched) + n }

// activities asks for the calls nobody has answered for. They are filtered by owner id and
// owner type apart, since a pair with an unresolved id would match everything of its type.
func (f *finding) activities() {
	owners := slices.Concat(f.slots(0), f.slots(1), list(f.do.Leads), list(f.do.Deals))
	for chunk := range f.chunks {
		for i := range bound {
			owners = append(owners, result(f.first+chunk*len(searched)+2, "LEAD", strconv.Itoa(i)))
		}
	}
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

// read collects the customer and drops whatever does not belong to the found ids.
func (f *finding) read(own []reply) (any, *crm.Error) {
	found := [3]map[int64]bool{{}, {}, {}}
	for i := range f.listed(0) {
		var ids Maybe[map[string]rows[ID]]
		if e := own[i].into(&ids); e != nil {
			return nil, e
		}
		for _, id := range ids.V[searched[i%len(searched)].name] {
			found[i%len(searched)][int64(id)] = true
		}
	}
	contacts, companies, leads, deals := found[0], found[1], found[2], setOf(f.do.Deals)
	knownLeads := setOf(f.do.Leads)
	maps.Copy(leads, knownLeads)
	numbers := asked(f.do.Phones)
	var out crm.Customer
	for n, want := range []struct {
		kind   crm.Kind
		to     *[]crm.Entity
		belong func(crm.Entity) bool
		found  map[int64]bool // by number, to be checked
	}{
		{crm.Contact, &out.Contacts, func(e crm.Entity) bool { return contacts[e.ID] }, contacts},
		{crm.Company, &out.Companies, func(e crm.Entity) bool { return companies[e.ID] }, companies},
		{crm.Lead, &out.Leads, func(e crm.Entity) bool { return leads[e.ID] }, leads},
		{crm.Deal, &out.Deals, func(e crm.Entity) bool {
			return deals[e.ID] || contacts[e.Contact] || companies[e.Company]
		}, nil},
	} {
		items, e := records(own[f.listed(n)])
		if e != nil {
			return nil, e
		}
		for _, i := range items {
			e := i.entity(want.kind)
			known := want.kind == crm.Lead && knownLeads[e.ID]
			if want.found[e.ID] && !known && numbers.stranger(i.phones()) {
				delete(want.found, e.ID) // their deals and calls are strangers' too
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
