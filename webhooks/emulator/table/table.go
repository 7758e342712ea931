package table

import (
	"encoding/json"
	"slices"

	"omniconnector/webhooks/emulator/rpc"
)

// Row is an object of an answer. Scalars are nil, bool, int64 or string; anything else cannot be sorted by.
type Row map[string]any

// Kind is the type of a field.
type Kind int

// The types of fields. Times are texts that sort (contract uis, "Time").
const (
	Text Kind = iota
	Integer
	Flag
	List   // of texts
	Nested // objects, or lists of them: only jsquery looks inside
)

// Field is a column. An Asked field is in an answer only when fields[] names it.
type Field struct {
	Name  string
	Kind  Kind
	Asked bool
}

// Schema is what a method's rows have.
type Schema []Field

// Columns makes fields of one kind.
func Columns(kind Kind, names ...string) Schema {
	var s Schema
	for _, n := range names {
		s = append(s, Field{Name: n, Kind: kind})
	}
	return s
}

func (s Schema) field(name string) (Field, bool) {
	i := slices.IndexFunc(s, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return s[i], true
}

// The bounds of pages (contract uis §4).
const (
	usualLimit    = 1000
	largestLimit  = 10_000
	largestOffset = 100_000
)

// Params are the parameters that every get method takes.
func Params() []rpc.Param {
	return []rpc.Param{
		{Name: "user_id", Kind: rpc.Integer},
		{Name: "limit", Kind: rpc.Integer},
		{Name: "offset", Kind: rpc.Integer},
		{Name: "fields", Kind: rpc.List, Items: rpc.Text},
		{Name: "filter", Kind: rpc.Object},
		{Name: "sort", Kind: rpc.List, Members: []rpc.Param{
			{Name: "field", Kind: rpc.Text, Required: true},
			{Name: "order", Kind: rpc.Text, Values: []string{"asc", "desc"}},
		}},
	}
}

// Query is what a request asks of a table.
type Query struct {
	schema        Schema
	limit, offset int64
	fields        []string
	sort          []order
	keep          test
}

type order struct {
	field string
	down  bool
}

// Ask reads the parameters that Params names, already of the right types.
func Ask(s Schema, p rpc.Params) (Query, error) {
	q := Query{schema: s, limit: usualLimit, offset: p.Int("offset"), keep: func(Row) bool { return true }}
	if p.Has("limit") {
		q.limit = p.Int("limit")
	}
	switch {
	case q.limit < 1 || q.limit > largestLimit:
		return q, rpc.Fail("invalid_parameter_value", "limit", q.limit)
	case q.offset < 0 || q.offset > largestOffset:
		return q, rpc.Fail("invalid_parameter_value", "offset", q.offset)
	}
	if err := q.choose(p); err != nil {
		return q, err
	}
	for _, o := range p.Objects("sort") {
		f, known := s.field(o.Text("field"))
		if !known || f.Kind > Flag {
			return q, rpc.Fail("sort_prohibited", "sort", o.Text("field"))
		}
		q.sort = append(q.sort, order{f.Name, o.Text("order") == "desc"})
	}
	if p.Has("filter") {
		keep, err := s.filter(p.Object("filter"), 1)
		if err != nil {
			return q, err
		}
		q.keep = keep
	}
	return q, nil
}

func (q *Query) choose(p rpc.Params) error {
	given, _ := p["fields"].([]any)
	for _, name := range given {
		f, known := q.schema.field(name.(string)) // Params promises texts
		if !known {
			return rpc.Fail("invalid_parameter_value", "fields", name)
		}
		q.fields = append(q.fields, f.Name)
	}
	for _, f := range q.schema {
		if len(given) == 0 && !f.Asked {
			q.fields = append(q.fields, f.Name)
		}
	}
	return nil
}

// Answer is the page of rows that a query asks for, with the number of all that match.
func (q Query) Answer(rows []Row) rpc.Answer {
	var all []Row
	for _, r := range rows {
		if q.keep(r) {
			all = append(all, r)
		}
	}
	slices.SortStableFunc(all, q.compare)
	page := make([]Row, 0, min(int64(len(all)), q.limit))
	for i := q.offset; i < min(int64(len(all)), q.offset+q.limit); i++ {
		page = append(page, q.cut(all[i]))
	}
	return rpc.Answer{Data: page, Meta: map[string]any{"total_items": len(all)}}
}

// compare orders rows; what is null comes last, as the vendor's database has it.
func (q Query) compare(a, b Row) int {
	for _, o := range q.sort {
		x, y := a[o.field], b[o.field]
		var c int
		switch {
		case x == nil && y == nil:
			continue
		case x == nil:
			c = 1
		case y == nil:
			c = -1
		default:
			c = compare(x, y)
		}
		if o.down {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// cut leaves the fields that were asked for. A list that is empty is [], a scalar null.
func (q Query) cut(r Row) Row {
	out := Row{}
	for _, name := range q.fields {
		value := r[name]
		if f, _ := q.schema.field(name); value == nil && f.Kind == List {
			value = []string{}
		}
		out[name] = value
	}
	return out
}

// number is a parameter as the rows hold numbers.
func number(value any) (int64, bool) {
	n, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := n.Int64()
	return i, err == nil
}
