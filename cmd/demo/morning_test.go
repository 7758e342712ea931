package main

import (
	"bytes"
	"testing"

	"omniconnector/internal/testpg"
)

// The morning is the product's main job from end to end: with and without leads, on both databases, in encodings that differ most.
func TestMorningMakesThePromisedRecordsAndTheSecondTimeNothing(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"leads on SQLite, JSON":                 {"--mode=classic", "--encoding=json"},
		"deals on SQLite, forms":                {"--mode=simple", "--encoding=form"},
		"leads on PostgreSQL, nested":           {"--mode=classic", "--encoding=nested", "--database=postgres"},
		"deals on PostgreSQL, careless queries": {"--mode=simple", "--encoding=careless_get", "--database=postgres"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, a := range args {
				if a == "--database=postgres" {
					args[i] = "--database=" + testpg.New(t)
				}
			}
			var out bytes.Buffer
			if err := start(t.Context(), append([]string{"morning"}, args...), &out); err != nil {
				t.Errorf("%v\n%s", err, out.String())
			}
		})
	}
}
