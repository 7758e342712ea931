package integration

import (
	"maps"
	"slices"

	"omniconnector/crm"
)

// longestField bounds what is written into a text field of the portal.
const longestField = 2000

// pairs are the extra fields of a kind that the portal still has (T-15).
func (d *decision) pairs(k crm.Kind) []FieldPair {
	known, synced := d.Directory.Fields[k]
	var out []FieldPair
	for _, p := range d.extraFields().For(k) {
		if synced && !slices.ContainsFunc(known, func(f crm.Field) bool { return f.Name == p.Field }) {
			d.once(d.rule("T-15", "C-13"), "field_vanished", "field", p.Field, "kind", string(k))
			continue
		}
		out = append(out, p)
	}
	return out
}

// extraFields are the pairs that count here: of calls, of chats, or of offline requests (T-15, C-13).
func (d *decision) extraFields() *ExtraFields {
	if d.Chat != nil {
		return &d.conversations().Fields
	}
	return &d.Settings.Telephony.Fields
}

// once notes a reason that several steps come upon.
func (d *decision) once(rule, code string, args ...string) {
	r := *d.because(rule, code, args...)
	before := d.plan.Reasons[:len(d.plan.Reasons)-1]
	if slices.ContainsFunc(before, func(o Reason) bool { return o.Code == r.Code && maps.Equal(o.Args, r.Args) }) {
		d.plan.Reasons = before
	}
}

// values are what the extra fields of a kind should hold by what is known now. A parameter that the call does not have
// leaves its field as it is.
func (d *decision) values(k crm.Kind) map[string]string {
	pairs := d.pairs(k)
	if len(pairs) == 0 {
		return nil
	}
	parameters, out := d.parameters(), map[string]string{}
	for _, p := range pairs {
		if v := clipped(parameters[p.Parameter]); v != "" {
			out[p.Field] = v
		}
	}
	return out
}

func clipped(s string) string {
	if r := []rune(s); len(r) > longestField {
		return string(r[:longestField])
	}
	return s
}

// firsts are the fields of a kind for «ID первой коммуникации».
func (d *decision) firsts(k crm.Kind) []string {
	var out []string
	for _, p := range d.pairs(k) {
		if p.Parameter == FirstCommunication {
			out = append(out, p.Field)
		}
	}
	return out
}

// kinds are all kinds of entity, in the order of T-14's precedence.
var kinds = []crm.Kind{crm.Contact, crm.Company, crm.Lead, crm.Deal}

// fieldsToRead are the custom fields that a decision looks at: nil when it looks at none.
func (d *decision) fieldsToRead() map[crm.Kind][]string {
	var out map[crm.Kind][]string
	for _, k := range kinds {
		if first := d.firsts(k); len(first) > 0 {
			if out == nil {
				out = map[crm.Kind][]string{}
			}
			out[k] = first
		}
	}
	return out
}

// written remembers what the extra fields of a record hold by our doing.
func (d *decision) written(record string, values map[string]string) {
	all := maps.Clone(d.memory.Written)
	if all == nil {
		all = map[string]map[string]string{}
	}
	own := maps.Clone(all[record])
	if own == nil {
		own = map[string]string{}
	}
	maps.Copy(own, values)
	all[record] = own
	d.memory.Written = all
}

// extra gives a new entity its extra fields (T-15).
func (d *decision) extra(k crm.Kind) map[string]string {
	values := d.values(k)
	if len(values) == 0 {
		return nil
	}
	d.written("created/"+string(k), values)
	d.because(d.rule("T-15", "C-13"), "fields_created", "kind", string(k), "fields", listed(values))
	return values
}

// complete writes what became known of a created entity's fields since; a person's word in a field stays.
func (d *decision) complete(k crm.Kind) {
	was, now := d.memory.Written["created/"+string(k)], d.values(k)
	changed := map[string]string{}
	for _, field := range slices.Sorted(maps.Keys(now)) {
		if now[field] == was[field] || was[field] != "" && slices.Contains(d.firsts(k), field) {
			continue
		}
		changed[field] = now[field]
		guard := crm.Guard{Custom: map[string]string{field: was[field]}}
		d.update(k, d.created(k), "field/"+field, guard, crm.Fields{Custom: map[string]string{field: now[field]}})
	}
	if len(changed) > 0 {
		d.written("created/"+string(k), changed)
		d.because(d.rule("T-15", "C-13"), "fields_completed", "kind", string(k), "fields", listed(changed))
	}
}

// found writes the fields of the first entity that was found, when the tenant wants them always up to date (T-15).
func (d *decision) found() {
	if !d.extraFields().Always {
		return
	}
	e := &d.existing
	for _, x := range []*crm.Entity{e.contact, e.company, e.working(), e.lead, e.deal} {
		if x != nil {
			d.overwrite(x)
			return
		}
	}
}

// overwrite brings the extra fields of an existing record up to date; «ID первой коммуникации» only where it is empty.
func (d *decision) overwrite(x *crm.Entity) {
	record := touchEntity(x.Kind, crm.Ref{ID: x.ID})
	was, now := d.memory.Written[record], d.values(x.Kind)
	first, changed := d.firsts(x.Kind), map[string]string{}
	for field, value := range now {
		if !slices.Contains(first, field) && value != was[field] {
			changed[field] = value
		}
	}
	ref := crm.Ref{ID: x.ID}
	if len(changed) > 0 {
		guard := crm.Guard{Present: d.Settings.Telephony.Other.On && d.Chat == nil} // our own write must be told from other people's later
		d.update(x.Kind, ref, "fields/"+decimal(x.ID), guard, crm.Fields{Custom: maps.Clone(changed)})
	}
	for _, field := range first {
		if x.Custom[field] != "" || was[field] != "" {
			continue
		}
		guard := crm.Guard{Custom: map[string]string{field: ""}}
		d.update(x.Kind, ref, "first/"+decimal(x.ID)+"/"+field, guard, crm.Fields{Custom: map[string]string{field: now[field]}})
		changed[field] = now[field]
	}
	if len(changed) > 0 {
		d.written(record, changed)
		d.because(d.rule("T-15", "C-13"), "fields_updated", "entity", label(x), "fields", listed(changed))
	}
}

// listed names fields for a person, in a steady order.
func listed(values map[string]string) string {
	text := ""
	for _, f := range slices.Sorted(maps.Keys(values)) {
		if text != "" {
			text += ", "
		}
		text += f
	}
	return text
}
