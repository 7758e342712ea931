package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/settings"
	"omniconnector/internal/app"
	"omniconnector/internal/store"
	"omniconnector/internal/world"
)

// simulated is what the API answers to simulations of one call and of many.
type simulated struct {
	ID       string
	State    string
	Progress struct{ Done, Total int }
	Differ   int
	Kinds    []struct {
		What  string
		Calls int
	}
	Calls       []struct{ Differences []struct{ Sentence string } }
	Differences []struct{ Sentence string }
	Plans       []any
}

// asksAPI sends one request to the API of the portal.
func asksAPI(t *testing.T, a *app.App, p world.Provisioned, token integration.Secret, method, address string, body any) simulated {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	url := fmt.Sprintf("http://%s/api/v1/portals/%s%s", a.Address(), p.Portal, address)
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+string(token))
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var out simulated
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil || answer.StatusCode >= http.StatusBadRequest {
		t.Fatalf("%s %s: %d %v", method, address, answer.StatusCode, err)
	}
	return out
}

// S-2: settings are tried on what really happened, call by call and on many calls, and neither side hears of it.
func TestSimulationOfPastCallsAsksNobody(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil)
	const calls = 5
	for i := range int64(calls) {
		call := w.Shop.Incoming(910_000_100+i, w.Began, fmt.Sprintf("7900000010%d", i))
		play(t, w, call.Answered(w.Shop.Employees[0], 5*time.Second, 30*time.Second))
	}
	quiet(t, a, p)
	token, _, err := a.Store().CreateSecret(t.Context(), p.Tenant, store.NewSecret{Purpose: store.API, Name: "t", Scope: store.Write})
	if err != nil {
		t.Fatal(err)
	}
	portal, platform := w.Portal.Requests().HTTP, len(w.Platform.Requests())

	changed := world.Settings()
	changed.Telephony.Incoming.Names.Lead = []integration.NameTemplate{{Text: "Lead of the draft"}}
	draft := json.RawMessage(settings.Write(&changed))
	for name, x := range map[string]struct {
		body map[string]any
		want int
	}{"the settings in force": {map[string]any{}, 0}, "a draft": {map[string]any{"settings": draft}, 1}} {
		body := x.body
		body["session"] = "910000101"
		one := asksAPI(t, a, p, token, http.MethodPost, "/simulate", body)
		if len(one.Differences) != x.want || len(one.Plans) == 0 {
			t.Errorf("%s: one call differs in %v", name, one.Differences)
		}
		delete(body, "session")
		body["last"] = calls - 1
		id := asksAPI(t, a, p, token, http.MethodPost, "/simulations", body).ID
		eventually(t, "the simulation is over", func() bool {
			return job(t, a, p, integration.ActionKey("simulate/"+id)).State == lane.StateDone
		})
		many := asksAPI(t, a, p, token, http.MethodGet, "/simulations/"+id, nil)
		want := x.want * (calls - 1)
		if many.State != "done" || many.Progress.Done != calls-1 || many.Progress.Total != calls-1 || many.Differ != want || len(many.Calls) != want || len(many.Kinds) != x.want {
			t.Errorf("%s: %+v, want %d calls to differ", name, many, want)
		}
		if want > 0 && (many.Kinds[0].What != "title" || !strings.HasSuffix(many.Calls[0].Differences[0].Sentence, "would be Lead of the draft")) {
			t.Errorf("%s: %+v", name, many)
		}
	}
	if n, m := w.Portal.Requests().HTTP-portal, len(w.Platform.Requests())-platform; n != 0 || m != 0 {
		t.Errorf("%d requests went to the portal and %d to the platform", n, m)
	}
}
