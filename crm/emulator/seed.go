package emulator

// Phone is a number in Add's "fm".
type Phone string

// Email is an address in Add's "fm".
type Email string

// A misspelt field in a seed would silently test nothing, so it stops the test instead.
func (p *Portal) seedChange(k Kind, fields map[string]any) change {
	out := change{fields: map[string]any{}}
	for _, name := range sortedKeys(fields) {
		v := fields[name]
		if name == "fm" {
			items, _ := v.([]any)
			out.fm = func(e *entity) {
				for _, item := range items {
					switch item := item.(type) {
					case Phone:
						p.addFM(e, "PHONE", "WORK", string(item))
					case Email:
						p.addFM(e, "EMAIL", "WORK", string(item))
					}
				}
			}
			continue
		}
		stored := name
		if f := byCamel[k][name]; f != nil {
			stored = f.camel
		} else if f := p.userField(k, name); f != nil {
			stored = f.Name
		}
		kind := p.fieldKind(k, name)
		if kind == "" {
			panic("emulator: a " + k.String() + " has no field " + name)
		}
		out.fields[stored] = p.cast(kind, fromGo(v))
	}
	return out
}

// Field is one field of a record under its camelCase or UF_ name, as text; "" when there is no such record or field.
func (p *Portal) Field(k Kind, id int64, name string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.entity(k, id)
	if e == nil {
		return ""
	}
	v, _ := p.itemValue(e, name)
	return phpString(v)
}

// Count is the number of records of a kind.
func (p *Portal) Count(k Kind) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.state.Entities[k])
}
