package emulator

import "time"

// Morning is an hour of the account's life with everything that a connector must get
// right. Sessions are numbered from first, so that the same morning twice is the same events.
func Morning(a *Account, start time.Time, first int64) Script {
	anna, petr, next := a.Employees[0], a.Employees[len(a.Employees)-1], first
	if len(a.Employees) > 1 {
		petr = a.Employees[1]
	}
	at := func(after time.Duration) (int64, time.Time) {
		next++
		return next - 1, start.Add(after)
	}
	in := func(after time.Duration, client string) Call {
		session, when := at(after)
		return a.Incoming(session, when, client)
	}
	out := func(after time.Duration, client string) Call {
		session, when := at(after)
		return a.Outgoing(session, when, client)
	}
	answered := in(0, "79000000001")
	lost := in(1*time.Minute, "79000000002")
	group := in(3*time.Minute, "79000000003")
	group.Group = named(a)
	double := in(8*time.Minute, "79000000005")
	tagged := in(20*time.Minute, "79000000001")
	colleague := out(26*time.Minute, a.Employees[len(a.Employees)-1].Extension)
	colleague.Internal = true
	return Merge("morning",
		answered.Answered(anna, 12*time.Second, 128*time.Second),
		lost.Lost(30*time.Second, anna, petr),
		group.Ring(a.Employees, petr, 9*time.Second, 95*time.Second),
		in(5*time.Minute, "79000000004").Transferred(anna, petr, 14*time.Second, 45*time.Second, 121*time.Second),
		// One customer twice at the same moment: still one customer (T-0).
		double.Answered(anna, 10*time.Second, 40*time.Second),
		in(8*time.Minute+time.Second, "79000000005").Lost(20*time.Second, petr),
		// The one who was lost is called back.
		out(10*time.Minute, "79000000002").Spoken(petr, 15*time.Second, 75*time.Second),
		out(12*time.Minute, "79000000006").Unanswered(anna, 40*time.Second),
		in(14*time.Minute, "anonymous").Answered(petr, 8*time.Second, 33*time.Second),
		in(16*time.Minute, "79000000007").Answered(anna, 6*time.Second, 50*time.Second).OnlyFinal(),
		in(18*time.Minute, "79000000008").Voicemail(25*time.Second, 17*time.Second),
		tagged.Answered(anna, 7*time.Second, 64*time.Second),
		tagged.Tag(3*time.Minute, a.Tags...),
		in(22*time.Minute, "79000000009").Answered(petr, 9*time.Second, 20*time.Second).Reversed(),
		in(24*time.Minute, "79000000010").Lost(15*time.Second, anna).Repeated(3),
		colleague.Unanswered(anna, 10*time.Second),
		in(28*time.Minute, "79000000011").Transferred(petr, anna, 5*time.Second, 30*time.Second, 60*time.Second).Shuffled(28),
		a.SIPLost(start.Add(30*time.Minute), petr),
	)
}

// named is the group a caller chooses, when the account has one.
func named(a *Account) Named {
	if groups := a.Scenarios[0].Groups; len(groups) > 0 {
		return groups[0]
	}
	return Named{}
}

// Scenes are single calls to watch, by name, each with a session of its own.
func Scenes(a *Account, start time.Time, first int64) []Script {
	anna, petr := a.Employees[0], a.Employees[len(a.Employees)-1]
	scripts := []Script{
		a.Incoming(first, start, "79000000001").Answered(anna, 6*time.Second, 10*time.Second),
		a.Incoming(first+1, start, "79000000002").Lost(10*time.Second, anna, petr),
		a.Incoming(first+2, start, "79000000003").Ring(a.Employees, petr, 6*time.Second, 10*time.Second),
		a.Incoming(first+3, start, "79000000004").Transferred(anna, petr, 5*time.Second, 8*time.Second, 8*time.Second),
		a.Outgoing(first+4, start, "79000000005").Spoken(petr, 5*time.Second, 10*time.Second),
		a.Outgoing(first+5, start, "79000000006").Unanswered(anna, 8*time.Second),
		a.Incoming(first+6, start, "anonymous").Answered(anna, 5*time.Second, 5*time.Second),
		a.Incoming(first+7, start, "79000000008").Voicemail(5*time.Second, 7*time.Second),
	}
	for i, name := range []string{
		"incoming-answered", "incoming-lost", "ring-group", "transfer", "outgoing-answered", "outgoing-unanswered", "anonymous", "voicemail",
	} {
		scripts[i].Name = name
	}
	return scripts
}
