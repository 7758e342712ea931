package rules_test

import (
	"slices"
	"strconv"
	"testing"

	"omniconnector/rules"
)

// typical is rule i of many: a number out of five, and not the night employee. Only the last rule holds for caller.
func typical(i int) rules.Filter {
	var numbers []string
	for j := range 5 {
		numbers = append(numbers, strconv.Itoa(74950000000+i*5+j))
	}
	return and(include("virtual_number", numbers...), exclude("employee", "900"))
}

func caller(count int) rules.Subject {
	return rules.Subject{
		"virtual_number": {strconv.Itoa(74950000000 + count*5 - 1)}, "employee": {"7"}, "site": {"11"},
		"source": {"3"}, "campaign": {"42"}, "first_campaign": {"41"}, "scenario": {"5"},
	}
}

func benchmarkSet(b *testing.B, count int, rule func(int) rules.Filter) {
	b.Helper()
	filters := make([]rules.Filter, 0, count)
	for i := range count {
		filters = append(filters, rule(i))
	}
	set, err := rules.CompileSet(filters, words)
	if err != nil {
		b.Fatal(err)
	}
	s := caller(count)
	b.ReportAllocs()
	for b.Loop() {
		if i, ok := set.First(s); i != count-1 || !ok {
			b.Fatalf("got %d, %v", i, ok)
		}
	}
}

func BenchmarkRules1(b *testing.B)     { benchmarkSet(b, 1, typical) }
func BenchmarkRules1000(b *testing.B)  { benchmarkSet(b, 1000, typical) }
func BenchmarkRules10000(b *testing.B) { benchmarkSet(b, 10000, typical) }

// BenchmarkRules1000WithoutIndex is the worst that plain conditions can do: nothing but exclusions in an OR, which no
// index can rule out, all false but the last.
func BenchmarkRules1000WithoutIndex(b *testing.B) {
	benchmarkSet(b, 1000, func(i int) rules.Filter {
		if i == 999 {
			return exclude("site", "0")
		}
		return or(exclude("site", "11", strconv.Itoa(i)), include("employee", strconv.Itoa(i+1000)))
	})
}

// BenchmarkRules1000Free is a thousand free expressions.
func BenchmarkRules1000Free(b *testing.B) {
	benchmarkSet(b, 1000, func(i int) rules.Filter {
		if i == 999 {
			return free(`site == "11"`)
		}
		return free(`site == "` + strconv.Itoa(i+100) + `" and seconds > 5`)
	})
}

// handWritten is typical as a Go programmer would write it for one tenant.
type handWritten struct {
	numbers  map[string]struct{}
	employee string
}

func BenchmarkHandWritten1000(b *testing.B) {
	var all []handWritten
	for i := range 1000 {
		h := handWritten{numbers: make(map[string]struct{}), employee: "900"}
		for _, n := range typical(i).Of[0].Values {
			h.numbers[n] = struct{}{}
		}
		all = append(all, h)
	}
	s := caller(1000)
	number, employees := s["virtual_number"][0], s["employee"]
	b.ReportAllocs()
	for b.Loop() {
		i := slices.IndexFunc(all, func(h handWritten) bool {
			_, ok := h.numbers[number]
			return ok && !slices.Contains(employees, h.employee)
		})
		if i != 999 {
			b.Fatal(i)
		}
	}
}

// BenchmarkHandWritten1000Indexed is the best a programmer could do: the same, found by its number.
func BenchmarkHandWritten1000Indexed(b *testing.B) {
	byNumber := make(map[string]int)
	for i := range 1000 {
		for _, n := range typical(i).Of[0].Values {
			byNumber[n] = i
		}
	}
	s := caller(1000)
	for b.Loop() {
		if i, ok := byNumber[s["virtual_number"][0]]; !ok || i != 999 || slices.Contains(s["employee"], "900") {
			b.Fatal(i)
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	m := compile(b, typical(0))
	s := caller(1)
	b.ReportAllocs()
	for b.Loop() {
		if !m.Match(s).Passed {
			b.Fatal()
		}
	}
}

func BenchmarkCompile1000(b *testing.B) {
	var filters []rules.Filter
	for i := range 1000 {
		filters = append(filters, typical(i))
	}
	for b.Loop() {
		if _, err := rules.CompileSet(filters, words); err != nil {
			b.Fatal(err)
		}
	}
}
