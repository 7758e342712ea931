package rpc

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/emulator"
	"omniconnector/webhooks/uis"
)

// A request has one event: whichever of its notification and its report comes first must tell the same (C-16).
func TestARequestIsTheSamePushedAndRead(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	r := d.shop.Request(330000001, eight, "Олег", "79000000009", "oleg@example.test", `Перезвоните & "скорее"`)
	r.FormName, r.Employee = "Обратный звонок", emulator.Named{ID: 7001, Name: "Тестова Анна"}
	r.Group = d.shop.Scenarios[0].Groups[0]
	script := r.Left()
	d.play(script.Swallowed())
	d.later(time.Hour)
	read, _, e := d.Requests(t.Context(), day())
	fine(t, e)
	if len(read) != 1 {
		t.Fatalf("%d requests", len(read))
	}
	tried := 0
	for _, tpl := range uis.Templates("https://connector.example", "t.s", "BODY") {
		if tpl.Event != integration.OfflineRequest {
			continue
		}
		tried++
		sent := emulator.Template{Method: tpl.Method, URL: tpl.URL, ContentType: tpl.ContentType, Body: tpl.Body}.Render(script.Steps[0].Vars, nil)
		u, err := url.Parse(sent.URL)
		if err != nil {
			t.Fatal(err)
		}
		pushed, err := uis.Source{}.Read(webhooks.Request{
			Method: sent.Method, Event: u.Path[strings.LastIndex(u.Path, "/")+1:], ContentType: sent.ContentType, Query: u.RawQuery, Body: []byte(sent.Body),
			Received: eight.Add(time.Second), Location: moscow,
		})
		if err != nil {
			t.Fatalf("%s: %v", tpl.Variant, err)
		}
		if diff := cmp.Diff(read[0], pushed.Event, cmpopts.IgnoreFields(integration.Event{}, "Received")); diff != "" {
			t.Errorf("%s: read -, pushed +:\n%s", tpl.Variant, diff)
		}
	}
	if tried != 3 {
		t.Errorf("%d templates", tried)
	}
}
