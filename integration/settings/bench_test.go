package settings_test

import (
	"fmt"
	"testing"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/settings"
	"omniconnector/rules"
)

func BenchmarkReadExample(b *testing.B) {
	body := settings.Write(settings.Example())
	for b.Loop() {
		if _, problems := settings.Read(body, known()); problems != nil {
			b.Fatal(problems)
		}
	}
}

// many are settings with so many rules of responsibles, each for so many campaigns of its own.
func many(count, values int) *integration.Settings {
	s := settings.Example()
	s.Telephony.Incoming.Responsible.Rules = nil
	for i := range count {
		var names []string
		for j := range values {
			names = append(names, fmt.Sprintf("Кампания %d/%d", i, j))
		}
		s.Telephony.Incoming.Responsible.Rules = append(s.Telephony.Incoming.Responsible.Rules, integration.ResponsibleRule{
			Name: fmt.Sprintf("Правило %d", i), User: crm.UserID(i%2*6 + 1), Where: rules.Filter{Parameter: integration.ParamSource, Mode: rules.Include, Values: names},
		})
	}
	return s
}

// wide is a platform with thousands of sources, which every condition's values are looked up in.
func wide() settings.Directories {
	d := known()
	for i := range 5000 {
		d.Centre.Sources = append(d.Centre.Sources, centre.Named{ID: int64(i), Name: fmt.Sprintf("Кампания %d/0", i)})
	}
	return d
}

// widest are the widest documents that a request can carry.
var widest = []struct{ rules, values int }{{1000, 100}, {1000, 1}, {100, 1000}}

// S-3: warnings of the widest documents take no longer than a few times reading them does, so that they fit into the turn in which a
// document is read. Both are timed side by side; the least of a few runs is what the machine's other work cannot change.
func TestWarningsCostNotMuchMoreThanReading(t *testing.T) { //nolint:paralleltest // it times
	const atMost = 3
	for _, size := range widest {
		s, d := many(size.rules, size.values), wide()
		body := settings.Write(s)
		least := func(do func()) time.Duration {
			best := time.Hour
			for range 4 {
				began := time.Now()
				do()
				best = min(best, time.Since(began))
			}
			return best
		}
		reading := least(func() {
			if _, problems := settings.Read(body, d); problems != nil {
				t.Fatal(problems)
			}
		})
		warning := least(func() { settings.Warnings(s, d) })
		t.Logf("%d rules of %d values: read in %v, warned of in %v", size.rules, size.values, reading, warning)
		if warning > atMost*reading {
			t.Errorf("%d rules of %d values: read in %v, warned of in %v", size.rules, size.values, reading, warning)
		}
	}
}

func BenchmarkWarnings(b *testing.B) {
	for _, size := range widest {
		b.Run(fmt.Sprintf("%dx%d", size.rules, size.values), func(b *testing.B) {
			s, d := many(size.rules, size.values), wide()
			for b.Loop() {
				settings.Warnings(s, d)
			}
		})
	}
}
