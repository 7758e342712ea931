package integration

import (
	"slices"

	"omniconnector/crm"
	"omniconnector/rules"
)

// candidate is somebody who may become responsible, and why.
type candidate struct {
	user  crm.UserID
	rule  string
	code  string
	args  []string
	check *rules.Check // the rule's filter, when a rule proposed them
}

// ownership is what T-14 says of this call, worked out once.
type ownership struct {
	// entities are the responsibles of what exists, contact → company → lead/deal.
	entities []candidate
	// addressed is the one employee the call was aimed at.
	addressed candidate
	// rule is the first rule of T-14 that holds.
	rule     candidate
	ruleName string
	lost     []lostRule // rules of T-14 that did not hold
	fallback candidate  // the default of the direction
	talker   candidate
	caller   candidate
}

func (d *decision) ownership() ownership {
	var o ownership
	calls := d.Settings.Calls(d.Call.Direction)
	o.entities = d.existing.owners()
	if d.Call.Direction == crm.Outgoing {
		o.caller = d.employee(d.Call.Caller, "T-14.P2", "owner_caller")
		o.fallback = candidate{calls.Responsible.Default, "T-14.P1", "owner_default_out", nil, nil}
		return o
	}
	o.fallback = candidate{calls.Responsible.Default, "T-14.P3", "owner_default_in", nil, nil}
	if who, ok := d.talker(); ok {
		code := "owner_talker"
		if len(d.Call.Talkers) > 1 {
			code = "owner_" + string(d.Settings.Telephony.Talker)
		}
		o.talker = d.employee(who, "T-14.P4", code)
	}
	// Decision of T-14: a group that rang is nobody's call.
	if len(d.Call.Rung) == 1 && len(d.Call.Params["visitor_group_id"]) == 0 && len(d.Call.Params["visitor_group_name"]) == 0 {
		o.addressed = d.employee(d.Call.Rung[0], "T-14", "owner_addressed")
	}
	won := d.Settings.responsibleRule(&d.Call)
	o.lost = won.lost
	if won.number >= 0 {
		r := calls.Responsible.Rules[won.number]
		o.ruleName = titled(r.Name, won.number)
		o.rule = candidate{r.User, "T-14.P5", "owner_rule", []string{"name", o.ruleName}, won.check}
	}
	return o
}

// talker is the one of several who counts (T-14).
func (d *decision) talker() (Employee, bool) {
	t := d.Call.Talkers
	if len(t) == 0 {
		return Employee{}, false
	}
	if d.Settings.Telephony.Talker == FirstTalker {
		return t[0], true
	}
	return t[len(t)-1], true
}

// employee makes a candidate of somebody from the contact centre.
func (d *decision) employee(e Employee, rule, code string) candidate {
	if e.IsZero() {
		return candidate{}
	}
	u := d.userOf(e)
	if u == 0 {
		who := e.Name
		if who == "" {
			who = decimal(int64(e.ID))
		}
		return candidate{0, rule, "owner_unmapped", []string{"employee", who}, nil}
	}
	return candidate{user: u, rule: rule, code: code}
}

// entityChain is the order in which the responsible of a new entity is looked for.
func (d *decision) entityChain() []candidate {
	// E1, E7: what exists says whose the client is.
	return slices.Concat(d.owners.entities, d.primaryChain())
}

func (d *decision) primaryChain() []candidate {
	o := &d.owners
	switch {
	case d.Call.Direction == crm.Outgoing:
		return []candidate{o.caller, o.fallback}
	case d.Call.Answered:
		return []candidate{o.talker, o.rule, o.fallback}
	default:
		return []candidate{o.addressed, o.rule, o.fallback}
	}
}

// activityChain is the order in which the responsible of the activity is looked for (T-14, R and E tables).
func (d *decision) activityChain() []candidate {
	o := &d.owners
	switch {
	case d.Call.Direction == crm.Outgoing:
		return slices.Concat([]candidate{o.caller}, o.entities, []candidate{o.fallback})
	case d.Call.Answered:
		talker := o.talker
		if len(o.entities) > 0 && talker.user != 0 {
			talker.rule = "T-14.R3"
			if o.rule.user != 0 {
				talker.rule = "T-14.R2"
			}
		}
		return slices.Concat([]candidate{talker}, o.entities, []candidate{o.rule, o.fallback})
	default:
		return slices.Concat(o.entities, []candidate{o.addressed, o.rule, o.fallback})
	}
}

// choose takes the first candidate who works in the portal, and says why the others were passed over.
func (d *decision) choose(of string, chain []candidate, explain bool) crm.UserID {
	note := func(c *rules.Check, rule, code string, args ...string) {
		if explain {
			d.because(rule, code, append(args, "of", of)...).Check = c
		}
	}
	rule := d.rule("T-14", "C-4")
	for _, c := range chain {
		switch {
		case c.user == 0 && c.code == "owner_unmapped":
			note(nil, c.rule, c.code, c.args...)
		case c.user == 0:
		case !d.active(c.user):
			note(nil, rule, "owner_inactive", "user", d.name(c.user))
		default:
			note(c.check, c.rule, c.code, append([]string{"user", d.name(c.user)}, c.args...)...)
			return c.user
		}
	}
	if u := d.administrator(); u != 0 {
		note(nil, rule, "owner_admin", "user", d.name(u))
		return u
	}
	note(nil, rule, "owner_nobody")
	return 0
}

// administrator is the last resort: a customer must not be lost because everybody whom the settings name has left.
func (d *decision) administrator() crm.UserID {
	var first crm.UserID
	for i := range d.Directory.Users {
		if u := &d.Directory.Users[i]; u.Admin && u.Active && (first == 0 || u.ID < first) {
			first = u.ID
		}
	}
	return first
}

// anybody is who a call is finished for when there is nobody else: its card must not hang.
func (d *decision) anybody() crm.UserID {
	if u := d.administrator(); u != 0 {
		return u
	}
	for i := range d.Directory.Users {
		if d.Directory.Users[i].Active {
			return d.Directory.Users[i].ID
		}
	}
	return 0
}

// entityOwner chooses the responsible of a new entity.
func (d *decision) entityOwner(explain bool) crm.UserID {
	if explain {
		for _, l := range d.owners.lost {
			name := titled(d.Settings.Calls(d.Call.Direction).Responsible.Rules[l.number].Name, l.number)
			d.because("T-14", d.lost(l), "name", name).Check = l.check
		}
	}
	chain := d.entityChain()
	if d.delayed() {
		if explain {
			d.because("T-5", "responsible_default_first", "seconds", decimal(int64(d.delay().Seconds())))
		}
		chain = []candidate{{d.owners.fallback.user, "T-5", "owner_default_first", nil, nil}}
	}
	return d.choose(ofEntity, chain, explain)
}

// activityOwner chooses the responsible of the activity.
func (d *decision) activityOwner(explain bool) crm.UserID {
	return d.choose(ofActivity, d.activityChain(), explain)
}
