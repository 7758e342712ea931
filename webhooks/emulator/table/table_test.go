package table

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"omniconnector/webhooks/emulator/rpc"
)

// FuzzFilter asks with any filter: it is refused by a mnemonic, or answered without a panic.
func FuzzFilter(f *testing.F) {
	schema := append(Columns(Text, "t"), append(Columns(Integer, "n"), append(Columns(Flag, "b"),
		append(Columns(List, "l"), Columns(Nested, "o")...)...)...)...)
	rows := []Row{
		{"t": "a", "n": int64(1), "b": true, "l": []string{"x"}, "o": []Row{{"k": int64(5)}}},
		{"t": nil, "n": nil, "b": nil, "l": nil, "o": nil},
	}
	for _, filter := range []string{
		`{"field":"t","operator":"like","value":"%"}`, `{"field":"n","operator":"in","value":[1,2]}`, `{"field":"b","operator":"=","value":true}`,
		`{"field":"l","operator":"overlap","value":["x"]}`, `{"field":"o","operator":"jsquery","value":"#.k = 5"}`,
		`{"field":"t","operator":"regexp","value":"a+"}`, `{"field":"o","operator":"is_null"}`, `{"field":"n","operator":">=","value":0}`,
		`{"filters":[{"filters":[],"condition":"or"}],"condition":"and"}`,
	} {
		f.Add(filter)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var filter map[string]any
		if d.Decode(&filter) != nil || filter == nil {
			t.Skip("not an object: the entry refuses it")
		}
		q, err := Ask(schema, rpc.Params{"filter": filter})
		if err != nil {
			if refusal := (*rpc.Error)(nil); !errors.As(err, &refusal) || refusal.Mnemonic == "" {
				t.Fatalf("%T %v", err, err)
			}
			return
		}
		if n := len(q.Answer(rows).Data.([]Row)); n > len(rows) {
			t.Fatalf("%d rows", n)
		}
	})
}
