package uis

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

func TestEveryWayToWriteTheQuestionIsRead(t *testing.T) {
	t.Parallel()
	want := webhooks.Question{Session: "1001", Client: "79000000001", Virtual: "74950000101", At: received, Customer: "+79000000001"}
	hidden := webhooks.Question{Session: "1001", Virtual: "74950000101", At: received, Customer: "session:1001"}
	for name, c := range map[string]struct {
		query, body string
		want        webhooks.Question
	}{
		"query":              {"cdr_id=1001&start_time=x&input_result=None&numa=79000000001&numb=74950000101", "", want},
		"call_session_id":    {"call_session_id=1001&numa=79000000001&numb=74950000101", "", want},
		"both ids":           {"cdr_id=77&call_session_id=1001&numa=79000000001&numb=74950000101", "", want},
		"an id that is none": {"cdr_id=1001&call_session_id=None&numa=79000000001&numb=74950000101", "", want},
		"form":               {"", "cdr_id=1001&numa=79000000001&numb=74950000101", want},
		"quoted":             {"", "cdr_id=%221001%22&numa=%2279000000001%22&numb=%2274950000101%22", want},
		"JSON":               {"", ` {"cdr_id":1001,"numa":"79000000001","numb":"74950000101","input_result":null,"more":{"numa":"1"}}`, want},
		"placeholders":       {"", `{"cdr_id":1001,"call_session_id":{{call_session_id}},"numa":"79000000001","numb":"74950000101"}`, want},
		"capitals":           {"CDR_ID=1001&NUMA=79000000001&NUMB=74950000101", "", want},
		"the body first":     {"cdr_id=5&numa=5&numb=5", "cdr_id=1001&numa=79000000001&numb=74950000101", want},
		"hidden":             {"cdr_id=1001&numa=None&numb=74950000101", "", hidden},
		"hidden, empty":      {"cdr_id=1001&numa=&numb=74950000101", "", hidden},
		"hidden, null":       {"", `{"cdr_id":1001,"numa":null,"numb":"74950000101"}`, hidden},
		"no session":         {"numa=79000000001&numb=74950000101", "", webhooks.Question{Client: "79000000001", Virtual: "74950000101", At: received, Customer: "+79000000001"}},
		"as people write it": {"cdr_id=1001&numa=%2B7%20(900)%20000-00-01&numb=74950000101", "", webhooks.Question{Session: "1001", Client: "+7 (900) 000-00-01", Virtual: "74950000101", At: received, Customer: "+79000000001"}},
	} {
		got, err := Source{}.Question(webhooks.Request{Query: c.query, Body: []byte(c.body), Received: received, Location: moscow})
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, want -, got +:\n%s", name, err, diff)
		}
	}
}

func TestWhatIsNoQuestionIsToldInWords(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "{}", "[]", "garbage", `{"numa":`, "numa=None", "numa=sip:7@shop", "cdr_id=x", `{"numa":["79000000001"]}`, strings.Repeat("[", 1<<16)} {
		if q, err := (Source{}).Question(webhooks.Request{Body: []byte(body), Received: received}); err == nil || !strings.Contains(err.Error(), "numa") {
			t.Errorf("%.20s: got %+v, %v", body, q, err)
		}
	}
}

func TestT2TheAnswerHasDigitsOnly(t *testing.T) {
	t.Parallel()
	for want, phones := range map[string][]string{
		`{"returned_code":0}`:                      nil,
		`{"phones":["79000001001"]}`:               {"+79000001001"},
		`{"phones":["79000001001","74950000101"]}`: {"+7 900 000-10-01", "", "sip", "74950000101"},
	} {
		if got := string(Source{}.Answer(integration.Route{User: 7, Phones: phones})); got != want {
			t.Errorf("%q: got %s, want %s", phones, got, want)
		}
	}
	if got := string(Source{}.Answer(integration.Route{Phones: []string{"sip"}})); got != `{"returned_code":0}` {
		t.Errorf("got %s", got)
	}
}

func FuzzQuestion(f *testing.F) {
	f.Add("cdr_id=1001&numa=79000000001", []byte(`{"call_session_id":1,"numa":null}`), "+79000001001")
	f.Add("numa=None&numb=%22", []byte("numa=7&cdr_id={{cdr_id}}"), `"],"returned_code":1`)
	f.Fuzz(func(t *testing.T, query string, body []byte, phone string) {
		q, err := Source{}.Question(webhooks.Request{Query: query, Body: body, Received: received})
		if err == nil && (q.Customer == "" || q.Customer == "session:" || q.At.IsZero()) {
			t.Errorf("incomplete question %+v", q)
		}
		if !utf8.ValidString(q.Client+q.Virtual) || strings.Contains(q.Client+q.Virtual, "\x00") {
			t.Errorf("storage cannot take %+v", q)
		}
		var answer struct {
			Phones []string `json:"phones"`
			Code   *int     `json:"returned_code"`
		}
		if err := json.Unmarshal(Source{}.Answer(integration.Route{Phones: []string{phone}}), &answer); err != nil || (len(answer.Phones) == 0) != (answer.Code != nil) {
			t.Errorf("%q is answered with %+v, %v", phone, answer, err)
		}
	})
}
