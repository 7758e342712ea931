package emulator

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheScenarioAsksWhomACallBelongsTo(t *testing.T) {
	t.Parallel()
	zero := 0
	for name, c := range map[string]struct {
		status int
		answer string
		want   Route
	}{
		"found":     {200, `{"phones":["79000001001"],"operator_text":"Постоянный клиент"}`, Route{Status: 200, Phones: []string{"79000001001"}, Operator: "Постоянный клиент"}},
		"not found": {200, `{"returned_code":0}`, Route{Status: 200, Code: &zero}},
		"broken":    {500, `{}`, Route{Status: 500, Fallback: true, Problem: "status 500"}},
		"a page":    {200, `<html>`, Route{Status: 200, Fallback: true, Problem: "answer: invalid character '<' looking for beginning of value"}},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			t.Run(method+" "+name, func(t *testing.T) {
				t.Parallel()
				asked := make(chan string, 1)
				s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					asked <- r.FormValue("numa") + " " + r.FormValue("numb") + " " + r.FormValue("call_session_id") + " " + r.FormValue("input_result")
					w.WriteHeader(c.status)
					_, _ = fmt.Fprint(w, c.answer)
				}))
				t.Cleanup(s.Close)
				p := New(Options{Now: clock, Wait: atOnce})
				t.Cleanup(p.Close)
				shop := p.AddAccount(Shop(""))
				got := p.AskRoute(t.Context(), method, s.URL, shop.Incoming(7, eight, "79000000001"))
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("want -, got +:\n%s", diff)
				}
				if q := <-asked; q != "79000000001 74950000101 7 None" {
					t.Errorf("asked %q", q)
				}
			})
		}
	}
}
