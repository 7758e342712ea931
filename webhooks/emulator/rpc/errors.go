package rpc

import (
	"fmt"
	"strings"
)

// Error is a refusal as the platform words it: clients branch on Mnemonic (contract uis §3.4).
type Error struct {
	Mnemonic string
	Message  string         // the mnemonic in words when empty
	Field    string         // the parameter at fault, nested ones with dots: employee.id
	Value    any            // what was given; the platform echoes it as text
	Params   map[string]any // details, such as what would have been allowed
}

// Fail is an error about a parameter; an empty field is about none.
func Fail(mnemonic, field string, value any) *Error {
	return &Error{Mnemonic: mnemonic, Field: field, Value: value}
}

// Error is the mnemonic with the field.
func (e *Error) Error() string { return strings.TrimSpace(e.Mnemonic + " " + e.Field) }

// Code is the number that JSON-RPC asks for; mnemonics without one in the contract are -32602.
func (e *Error) Code() int {
	if code, there := codes[e.Mnemonic]; there {
		return code
	}
	return -32602
}

var codes = map[string]int{
	"parse_error": -32700, "invalid_request": -32600, "method_not_found": -32601, "internal_error": -32603,
	"auth_error": -32001, "access_token_invalid": -32001, "access_token_expired": -32001, "access_token_blocked": -32001,
	"contact_in_blacklist": -32002, "ip_not_whitelisted": -32003, "forbidden": -32003, "invalid_state": -32004,
	"virtual_phone_number_not_found": -32007, "scenario_not_found": -32007, "component_disabled": -32008,
	"method_component_disabled": -32008, "parameter_component_disabled": -32008, "account_inactive": -32009,
	"limit_exceeded": -32029, "batch_opreations_not_supported": -32099, "notifications_not_supported": -32099,
}

// body is the member "error" of an answer. Empty values are null, empty objects {}.
func (e *Error) body(meta map[string]any) map[string]any {
	message := e.Message
	if message == "" {
		message = strings.ReplaceAll(e.Mnemonic, "_", " ")
	}
	var field, value any
	if e.Field != "" {
		field = e.Field
	}
	if e.Value != nil {
		value = fmt.Sprint(e.Value)
	}
	params := e.Params
	if params == nil {
		params = map[string]any{}
	}
	return map[string]any{"code": e.Code(), "message": message, "data": map[string]any{
		"mnemonic": e.Mnemonic, "field": field, "value": value, "params": params, "extended_helper": nil, "metadata": meta,
	}}
}
