package rules_test

import (
	"fmt"

	"omniconnector/rules"
)

func ExampleCompile() {
	vocabulary := []rules.Word{
		{Parameter: "virtual_number", Kind: rules.Text, LabelRU: "Виртуальный номер", LabelEN: "Virtual number"},
		{Parameter: "employee", Kind: rules.Text, LabelRU: "Сотрудник", LabelEN: "Employee", Late: true},
	}
	filter := rules.Filter{Join: rules.And, Of: []rules.Filter{
		{Parameter: "virtual_number", Mode: rules.Include, Values: []string{"74950000101", "74950000102"}},
		{Parameter: "employee", Mode: rules.Exclude, Values: []string{"7"}},
	}}
	matcher, err := rules.Compile(filter, vocabulary)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(filter.Describe("en", vocabulary, nil))
	ringing := rules.Subject{"virtual_number": {"74950000101"}}
	fmt.Println(matcher.Match(ringing, "employee").Sentence("en", nil))
	fmt.Println(matcher.Match(ringing).Sentence("en", nil))
	// Output:
	// Virtual number — one of 74950000101, 74950000102, and not (Employee — 7)
	// Not decided yet: «Employee» excludes 7 — not known yet
	// Passes: «Virtual number» includes 74950000101, 74950000102 — yes (value: 74950000101); «Employee» excludes 7 — yes (no value)
}
