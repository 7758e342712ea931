package settings

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// form is the kind of a JSON value.
type form int

const (
	null form = iota
	boolean
	number
	text
	list
	object
)

// value is a JSON value as it was written: members keep their order and repetitions, and
// numbers their digits, so that everything odd about them can be told.
type value struct {
	form    form
	bool    bool
	text    string // of a text; the digits of a number
	list    []value
	members []member
}

type member struct {
	name  string
	value value
}

// maxDepth is far above what a document needs: rules.Filter nests ten levels of groups.
const maxDepth = 64

var errDeep = errors.New("nested too deeply")

// parse reads one JSON value and nothing after it. A *json.SyntaxError has the right offset, which those
// of a decoder that reads by tokens have not.
func parse(body []byte) (value, error) {
	var whole json.RawMessage
	if err := json.Unmarshal(body, &whole); err != nil {
		return value{}, err
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	return parseValue(decoder, 0)
}

func parseValue(d *json.Decoder, depth int) (value, error) {
	token, err := d.Token()
	if err != nil {
		return value{}, err
	}
	switch t := token.(type) {
	case bool:
		return value{form: boolean, bool: t}, nil
	case json.Number:
		return value{form: number, text: t.String()}, nil
	case string:
		return value{form: text, text: t}, nil
	case json.Delim:
		if depth >= maxDepth {
			return value{}, errDeep
		}
		if t == '{' {
			return parseObject(d, depth)
		}
		return parseList(d, depth)
	default:
		return value{form: null}, nil
	}
}

func parseList(d *json.Decoder, depth int) (value, error) {
	v := value{form: list}
	for d.More() {
		item, err := parseValue(d, depth+1)
		if err != nil {
			return v, err
		}
		v.list = append(v.list, item)
	}
	_, err := d.Token()
	return v, err
}

func parseObject(d *json.Decoder, depth int) (value, error) {
	v := value{form: object}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return v, err
		}
		item, err := parseValue(d, depth+1)
		if err != nil {
			return v, err
		}
		word, _ := name.(string) // the decoder lets no other key through
		v.members = append(v.members, member{word, item})
	}
	_, err := d.Token()
	return v, err
}

// position tells the line and the column of a mistake, both from 1, as editors count them.
func position(body []byte, err error) (line, column int) {
	before := body
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && syntax.Offset > 0 && syntax.Offset <= int64(len(body)) {
		before = body[:syntax.Offset-1] // the offset is after the offending character
	}
	line = 1 + bytes.Count(before, []byte("\n"))
	column = 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return line, column
}

// child is the pointer of a member or an item (RFC 6901).
func child(pointer, name string) string {
	return pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
