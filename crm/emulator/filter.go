package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// operators are the prefixes of filter keys, longest first (contract §4.9, §5.2).
var operators = []string{"!><", "!=%", "!%=", "=%", "%=", "!=", "!@", "!%", ">=", "<=", "><", "=", "!", ">", "<", "@", "%", "?"}

// A key without a prefix means equality (contract §4.9, §5.2).
func splitOperator(key string) (op, name string) {
	for _, o := range operators {
		if strings.HasPrefix(key, o) {
			return o, key[len(o):]
		}
	}
	return "=", key
}

// condition decides about one row; get gives a field's value and type, "" for no such field.
type getter func(name string) (value any, kind string)

// matches interprets a filter against a row. Unknown fields are an INVALID_ARG_VALUE.
func (p *Portal) matches(filter *array, get getter) (bool, *apiError) {
	or := strings.EqualFold(phpString(filter.get("logic")), "OR") || strings.EqualFold(phpString(filter.get("LOGIC")), "OR")
	hit, n := false, 0
	for _, key := range filter.keys {
		if strings.EqualFold(key, "logic") {
			continue
		}
		n++
		var ok bool
		var bad *apiError
		if sub, nested := filter.vals[key].(*array); nested && isNumber(key) {
			ok, bad = p.matches(sub, get)
		} else {
			ok, bad = p.condition(key, filter.vals[key], get)
		}
		if bad != nil {
			return false, bad
		}
		if !ok && !or {
			return false, nil
		}
		hit = hit || ok
	}
	return !or || hit || n == 0, nil
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 64)
	return err == nil
}

// A filter on a field that does not exist is refused rather than ignored: crm.item.* names the field.
func (p *Portal) condition(key string, want any, get getter) (bool, *apiError) {
	op, name := splitOperator(key)
	have, kind := get(name)
	if kind == "" {
		return false, refuse(http.StatusBadRequest, "INVALID_ARG_VALUE", "Invalid filter: field '"+name+"' is not allowed in filter")
	}
	negative := strings.HasPrefix(op, "!")
	op = strings.TrimPrefix(op, "!")
	if a, ok := have.(*array); ok && op != "><" { // a multiple value matches when any of its values does
		hit := slices.ContainsFunc(a.values(), func(v any) bool { return p.holds(op, kind, v, want) })
		return hit != negative, nil
	}
	return p.holds(op, kind, have, want) != negative, nil
}

// A list on the right side means any of its members, whatever the operator is.
func (p *Portal) holds(op, kind string, have, want any) bool {
	if a, ok := want.(*array); ok {
		if op == "><" && a.len() == 2 {
			vs := a.values()
			return p.compare(kind, have, vs[0]) >= 0 && p.compare(kind, have, vs[1]) <= 0
		}
		return slices.ContainsFunc(a.values(), func(v any) bool { return p.holds(op, kind, have, v) })
	}
	switch op {
	case "", "=", "@":
		return p.compare(kind, have, want) == 0
	case ">":
		return have != nil && p.compare(kind, have, want) > 0
	case ">=":
		return have != nil && p.compare(kind, have, want) >= 0
	case "<":
		return have != nil && p.compare(kind, have, want) < 0
	case "<=":
		return have != nil && p.compare(kind, have, want) <= 0
	case "%", "?":
		return strings.Contains(fold(have), fold(want))
	case "=%", "%=":
		return like(fold(have), fold(want))
	}
	return false
}

func fold(v any) string { return strings.ToLower(phpString(v)) }

// compare casts both sides to the field's type as the portal's database does; an empty id is 0.
func (p *Portal) compare(kind string, have, want any) int {
	switch kind {
	case "integer", "user", "crm_company", "crm_contact", "crm_lead", "crm_category", "list":
		return int(phpInt(have) - phpInt(want))
	case "double", "uf_integer", "uf_double":
		switch d := phpFloat(have) - phpFloat(want); {
		case d < 0:
			return -1
		case d > 0:
			return 1
		}
		return 0
	case "boolean", "uf_boolean":
		switch a, b := phpBool(have), phpBool(want); {
		case a == b:
			return 0
		case b:
			return -1
		}
		return 1
	case "datetime", "date":
		a, aok := p.parseTime(phpString(have))
		b, bok := p.parseTime(phpString(want))
		if aok && bok {
			return a.Compare(b)
		}
	}
	return strings.Compare(fold(have), fold(want))
}

// like is SQL's LIKE with % only.
func like(s, pattern string) bool {
	parts := strings.Split(pattern, "%")
	if len(parts) == 1 {
		return s == pattern
	}
	if !strings.HasPrefix(s, parts[0]) {
		return false
	}
	s = s[len(parts[0]):]
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(s, part)
		if i < 0 {
			return false
		}
		s = s[i+len(part):]
	}
	return strings.HasSuffix(s, parts[len(parts)-1])
}

const pageSize = 50

// whole, given as start, answers everything at once, for the methods that have no pages.
type unpaged struct{}

var whole unpaged

// list filters, orders and cuts rows to one page (contract §1.6).
func list[T any](c *call, rows []T, filter, order *array, start any, get func(T, string) (any, string), show func(T) any) (any, error) {
	var kept []T
	for _, row := range rows {
		ok, bad := c.matches(filter, func(name string) (any, string) { return get(row, name) })
		if bad != nil {
			return nil, bad
		}
		if ok {
			kept = append(kept, row)
		}
	}
	for _, name := range slices.Backward(order.keys) {
		desc := strings.EqualFold(phpString(order.vals[name]), "desc")
		slices.SortStableFunc(kept, func(a, b T) int {
			va, kind := get(a, name)
			vb, _ := get(b, name)
			n := c.compare(kind, va, vb)
			if desc {
				return -n
			}
			return n
		})
	}
	offset := phpInt(start)
	pg := &page{total: int64(len(kept)), bare: offset < 0}
	offset = min(max(offset, 0), int64(len(kept)))
	end := min(offset+pageSize, int64(len(kept)))
	if start == any(whole) {
		end = int64(len(kept))
	}
	if end < int64(len(kept)) {
		pg.next = end
	}
	items := []any{}
	for _, row := range kept[offset:end] {
		items = append(items, show(row))
	}
	pg.items = items
	return pg, nil
}
