package integration_test

import (
	"testing"

	"omniconnector/integration"
)

// What another side refused is told to a person in their language only.
func TestInLanguage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"нет денег / no money":           {"нет денег", "no money"},
		"нет денег / no money (code_17)": {"нет денег (code_17)", "no money (code_17)"},
		"нет денег":                      {"нет денег", "нет денег"},
		"a / b":                          {"a / b", "a / b"},
		"да / нет":                       {"да / нет", "да / нет"},
		"":                               {"", ""},
	} {
		if got := integration.InLanguage(text, integration.Russian); got != want[0] {
			t.Errorf("%q in Russian: %q, want %q", text, got, want[0])
		}
		if got := integration.InLanguage(text, integration.English); got != want[1] {
			t.Errorf("%q in English: %q, want %q", text, got, want[1])
		}
	}
}
