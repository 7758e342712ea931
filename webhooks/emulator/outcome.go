package emulator

import (
	"cmp"
	"time"
)

// How is how a call that the Call API started goes.
type How string

// The ways in which started calls go. Who is dialled second is not dialled when the first does not answer.
const (
	Talked           How = ""
	EmployeeNoAnswer How = "employee_no_answer"
	EmployeeBusy     How = "employee_busy"
	ContactNoAnswer  How = "contact_no_answer"
	ContactBusy      How = "contact_busy"
)

// Outcome is what comes of a started call. The zero Outcome is a talk of a minute after 5 s of
// ringing on each side, with a record.
type Outcome struct {
	How        How           `json:"how"`
	Ring       time.Duration `json:"ring"` // of the employee's phone, of each when several are tried
	Wait       time.Duration `json:"wait"` // of the other side's
	Talk       time.Duration `json:"talk"`
	Unrecorded bool          `json:"unrecorded"`
	// Held stops the call where it talks, or still rings when it never will, until
	// Platform.Continue or release.call.
	Held bool `json:"held"`
	// Tell changes what is told of the call, not what happens: Script.Swallowed, Script.OnlyFinal, Script.Reversed …
	// A held call is told in two parts.
	Tell func(Script) Script `json:"-"`
}

func (o Outcome) known() bool {
	switch o.How {
	case Talked, EmployeeNoAnswer, EmployeeBusy, ContactNoAnswer, ContactBusy:
		return true
	default:
		return false
	}
}

func (o Outcome) completed() Outcome {
	o.Ring = cmp.Or(o.Ring, 5*time.Second)
	o.Wait = cmp.Or(o.Wait, 5*time.Second)
	o.Talk = cmp.Or(o.Talk, time.Minute)
	return o
}

// party is the side of the employee, or of a number that is nobody's.
type party struct {
	Employee
	ring []string
}

// begun is a call of the Call API while it is told.
type begun struct {
	*telling
	outcome Outcome
	by      party
	leg     int64 // of the operator who answered
	now     time.Duration
	cut     time.Duration // when release.call ends the call; negative for never
}

// never ends a call before its time.
const never = time.Duration(-1)

// tellStarted tells of a call that the Call API started: who is first is rung until they answer,
// then the other side, and both talk (contract uis §3.1).
func (c Call) tellStarted(by party, contactFirst bool, o Outcome, cut time.Duration) Script {
	b := &begun{telling: c.tell("started"), outcome: o, by: by, cut: cut}
	// A call with the default direction "in" is told of as if the customer had called.
	b.at(0, map[bool]string{true: "call_outgoing", false: "call_incoming"}[c.Out], b.employee(by.ring[0]))
	sides := []func() (string, bool){b.operator, b.contact}
	if contactFirst {
		sides[0], sides[1] = sides[1], sides[0]
	}
	for _, side := range sides {
		if reason, answered := side(); !answered {
			b.unheard(reason)
			return b.told()
		}
	}
	b.talk()
	return b.told()
}

// passed moves on by so long, or to the cut when that comes first.
func (b *begun) passed(d time.Duration) bool {
	b.now += d
	if b.cut >= 0 && b.cut < b.now {
		b.now = b.cut
		return false
	}
	return true
}

const released = "operator_disconnects"

// operator rings the numbers of the employee in turn.
func (b *begun) operator() (reason string, answered bool) {
	for i, number := range b.by.ring {
		b.leg = b.call.leg(i + 1)
		if b.by.ID != 0 {
			b.at(b.now, "call_ringing", b.employee(number), Vars{"leg_id": b.leg})
		} else {
			b.dialLeg(b.leg, number)
		}
		if !b.passed(b.outcome.Ring) {
			return released, false
		}
		switch b.outcome.How {
		case EmployeeNoAnswer:
			reason = "no_success_operator_call"
		case EmployeeBusy:
			reason = "operator_busy"
		default:
			return "", true
		}
	}
	return reason, false
}

func (b *begun) contact() (reason string, answered bool) {
	b.dialLeg(b.call.leg(0), b.call.Client)
	if !b.passed(b.outcome.Wait) {
		return released, false
	}
	switch b.outcome.How {
	case ContactNoAnswer:
		return "no_success_subscriber_call", false
	case ContactBusy:
		return "subscriber_busy", false
	default:
		return "", true
	}
}

func (b *begun) dialLeg(leg int64, number string) {
	b.at(b.now, "call_leg_out", Vars{
		"leg_id": leg, "calling_phone_number": text(b.call.Number), "called_phone_number": text(number),
	})
}

// employee is what events say of the employee, whose phone is the one that rings.
func (b *begun) employee(number string) Vars {
	e := b.by.Employee
	e.Phone = number
	return employee(e)
}

func (b *begun) talk() {
	began, who := b.now, b.employee(b.by.ring[len(b.by.ring)-1])
	for i, number := range b.by.ring {
		if b.call.leg(i+1) == b.leg {
			who = b.employee(number)
		}
	}
	legs := Vars{"leg_ids": []int64{b.leg, b.call.leg(0)}}
	b.at(began, "call_talk_started", who, legs)
	b.passed(b.outcome.Talk)
	lasted := b.now - began
	b.at(b.now, "call_talk_finished", who, legs, Vars{"talk_time_duration": whole(lasted)})
	v := b.call.result(began, lasted)
	v["first_talked_employee_id"], v["last_talked_employee_id"] = nil, nil
	if b.by.ID != 0 {
		v["first_talked_employee_id"], v["last_talked_employee_id"] = b.by.ID, b.by.ID
	}
	b.at(b.now, "call_finished", who, v)
	if !b.outcome.Unrecorded {
		b.recorded(b.now+recordAfter, 0, b.by.Employee, lasted)
	}
}

// unheard ends a call without a talk; one of direction "in" is then also lost.
func (b *begun) unheard(reason string) {
	who := b.employee(b.by.ring[len(b.by.ring)-1])
	v := b.call.unheard(b.now)
	v["call_status"] = reason
	b.at(b.now, "call_finished", who, v)
	if b.call.Out {
		return
	}
	ids, names := []int64{}, []string{}
	if b.by.ID != 0 {
		ids, names = append(ids, b.by.ID), append(names, b.by.Name)
	}
	b.at(b.now, "call_lost", Vars{
		"is_lost": true, "lost_reason": reason, "employee_ids": ids,
		"noanswered_employee_full_names": names, "wait_time_duration": whole(b.now),
	})
}
