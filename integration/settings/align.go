package settings

import (
	"encoding/json"
	"slices"
)

// pair is an item of two lists, by its place in each.
type pair struct{ a, b int }

// maxTable bounds the work of aligning; longer lists are compared by position.
const maxTable = 1 << 20

// aligned finds the longest common sequence of two lists; i and j are what is before them.
func aligned(a, b []value, i, j int, equal func(a, b value) bool) []pair {
	var head, tail []pair
	for len(a) > 0 && len(b) > 0 && equal(a[0], b[0]) {
		head = append(head, pair{i, j})
		a, b, i, j = a[1:], b[1:], i+1, j+1
	}
	for len(a) > 0 && len(b) > 0 && equal(a[len(a)-1], b[len(b)-1]) {
		a, b = a[:len(a)-1], b[:len(b)-1]
		tail = append(tail, pair{i + len(a), j + len(b)})
	}
	slices.Reverse(tail)
	if len(a) == 0 || len(b) == 0 || len(a) > maxTable/len(b) {
		return append(head, tail...)
	}
	return slices.Concat(head, longest(a, b, i, j, equal), tail)
}

// longest is the textbook's table.
func longest(a, b []value, i, j int, equal func(a, b value) bool) []pair {
	table := make([][]int32, len(a)+1)
	for x := range table {
		table[x] = make([]int32, len(b)+1)
	}
	for x := range slices.Backward(a) {
		for y := len(b) - 1; y >= 0; y-- {
			table[x][y] = max(table[x+1][y], table[x][y+1])
			if equal(a[x], b[y]) {
				table[x][y] = table[x+1][y+1] + 1
			}
		}
	}
	var pairs []pair
	for x, y := 0, 0; x < len(a) && y < len(b); {
		switch {
		case equal(a[x], b[y]):
			pairs = append(pairs, pair{i + x, j + y})
			x, y = x+1, y+1
		case table[x+1][y] >= table[x][y+1]:
			x++
		default:
			y++
		}
	}
	return pairs
}

// same tells whether two values are equal, members in any order.
func same(a, b value) bool {
	if a.form != b.form || a.bool != b.bool || a.text != b.text || len(a.list) != len(b.list) || len(a.members) != len(b.members) {
		return false
	}
	for i := range a.list {
		if !same(a.list[i], b.list[i]) {
			return false
		}
	}
	for _, m := range a.members {
		if i := b.place(m.name); i < 0 || !same(m.value, b.members[i].value) {
			return false
		}
	}
	return true
}

// naming are the members that say which thing an item is: a rule's name, a mapping's employee, a pair's field.
var naming = []string{"name", "employee", "field"}

// alike tells whether two items name the same thing.
func alike(a, b value) bool {
	for _, n := range naming {
		i, j := a.place(n), b.place(n)
		if i >= 0 && j >= 0 && a.members[i].value.text != "" && same(a.members[i].value, b.members[j].value) {
			return true
		}
	}
	return false
}

// place finds a member; -1 when there is none.
func (v value) place(name string) int {
	return slices.IndexFunc(v.members, func(m member) bool { return m.name == name })
}

// json writes the value back.
func (v value) json() json.RawMessage {
	switch v.form {
	case boolean:
		if v.bool {
			return json.RawMessage("true")
		}
		return json.RawMessage("false")
	case number:
		return json.RawMessage(v.text)
	case text:
		return quotedJSON(v.text)
	case list:
		out := json.RawMessage("[")
		for i, one := range v.list {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, one.json()...)
		}
		return append(out, ']')
	case object:
		out := json.RawMessage("{")
		for i, m := range v.members {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(append(append(out, quotedJSON(m.name)...), ':'), m.value.json()...)
		}
		return append(out, '}')
	default:
		return json.RawMessage("null")
	}
}

func quotedJSON(s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		panic("settings: " + err.Error()) // a text always encodes
	}
	return b
}
