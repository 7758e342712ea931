package emulator

import (
	"maps"
	"time"

	"omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/emulator/session"
	"omniconnector/webhooks/emulator/table"
)

// dataMethods are the methods of the Data API v2.0 (contract uis §4) that are emulated.
func (p *Platform) dataMethods() map[string]rpc.Method {
	all := map[string]rpc.Method{
		"get.calls_report": p.reportMethod(session.Calls, func(s *session.Session, v session.View) []table.Row {
			return []table.Row{s.Call(v)}
		}, rpc.Param{Name: "include_ongoing_calls", Kind: rpc.Flag}),
		"get.call_legs_report": p.reportMethod(session.Legs, (*session.Session).LegRows),
		"update.employees":     {Params: employeeParams, Do: p.updateEmployee},
	}
	maps.Copy(all, p.chatMethods())
	for name, d := range dictionaries {
		all[name] = rpc.Method{Params: table.Params(), Do: func(r rpc.Request) (rpc.Answer, error) { return p.look(d, r, nil) }}
	}
	all["get.statuses"] = rpc.Method{
		Params: append(table.Params(), rpc.Param{Name: "is_deleted", Kind: rpc.Flag}),
		Do: func(r rpc.Request) (rpc.Answer, error) {
			return p.look(dictionaries["get.statuses"], r, func(row table.Row) bool {
				return !r.Params.Has("is_deleted") || row["is_deleted"] == r.Params.Flag("is_deleted", false)
			})
		},
	}
	return all
}

// look answers from a dictionary.
func (p *Platform) look(d dictionary, r rpc.Request, keep func(table.Row) bool) (rpc.Answer, error) {
	q, err := table.Ask(d.schema, r.Params)
	if err != nil {
		return rpc.Answer{}, err
	}
	var rows []table.Row
	p.with(r.App, func(c *configured) {
		for _, row := range d.rows(c) {
			if keep == nil || keep(row) {
				rows = append(rows, row)
			}
		}
	})
	return q.Answer(rows), nil
}

// reportMethod is a report over the calls that started between date_from and date_till.
func (p *Platform) reportMethod(
	schema table.Schema, rows func(*session.Session, session.View) []table.Row, more ...rpc.Param,
) rpc.Method {
	params := append(table.Params(),
		rpc.Param{Name: "date_from", Kind: rpc.Text, Required: true}, rpc.Param{Name: "date_till", Kind: rpc.Text, Required: true})
	return rpc.Method{Params: append(params, more...), Do: func(r rpc.Request) (rpc.Answer, error) {
		var zone *time.Location
		p.with(r.App, func(c *configured) { zone = c.account.Location })
		from, till, err := interval(r.Params, zone)
		if err != nil {
			return rpc.Answer{}, err
		}
		q, err := table.Ask(schema, r.Params)
		if err != nil {
			return rpc.Answer{}, err
		}
		return q.Answer(p.report(r.App, from, till, r.Params.Flag("include_ongoing_calls", false), rows)), nil
	}}
}

// longest is how many months a report may span (contract uis §4).
const longest = 3

// interval reads date_from and date_till, which are of the account's zone and must not say so.
func interval(p rpc.Params, zone *time.Location) (from, till time.Time, err error) {
	if from, err = moment(p, "date_from", zone); err != nil {
		return
	}
	if till, err = moment(p, "date_till", zone); err != nil {
		return
	}
	switch {
	case till.Before(from):
		err = rpc.Fail("invalid_parameter_value", "date_till", p.Text("date_till"))
	case till.After(from.AddDate(0, longest, 0)):
		err = &rpc.Error{
			Mnemonic: "date_interval_limit_reached", Field: "date_till", Value: p.Text("date_till"),
			Params: map[string]any{"max_months": longest},
		}
	}
	return
}

func moment(p rpc.Params, name string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation("2006-01-02 15:04:05", p.Text(name), zone) // fractions are taken, too
	if err != nil {
		return t, rpc.Fail("invalid_parameter_value", name, p.Text(name))
	}
	return t, nil
}

// employeeParams are what update.employees takes. It replaces whole arrays; null clears (contract uis §4).
var employeeParams = func() []rpc.Param {
	clearing := func(names ...string) []rpc.Param {
		var all []rpc.Param
		for _, n := range names {
			all = append(all, rpc.Param{Name: n, Kind: rpc.Text, Null: true})
		}
		return all
	}
	all := append(clearing("first_name", "patronymic", "email"),
		rpc.Param{Name: "id", Kind: rpc.Integer, Required: true},
		rpc.Param{Name: "user_id", Kind: rpc.Integer},
		rpc.Param{Name: "last_name", Kind: rpc.Text, Required: true},
		rpc.Param{Name: "status_id", Kind: rpc.Integer},
		rpc.Param{Name: "calls_available", Kind: rpc.Flag},
		rpc.Param{Name: "call_recording", Kind: rpc.Text, Values: []string{"all", "in", "out", "off"}},
		rpc.Param{Name: "phone_numbers", Kind: rpc.List, Required: true, Members: []rpc.Param{
			{Name: "phone_id", Kind: rpc.Integer},
			{Name: "phone_number", Kind: rpc.Text, Required: true},
			{Name: "channels_count", Kind: rpc.Integer},
			{Name: "dial_time", Kind: rpc.Integer},
			{Name: "status", Kind: rpc.Text, Values: []string{"active", "inactive"}},
		}})
	for _, d := range directions {
		all = append(all, rpc.Param{Name: d, Kind: rpc.List, Items: rpc.Text, Values: []string{"in", "out"}})
	}
	return all
}()

// most is how many numbers an employee can have.
const most = 10

func (p *Platform) updateEmployee(r rpc.Request) (rpc.Answer, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.accounts[r.App]
	who := c.person(r.Params.Int("id"))
	if who == nil {
		return rpc.Answer{}, rpc.Fail("entity_not_found", "id", r.Params.Int("id"))
	}
	if id := r.Params.Int("status_id"); r.Params.Has("status_id") {
		if s, there := c.account.status(id); !there || s.Deleted || s.Unselectable {
			return rpc.Answer{}, rpc.Fail("invalid_parameter_value", "status_id", id)
		}
	}
	if r.Params.Text("last_name") == "" {
		return rpc.Answer{}, rpc.Fail("invalid_parameter_value", "last_name", "")
	}
	phones, err := c.numbers(who, r.Params.Objects("phone_numbers"))
	if err != nil {
		return rpc.Answer{}, err
	}
	next := *who
	next.phones, next.last, next.allowed = phones, r.Params.Text("last_name"), maps.Clone(who.allowed)
	next.change(r.Params)
	*who = next
	return rpc.Answer{Data: map[string]any{"id": who.ID}}, nil
}

// change takes over what an update names.
func (p *person) change(from rpc.Params) {
	for name, to := range map[string]*string{
		"first_name": &p.first, "patronymic": &p.patronymic, "email": &p.Email, "call_recording": &p.recording,
	} {
		if from.Has(name) {
			*to = from.Text(name)
		}
	}
	if from.Has("status_id") {
		p.StatusID = from.Int("status_id")
	}
	p.Away = !from.Flag("calls_available", !p.Away)
	for _, d := range directions {
		if list, given := from[d].([]any); given {
			p.allowed[d] = []string{}
			for _, one := range list {
				p.allowed[d] = append(p.allowed[d], one.(string)) // checked by employeeParams
			}
		}
	}
}

// numbers reads the whole new list of an employee's numbers; numbers that stay keep their ids.
func (c *configured) numbers(who *person, list []rpc.Params) ([]line, error) {
	if len(list) > most {
		return nil, rpc.Fail("data_limit_exceeded", "phone_numbers", len(list))
	}
	var all []line
	for i, one := range list {
		l := line{
			id: who.ID*10 + 100_000 + int64(i), number: one.Text("phone_number"), channels: max(1, one.Int("channels_count")),
			dial: 30, active: one.Text("status") != "inactive",
		}
		if one.Has("dial_time") {
			l.dial = one.Int("dial_time")
		}
		if l.number == "" {
			return nil, rpc.Fail("invalid_parameter_value", "phone_numbers.phone_number", "")
		}
		for _, other := range c.people {
			for _, had := range other.phones {
				switch {
				case had.number != l.number:
				case other.ID == who.ID:
					l.id = had.id
				default:
					return nil, rpc.Fail("already_in_use", "phone_numbers.phone_number", l.number)
				}
			}
		}
		all = append(all, l)
	}
	return all, nil
}
