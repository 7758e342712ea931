package settings

import (
	"encoding/json"
	"fmt"
	"strconv"

	"omniconnector/integration"
)

// Change is one difference between two documents: a leaf that differs, or a whole item or member that only one of them
// has. Nothing inside an item that was added or removed is told again.
type Change struct {
	// Pointer is the place in the later document; of what was removed, the place in the earlier one.
	Pointer string
	// From is JSON, and nil when the earlier document has nothing there; To is the same of the later one.
	From, To json.RawMessage
}

// Diff lists what differs between two stored documents, in the order of the later one. Fields that a document does not
// have count with their defaults, as everywhere. Items of lists are matched where they are equal, then where they name
// the same thing, then by position, so that one item inserted is one change.
func Diff(earlier, later []byte) ([]Change, error) {
	a, err := whole(earlier)
	if err != nil {
		return nil, err
	}
	b, err := whole(later)
	if err != nil {
		return nil, err
	}
	d := differ{changes: []Change{}}
	d.values("", "", a, b)
	return d.changes, nil
}

// whole reads a stored document with all its fields, as Write writes them.
func whole(stored []byte) (value, error) {
	s := integration.Defaults()
	if err := json.Unmarshal(stored, &s); err != nil {
		return value{}, fmt.Errorf("read settings: %w", err)
	}
	return parse(Write(&s))
}

type differ struct{ changes []Change }

func (d *differ) removed(at string, v value) {
	d.changes = append(d.changes, Change{Pointer: at, From: v.json()})
}

func (d *differ) added(at string, v value) {
	d.changes = append(d.changes, Change{Pointer: at, To: v.json()})
}

// values compares what is at one place of both documents; was is where it is in the earlier one.
func (d *differ) values(was, at string, a, b value) {
	switch {
	case a.form == object && b.form == object:
		d.objects(was, at, a, b)
	case a.form == list && b.form == list:
		d.lists(was, at, a.list, b.list)
	case !same(a, b):
		d.changes = append(d.changes, Change{Pointer: at, From: a.json(), To: b.json()})
	}
}

func (d *differ) objects(was, at string, a, b value) {
	next := 0 // of the earlier members, those before it are told
	gone := func(until int) {
		for ; next < until; next++ {
			if m := a.members[next]; b.place(m.name) < 0 {
				d.removed(child(was, m.name), m.value)
			}
		}
	}
	for _, m := range b.members {
		i := a.place(m.name)
		if i < 0 {
			d.added(child(at, m.name), m.value)
			continue
		}
		gone(i)
		d.values(child(was, m.name), child(at, m.name), a.members[i].value, m.value)
	}
	gone(len(a.members))
}

// lists tells the items between those that both documents have.
func (d *differ) lists(was, at string, a, b []value) {
	pairs := aligned(a, b, 0, 0, same)
	i, j := 0, 0
	for _, p := range append(pairs, pair{len(a), len(b)}) {
		d.gap(was, at, a[i:p.a], b[j:p.b], i, j)
		i, j = p.a+1, p.b+1
	}
}

// gap compares items of which none are equal: as many as name the same thing, or stand at the same place when nothing
// was put in or taken out, are changed ones.
func (d *differ) gap(was, at string, a, b []value, i, j int) {
	var pairs []pair
	if len(a) != len(b) {
		pairs = aligned(a, b, 0, 0, alike)
	}
	x, y := 0, 0
	for _, p := range append(pairs, pair{len(a), len(b)}) {
		for ; x < p.a && y < p.b; x, y = x+1, y+1 {
			d.values(item(was, i+x), item(at, j+y), a[x], b[y])
		}
		for ; x < p.a; x++ {
			d.removed(item(was, i+x), a[x])
		}
		for ; y < p.b; y++ {
			d.added(item(at, j+y), b[y])
		}
		if p.a < len(a) {
			d.values(item(was, i+x), item(at, j+y), a[x], b[y])
			x, y = x+1, y+1
		}
	}
}

func item(at string, i int) string { return at + "/" + strconv.Itoa(i) }
