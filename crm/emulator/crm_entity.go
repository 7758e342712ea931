package emulator

import (
	"slices"
	"strings"
)

// crm.lead.*, crm.deal.*, crm.contact.* and crm.company.*: the old family, with upper-case
// names and strings everywhere (contract §5.3).
var crmEntityMethods = map[string]method{}

var communicationKinds = []string{"PHONE", "EMAIL", "WEB", "IM", "LINK"}

func init() {
	for _, k := range kinds {
		prefix := "crm." + lower(k.String()) + "."
		for name, run := range map[string]func(*call, Kind) (any, error){
			"add": entityAdd, "update": entityUpdate, "get": entityGet, "list": entityList, "delete": entityDelete, "fields": entityFields,
		} {
			m := method{scope: "crm", run: func(c *call) (any, error) { return run(c, k) }}
			crmEntityMethods[prefix+name] = m
			methods[prefix+name] = m
		}
	}
}

// The two refusals of the old family have an empty code and a text (contract §5.3).
func (c *call) oldEntity(k Kind) (*entity, *apiError) {
	id := phpInt(c.param("id"))
	if id <= 0 {
		return nil, blank("ID is not defined or invalid.")
	}
	e := c.entity(k, id)
	if e == nil {
		return nil, blank("Not found")
	}
	return e, nil
}

// param reads a parameter which old methods take in either case.
func (c *call) param(name string) any {
	if c.in.has(name) {
		return c.in.get(name)
	}
	return c.in.get(strings.ToUpper(name))
}

// PHONE, EMAIL and the like are fields of their own here, where crm.item has one fm (contract §5.3).
func (c *call) oldChange(k Kind, in *array) change {
	out := change{fields: map[string]any{}}
	patches := map[string]*array{}
	for _, name := range in.keys {
		v := in.vals[name]
		if slices.Contains(communicationKinds, name) {
			patches[name] = arrayOf(v)
			continue
		}
		if f := byUpper[k][name]; f != nil && !f.readOnly {
			out.fields[f.camel] = c.cast(f.kind, v)
		} else if f := c.userField(k, name); f != nil {
			out.fields[f.Name] = c.castUF(f, v)
		}
	}
	if len(patches) > 0 {
		out.fm = func(e *entity) {
			for _, kind := range communicationKinds {
				if items := patches[kind]; items != nil {
					c.patchOld(kind, items, e)
				}
			}
		}
	}
	return out
}

// The answer is the bare id; a lead of a portal without leads is converted behind the caller's back (contract §5.1, §5.3).
func entityAdd(c *call, k Kind) (any, error) {
	e, bad := c.create(k, c.oldChange(k, arrayOf(c.param("fields"))), c.actor.user.ID)
	if bad != nil {
		return nil, blank(bad.Text)
	}
	if k == Lead && c.state.Mode == Simple {
		c.convertLead(e, c.actor.user.ID)
	}
	return e.ID, nil
}

// The answer is true, never the record (contract §5.3).
func entityUpdate(c *call, k Kind) (any, error) {
	e, bad := c.oldEntity(k)
	if bad != nil {
		return nil, bad
	}
	ch := c.oldChange(k, arrayOf(c.param("fields")))
	delete(ch.fields, "categoryId") // this method cannot move between funnels
	if bad := c.update(e, ch, c.actor.user.ID); bad != nil {
		return nil, blank(bad.Text)
	}
	return true, nil
}

// All fields come as strings, custom ones and multi-values included (contract §5.3).
func entityGet(c *call, k Kind) (any, error) {
	e, bad := c.oldEntity(k)
	if bad != nil {
		return nil, bad
	}
	return c.showOld(e, append([]string{"*", "UF_*"}, communicationKinds...)), nil
}

func entityDelete(c *call, k Kind) (any, error) {
	e, bad := c.oldEntity(k)
	if bad != nil {
		return nil, bad
	}
	c.remove(e, c.actor.user.ID)
	return true, nil
}

// Multi-values are filtered by their exact text only, which is why duplicates are looked for elsewhere (contract §5.3, §5.4).
func entityList(c *call, k Kind) (any, error) {
	names := []string{"*"}
	if sel := arrayOf(c.param("select")); sel.len() > 0 {
		names = nil
		for _, v := range sel.values() {
			names = append(names, phpString(v))
		}
	}
	get := func(e *entity, name string) (any, string) { return c.oldValue(e, name) }
	filter, in := newArray(), arrayOf(c.param("filter"))
	var phones []string
	for _, key := range in.keys {
		_, name := splitOperator(key)
		if slices.Contains(communicationKinds, name) {
			phones = append(phones, key)
			continue
		}
		// Names the portal does not know are not looked at here.
		if _, kind := c.oldValue(&entity{Kind: k, Fields: map[string]any{}}, name); kind != "" || isNumber(key) || strings.EqualFold(key, "logic") {
			filter.set(key, in.vals[key])
		}
	}
	rows := c.candidates(k, filter)
	for _, key := range phones {
		_, kind := splitOperator(key)
		want := arrayOf(in.vals[key]).values()
		rows = slices.DeleteFunc(slices.Clone(rows), func(e *entity) bool {
			return !slices.ContainsFunc(e.FM, func(m multifield) bool {
				return m.Type == kind && slices.ContainsFunc(want, func(v any) bool { return phpString(v) == m.Value }) // exact text only
			})
		})
	}
	return list(c, rows, filter, arrayOf(c.param("order")), c.param("start"), get, func(e *entity) any { return c.showOld(e, names) })
}

func (p *Portal) oldValue(e *entity, name string) (any, string) {
	if name == "ID" {
		return e.ID, "integer"
	}
	if f := byUpper[e.Kind][name]; f != nil {
		v, kind := p.itemValue(e, f.camel)
		return v, kind
	}
	if f := p.userField(e.Kind, name); f != nil {
		return e.Fields[f.Name], "uf_" + f.Type
	}
	return nil, ""
}

// Multi-values appear only when selected by name, and an empty one not at all.
func (c *call) showOld(e *entity, names []string) any {
	star, uf := slices.Contains(names, "*"), slices.Contains(names, "UF_*")
	out := map[string]any{"ID": itoa(e.ID)}
	for name, f := range byUpper[e.Kind] {
		if !star && !slices.Contains(names, name) || f.kind == "list" {
			continue
		}
		v, _ := c.itemValue(e, f.camel)
		if name != "ID" {
			out[name] = textOrNull(v)
		}
	}
	for _, f := range c.state.UserFields[e.Kind] {
		if uf || slices.Contains(names, f.Name) {
			switch v := e.Fields[f.Name].(type) {
			case *array:
				out[f.Name] = v
			case nil:
				out[f.Name] = nil
			case bool:
				out[f.Name] = map[bool]string{true: "1", false: "0"}[v]
			default:
				out[f.Name] = phpString(v)
			}
		}
	}
	for _, kind := range communicationKinds {
		if !slices.Contains(names, kind) {
			continue
		}
		var items []any
		for _, m := range e.FM {
			if m.Type == kind {
				items = append(items, map[string]any{"ID": itoa(m.ID), "VALUE_TYPE": m.ValueType, "VALUE": m.Value, "TYPE_ID": kind})
			}
		}
		if items != nil {
			out[kind] = items
		}
	}
	return out
}

func entityFields(c *call, k Kind) (any, error) {
	out := map[string]any{}
	for name, f := range byUpper[k] {
		out[name] = map[string]any{
			"type": f.kind, "isRequired": false, "isReadOnly": f.readOnly, "isImmutable": false, "isMultiple": f.kind == "list",
			"isDynamic": false, "title": name,
		}
	}
	for _, kind := range communicationKinds {
		if k != Deal {
			out[kind] = map[string]any{
				"type": "crm_multifield", "isRequired": false, "isReadOnly": false, "isImmutable": false,
				"isMultiple": true, "isDynamic": false, "title": kind,
			}
		}
	}
	for _, f := range c.state.UserFields[k] {
		out[f.Name] = map[string]any{
			"type": f.Type, "isRequired": f.Mandatory, "isReadOnly": false, "isImmutable": false, "isMultiple": f.Multiple,
			"isDynamic": true, "title": f.Name, "listLabel": f.Title, "formLabel": f.Title, "filterLabel": f.Title,
		}
	}
	return out, nil
}
