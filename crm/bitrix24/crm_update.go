package bitrix24

import (
	"maps"

	"omniconnector/crm"
)

// Methods of contract §5.3 that link a contact and leave the others as they are, which writing contactId is not told to do.
var linkMethods = map[crm.Kind]string{crm.Lead: "crm.lead.contact.add", crm.Deal: "crm.deal.contact.add"}

// updating is one Update with the places of its commands among its own; -1 is none.
type updating struct {
	do    crm.Update
	cs    commands
	first int
	// additions are where each value's three commands begin.
	additions  []int
	link, main int
	// seen is a look at the record after the last write, when no answer tells its time of change.
	seen int
}

// update compiles crm.item.update. With a guard, with values to add or with a contact to link it begins with a look at the record:
// compare-and-set within the batch, a list that is empty unless the guard holds, and writes that point at the
// list's first row (contract §1.7, §5.2).
func (r *request) update(u *unit, do crm.Update) (commands, reading, *crm.Error) {
	kind := entityType(do.Kind)
	if kind == 0 {
		return nil, nil, invalid(methodItemUpdate, "", "unknown kind")
	}
	id, e := r.refer(u, do.Entity, anEntity)
	if e != nil {
		return nil, nil, e
	}
	if id == nil { // an optional entity that was never made: nothing to update
		return nil, nil, skipped(methodItemUpdate, "what it points at was not carried out")
	}
	fields, e := r.fields(u, do.Kind, do.Fields)
	if e != nil {
		return nil, nil, e
	}
	var contact any
	if linkMethods[do.Kind] != "" {
		contact = fields["contactId"]
		delete(fields, "contactId")
	}
	add := r.client.reach(do.Kind, &do.Fields)
	add = add[:min(len(add), maxAdded)]
	p := params{"entityTypeId": kind, "id": id, "fields": fields}
	original(p, maps.Keys(do.Fields.Custom))
	if !conditional(do.If) && len(add) == 0 && contact == nil {
		return commands{{methodItemUpdate, p}}, func(own []reply) (any, *crm.Error) {
			now, e := written(own[0])
			return crm.Updated{After: now.changed()}, e
		}, nil
	}
	w := &updating{do: do, first: u.first, link: -1, main: -1, seen: -1}
	w.look(id)
	record := result(u.first, "items", "0", "id")
	for _, v := range add {
		w.additions = append(w.additions, len(w.cs))
		w.cs = append(w.cs, v.lacked(do.Kind, record, w.first+len(w.cs))...)
	}
	if contact != nil {
		w.link = w.put(command{linkMethods[do.Kind], params{"id": record, "fields": params{"CONTACT_ID": contact}}})
	}
	p["id"] = record
	switch {
	case len(fields) > 0:
		w.main = w.put(command{methodItemUpdate, p})
	case contact != nil:
		w.seen = w.put(changedAt(do.Kind, params{"=id": record}))
	}
	return w.cs, w.read, nil
}

func (w *updating) put(c command) int {
	w.cs = append(w.cs, c)
	return len(w.cs) - 1
}

// look asks for the record, and for no other than one that the guard lets through.
func (w *updating) look(id any) {
	filter := guard(w.do.Kind, w.do.If)
	filter["=id"] = id
	c := changedAt(w.do.Kind, filter)
	original(c.params, maps.Keys(w.do.If.Custom))
	w.put(c)
}

func changedAt(kind crm.Kind, filter params) command {
	return command{methodItemList, params{
		"entityTypeId": entityType(kind), "filter": filter, "select": list([]string{"id", "updatedTime"}), "start": -1,
	}}
}

// read tells what was written, and when the record was changed before and after it.
func (w *updating) read(own []reply) (any, *crm.Error) {
	found, e := records(own[0])
	switch {
	case e != nil:
		return nil, e
	case len(found) == 0 && conditional(w.do.If):
		return crm.Updated{Kept: true}, nil
	case len(found) == 0:
		return nil, &crm.Error{Kind: crm.NotFound, Method: methodItemUpdate, Text: "the record is not there any more"}
	}
	out := crm.Updated{Before: found[0].changed()}
	for _, at := range w.additions {
		if e := own[at].err; e != nil {
			return nil, e
		}
		lacking, e := records(own[at+1])
		if e != nil {
			return nil, e
		}
		if len(lacking) == 0 {
			continue // it has the value
		}
		now, e := written(own[at+2])
		if e != nil {
			return nil, e
		}
		out.After = now.changed()
	}
	if w.link >= 0 && own[w.link].err != nil {
		return nil, own[w.link].err
	}
	return w.last(own, out)
}

// last reads the write of the other fields or, after a link that was new, the record's time of change.
func (w *updating) last(own []reply, out crm.Updated) (any, *crm.Error) {
	switch {
	case w.main >= 0:
		now, e := written(own[w.main])
		out.After = now.changed()
		return out, e
	case w.seen >= 0 && !own[w.link].isFalse():
		now, e := records(own[w.seen])
		if e == nil && len(now) > 0 {
			out.After = now[0].changed()
		}
	}
	return out, nil
}

// updateMethods are what an Update compiles to.
func updateMethods(do crm.Update) []string {
	f := do.Fields
	var adds []string
	if do.Kind != crm.Deal {
		for range min(len(f.Phones)+len(f.Emails), maxAdded) {
			adds = append(adds, methodFindByComm, methodItemList, methodItemUpdate)
		}
		for range min(len(f.Messengers), max(0, maxAdded-len(f.Phones)-len(f.Emails))) {
			adds = append(adds, oldLists[do.Kind], methodItemList, methodItemUpdate)
		}
	}
	link := linkMethods[do.Kind]
	if f.Contact == nil {
		link = ""
	}
	if !conditional(do.If) && len(adds) == 0 && link == "" {
		return []string{methodItemUpdate}
	}
	out := append([]string{methodItemList}, adds...)
	if link != "" {
		out = append(out, link)
	}
	return append(out, methodItemUpdate)
}
