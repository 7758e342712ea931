package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// envelope is a request that is well formed, or as much as is known of one that is not.
type envelope struct {
	id     json.RawMessage // null when unknown
	method string
	params Params
}

var null = json.RawMessage("null")

// open reads a body; numbers stay as they were written.
func open(body []byte) (envelope, *Error) {
	e := envelope{id: null, params: Params{}}
	value, err := decode(body)
	if err != nil {
		return e, Fail("parse_error", "", nil)
	}
	if _, batch := value.([]any); batch {
		return e, Fail("batch_opreations_not_supported", "", nil) // sic
	}
	members, ok := value.(map[string]any)
	if !ok {
		return e, Fail("invalid_request", "", nil)
	}
	e.method, _ = members["method"].(string)
	id, named := members["id"]
	switch id.(type) {
	case string, json.Number:
		e.id, _ = json.Marshal(id)
	default:
		if !named {
			return e, Fail("notifications_not_supported", "id", nil)
		}
		return e, Fail("invalid_request", "id", nil)
	}
	if members["jsonrpc"] != "2.0" {
		return e, Fail("invalid_request", "jsonrpc", members["jsonrpc"])
	}
	if e.method == "" {
		return e, Fail("invalid_request", "method", nil)
	}
	if params, given := members["params"]; given {
		if e.params, ok = params.(map[string]any); !ok {
			e.params = Params{}
			return e, Fail("invalid_request", "params", nil)
		}
	}
	return e, nil
}

func decode(body []byte) (any, error) {
	if !utf8.Valid(body) {
		return nil, errors.New("not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return value, nil
}
