package uis

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// Question reads the request of the scenario step «Интерактивная обработка вызова» (contract uis §2): a query, a form or
// JSON, for the encoding of a POST is not documented. The step exists in scenarios of incoming calls only, so that
// the direction, which some installations send, is not looked at.
func (Source) Question(r webhooks.Request) (webhooks.Question, error) {
	said := map[string]string{}
	collect(said, trim(r.Body))
	collect(said, []byte(r.Query)) // fills in what the body does not say
	q := webhooks.Question{Client: said["numa"], Virtual: said["numb"], At: r.Received.UTC()}
	for _, name := range []string{"call_session_id", "cdr_id"} {
		if n := whole(said[name]); n > 0 {
			q.Session = integration.SessionID(strconv.FormatInt(n, 10))
			break
		}
	}
	if q.Session == "" && webhooks.Number(q.Client) == "" {
		return webhooks.Question{}, unreadable("в вопросе о менеджере нет ни call_session_id (cdr_id), ни номера в numa: проверьте параметры операции",
			"the question has neither call_session_id (cdr_id) nor a number in numa: check the operation's parameters")
	}
	e := integration.Event{Session: q.Session, Report: integration.Report{ClientNumber: q.Client, VirtualNumber: q.Virtual}}
	q.Customer = customer(&e)
	return q, nil
}

// parameters are what the step may send and is read.
var parameters = map[string]bool{"cdr_id": true, "call_session_id": true, "numa": true, "numb": true}

// collect keeps the first value of each parameter that says something.
func collect(said map[string]string, raw []byte) {
	keep := func(name string, v gjson.Result) {
		name = strings.ToLower(strings.TrimSpace(name))
		if _, there := said[name]; there || !parameters[name] || v.IsObject() || v.IsArray() || nothing(v) {
			return
		}
		if value := text(v); !strings.EqualFold(value, "none") { // the platform's word for "not known"
			said[name] = value
		}
	}
	if len(raw) > 0 && raw[0] == '{' {
		if raw = resolve(raw); valid(raw) {
			gjson.ParseBytes(raw).ForEach(func(name, v gjson.Result) bool {
				keep(name.Str, v)
				return true
			})
		}
		return
	}
	for one := range strings.SplitSeq(string(raw), "&") {
		name, value, _ := strings.Cut(one, "=")
		keep(unescape(name), formValue(unescape(value)))
	}
}

// Answer puts the call through to the phones, or says that there is no manager, which the scenario binds to code 0 (contract uis §2).
// The platform's examples have digits only.
func (Source) Answer(of integration.Route) []byte {
	answer := []byte(`{"phones":[`)
	some := false
	for _, phone := range of.Phones {
		digits := strings.Map(digit, phone)
		if digits == "" {
			continue
		}
		if some {
			answer = append(answer, ',')
		}
		answer, some = append(append(append(answer, '"'), digits...), '"'), true
	}
	if !some {
		return []byte(`{"returned_code":0}`)
	}
	return append(answer, "]}"...)
}

func digit(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}
