package rpc

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// FuzzServer sends any body: the answer is JSON-RPC with status 200, and says either result or error.
func FuzzServer(f *testing.F) {
	gate := NewGate(func() time.Time { return time.Date(2026, 5, 12, 5, 0, 0, 0, time.UTC) })
	key := gate.Add(5001).Key()
	s := NewServer(DataAPI, gate, nil, map[string]Method{"get.x": {
		Params: []Param{
			{Name: "n", Kind: Integer},
			{Name: "l", Kind: List, Members: []Param{{Name: "t", Kind: Text, Required: true}}},
			{Name: "o", Kind: Object, Members: []Param{{Name: "b", Kind: Flag}}},
			{Name: "e", Kind: Text, Null: true, Values: []string{"a"}},
		},
		Do: func(r Request) (Answer, error) {
			return Answer{Data: []any{r.Params.Int("n"), r.Params.Objects("l"), r.Params.Object("o"), r.Params.Text("e")}}, nil
		},
	}})
	for _, params := range []string{
		`{"n":1}`, `{"n":1e400}`, `{"n":"1"}`, `{"l":[{"t":"x"}]}`, `{"l":[1]}`, `{"o":{"b":true}}`, `{"o":null}`, `{"e":null}`, `{"e":"b"}`, `[]`,
	} {
		f.Add(`{"jsonrpc":"2.0","id":"1","method":"get.x","params":` + strings.Replace(params, "{", `{"access_token":"`+key+`",`, 1) + `}`)
	}
	f.Add(`{"jsonrpc":"2.0","id":-1.5e9,"method":"login.user","params":{"login":"api-5001","password":"api-password"}}`)
	f.Add(`[{}]`)
	f.Add(`{"jsonrpc":"2.0","id":1,"method":"logout.user","params":{"access_token":"` + key + `"}}`)
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = "127.0.0.1:1"
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		var out map[string]json.RawMessage
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		_, result := out["result"]
		_, failed := out["error"]
		if result == failed || string(out["jsonrpc"]) != `"2.0"` || out["id"] == nil {
			t.Fatalf("got %s", w.Body)
		}
	})
}
