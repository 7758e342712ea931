package webhooks_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/emulator"
	"omniconnector/webhooks/uis"
)

// line is a whole connection: emulated platform, HTTP, receiver, intake, inbox.
type line struct {
	platform *emulator.Platform
	shop     *emulator.Account
	base     string

	mu   sync.Mutex
	seen map[string]integration.Event // by key
	bad  []string
}

func (l *line) Accept(_ context.Context, d integration.Delivery) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if d.Event.Kind == integration.Unreadable {
		l.bad = append(l.bad, d.Event.Problem+": "+string(d.Body)+d.Query)
	}
	d.Event.ID = ""
	l.seen[d.Event.Key] = d.Event
	return nil
}

func connect(t *testing.T) *line {
	t.Helper()
	l := &line{seen: map[string]integration.Event{}}
	engine := gin.New()
	webhooks.NewReceiver(webhooks.ReceiverOptions{
		Access: tenants{"shop": {
			PathSecrets: []webhooks.SecretHash{webhooks.HashSecret(pathSecret)}, BodySecrets: []webhooks.SecretHash{webhooks.HashSecret(bodySecret)},
			Location: time.FixedZone("MSK", 3*60*60),
		}},
		Sources: []webhooks.Source{uis.Source{}}, Inbox: l, Now: clock,
	}).Mount(engine)
	server := httptest.NewServer(engine)
	t.Cleanup(server.Close)
	l.base = server.URL
	l.platform = emulator.New(emulator.Options{Now: clock, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }})
	t.Cleanup(l.platform.Close)
	l.shop = l.platform.AddAccount(emulator.Shop("http://media.test"))
	return l
}

func (l *line) play(t *testing.T, s emulator.Script) map[string]integration.Event {
	t.Helper()
	if sum, err := l.platform.Play(t.Context(), s, 0); err != nil || sum.Failed > 0 {
		t.Fatalf("played %+v, %v", sum, err)
	}
	return l.seen
}

func TestAMorningReadsTheSameInWhateverShapeItIsSent(t *testing.T) {
	t.Parallel()
	events := map[emulator.Encoding]map[string]integration.Event{}
	for _, e := range emulator.Encodings() {
		l := connect(t)
		l.platform.Configure(l.shop.AppID, emulator.Templates(l.base+"/hooks/uis/shop."+pathSecret, bodySecret, e)...)
		events[e] = l.play(t, emulator.Morning(l.shop, noon, 910000001))
		if len(l.bad) > 0 {
			t.Fatalf("%s: unreadable: %s", e, l.bad[0])
		}
	}
	for _, e := range emulator.Encodings() {
		if diff := cmp.Diff(events[emulator.JSON], events[e]); diff != "" {
			t.Errorf("json -, %s +:\n%s", e, diff)
		}
	}
}

func TestTheTemplatesWePrintReadAMorning(t *testing.T) {
	t.Parallel()
	for _, v := range []uis.Variant{uis.AsJSON, uis.AsForm, uis.AsGet} {
		l := connect(t)
		var all []emulator.Template
		for _, p := range uis.Templates(l.base, webhooks.Token("shop", pathSecret), bodySecret) {
			if p.Variant == v {
				all = append(all, emulator.Template{Event: string(p.Event), Method: p.Method, URL: p.URL, ContentType: p.ContentType, Body: p.Body})
			}
		}
		l.platform.Configure(l.shop.AppID, all...)
		// Variables that our templates ask for and this platform does not have stay in the text.
		l.platform.Trouble(l.shop.AppID, emulator.Trouble{LeaveAbsent: true})
		got := l.play(t, emulator.Morning(l.shop, noon, 910000001))
		if len(l.bad) > 0 || len(got) < 60 {
			t.Fatalf("%s: %d events, unreadable: %v", v, len(got), l.bad)
		}
		for _, e := range got {
			if slices.ContainsFunc(e.Report.Params["referrer"], func(string) bool { return true }) {
				t.Errorf("%s: an unresolved variable was believed: %v", v, e.Report.Params)
			}
		}
	}
}

func TestRepetitionsAndDisorderAreTheSameEvents(t *testing.T) {
	t.Parallel()
	plain, wild := connect(t), connect(t)
	for _, l := range []*line{plain, wild} {
		l.platform.Configure(l.shop.AppID, emulator.Templates(l.base+"/hooks/uis/shop."+pathSecret, bodySecret, emulator.JSON)...)
	}
	wild.platform.Trouble(wild.shop.AppID, emulator.Trouble{Duplicate: 0.5, Seed: 1})
	want := plain.play(t, emulator.Morning(plain.shop, noon, 910000001))
	got := wild.play(t, emulator.Morning(wild.shop, noon, 910000001).Shuffled(5).Repeated(2))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plain -, wild +:\n%s", diff)
	}
}
