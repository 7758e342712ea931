package emulator

import (
	"net/http"
	"slices"
	"strings"
)

// crm.item.* for leads, deals, contacts and companies (contract §5.2).
var crmItemMethods = map[string]method{
	"crm.item.add":    {scope: "crm", run: itemAdd},
	"crm.item.update": {scope: "crm", run: itemUpdate},
	"crm.item.get":    {scope: "crm", run: itemGet},
	"crm.item.list":   {scope: "crm", run: itemList},
	"crm.item.delete": {scope: "crm", run: itemDelete},
	"crm.item.fields": {scope: "crm", run: itemFields},
}

// Types beyond the four are smart processes, quotes and invoices, which this portal does not have.
func (c *call) itemKind() (Kind, *apiError) {
	if !c.in.has("entityTypeId") {
		return 0, missing("entityTypeId")
	}
	k := Kind(phpInt(c.in.get("entityTypeId")))
	if k < Lead || k > Company {
		return 0, refuse(http.StatusBadRequest, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
	}
	return k, nil
}

func (c *call) item() (*entity, *apiError) {
	k, bad := c.itemKind()
	if bad != nil {
		return nil, bad
	}
	if !c.in.has("id") {
		return nil, missing("id")
	}
	e := c.entity(k, phpInt(c.in.get("id")))
	if e == nil {
		return nil, notFound()
	}
	return e, nil
}

// itemChange reads the fields parameter: unknown and read-only names are dropped without a word, custom fields under their
// UF_ names too unless useOriginalUfNames asks for them (contract §5.2).
func (c *call) itemChange(k Kind, in *array) change {
	out := change{fields: map[string]any{}}
	original := phpBool(c.in.get("useOriginalUfNames"))
	for _, name := range in.keys {
		v := in.vals[name]
		if name == "fm" {
			out.fm = c.patchFM(arrayOf(v))
			continue
		}
		if f := byCamel[k][name]; f != nil {
			if !f.readOnly {
				out.fields[f.camel] = c.cast(f.kind, v)
			}
			continue
		}
		if f := c.userField(k, name); f != nil && (original || name != f.Name) {
			out.fields[f.Name] = c.castUF(f, v)
		}
	}
	return out
}

// A multiple field sent as one value becomes a list of one, as PHP's cast does.
func (p *Portal) castUF(f *userField, v any) any {
	one := func(v any) any {
		v = p.cast("uf_"+f.Type, v)
		if f.Type == "enumeration" && !slices.ContainsFunc(f.List, func(o fieldOption) bool { return o.ID == v }) {
			return nil // an option that does not exist is no value (contract §5.6)
		}
		return v
	}
	if !f.Multiple {
		return one(v)
	}
	out := newArray()
	for _, x := range arrayOf(v).values() {
		if x = one(x); x != nil && x != "" {
			out.push(x)
		}
	}
	return out
}

// The whole record comes back, fm excepted (contract §5.2, §0.13). There is no idempotency:
// the same call twice makes two records (contract §0.5).
func itemAdd(c *call) (any, error) {
	k, bad := c.itemKind()
	if bad != nil {
		return nil, bad
	}
	fields, ok := c.in.get("fields").(*array)
	if !ok {
		return nil, missing("fields")
	}
	e, bad := c.create(k, c.itemChange(k, fields), c.actor.user.ID)
	if bad != nil {
		return nil, bad
	}
	if k == Lead && c.state.Mode == Simple {
		c.convertLead(e, c.actor.user.ID)
	}
	return map[string]any{"item": c.showItem(e, nil, false)}, nil
}

// A write is complete or refused; nothing tells the caller which of its fields were ignored (contract §5.2).
func itemUpdate(c *call) (any, error) {
	e, bad := c.item()
	if bad != nil {
		return nil, bad
	}
	fields, ok := c.in.get("fields").(*array)
	if !ok {
		return nil, missing("fields")
	}
	if bad := c.update(e, c.itemChange(e.Kind, fields), c.actor.user.ID); bad != nil {
		return nil, bad
	}
	return map[string]any{"item": c.showItem(e, nil, false)}, nil
}

func itemGet(c *call) (any, error) {
	e, bad := c.item()
	if bad != nil {
		return nil, bad
	}
	return map[string]any{"item": c.showItem(e, nil, false)}, nil
}

// Success is an empty array, not true (contract §5.2).
func itemDelete(c *call) (any, error) {
	e, bad := c.item()
	if bad != nil {
		return nil, bad
	}
	c.remove(e, c.actor.user.ID)
	return newArray(), nil
}

// Rows sit under "items" while total and next are outside of result (contract §1.6).
func itemList(c *call) (any, error) {
	k, bad := c.itemKind()
	if bad != nil {
		return nil, bad
	}
	var names []string
	withFM := false
	for _, v := range arrayOf(c.in.get("select")).values() {
		s := phpString(v)
		if s == "*" {
			names, withFM = nil, true // fm comes with the star only (contract §0.13)
			break
		}
		names = append(names, s)
	}
	filter := arrayOf(c.in.get("filter"))
	out, err := list(c, c.candidates(k, filter), filter, arrayOf(c.in.get("order")), c.in.get("start"), c.itemValue,
		func(e *entity) any { return c.showItem(e, names, withFM) })
	if err != nil {
		return nil, err
	}
	pg, _ := out.(*page)
	pg.items = map[string]any{"items": pg.items}
	return pg, nil
}

// candidates narrows a list down by its origin or id filter where there is one; the filter itself still decides.
func (p *Portal) candidates(k Kind, filter *array) []*entity {
	pick := func(refs []ref) []*entity {
		out := []*entity{}
		for _, r := range refs {
			if e := p.entity(k, r.ID); r.Kind == k && e != nil && !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
		slices.SortFunc(out, func(a, b *entity) int { return int(a.ID - b.ID) })
		return out
	}
	or := filter.has("logic") || filter.has("LOGIC")
	for _, key := range filter.keys {
		op, name := splitOperator(key)
		if or || op != "=" && op != "@" {
			continue
		}
		var refs []ref
		for _, v := range arrayOf(filter.vals[key]).values() {
			switch name {
			case "id", "ID":
				refs = append(refs, ref{k, phpInt(v)})
			case "originId", "ORIGIN_ID":
				if phpString(v) == "" {
					return p.sorted(k)
				}
				refs = append(refs, p.index.origin[phpString(v)]...)
			}
		}
		if name == "id" || name == "ID" || name == "originId" || name == "ORIGIN_ID" {
			return pick(refs)
		}
	}
	return p.sorted(k)
}

// itemValue is a field under its camelCase or UF_ name for filters and orders.
func (p *Portal) itemValue(e *entity, name string) (any, string) {
	switch name {
	case "id":
		return e.ID, "integer"
	case "contactIds", "companyIds":
		out := newArray()
		for _, id := range e.Links {
			out.push(id)
		}
		return out, "list"
	}
	if f := byCamel[e.Kind][name]; f != nil {
		return e.Fields[f.camel], f.kind
	}
	if f := p.userField(e.Kind, name); f != nil {
		return e.Fields[f.Name], "uf_" + f.Type
	}
	return nil, ""
}

// showItem is an entity as crm.item.* answers it: numbers are numbers, names are camelCase.
func (c *call) showItem(e *entity, names []string, withFM bool) any {
	original := phpBool(c.in.get("useOriginalUfNames"))
	out := map[string]any{}
	add := func(name string, v any) {
		if names == nil || slices.Contains(names, name) {
			out[name] = v
		}
	}
	for name, f := range byCamel[e.Kind] {
		if name != f.camel {
			continue // an alias
		}
		v, _ := c.itemValue(e, name)
		if v == nil && f.kind == "list" {
			v = newArray()
		}
		add(name, v)
	}
	out["id"] = e.ID
	add("entityTypeId", int64(e.Kind))
	for _, f := range c.state.UserFields[e.Kind] {
		v := e.Fields[f.Name]
		if v == nil && f.Multiple {
			v = newArray()
		}
		name := camelUF(f.Name)
		if original {
			name = f.Name
		}
		if names == nil || slices.Contains(names, name) || slices.Contains(names, f.Name) || slices.Contains(names, camelUF(f.Name)) {
			out[name] = v
		}
	}
	if withFM && e.Kind != Deal {
		fm := []any{}
		for _, m := range e.FM {
			fm = append(fm, map[string]any{"id": m.ID, "typeId": m.Type, "valueType": m.ValueType, "value": m.Value})
		}
		out["fm"] = fm
	}
	return out
}

// The custom fields' mapping between the two ways of naming is to be taken from here (contract §5.2).
func itemFields(c *call) (any, error) {
	k, bad := c.itemKind()
	if bad != nil {
		return nil, bad
	}
	out := map[string]any{}
	describe := func(name, upper, kind, title string, readOnly, required, multiple, dynamic bool) map[string]any {
		d := map[string]any{
			"type": kind, "isRequired": required, "isReadOnly": readOnly, "isImmutable": false,
			"isMultiple": multiple, "isDynamic": dynamic, "title": title, "upperName": upper,
		}
		out[name] = d
		return d
	}
	for name, f := range byCamel[k] {
		if name != f.camel {
			continue
		}
		kind, multiple := f.kind, false
		if kind == "list" {
			kind, multiple = "crm_contact", true
			if f.camel == "observers" {
				kind = "user"
			}
		}
		d := describe(name, f.upper, kind, f.upper, f.readOnly, false, multiple, false)
		switch f.camel {
		case "stageId":
			d["statusType"] = map[Kind]string{Lead: "STATUS", Deal: "DEAL_STAGE"}[k]
		case "sourceId":
			d["statusType"] = "SOURCE"
		}
	}
	if k != Deal {
		describe("fm", "FM", "crm_multifield", "FM", false, false, true, false)
	}
	for _, f := range c.state.UserFields[k] {
		d := describe(camelUF(f.Name), f.Name, f.Type, f.Title, false, f.Mandatory, f.Multiple, true)
		if f.Settings != nil {
			d["settings"] = f.Settings
		}
		if f.List != nil {
			items := []any{}
			for _, o := range f.List {
				items = append(items, map[string]any{"ID": itoa(o.ID), "VALUE": o.Value})
			}
			d["items"] = items
		}
	}
	return map[string]any{"fields": out}, nil
}

// crm.duplicate.findbycomm (contract §5.4).
var crmDuplicateMethods = map[string]method{
	"crm.duplicate.findbycomm": {scope: "crm", run: findByComm},
}

// Numbers are compared by digits, kinds without a hit are left out, nothing found is [] (contract §5.4).
func findByComm(c *call) (any, error) {
	kind := strings.ToUpper(phpString(c.in.get("type")))
	values := arrayOf(c.in.get("values")).values()
	switch {
	case kind != "PHONE" && kind != "EMAIL":
		return nil, blank("Communication type is not supported in current context")
	case len(values) == 0:
		return nil, blank("Communication values are not defined")
	case len(values) > 20:
		return nil, blank("Communication values exceed the limit of 20")
	}
	search := []Kind{Lead, Contact, Company}
	if code := phpString(c.in.get("entity_type")); code != "" {
		search = []Kind{kindOf(code)}
	}
	out, found := newArray(), 0
	for _, k := range search {
		ids := newArray()
		seen := map[int64]bool{}
		for _, v := range values {
			for _, id := range c.byCommunication(kind, phpString(v), k) {
				if !seen[id] && ids.len() < 20 {
					seen[id] = true
					ids.push(id)
				}
			}
		}
		if ids.len() > 0 {
			out.set(k.String(), ids)
		}
		// Once twenty are found the later kinds are left out.
		if found += ids.len(); found >= 20 {
			break
		}
	}
	return out, nil
}
