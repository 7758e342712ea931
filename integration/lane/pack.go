package lane

import (
	"maps"
	"reflect"
	"slices"

	"omniconnector/crm"
)

// pack makes the calls of a chain. Waiting updates of one entity that follow each other and stand under the same guard
// become one, the later value winning; at says which call carries each entry.
func pack(entries []*Entry) (calls []crm.Call, at []int) {
	at = make([]int, len(entries))
	for i, e := range entries {
		update, ok := e.Action.Do.(crm.Update)
		if last := len(calls) - 1; ok && last >= 0 {
			if before, ok := calls[last].Do.(crm.Update); ok && sameTarget(&before, &update) {
				calls[last].Do, at[i] = merge(before, update), last
				continue
			}
		}
		at[i] = len(calls)
		calls = append(calls, crm.Call{Key: string(e.Action.Key), Do: e.Action.Do})
	}
	return calls, at
}

func sameTarget(a, b *crm.Update) bool {
	return a.Kind == b.Kind && a.Entity == b.Entity && reflect.DeepEqual(a.If, b.If)
}

// merge writes what both updates write. The ledger's own commands stay as they are.
func merge(first, then crm.Update) crm.Update {
	to, from := reflect.ValueOf(&first.Fields).Elem(), reflect.ValueOf(then.Fields)
	custom, phones := maps.Clone(first.Fields.Custom), slices.Concat(first.Fields.Phones, then.Fields.Phones)
	emails, messengers := slices.Concat(first.Fields.Emails, then.Fields.Emails), slices.Concat(first.Fields.Messengers, then.Fields.Messengers)
	for i := range to.NumField() {
		if !from.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
	if custom != nil {
		maps.Copy(custom, then.Fields.Custom)
		first.Fields.Custom = custom
	}
	first.Fields.Phones, first.Fields.Emails, first.Fields.Messengers = phones, emails, messengers
	return first
}
