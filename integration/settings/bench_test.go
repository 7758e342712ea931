package settings_test

import (
	"testing"

	"omniconnector/integration/settings"
)

func BenchmarkReadExample(b *testing.B) {
	body := settings.Write(settings.Example())
	for b.Loop() {
		if _, problems := settings.Read(body, known()); problems != nil {
			b.Fatal(problems)
		}
	}
}
