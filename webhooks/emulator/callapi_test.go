package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"omniconnector/webhooks/emulator/rpc"
)

// click is sample 8 of contract uis §7.
func click(changes object) object {
	p := object{
		"first_call": "employee", "switch_at_once": true, "early_switching": true, "show_virtual_phone_number": false,
		"virtual_phone_number": "74950000101", "contact": "79000000006", "direction": "out", "external_id": "b24:t12:act:4401",
		"employee": object{"id": 7001},
	}
	maps.Copy(p, changes)
	for k, v := range p {
		if v == nil {
			delete(p, k)
		}
	}
	return p
}

// callback is sample 9.
func callback(changes object) object {
	p := object{
		"first_call": "operator", "switch_at_once": true, "virtual_phone_number": "74950000101", "contact": "79000000007",
		"operator": "74950000199", "operator_confirmation": "any", "direction": "out", "external_id": "b24:t12:callback:9",
	}
	maps.Copy(p, changes)
	return p
}

func TestStartEmployeeCallChecksItsParameters(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for name, c := range map[string]struct {
		params          object
		mnemonic, field string
		code            int
	}{
		"the sample":                {click(nil), "ok", "", 0},
		"no direction":              {click(object{"direction": nil}), "ok", "", 0},
		"a SIP number as contact":   {click(object{"contact": "0001235"}), "ok", "", 0},
		"a number of the employee":  {click(object{"employee": object{"id": 7001, "phone_number": "79000001001"}}), "ok", "", 0},
		"the employee's extension":  {click(object{"employee": object{"id": 7001, "phone_number": "101"}}), "ok", "", 0},
		"a message":                 {click(object{"contact_message": object{"type": "tts", "value": "Здравствуйте, №1!"}}), "ok", "", 0},
		"no first_call":             {click(object{"first_call": nil}), "required_parameter_missed", "first_call", -32602},
		"no virtual number":         {click(object{"virtual_phone_number": nil}), "required_parameter_missed", "virtual_phone_number", -32602},
		"no contact":                {click(object{"contact": nil}), "required_parameter_missed", "contact", -32602},
		"no employee":               {click(object{"employee": nil}), "required_parameter_missed", "employee", -32602},
		"an employee without id":    {click(object{"employee": object{}}), "required_parameter_missed", "employee.id", -32602},
		"an employee's id as text":  {click(object{"employee": object{"id": "7001"}}), "data_type_error", "employee.id", -32602},
		"half an employee":          {click(object{"employee": object{"id": 0.5}}), "data_type_error", "employee.id", -32602},
		"a contact as number":       {click(object{"contact": 79000000006}), "data_type_error", "contact", -32602},
		"a flag as text":            {click(object{"switch_at_once": "true"}), "data_type_error", "switch_at_once", -32602},
		"first_call operator":       {click(object{"first_call": "operator"}), "invalid_parameter_value", "first_call", -32602},
		"direction both":            {click(object{"direction": "both"}), "invalid_parameter_value", "direction", -32602},
		"an unknown parameter":      {click(object{"comment": "x"}), "unexpected_parameters", "comment", -32602},
		"an unknown inner one":      {click(object{"employee": object{"id": 7001, "name": "x"}}), "unexpected_parameters", "employee.name", -32602},
		"early, contact first":      {click(object{"first_call": "contact"}), "invalid_parameters_combination", "early_switching", -32602},
		"early, not at once":        {click(object{"switch_at_once": nil}), "invalid_parameters_combination", "early_switching", -32602},
		"another's virtual number":  {click(object{"virtual_phone_number": "74950000199"}), "virtual_phone_number_not_found", "virtual_phone_number", -32007},
		"a plus":                    {click(object{"contact": "+79000000006"}), "invalid_parameter_value", "contact", -32602},
		"an extension as contact":   {click(object{"contact": "102"}), "invalid_parameter_value", "contact", -32602},
		"an own virtual number":     {click(object{"contact": "74950000102"}), "own_virtual_phone_number_not_allowed", "contact", -32602},
		"a blacklisted contact":     {click(object{"contact": "79000000666"}), "contact_in_blacklist", "contact", -32002},
		"no such employee":          {click(object{"employee": object{"id": 7777}}), "employee_not_found", "employee.id", -32602},
		"nothing to ring":           {click(object{"employee": object{"id": 7009}}), "no_active_phone_number", "employee.id", -32602},
		"an inactive number":        {click(object{"employee": object{"id": 7002, "phone_number": "79000001002"}}), "no_active_phone_number", "employee.phone_number", -32602},
		"a colleague's number":      {click(object{"employee": object{"id": 7002, "phone_number": "0001234"}}), "no_active_phone_number", "employee.phone_number", -32602},
		"tones":                     {click(object{"dtmf_string": "1w2"}), "invalid_parameter_value", "dtmf_string", -32602},
		"music that is not there":   {click(object{"media_file_id": 1}), "media_file_not_found", "media_file_id", -32602},
		"a message not there":       {click(object{"contact_message": object{"type": "media", "value": "1"}}), "media_file_not_found", "contact_message.value", -32602},
		"a message of another kind": {click(object{"employee_message": object{"type": "mp3", "value": "1"}}), "invalid_parameter_value", "employee_message.type", -32602},
		"a message too long":        {click(object{"contact_message": object{"type": "tts", "value": strings.Repeat("я", 1001)}}), "tts_text_exceeded", "contact_message.value", -32602},
		"a message not to be said":  {click(object{"contact_message": object{"type": "tts", "value": "你好"}}), "character_encoding_not_allowed", "contact_message.value", -32602},
		"numbers by region":         {click(object{"virtual_phone_usage_rule": "regional_random"}), "component_disabled", "virtual_phone_usage_rule", -32008},
	} {
		a := d.ask(rpc.CallAPI, "start.employee_call", c.params)
		if a.mnemonic() != c.mnemonic || a.Error != nil && (a.Error.Data.Field != c.field || a.Error.Code != c.code) {
			t.Errorf("%s: got %s, %+v", name, a.mnemonic(), a.Error)
		}
	}
	if got := len(d.Started()); got != 6 {
		t.Errorf("%d calls were started", got)
	}
}

func TestStartSimpleCallChecksItsParameters(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	for name, c := range map[string]struct {
		params   object
		mnemonic string
	}{
		"the sample":           {callback(nil), "ok"},
		"contact first":        {callback(object{"first_call": "contact"}), "ok"},
		"first_call employee":  {callback(object{"first_call": "employee"}), "invalid_parameter_value"},
		"an employee":          {callback(object{"employee": object{"id": 7001}}), "unexpected_parameters"},
		"an extension":         {callback(object{"operator": "101"}), "invalid_parameter_value"},
		"confirmation by word": {callback(object{"operator_confirmation": "yes"}), "invalid_parameter_value"},
		"early":                {callback(object{"early_switching": true, "first_call": "contact"}), "invalid_parameters_combination"},
	} {
		if got := d.ask(rpc.CallAPI, "start.simple_call", c.params).mnemonic(); got != c.mnemonic {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

// started starts a call and waits until it is told.
func (d *desk) started(method string, params object) int64 {
	d.t.Helper()
	var out struct {
		Session int64 `json:"call_session_id"`
	}
	d.ask(rpc.CallAPI, method, params).into(d.t, &out)
	d.drained()
	return out.Session
}

func (d *desk) drained() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 5*time.Second)
	defer cancel()
	if err := d.Drain(ctx); err != nil {
		d.t.Fatal(err)
	}
}

// told are the notifications that were received, without their address.
func (d *desk) told() (events string, bodies []object) {
	d.t.Helper()
	var names []string
	for _, b := range d.to.got() {
		var body object
		if err := json.Unmarshal([]byte(b[strings.IndexByte(b, '{'):]), &body); err != nil {
			d.t.Fatal(err)
		}
		names = append(names, body["event"].(string))
		bodies = append(bodies, body)
	}
	return strings.Join(names, " "), bodies
}

func TestAStartedCallIsToldAndReported(t *testing.T) {
	t.Parallel()
	const talk = "call_talk_started call_talk_finished call_finished record_ready"
	for name, c := range map[string]struct {
		method        string
		params        object
		outcome       Outcome
		events        string
		reason        string
		answered      any
		talked        any
		wait, lasting float64
		legs          int
	}{
		"talked": {
			"start.employee_call", click(nil),
			Outcome{Talk: 60 * time.Second, Ring: 8 * time.Second, Wait: 12 * time.Second},
			"call_outgoing call_ringing call_leg_out " + talk, "operator_disconnects", 7001.0, 7001.0, 20, 60, 2,
		},
		"contact first, direction left out": {
			"start.employee_call", click(object{"first_call": "contact", "early_switching": nil, "direction": nil}),
			Outcome{},
			"call_incoming call_leg_out call_ringing " + talk, "subscriber_disconnects", 7001.0, 7001.0, 10, 60, 2,
		},
		"unrecorded": {
			"start.employee_call", click(nil),
			Outcome{Unrecorded: true},
			"call_outgoing call_ringing call_leg_out call_talk_started call_talk_finished call_finished", "operator_disconnects", 7001.0, 7001.0, 10, 60, 2,
		},
		"the employee does not answer any of two numbers": {
			"start.employee_call", click(nil),
			Outcome{How: EmployeeNoAnswer},
			"call_outgoing call_ringing call_ringing call_finished", "no_success_operator_call", nil, nil, 10, 0, 2,
		},
		"the employee is busy": {
			"start.employee_call", click(object{"employee": object{"id": 7002}, "direction": "in"}),
			Outcome{How: EmployeeBusy},
			"call_incoming call_ringing call_finished call_lost", "operator_busy", nil, nil, 5, 0, 1,
		},
		"the customer does not answer": {
			"start.employee_call", click(nil),
			Outcome{How: ContactNoAnswer, Wait: 40 * time.Second},
			"call_outgoing call_ringing call_leg_out call_finished", "no_success_subscriber_call", 7001.0, nil, 45, 0, 2,
		},
		"the customer is busy, first": {
			"start.employee_call", click(object{"first_call": "contact", "early_switching": nil}),
			Outcome{How: ContactBusy},
			"call_outgoing call_leg_out call_finished", "subscriber_busy", nil, nil, 5, 0, 1,
		},
		"nobody's number": {
			"start.simple_call", callback(nil),
			Outcome{},
			"call_outgoing call_leg_out call_leg_out " + talk, "operator_disconnects", nil, nil, 10, 60, 2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t, nil)
			d.Outcome(d.shop.AppID, c.params["contact"].(string), c.outcome)
			session := d.started(c.method, c.params)
			events, bodies := d.told()
			if events != c.events {
				t.Errorf("got %s, want %s", events, c.events)
			}
			direction := "in"
			if c.params["direction"] == "out" {
				direction = "out"
			}
			for _, b := range bodies {
				if b["call_session_id"] != float64(session) || b["call_source"] != "callapi" || b["external_id"] != c.params["external_id"] ||
					b["direction"] != direction {
					t.Errorf("got %v", b)
				}
			}
			row := d.reported(session)
			if row["finish_reason"] != c.reason || row["direction"] != direction || row["source"] != "callapi" ||
				row["call_api_external_id"] != c.params["external_id"] || row["is_lost"] != (c.lasting == 0) ||
				row["wait_duration"] != c.wait || row["talk_duration"] != c.lasting || row["total_duration"] != c.wait+c.lasting ||
				row["first_answered_employee_id"] != c.answered || row["last_talked_employee_id"] != c.talked {
				t.Errorf("reported %v", row)
			}
			if legs := d.legs(session); len(legs) != c.legs {
				t.Errorf("legs %v", legs)
			}
			if s := d.Started()[0]; s.State != Finished || s.Session != session || s.Contact != c.params["contact"] {
				t.Errorf("started %+v", s)
			}
		})
	}
}

func TestAHeldCallGoesOnUntilItIsReleased(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.Outcome(d.shop.AppID, "", Outcome{Held: true})
	session := d.started("start.employee_call", click(nil))
	list := d.ask(rpc.CallAPI, "list.calls", object{"direction": "out", "virtual_phone_number": "74950000101"}).rows(t)
	if len(list) != 1 || list[0]["external_id"] != "b24:t12:act:4401" || list[0]["call_session_id"] != float64(session) {
		t.Fatalf("listed %v", list)
	}
	for _, leg := range list[0]["legs"].([]any) {
		if got := leg.(object)["state"]; got != "Разговор" {
			t.Errorf("state %v", got)
		}
	}
	if other := d.ask(rpc.CallAPI, "list.calls", object{"direction": "in"}); string(other.Result.Data) != "[]" {
		t.Errorf("got %s", other.Result.Data)
	}
	page, err := http.Get(d.web.URL + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer page.Body.Close()
	text, _ := io.ReadAll(page.Body)
	if !bytes.Contains(text, []byte("b24:t12:act:4401")) || !bytes.Contains(text, []byte("<td>held")) {
		t.Errorf("page: %s", text)
	}
	d.later(40 * time.Second)
	var done struct{ Success string }
	d.ask(rpc.CallAPI, "release.call", object{"call_session_id": session}).into(t, &done)
	d.drained()
	row := d.reported(session)
	if done.Success != "true" || row["talk_duration"] != 30.0 || row["finish_time"] != "2026-05-12 08:00:40" {
		t.Errorf("%+v, reported %v", done, row)
	}
	if got := d.ask(rpc.CallAPI, "release.call", object{"call_session_id": session}).mnemonic(); got != "call_session_not_found" {
		t.Errorf("again: %s", got)
	}
}

func TestAHeldCallThatRingsCanBeReleasedOrContinued(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.Decide(d.shop.AppID, func(Started) Outcome { return Outcome{Held: true, How: ContactNoAnswer} })
	first := d.started("start.employee_call", click(nil))
	second := d.started("start.employee_call", click(nil))
	d.ask(rpc.CallAPI, "release.call", object{"call_session_id": first})
	if !d.Continue(second) || d.Continue(second) {
		t.Error("a held call continues once")
	}
	d.drained()
	if row := d.reported(first); row["finish_reason"] != "operator_disconnects" || row["is_lost"] != true || row["total_duration"] != 5.0 {
		t.Errorf("released: %v", row)
	}
	if row := d.reported(second); row["finish_reason"] != "no_success_subscriber_call" || row["total_duration"] != 10.0 {
		t.Errorf("continued: %v", row)
	}
}

func TestNotificationsOfAStartedCallCanBeLostThoughItHappened(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.Outcome(d.shop.AppID, "", Outcome{Tell: Script.Swallowed})
	session := d.started("start.employee_call", click(nil))
	if events, _ := d.told(); events != "" {
		t.Errorf("told %s", events)
	}
	if row := d.reported(session); row["talk_duration"] != 60.0 {
		t.Errorf("reported %v", row)
	}
}

func TestAnAnswerCanBeLostAfterTheCallStarted(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	_ = d.Fail(rpc.Fault{API: rpc.CallAPI, Method: "start.employee_call", Mnemonic: "internal_error", Executed: true})
	// A refusal does not use the fault up.
	if got := d.ask(rpc.CallAPI, "start.employee_call", click(object{"contact": "1"})).mnemonic(); got != "invalid_parameter_value" {
		t.Errorf("got %s", got)
	}
	if got := d.ask(rpc.CallAPI, "start.employee_call", click(nil)).mnemonic(); got != "internal_error" || len(d.Started()) != 1 {
		t.Errorf("got %s with %d calls", got, len(d.Started()))
	}
	_ = d.Fail(rpc.Fault{Method: "start.employee_call", Mnemonic: "internal_error"})
	if d.ask(rpc.CallAPI, "start.employee_call", click(nil)); len(d.Started()) != 1 {
		t.Error("started though it failed before")
	}
	all := d.Requests("start.employee_call")
	if len(all) != 3 || all[0].Executed || !all[1].Executed || all[1].Result != "internal_error" || all[2].Executed {
		t.Errorf("journal %+v", all)
	}
}

func TestACallAtTheSpeedOfLifeCanBeReleasedWhileItRings(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	rings, pauses := make(chan struct{}), make(chan time.Duration, 9)
	d.Platform = New(Options{Now: d.time, CallSpeed: 1, Wait: func(ctx context.Context, pause time.Duration) error {
		pauses <- pause
		if len(pauses) > 1 {
			return ctx.Err()
		}
		close(rings)
		<-ctx.Done()
		return context.Cause(ctx)
	}})
	t.Cleanup(d.Close)
	d.shop = d.AddAccount(Shop(""))
	d.Configure(d.shop.AppID, Templates(d.to.URL, "", JSON)...)
	d.web.Config.Handler = d.Handler()
	var out struct {
		Session int64 `json:"call_session_id"`
	}
	d.ask(rpc.CallAPI, "start.employee_call", click(nil)).into(t, &out)
	<-rings
	legs := d.ask(rpc.CallAPI, "list.calls", nil).rows(t)[0]["legs"].([]any)
	if len(legs) != 1 || legs[0].(object)["state"] != "Дозвон" || legs[0].(object)["employee_id"] != 7001.0 {
		t.Errorf("legs %v", legs)
	}
	d.later(3 * time.Second)
	d.ask(rpc.CallAPI, "release.call", object{"call_session_id": out.Session})
	d.drained()
	events, bodies := d.told() // the first two are of the same moment
	if len(bodies) != 3 || !strings.HasSuffix(events, " call_finished") || bodies[2]["total_time_duration"] != 3.0 {
		t.Errorf("got %s, %v", events, bodies)
	}
	if len(pauses) != 1 {
		t.Errorf("waited %d times: a released call ends at once", len(pauses))
	}
	if row := d.reported(out.Session); row["total_duration"] != 3.0 || row["is_lost"] != true {
		t.Errorf("reported %v", row)
	}
}
