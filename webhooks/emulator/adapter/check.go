package adapter

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"
)

// refusal is an error of the interface: the status, and the member "detail" of the answer.
type refusal struct {
	status int
	detail any
}

// invalid is one finding of a 422, in FastAPI's words (contract uis §6).
type invalid struct {
	Loc  []string `json:"loc"`
	Msg  string   `json:"msg"`
	Type string   `json:"type"`
}

func unprocessable(all ...invalid) *refusal { return &refusal{http.StatusUnprocessableEntity, all} }

func found(msg, kind string, loc ...string) invalid { return invalid{loc, msg, kind} }

// kind is the type of a member of a body.
type kind int

const (
	integer kind = iota
	words
	moment // ISO 8601 with an offset
	object
)

// member is what a body must or may have.
type member struct {
	name     string
	kind     kind
	required bool
	values   []string
}

// body is a request that was read; numbers are json.Number. Members that nobody named are let through, as FastAPI does.
type body map[string]any

func (b body) int(name string) int64 {
	n, _ := b[name].(json.Number)
	i, _ := n.Int64()
	return i
}

func (b body) text(name string) string { s, _ := b[name].(string); return s }

func (b body) has(name string) bool { return b[name] != nil }

// read decodes one JSON object and checks it, all findings at once.
func read(from io.Reader, want []member) (body, *refusal) {
	text, err := io.ReadAll(from)
	if err != nil {
		return nil, &refusal{http.StatusRequestEntityTooLarge, "Request Entity Too Large"}
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	err = d.Decode(&value)
	if _, more := d.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("extra data")
	}
	if err != nil {
		return nil, unprocessable(found("Expecting value", "value_error.jsondecode", "body"))
	}
	members, ok := value.(map[string]any)
	if !ok {
		return nil, unprocessable(found("value is not a valid dict", "type_error.dict", "body"))
	}
	if all := check(members, want, "body"); len(all) > 0 {
		return nil, unprocessable(all...)
	}
	return members, nil
}

func check(b body, want []member, within ...string) (all []invalid) {
	for _, m := range want {
		loc := append(slices.Clone(within), m.name)
		value := b[m.name]
		if value == nil {
			if m.required {
				all = append(all, found("field required", "value_error.missing", loc...))
			}
			continue
		}
		if bad := m.wrong(value, loc); bad != nil {
			all = append(all, *bad)
		}
	}
	return all
}

func (m member) wrong(value any, loc []string) *invalid {
	bad := func(msg, kind string) *invalid {
		one := found(msg, kind, loc...)
		return &one
	}
	text, isText := value.(string)
	switch m.kind {
	case integer:
		n, ok := value.(json.Number)
		if _, err := n.Int64(); !ok || err != nil {
			return bad("value is not a valid integer", "type_error.integer")
		}
	case object:
		if _, ok := value.(map[string]any); !ok {
			return bad("value is not a valid dict", "type_error.dict")
		}
	case moment:
		if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
			return bad("invalid datetime format", "value_error.datetime")
		}
	default:
		if !isText {
			return bad("str type expected", "type_error.str")
		}
		if m.values != nil && !slices.Contains(m.values, text) {
			return bad("unexpected value", "value_error.const")
		}
	}
	return nil
}

func refuse(w http.ResponseWriter, r refusal) {
	if r.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	answer(w, r.status, map[string]any{"detail": r.detail})
}

func answer(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}
