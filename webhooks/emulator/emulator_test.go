package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var eight = time.Date(2026, 5, 12, 5, 0, 0, 0, time.UTC) // 8:00 in Moscow

func clock() time.Time { return eight }

func atOnce(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// receiver records what it is sent and answers as told.
type receiver struct {
	*httptest.Server
	mu     sync.Mutex
	bodies []string
	answer func(n int) int
}

func listen(t *testing.T, answer func(n int) int) *receiver {
	t.Helper()
	r := &receiver{answer: answer}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.bodies = append(r.bodies, req.URL.RequestURI()+" "+string(body))
		w.WriteHeader(r.answer(len(r.bodies)))
	}))
	t.Cleanup(r.Close)
	return r
}

func always(status int) func(int) int { return func(int) int { return status } }

func (r *receiver) got() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.bodies)
}

func setup(t *testing.T, to *receiver, e Encoding) (*Platform, *Account) {
	t.Helper()
	p := New(Options{Now: clock, Wait: atOnce})
	t.Cleanup(p.Close)
	shop := p.AddAccount(Shop("http://records.test"))
	p.Configure(shop.AppID, Templates(to.URL+"/hooks/uis/t.TOKEN", "BODYSECRET", e)...)
	return p, shop
}

func TestValuesAreWrittenAsTheVendorWritesThem(t *testing.T) {
	t.Parallel()
	v := Vars{"a": `Анна "А" <&>`, "n": int64(9100000001), "b": true, "nothing": nil, "list": []string{"Целевой"}}
	left := func(name string, absent bool) bool { return absent && name == "gone" }
	for name, c := range map[string]struct {
		template Template
		want     Rendered
	}{
		"JSON": {
			Template{Body: `{"a":{{a}},"n":{{n}},"b":{{b}},"x":{{nothing}},"y":{{absent}},"l":{{list}},"g":{{gone}}}`},
			Rendered{Body: `{"a":"Анна \"А\" <&>","n":9100000001,"b":true,"x":null,"y":null,"l":["Целевой"],"g":{{gone}}}`},
		},
		"form": {
			Template{ContentType: formType, Body: `n={{n}}&l={{list}}&b={{b}}&x={{nothing}}&g={{gone}}`},
			Rendered{ContentType: formType, Body: `n=9100000001&l=` + url.QueryEscape(`["Целевой"]`) + `&b=true&x=null&g=%7B%7Bgone%7D%7D`},
		},
		"query": {
			Template{Method: "GET", URL: `http://h/?a={{a}}&n={{n}}`},
			Rendered{Method: "GET", URL: `http://h/?a=` + url.QueryEscape(`"Анна \"А\" <&>"`) + `&n=9100000001`},
		},
		"bare query": {
			Template{Method: "GET", URL: `http://h/?a={{a}}&x={{nothing}}&l={{list}}`, Bare: true},
			Rendered{Method: "GET", URL: `http://h/?a=` + url.QueryEscape(`Анна "А" <&>`) + `&x=&l=` + url.QueryEscape(`["Целевой"]`)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(c.want, c.template.Render(v, left)); diff != "" {
				t.Errorf("want -, got +:\n%s", diff)
			}
		})
	}
}

func TestEveryTemplateOfJSONIsJSONWhenFilledIn(t *testing.T) {
	t.Parallel()
	for _, e := range []Encoding{JSON, Text, Mislabelled, Nested} {
		for _, template := range Templates("http://h/hooks/uis/t.s", "x", e) {
			if r := template.Render(Vars{"contact_full_name": "«А»"}, nil); !json.Valid([]byte(r.Body)) {
				t.Errorf("%s %s: not JSON: %s", e, template.Event, r.Body)
			}
		}
	}
}

func TestTheSameMorningIsTheSameNotifications(t *testing.T) {
	t.Parallel()
	to := listen(t, always(200))
	var runs [2][]string
	for i := range runs {
		p, shop := setup(t, to, JSON)
		before := len(to.got())
		sum, err := p.Play(t.Context(), Morning(shop, eight, 910000001), 0)
		if err != nil || sum.Failed > 0 || sum.Delivered < 60 {
			t.Fatalf("played %+v, %v", sum, err)
		}
		runs[i] = to.got()[before:]
	}
	if diff := cmp.Diff(runs[0], runs[1]); diff != "" {
		t.Errorf("first -, second +:\n%s", diff)
	}
}

func TestTimesAreTheAccountsAndOfTheEventWheneverItIsTold(t *testing.T) {
	t.Parallel()
	shop := Shop("")
	s := shop.Incoming(1, eight, "79000000001").Answered(shop.Employees[0], 12*time.Second, time.Minute)
	last := s.Reversed().Steps[0]
	if last.Event != "record_ready" || last.Due != 0 || last.Vars["notification_time"] != "2026-05-12 08:01:32.000" {
		t.Errorf("got %s due %v at %v", last.Event, last.Due, last.Vars["notification_time"])
	}
}

func TestACallIsToldInTheOrderOfTheContract(t *testing.T) {
	t.Parallel()
	shop := Shop("")
	anna, petr := shop.Employees[0], shop.Employees[1]
	in, out := shop.Incoming(1, eight, "79000000001"), shop.Outgoing(2, eight, "79000000002")
	for name, c := range map[string]struct {
		script Script
		want   string
	}{
		"answered": {in.Answered(anna, time.Second, time.Minute), "call_incoming call_ringing call_talk_started call_talk_finished call_finished record_ready"},
		"transferred": {
			in.Transferred(anna, petr, time.Second, time.Minute, time.Minute),
			"call_incoming call_ringing call_talk_started call_ringing call_talk_finished call_talk_started record_ready call_talk_finished call_finished record_ready",
		},
		"lost":       {in.Lost(time.Second, anna, petr), "call_incoming call_ringing call_ringing call_finished call_lost"},
		"voicemail":  {in.Voicemail(time.Second, time.Second), "call_incoming call_finished voicemail_ready"},
		"spoken":     {out.Spoken(anna, 2*time.Second, time.Minute), "call_outgoing call_leg_out call_talk_started call_talk_finished call_finished record_ready"},
		"unanswered": {out.Unanswered(anna, time.Minute), "call_outgoing call_leg_out call_finished"},
		"only final": {in.Answered(anna, time.Second, time.Minute).OnlyFinal(), "call_finished"},
		"repeated":   {in.Tag(0, shop.Tags...).Repeated(2), "tag_set tag_set"},
		"merged":     {Merge("m", in.Tag(time.Minute), shop.Incoming(3, eight, "").Voicemail(0, 0).Only("call_incoming")), "call_incoming tag_set"},
	} {
		var events []string
		for _, s := range c.script.Steps {
			events = append(events, s.Event)
		}
		if got := strings.Join(events, " "); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestARefusalIsRetriedUntilItIsAccepted(t *testing.T) {
	t.Parallel()
	to := listen(t, func(n int) int { return map[bool]int{true: 200, false: 503}[n >= 3] })
	p, shop := setup(t, to, JSON)
	sum, err := p.Play(t.Context(), shop.Incoming(1, eight, "79000000001").Tag(0, shop.Tags...), 0)
	if want := (Played{Delivered: 1}); err != nil || sum != want {
		t.Fatalf("played %+v, %v", sum, err)
	}
	if a := p.Sent()[0].Attempts; len(a) != 3 || a[0].Status != 503 || a[2].Status != 200 {
		t.Errorf("attempts %+v", a)
	}
}

func TestRetriesEnd(t *testing.T) {
	t.Parallel()
	to := listen(t, always(500))
	p, shop := setup(t, to, JSON)
	sum, err := p.Play(t.Context(), shop.Incoming(1, eight, "").Tag(0), 0)
	if want := (Played{Failed: 1}); err != nil || sum != want || len(to.got()) != 4 {
		t.Errorf("played %+v with %d requests, %v", sum, len(to.got()), err)
	}
}

func TestTroubleHitsTheSameNotificationsAgain(t *testing.T) {
	t.Parallel()
	to := listen(t, always(200))
	var sums [2]Played
	for i := range sums {
		p, shop := setup(t, to, JSON)
		p.Trouble(shop.AppID, Trouble{Seed: 3, Lose: 0.2, Duplicate: 0.3})
		sums[i], _ = p.Play(t.Context(), Morning(shop, eight, 910000001), 0)
	}
	if sums[0] != sums[1] || sums[0].Lost == 0 {
		t.Errorf("played %+v and %+v", sums[0], sums[1])
	}
}

func TestUnresolvedVariablesStayInTheText(t *testing.T) {
	t.Parallel()
	to := listen(t, always(200))
	p, shop := setup(t, to, JSON)
	p.Trouble(shop.AppID, Trouble{Unresolved: []string{"direction"}, LeaveAbsent: true})
	if _, err := p.Play(t.Context(), shop.Incoming(1, eight, "79000000001").Voicemail(0, 0).Only("call_incoming"), 0); err != nil {
		t.Fatal(err)
	}
	if got := to.got()[0]; !strings.Contains(got, `"direction":{{direction}}`) {
		t.Errorf("got %s", got)
	}
}

func TestWhatWasSentIsShownWithoutSecrets(t *testing.T) {
	t.Parallel()
	to := listen(t, always(200))
	for _, e := range Encodings() {
		p, shop := setup(t, to, e)
		if _, err := p.Play(t.Context(), shop.Incoming(1, eight, "79000000001").Lost(0), 0); err != nil {
			t.Fatal(err)
		}
		text, _ := json.Marshal(p.Sent())
		if bytes.Contains(text, []byte("TOKEN")) || bytes.Contains(text, []byte("BODYSECRET")) {
			t.Errorf("%s: %s", e, text)
		}
	}
}

func TestNotificationsStayOnThisMachine(t *testing.T) {
	t.Parallel()
	p := New(Options{Now: clock, Wait: atOnce, Retries: []time.Duration{}, Timeout: time.Second})
	t.Cleanup(p.Close)
	shop := p.AddAccount(Shop(""))
	p.Configure(shop.AppID, Templates("http://192.0.2.1/hooks/uis/t.s", "", JSON)...)
	if sum, err := p.Play(t.Context(), shop.Incoming(1, eight, "").Tag(0), 0); err != nil || sum.Failed != 1 {
		t.Errorf("played %+v, %v", sum, err)
	}
}

func TestSpeedIsKept(t *testing.T) {
	t.Parallel()
	to := listen(t, always(200))
	var waited time.Duration
	p := New(Options{Now: clock, Wait: func(_ context.Context, d time.Duration) error { waited += d; return nil }})
	t.Cleanup(p.Close)
	shop := p.AddAccount(Shop(""))
	p.Configure(shop.AppID, Templates(to.URL, "", JSON)...)
	s := shop.Incoming(1, eight, "79000000001").Answered(shop.Employees[0], 10*time.Second, 50*time.Second)
	if _, err := p.Play(t.Context(), s, 10); err != nil || waited != 8*time.Second {
		t.Errorf("waited %v, %v", waited, err)
	}
}

func TestACancelledPlayEnds(t *testing.T) {
	t.Parallel()
	to := listen(t, always(200))
	p, shop := setup(t, to, JSON)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Play(ctx, Morning(shop, eight, 1), 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
