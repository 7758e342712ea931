package settings

import (
	"reflect"
	"strconv"
	"strings"
)

// decoder fills Go values from a tree and notes everything that does not fit. A field that
// does not fit keeps what it had, and its pointer is remembered as broken, so that no later
// check complains of the same field again.
type decoder struct {
	*notes
}

// into fills to, which already holds the defaults. A null is the same as an absent field.
func (d *decoder) into(to reflect.Value, from value, at string) {
	if from.form == null {
		return
	}
	switch to.Kind() {
	case reflect.Struct:
		d.structure(to, from, at)
	case reflect.Slice:
		d.items(to, from, at)
	case reflect.Bool:
		if d.fits(from, boolean, "boolean", at) {
			to.SetBool(from.bool)
		}
	case reflect.String:
		if d.fits(from, text, "text", at) {
			to.SetString(from.text)
		}
	case reflect.Int, reflect.Int64:
		d.whole(to, from, at)
	default:
		panic("settings: a field of kind " + to.Kind().String() + " cannot be read")
	}
}

// fits reports whether the value has the wanted form, and notes it when not.
func (d *decoder) fits(from value, want form, wanted, at string) bool {
	if from.form == want {
		return true
	}
	d.breaks(at, "wrong_type", formNames[wanted], formNames[from.name()])
	return false
}

func (v value) name() string {
	return [...]string{null: "null", boolean: "boolean", number: "number", text: "text", list: "list", object: "object"}[v.form]
}

func (d *decoder) whole(to reflect.Value, from value, at string) {
	if !d.fits(from, number, "whole", at) {
		return
	}
	n, err := strconv.ParseInt(from.text, 10, 64)
	if err != nil || to.OverflowInt(n) {
		d.breaks(at, "not_whole", said{quoted(from.text), quoted(from.text)})
		return
	}
	to.SetInt(n)
}

func (d *decoder) items(to reflect.Value, from value, at string) {
	if !d.fits(from, list, "list", at) {
		return
	}
	most := maxItems(at)
	if len(from.list) > most {
		d.breaks(at, "list_too_long", count(most), count(len(from.list)))
		return
	}
	items := reflect.MakeSlice(to.Type(), len(from.list), len(from.list))
	for i := range from.list {
		place := at + "/" + strconv.Itoa(i)
		if from.list[i].form == null {
			d.breaks(place, "null_item")
			continue
		}
		d.into(items.Index(i), from.list[i], place)
	}
	to.Set(items)
}

func (d *decoder) structure(to reflect.Value, from value, at string) {
	if !d.fits(from, object, "object", at) {
		return
	}
	fields := fieldsOf(to.Type())
	seen := map[string]bool{}
	for i := range from.members {
		m := &from.members[i]
		index, known := fields[m.name]
		place := child(at, m.name)
		switch {
		case !known:
			d.unknown(m.name, place, to.Type())
		case seen[m.name]:
			d.breaks(place, "repeated_field")
		default:
			seen[m.name] = true
			d.into(to.Field(index), m.value, place)
		}
	}
}

func (d *decoder) unknown(name, place string, of reflect.Type) {
	known := []string{}
	for f := range of.Fields() {
		if n := jsonName(f); n != "" {
			known = append(known, n)
		}
	}
	if meant := closest(name, known); meant != "" {
		d.breaks(place, "unknown_field_near", said{quoted(name), quoted(name)}, said{quoted(meant), quoted(meant)})
		return
	}
	d.breaks(place, "unknown_field", said{quoted(name), quoted(name)}, listed(known))
}

// fieldsOf maps the JSON names of a structure to its fields.
func fieldsOf(t reflect.Type) map[string]int {
	fields := map[string]int{}
	for i := range t.NumField() {
		if name := jsonName(t.Field(i)); name != "" {
			fields[name] = i
		}
	}
	return fields
}

// jsonName is "" for a field that is not part of the document.
func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if !f.IsExported() || name == "-" {
		return ""
	}
	return name
}
