package settings_test

import (
	"testing"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/settings"
)

var _ lane.Settings = (*settings.Compiler)(nil)

func TestDocumentIsCompiledOncePerVersion(t *testing.T) {
	t.Parallel()
	var c settings.Compiler
	doc := integration.Document{Version: 3, Body: settings.Write(settings.Example())}
	first, err := c.Compile("t", "p", doc)
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Compile("t", "p", doc)
	if err != nil || first != second {
		t.Errorf("compiled again (%v)", err)
	}
	if first.Version() != 3 {
		t.Errorf("version %d, want 3", first.Version())
	}
	other, err := c.Compile("t", "other", doc)
	if err != nil || other == first {
		t.Errorf("another portal shares the settings (%v)", err)
	}
}

func TestDocumentOfANewerReleaseIsCompiled(t *testing.T) {
	t.Parallel()
	var c settings.Compiler
	s, err := c.Compile("t", "p", integration.Document{Version: 1, Body: []byte(`{"app_name": "X", "chats": {"enabled": true}}`)})
	if err != nil {
		t.Fatal(err)
	}
	if s.AppName != "X" || s.Country != "RU" {
		t.Errorf("got %q, %q", s.AppName, s.Country)
	}
}

func TestDamagedDocumentIsAnErrorAndIsTriedAgain(t *testing.T) {
	t.Parallel()
	var c settings.Compiler
	for _, body := range []string{`{`, `{"telephony": []}`, `{"time_zone": "Mars/Olympus"}`} {
		for range 2 {
			if _, err := c.Compile("t", "p", integration.Document{Version: 1, Body: []byte(body)}); err == nil {
				t.Errorf("%s compiles", body)
			}
		}
	}
}
