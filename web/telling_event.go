package web

import (
	"cmp"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"omniconnector/crm"
	"omniconnector/integration"
)

// eventView tells an event in words that need no directory: people are named as the event names them.
func eventView(r EventRow, l integration.Lang) EventView {
	v := EventView{Portal: r.Portal, Event: r.Event, Pending: r.Pending, Outcome: r.Outcome, Title: kindTitle(r.Event.Kind, l)}
	switch {
	case r.Pending:
		v.Badge = pendingShade.in(l)
	case r.Outcome != "":
		v.Badge = outcomeBadge(r.Outcome, l)
	default:
		v.Badge = shadeNoPortal.in(l)
	}
	v.Summary = summaryOf(&r.Event, l)
	return v
}

// summaryOf says who called whom, on which number, and what the event tells of the end.
func summaryOf(e *integration.Event, l integration.Lang) string {
	if e.Problem != "" {
		return problemIn(e.Problem, l)
	}
	r := &e.Report
	if r.Chat != nil {
		return chatSummary(e, l)
	}
	parts := []string{between(r.Direction, r.ClientNumber, r.VirtualNumber, l), cmp.Or(r.Employee.Name, r.Employee.Extension)}
	if r.Talk != nil {
		parts = append(parts, strings.TrimSpace(shadeTalked.say.in(l)+" "+lasting(*r.Talk)))
	}
	if r.Lost != nil && *r.Lost {
		parts = append(parts, lostOf(r.Direction).say.in(l))
	}
	parts = append(parts, r.LostReason, strings.Join(r.Tags, ", "))
	if r.Request != nil && r.Request.Text != "" {
		parts = append(parts, "«"+r.Request.Text+"»")
	}
	return joined(" · ", parts...)
}

// between says who called whom, as far as it is told.
func between(d crm.Direction, client, virtual string, l integration.Lang) string {
	who := cmp.Or(outside(client), sayHidden.in(l))
	if client == "" && virtual == "" {
		return ""
	}
	if d == crm.Outgoing {
		return joined(" → ", dialled(virtual), who)
	}
	return joined(" → ", who, dialled(virtual))
}

func lostOf(d crm.Direction) shade {
	if d == crm.Outgoing {
		return shadeNoReply
	}
	return shadeMissed
}

// problemIn takes one language of a problem that the journal keeps as "русский / English".
func problemIn(text string, l integration.Lang) string {
	if text == "" {
		return ""
	}
	one, english, both := strings.Cut(text, " / ")
	if both && l == integration.English {
		one = english
	}
	first, size := utf8.DecodeRuneInString(one)
	return string(unicode.ToUpper(first)) + one[size:]
}

// about is whom an event is about: the employee of a call, the user of a request, the manager of a routing answer.
func (o *place) about(e *integration.Event, l integration.Lang) string {
	switch r := &e.Report; {
	case r.Request != nil && r.Request.User != 0:
		return o.user(r.Request.User)
	case r.Route != nil && len(r.Route.Phones) == 0:
		return sayNotRouted.in(l)
	case r.Route != nil:
		return joined(" ", sayRouted.in(l), o.employee(r.Route.Employee), "("+strings.Join(r.Route.Phones, ", ")+")")
	case r.Employee.Name != "":
		return r.Employee.Name
	}
	return o.employee(e.Report.Employee.ID)
}

// lasting writes a duration as 1:34, or 1:02:03.
func lasting(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	d = d.Round(time.Second)
	if d >= time.Hour {
		return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
}

// joined leaves out what is empty.
func joined(by string, parts ...string) string {
	var all []string
	for _, p := range parts {
		if p != "" {
			all = append(all, p)
		}
	}
	return strings.Join(all, by)
}
