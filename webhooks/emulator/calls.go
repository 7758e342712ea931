package emulator

import "time"

const (
	// ringsAfter is how long a scenario greets before it rings anybody.
	ringsAfter = 2 * time.Second
	// recordAfter is how long the platform takes to make a recording.
	recordAfter = 20 * time.Second
)

// Ring tells of a call that rings several employees at once; by takes it.
func (c Call) Ring(ring []Employee, by Employee, wait, talk time.Duration) Script {
	t := c.tell("answered")
	t.at(0, "call_incoming", c.origin())
	leg := 1
	for i, e := range ring {
		t.at(min(ringsAfter, wait), "call_ringing", employee(e), Vars{"leg_id": c.leg(i + 1)})
		if e.ID == by.ID {
			leg = i + 1
		}
	}
	legs := Vars{"leg_ids": []int64{c.leg(0), c.leg(leg)}}
	t.at(wait, "call_talk_started", employee(by), legs)
	t.at(wait+talk, "call_talk_finished", employee(by), legs, Vars{"talk_time_duration": whole(talk)})
	t.at(wait+talk, "call_finished", c.origin(), employee(by), c.result(wait, talk), Vars{
		"first_talked_employee_id": by.ID, "last_talked_employee_id": by.ID,
	})
	t.recorded(wait+talk+recordAfter, 0, by, talk)
	return t.told()
}

// result is what the final event says of a call with a talk.
func (c Call) result(wait, talk time.Duration) Vars {
	v := Vars{
		"is_lost": false, "is_transfer": false, "call_status": "success", "tag_names": nil, "record_file_links": nil,
		"wait_time_duration": whole(wait), "talk_time_duration": whole(talk), "total_time_duration": whole(wait + talk),
	}
	if n := len(c.Scenario.Operations); n > 0 {
		v["last_scenario_operation_id"] = c.Scenario.Operations[n-1].ID
		v["last_scenario_operation_name"] = c.Scenario.Operations[n-1].Name
	}
	if c.Group.ID != 0 {
		v["visitor_group_id"], v["visitor_group_name"] = c.Group.ID, c.Group.Name
	}
	return v
}

func (t *telling) recorded(after time.Duration, n int, by Employee, talk time.Duration) {
	t.at(after, "record_ready", employee(by), Vars{
		"file_link": t.call.record(n), "file_duration": whole(talk), "tag_ids": nil, "tag_names": nil,
	})
}

// Transferred tells of a call that from answers and hands on to to. Each talk has a record.
func (c Call) Transferred(from, to Employee, wait, first, second time.Duration) Script {
	t := c.tell("transferred")
	t.at(0, "call_incoming", c.origin())
	t.at(min(ringsAfter, wait), "call_ringing", employee(from), Vars{"leg_id": c.leg(1)})
	one, two := Vars{"leg_ids": []int64{c.leg(0), c.leg(1)}}, Vars{"leg_ids": []int64{c.leg(0), c.leg(2)}}
	t.at(wait, "call_talk_started", employee(from), one)
	handed := wait + first
	t.at(handed-time.Second, "call_ringing", employee(to), Vars{"leg_id": c.leg(2)})
	t.at(handed, "call_talk_finished", employee(from), one, Vars{"talk_time_duration": whole(first)})
	t.at(handed, "call_talk_started", employee(to), two)
	t.at(handed+second, "call_talk_finished", employee(to), two, Vars{"talk_time_duration": whole(second)})
	t.at(handed+second, "call_finished", c.origin(), employee(to), c.result(wait, first+second), Vars{
		"is_transfer": true, "first_talked_employee_id": from.ID, "last_talked_employee_id": to.ID,
	})
	t.recorded(handed+recordAfter, 0, from, first)
	t.recorded(handed+second+recordAfter, 1, to, second)
	return t.told()
}

// Lost tells of a call that nobody took, though the phones of tried rang. Both final
// events come, in the order of which nothing is promised.
func (c Call) Lost(wait time.Duration, tried ...Employee) Script {
	t := c.tell("lost")
	t.at(0, "call_incoming", c.origin())
	ids, names := []int64{}, []string{}
	for i, e := range tried {
		t.at(min(ringsAfter, wait), "call_ringing", employee(e), Vars{"leg_id": c.leg(i + 1)})
		ids, names = append(ids, e.ID), append(names, e.Name)
	}
	t.at(wait, "call_finished", c.origin(), c.unheard(wait), Vars{"call_status": "no_success_operator_call"})
	t.at(wait, "call_lost", c.origin(), Vars{
		"is_lost": true, "lost_reason": "no_success_operator_call", "employee_ids": ids,
		"noanswered_employee_full_names": names, "wait_time_duration": whole(wait),
	})
	return t.told()
}

// unheard is what the final event says of a call without a talk.
func (c Call) unheard(wait time.Duration) Vars {
	v := c.result(wait, 0)
	v["is_lost"], v["last_talked_employee_id"] = true, nil
	return v
}

// Voicemail tells of a caller who leaves a message.
func (c Call) Voicemail(wait, message time.Duration) Script {
	t := c.tell("voicemail")
	t.at(0, "call_incoming", c.origin())
	t.at(wait+message, "call_finished", c.origin(), c.unheard(wait+message), Vars{"call_status": "voicemail"})
	t.at(wait+message+recordAfter, "voicemail_ready", Vars{"file_link": c.record(0), "file_duration": whole(message)})
	return t.told()
}

// Spoken tells of an outgoing call that the other side takes.
func (c Call) Spoken(by Employee, wait, talk time.Duration) Script {
	t := c.tell("outgoing")
	t.dial(by)
	legs := Vars{"leg_ids": []int64{c.leg(1), c.leg(0)}}
	t.at(wait, "call_talk_started", employee(by), legs)
	t.at(wait+talk, "call_talk_finished", employee(by), legs, Vars{"talk_time_duration": whole(talk)})
	t.at(wait+talk, "call_finished", employee(by), c.result(wait, talk), Vars{
		"first_talked_employee_id": by.ID, "last_talked_employee_id": by.ID,
	})
	t.recorded(wait+talk+recordAfter, 0, by, talk)
	return t.told()
}

// Unanswered tells of an outgoing call that the other side does not take.
func (c Call) Unanswered(by Employee, wait time.Duration) Script {
	t := c.tell("unanswered")
	t.dial(by)
	t.at(wait, "call_finished", employee(by), c.unheard(wait), Vars{"call_status": "no_success_subscriber_call"})
	return t.told()
}

func (t *telling) dial(by Employee) {
	c := t.call
	t.at(0, "call_outgoing", employee(by))
	t.at(time.Second, "call_leg_out", Vars{
		"leg_id": c.leg(0), "calling_phone_number": text(c.Number), "called_phone_number": text(c.Client),
	})
}

// Tag tells that somebody marks the call, so long after its start.
func (c Call) Tag(after time.Duration, tags ...Tag) Script {
	t := c.tell("tag")
	t.marking = true
	ids, names := []int64{}, []string{}
	for _, tag := range tags {
		ids, names = append(ids, tag.ID), append(names, tag.Name)
	}
	t.at(after, "tag_set", Vars{"notification_mnemonic": "set_mark", "tag_ids": ids, "tag_names": names})
	return t.told()
}

// SIPLost tells that an employee's SIP line is gone.
func (a *Account) SIPLost(at time.Time, who Employee) Script {
	t := Call{Account: a, Start: at}.tell("sip line lost")
	t.at(0, "sip_registration_lost", employee(who), Vars{
		"call_session_id": nil, "communication_id": nil, "communication_type": nil, "direction": nil,
	})
	return t.told()
}
