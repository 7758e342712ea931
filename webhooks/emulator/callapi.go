package emulator

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/emulator/session"
)

// callMethods are the methods of the Call API v4.0 (contract uis §3) that are emulated.
func (p *Platform) callMethods() map[string]rpc.Method {
	return map[string]rpc.Method{
		"start.employee_call": {Params: startParams("employee", rpc.Param{
			Name: "employee", Kind: rpc.Object, Required: true,
			Members: []rpc.Param{{Name: "id", Kind: rpc.Integer, Required: true}, {Name: "phone_number", Kind: rpc.Text}},
		}, message("employee_message")), Do: p.startEmployeeCall},
		"start.simple_call": {Params: startParams("operator",
			rpc.Param{Name: "operator", Kind: rpc.Text, Required: true}, rpc.Param{Name: "operator_confirmation", Kind: rpc.Text},
			message("operator_message")), Do: p.startSimpleCall},
		"release.call": {Params: []rpc.Param{{Name: "call_session_id", Kind: rpc.Integer, Required: true}}, Do: p.releaseCall},
		"list.calls": {Params: []rpc.Param{
			{Name: "direction", Kind: rpc.Text, Values: []string{"in", "out"}}, {Name: "virtual_phone_number", Kind: rpc.Text},
		}, Do: p.listCalls},
	}
}

func message(name string) rpc.Param {
	return rpc.Param{Name: name, Kind: rpc.Object, Members: []rpc.Param{
		{Name: "type", Kind: rpc.Text, Required: true, Values: []string{"media", "tts"}}, {Name: "value", Kind: rpc.Text, Required: true},
	}}
}

// startParams are what both ways of starting a call take (contract uis §3.1, §3.2).
func startParams(first string, more ...rpc.Param) []rpc.Param {
	return append(more,
		rpc.Param{Name: "first_call", Kind: rpc.Text, Required: true, Values: []string{first, "contact"}},
		rpc.Param{Name: "switch_at_once", Kind: rpc.Flag}, rpc.Param{Name: "early_switching", Kind: rpc.Flag},
		rpc.Param{Name: "media_file_id", Kind: rpc.Integer},
		rpc.Param{Name: "virtual_phone_number", Kind: rpc.Text, Required: true},
		rpc.Param{Name: "virtual_phone_usage_rule", Kind: rpc.Text, Values: []string{
			"fixed", "fixed_for_numa", "random", "regional_random", "regional_fixed_for_numa",
		}},
		rpc.Param{Name: "show_virtual_phone_number", Kind: rpc.Flag},
		rpc.Param{Name: "contact", Kind: rpc.Text, Required: true},
		rpc.Param{Name: "external_id", Kind: rpc.Text}, rpc.Param{Name: "dtmf_string", Kind: rpc.Text},
		rpc.Param{Name: "direction", Kind: rpc.Text, Values: []string{"in", "out"}}, message("contact_message"),
	)
}

var (
	e164         = regexp.MustCompile(`^[1-9][0-9]{6,14}$`)
	tones        = regexp.MustCompile(`^[0-9*#.]+$`)
	confirmation = regexp.MustCompile(`^([0-9*#]|any)$`)
)

func (p *Platform) startEmployeeCall(r rpc.Request) (rpc.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.accounts[r.App]
	if err := c.startable(r.Params); err != nil {
		return rpc.Answer{}, err
	}
	asked := r.Params.Object("employee")
	who := c.person(asked.Int("id"))
	if who == nil {
		return rpc.Answer{}, rpc.Fail("employee_not_found", "employee.id", asked.Int("id"))
	}
	ring := who.active()
	if number := asked.Text("phone_number"); asked.Has("phone_number") {
		if !slices.Contains(ring, number) && number != who.Extension {
			return rpc.Answer{}, rpc.Fail("no_active_phone_number", "employee.phone_number", number)
		}
		ring = []string{number}
	}
	if len(ring) == 0 {
		return rpc.Answer{}, rpc.Fail("no_active_phone_number", "employee.id", who.ID)
	}
	e := who.Employee
	e.Name = who.full()
	return p.start(c, r.Params, "start.employee_call", party{Employee: e, ring: ring}), nil
}

func (p *Platform) startSimpleCall(r rpc.Request) (rpc.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.accounts[r.App]
	if err := c.startable(r.Params); err != nil {
		return rpc.Answer{}, err
	}
	operator := r.Params.Text("operator")
	if !e164.MatchString(operator) {
		return rpc.Answer{}, rpc.Fail("invalid_parameter_value", "operator", operator)
	}
	if with := r.Params.Text("operator_confirmation"); r.Params.Has("operator_confirmation") && !confirmation.MatchString(with) {
		return rpc.Answer{}, rpc.Fail("invalid_parameter_value", "operator_confirmation", with)
	}
	return p.start(c, r.Params, "start.simple_call", party{ring: []string{operator}}), nil
}

// startable checks what both ways of starting a call have in common.
func (c *configured) startable(p rpc.Params) error {
	contact, number := p.Text("contact"), p.Text("virtual_phone_number")
	early := p.Flag("early_switching", false)
	rule := p.Text("virtual_phone_usage_rule")
	switch {
	case early && (p.Text("first_call") == "contact" || !p.Flag("switch_at_once", false)):
		return rpc.Fail("invalid_parameters_combination", "early_switching", true)
	case !slices.Contains(c.account.Numbers, number):
		return rpc.Fail("virtual_phone_number_not_found", "virtual_phone_number", number)
	case rule != "" && rule != "fixed":
		return rpc.Fail("component_disabled", "virtual_phone_usage_rule", rule)
	case slices.Contains(c.account.Numbers, contact):
		return rpc.Fail("own_virtual_phone_number_not_allowed", "contact", contact)
	case !e164.MatchString(contact) && !c.line(contact):
		return rpc.Fail("invalid_parameter_value", "contact", contact)
	case slices.Contains(c.account.Blacklist, contact):
		return rpc.Fail("contact_in_blacklist", "contact", contact)
	case p.Has("dtmf_string") && !tones.MatchString(p.Text("dtmf_string")):
		return rpc.Fail("invalid_parameter_value", "dtmf_string", p.Text("dtmf_string"))
	case p.Has("media_file_id") && !slices.Contains(c.account.Media, p.Int("media_file_id")):
		return rpc.Fail("media_file_not_found", "media_file_id", p.Int("media_file_id"))
	}
	for _, name := range []string{"contact_message", "employee_message", "operator_message"} {
		if err := c.sayable(name, p.Object(name)); err != nil {
			return err
		}
	}
	return nil
}

// line tells whether a number is an employee's SIP line, which may be called as a contact.
func (c *configured) line(number string) bool {
	return slices.ContainsFunc(c.people, func(p *person) bool { return p.Phone != "" && p.Phone == number })
}

// spoken is how long a text for the voice may be; the contract names the error without the number.
const spoken = 1000

func (c *configured) sayable(name string, m rpc.Params) error {
	text := m.Text("value")
	foreign := func(r rune) bool {
		return !unicode.In(r, unicode.Cyrillic, unicode.Latin, unicode.Common) || r > 0xFFFF
	}
	switch {
	case m == nil:
	case m.Text("type") == "media":
		if !slices.ContainsFunc(c.account.Media, func(id int64) bool { return itoa(id) == text }) {
			return rpc.Fail("media_file_not_found", name+".value", text)
		}
	case utf8.RuneCountInString(text) > spoken:
		return rpc.Fail("tts_text_exceeded", name+".value", nil)
	case strings.ContainsFunc(text, foreign):
		return rpc.Fail("character_encoding_not_allowed", name+".value", nil)
	}
	return nil
}

// releaseCall ends a call that the Call API started and that goes on.
func (p *Platform) releaseCall(r rpc.Request) (rpc.Answer, error) {
	id := r.Params.Int("call_session_id")
	p.mu.Lock()
	defer p.mu.Unlock()
	k := p.accounts[r.App].calls.all[id]
	if k == nil || k.finished {
		return rpc.Answer{}, rpc.Fail("call_session_not_found", "call_session_id", id)
	}
	running := p.running[id]
	if running == nil {
		return rpc.Answer{}, rpc.Fail("invalid_state", "call_session_id", id) // a script's call takes its course
	}
	p.resume(running)
	running.release()
	return rpc.Answer{Data: map[string]any{"success": "true"}}, nil // a text, as in the vendor's samples
}

// listCalls tells of the calls that go on.
func (p *Platform) listCalls(r rpc.Request) (rpc.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := []map[string]any{}
	calls := p.accounts[r.App].calls
	for _, id := range calls.order {
		k := calls.all[id]
		s := k.session
		if k.finished || r.Params.Has("direction") && s.Direction != r.Params.Text("direction") ||
			r.Params.Has("virtual_phone_number") && s.Number != r.Params.Text("virtual_phone_number") {
			continue
		}
		list = append(list, listed(s, k.view()))
	}
	return rpc.Answer{Data: list}, nil
}

func listed(s *session.Session, v session.View) map[string]any {
	tags, legs := []map[string]any{}, []map[string]any{}
	for _, m := range v.Marks {
		tags = append(tags, map[string]any{"tag_id": m.Tag.ID, "tag_name": m.Tag.Name})
	}
	for _, l := range s.Legs {
		if l.Start.After(v.Reached) {
			continue
		}
		leg := map[string]any{
			"leg_id": l.ID, "calling_phone_number": text(l.Calling), "called_phone_number": text(l.Called), "is_operator": l.Operator,
			"employee_id": nil, "employee_full_name": nil, "record_call_enabled": true, "state": l.State(v),
		}
		if l.Employee.ID != 0 {
			leg["employee_id"], leg["employee_full_name"] = l.Employee.ID, l.Employee.Name
		}
		legs = append(legs, leg)
	}
	return map[string]any{
		"call_session_id": s.ID, "direction": s.Direction, "start_time": s.Started(), "virtual_phone_number": text(s.Number),
		"contact_phone_number": text(s.Client), "external_id": text(s.External), "tags": tags, "legs": legs,
	}
}
