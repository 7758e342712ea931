package bitrix24

import (
	"iter"
	"maps"
	"strings"

	"omniconnector/crm"
)

// Methods of contract §5.2.
const (
	methodItemAdd    = "crm.item.add"
	methodItemUpdate = "crm.item.update"
	methodItemList   = "crm.item.list"
)

// originator marks the records we made; with originId it is the natural key of R-3.
const originator = "omniconnector"

// entityType is the portal's number for a kind (contract §5.1); 0 when it has none.
func entityType(k crm.Kind) int {
	switch k {
	case crm.Lead:
		return 1
	case crm.Deal:
		return 2
	case crm.Contact:
		return 3
	case crm.Company:
		return 4
	}
	return 0
}

// create compiles crm.item.add with our natural key in it (contract §5.2).
func (r *request) create(u *unit, do crm.Create) (commands, reading, *crm.Error) {
	kind := entityType(do.Kind)
	if kind == 0 || do.OriginID == "" {
		return nil, nil, invalid(methodItemAdd, "", "kind and origin are required")
	}
	fields, e := r.fields(u, do.Kind, do.Fields)
	if e != nil {
		return nil, nil, e
	}
	fields["originatorId"], fields["originId"] = originator, do.OriginID
	if reach := r.client.reach(do.Kind, &do.Fields); len(reach) > 0 {
		multi := make([]any, len(reach))
		for i, v := range reach {
			multi[i] = v.row()
		}
		fields["fm"] = multi
	}
	p := params{"entityTypeId": kind, "fields": fields}
	original(p, maps.Keys(do.Fields.Custom))
	read := func(own []reply) (any, *crm.Error) {
		made, e := written(own[0])
		return crm.Made{ID: int64(made.ID), At: made.changed()}, e
	}
	return commands{{methodItemAdd, p}}, read, nil
}

// conditional tells that something must still be true, or that the time of change before the write matters.
func conditional(g crm.Guard) bool {
	return g.Present || g.Responsible != nil || g.Stage != nil || g.Title != nil || g.SourceDescription != nil || len(g.Custom) > 0
}

// guard is the filter that only an untouched record passes. Equality with "" is how the portal asks for a field
// that nobody has filled in, whether it keeps that as text or as null.
func guard(kind crm.Kind, g crm.Guard) params {
	filter := params{}
	if g.Responsible != nil {
		filter["=assignedById"] = int64(*g.Responsible)
	}
	if g.Stage != nil {
		filter["=stageId"] = *g.Stage
	}
	if g.Title != nil {
		filter["="+titleOf(kind)] = *g.Title
	}
	if g.SourceDescription != nil {
		filter["=sourceDescription"] = *g.SourceDescription
	}
	for name, value := range g.Custom {
		filter["="+name] = value
	}
	return filter
}

// fields translates what is set, and nothing else.
func (r *request) fields(u *unit, kind crm.Kind, f crm.Fields) (params, *crm.Error) {
	out := params{}
	for name, value := range f.Custom {
		out[name] = value
	}
	put(out, titleOf(kind), f.Title)
	put(out, "assignedById", f.Responsible)
	put(out, "categoryId", f.Funnel)
	put(out, "stageId", f.Stage)
	put(out, "sourceId", f.Source)
	put(out, "sourceDescription", f.SourceDescription)
	if e := r.link(u, out, "contactId", f.Contact); e != nil {
		return nil, e
	}
	if e := r.link(u, out, "companyId", f.Company); e != nil {
		return nil, e
	}
	return out, nil
}

func (r *request) link(u *unit, out params, name string, ref *crm.Ref) *crm.Error {
	if ref == nil {
		return nil
	}
	id, e := r.refer(u, *ref, anEntity)
	if e == nil && id != nil {
		out[name] = id
	}
	return e
}

// titleOf is the field that people read as the record's name: a contact has no title.
func titleOf(kind crm.Kind) string {
	if kind == crm.Contact {
		return "name"
	}
	return "title"
}

func put[T any](out params, name string, v *T) {
	if v != nil {
		out[name] = *v
	}
}

// original keeps custom fields under the names people see in the portal (contract §5.2).
func original(p params, names iter.Seq[string]) {
	for name := range names {
		if strings.HasPrefix(name, "UF_") {
			p["useOriginalUfNames"] = "Y"
			return
		}
	}
}
