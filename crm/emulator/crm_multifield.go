package emulator

import (
	"slices"
	"strings"
)

// digits normalises a number for comparison: digits only, no extension, a leading 8 of an
// eleven-digit number counts as 7 (contract §5.4 [E]).
func digits(phone string) string {
	if i := strings.IndexAny(phone, ",;#xXдД"); i > 0 {
		phone = phone[:i]
	}
	d := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, phone)
	if len(d) == 11 && d[0] == '8' {
		d = "7" + d[1:]
	}
	return d
}

// The key says the kind too: the same text may be a phone and a messenger's name.
func communication(kind, value string) string {
	if kind == "PHONE" {
		return "PHONE|" + digits(value)
	}
	return kind + "|" + strings.ToLower(strings.TrimSpace(value))
}

// index finds records by phone or e-mail and by origin without a walk over all of them.
type index struct {
	comm   map[string][]ref
	origin map[string][]ref
	ext    map[string][]*phoneCall // by EXTERNAL_CALL_ID
	calls  map[string]*phoneCall   // by CALL_ID
	order  map[Kind][]*entity      // by id
}

func newIndex() index {
	return index{comm: map[string][]ref{}, origin: map[string][]ref{}, ext: map[string][]*phoneCall{}, calls: map[string]*phoneCall{}, order: map[Kind][]*entity{}}
}

// Empty lists go, so that a long run of changing keys does not grow the index.
func (x index) dropOrigin(origin string, r ref) {
	x.origin[origin] = slices.DeleteFunc(x.origin[origin], func(o ref) bool { return o == r })
	if len(x.origin[origin]) == 0 {
		delete(x.origin, origin)
	}
}

func (p *Portal) unindex(e *entity) {
	for _, m := range e.FM {
		k := communication(m.Type, m.Value)
		p.index.comm[k] = slices.DeleteFunc(p.index.comm[k], func(o ref) bool { return o == e.ref() })
		if len(p.index.comm[k]) == 0 {
			delete(p.index.comm, k)
		}
	}
}

func (p *Portal) reindex(e *entity, oldOrigin string) {
	r := e.ref()
	for _, m := range e.FM {
		k := communication(m.Type, m.Value)
		if !slices.Contains(p.index.comm[k], r) {
			p.index.comm[k] = append(p.index.comm[k], r)
		}
	}
	if o := e.str("originId"); o != oldOrigin {
		if oldOrigin != "" {
			p.index.dropOrigin(oldOrigin, r)
		}
		if o != "" {
			p.index.origin[o] = append(p.index.origin[o], r)
		}
	}
}

// byCommunication finds the records of a kind with this phone or e-mail, lowest id first.
func (p *Portal) byCommunication(kind, value string, k Kind) []int64 {
	key := communication(kind, value)
	if strings.HasSuffix(key, "|") {
		return nil
	}
	var ids []int64
	for _, r := range p.index.comm[key] {
		if r.Kind == k {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// Every value gets an id of its own; the same number twice makes two values (contract §0.13).
func (p *Portal) addFM(e *entity, kind, valueType, value string) {
	if value == "" || kind == "" {
		return
	}
	if valueType == "" {
		valueType = "WORK"
	}
	e.FM = append(e.FM, multifield{ID: p.id("fm"), Type: strings.ToUpper(kind), ValueType: strings.ToUpper(valueType), Value: value})
}

func copyFM(p *Portal, fm []multifield) func(*entity) {
	return func(e *entity) {
		for _, m := range fm {
			p.addFM(e, m.Type, m.ValueType, m.Value)
		}
	}
}

// patchFM applies crm.item's fm: items whose key or id names an existing value change or
// delete it, all others add, even when the same number is there already (contract §0.13).
func (p *Portal) patchFM(fm *array) func(*entity) {
	return func(e *entity) {
		for _, key := range fm.keys {
			item := arrayOf(fm.vals[key])
			id := phpInt(item.get("id"))
			if id == 0 && !fm.isList() {
				id = phpInt(key)
			}
			p.patchOne(e, id, phpString(item.get("typeId")), phpString(item.get("valueType")), item)
		}
	}
}

// patchOld applies PHONE, EMAIL… of the old methods, whose items carry their ID inside.
func (p *Portal) patchOld(kind string, items *array, e *entity) {
	for _, v := range items.values() {
		item, ok := v.(*array)
		if !ok {
			p.addFM(e, kind, "", phpString(v))
			continue
		}
		p.patchOne(e, phpInt(item.get("ID")), kind, phpString(item.get("VALUE_TYPE")), upperItem(item))
	}
}

// The old family spells VALUE and DELETE in capitals where crm.item has value and delete.
func upperItem(item *array) *array {
	out := newArray()
	for _, k := range item.keys {
		out.set(strings.ToLower(k), item.vals[k])
	}
	return out
}

// An id that does not exist adds: the portal cannot tell a stale id from a new key.
func (p *Portal) patchOne(e *entity, id int64, kind, valueType string, item *array) {
	value := phpString(item.get("value"))
	for i := range e.FM {
		m := &e.FM[i]
		if id == 0 || m.ID != id {
			continue
		}
		if phpBool(item.get("delete")) || item.has("value") && value == "" {
			e.FM = slices.Delete(e.FM, i, i+1)
			return
		}
		if item.has("value") {
			m.Value = value
		}
		if valueType != "" {
			m.ValueType = strings.ToUpper(valueType)
		}
		return
	}
	if !phpBool(item.get("delete")) {
		p.addFM(e, kind, valueType, value)
	}
}
