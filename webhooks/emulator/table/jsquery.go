package table

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"omniconnector/webhooks/emulator/rpc"
)

// expression is as much of jsquery as the vendor's examples need: a path of names, # for
// any item of a list, compared with one value.
var expression = regexp.MustCompile(`^\s*((?:#|\w+)(?:\.(?:#|\w+))*)\s*=\s*(.+?)\s*$`)

// jsquery looks into lists and objects: "#.employee_id = 7001", "extension_phone_number = \"101\"".
func (f Field) jsquery(value any) (test, error) {
	text, ok := value.(string)
	if !ok {
		return nil, rpc.Fail("data_type_error", "filter.value", value)
	}
	parts := expression.FindStringSubmatch(text)
	if parts == nil {
		return nil, rpc.Fail("invalid_parameter_value", "filter.value", text)
	}
	var want any
	if err := json.Unmarshal([]byte(parts[2]), &want); err != nil {
		return nil, rpc.Fail("invalid_parameter_value", "filter.value", text)
	}
	path := strings.Split(parts[1], ".")
	return func(r Row) bool { return found(plain(r[f.Name]), path, want) }, nil
}

// found tells whether the path leads to the value anywhere.
func found(in any, path []string, want any) bool {
	if len(path) == 0 {
		switch in.(type) {
		case []any, map[string]any:
			return false
		}
		return fmt.Sprintf("%T %v", in, in) == fmt.Sprintf("%T %v", want, want)
	}
	switch v := in.(type) {
	case []any:
		for _, item := range v {
			if path[0] == "#" && found(item, path[1:], want) {
				return true
			}
		}
	case map[string]any:
		return path[0] != "#" && found(v[path[0]], path[1:], want)
	}
	return false
}

// plain is a value as JSON has it: lists and objects of any Go type look alike.
func plain(value any) any {
	text, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		return nil
	}
	return out
}

// empty tells whether a value is null to the vendor: lists without items are.
func empty(value any) bool {
	switch v := plain(value).(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	default:
		return false
	}
}
