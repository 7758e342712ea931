package bitrix24

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"omniconnector/crm"
)

var references = regexp.MustCompile(`\$result\[(c\d\d)\]`)

// drawChains draws chains whose later calls point at earlier ones of their chain.
func drawChains(t *rapid.T) [][]crm.Call {
	chains := make([][]crm.Call, rapid.IntRange(0, 14).Draw(t, "chains"))
	serial := 0
	for i := range chains {
		var entity, call, activity, comment string
		for range rapid.IntRange(1, 6).Draw(t, "calls") {
			serial++
			key := fmt.Sprint("k", serial)
			var do crm.Command
			switch rapid.IntRange(0, 17).Draw(t, "command") {
			case 0:
				do = crm.Find{Phones: phonesOf(rapid.IntRange(0, 45).Draw(t, "phones")), Emails: emailsOf(rapid.IntRange(0, 25).Draw(t, "emails")), Contacts: []int64{4}}
			case 1, 2:
				do = crm.Create{Kind: crm.Deal, OriginID: key, Fields: crm.Fields{Title: new(rapid.String().Draw(t, "title")), Contact: refOf(entity)}}
				entity = key
			case 3:
				u := crm.Update{Kind: crm.Deal, Entity: crm.Ref{ID: 4}, Fields: crm.Fields{Stage: new("NEW")}}
				if entity != "" {
					u.Entity = crm.Ref{Of: entity}
				}
				switch rapid.IntRange(0, 2).Draw(t, "guarded") {
				case 1:
					u.If.Title = new("x")
				case 2:
					u.If.Custom = map[string]string{"UF_CRM_1": ""}
				}
				do = u
			case 4:
				do = crm.Register{ExternalID: key, User: 1, Phone: "+7", Direction: crm.Incoming, Kind: crm.Contact, Entity: refOf(entity)}
				call = key
			case 5:
				do = crm.ShowCard{Call: crm.Ref{Of: call}, Users: []crm.UserID{1}}
			case 6:
				do = crm.Finish{Call: crm.Ref{Of: call}, User: 1}
				activity = key
			case 7:
				do = crm.SetActivity{Activity: crm.Ref{Of: activity, ID: 5}}
			case 8:
				do = crm.AttachRecord{Call: crm.Ref{Of: call}, Filename: "a.mp3"}
			case 9:
				do = crm.Sync{}
			case 10:
				do = crm.AddActivity{
					OriginID: key, Kind: crm.Deal, Entity: crm.Ref{ID: 4, Of: entity}, User: 1, Subject: "x", Phone: "+7", Direction: crm.Outgoing,
				}
				activity = key
			case 11:
				do = crm.Comment{Kind: crm.Deal, Entity: crm.Ref{ID: 4, Of: entity}, Text: rapid.String().Draw(t, "comment")}
				comment = key
			case 12:
				do = crm.Transcribe{Call: crm.Ref{Of: call}, Lines: []crm.Spoken{{Text: rapid.String().Draw(t, "words")}}}
			case 13:
				do = crm.List{Kind: crm.Contact, After: int64(serial)}
			case 14:
				do = crm.Read{Kind: crm.Contact, ID: int64(serial)}
			case 15:
				do = crm.EditComment{Comment: crm.Ref{ID: 4, Of: comment}, Kind: crm.Deal, Text: rapid.String().Draw(t, "text")}
			case 16:
				do = crm.Notify{User: 1, Tag: key, Text: rapid.String().Draw(t, "notice"), Links: []crm.Link{
					{Kind: crm.Deal, Entity: crm.Ref{ID: 4, Of: entity}, Title: rapid.String().Draw(t, "link")},
				}}
			case 17:
				do = drawWrite(t, entity)
			}
			chains[i] = append(chains[i], crm.Call{Key: key, Do: do})
		}
	}
	return chains
}

// drawWrite draws an update that adds, links and writes any mixture.
func drawWrite(t *rapid.T, entity string) crm.Update {
	u := crm.Update{Kind: rapid.SampledFrom([]crm.Kind{crm.Lead, crm.Deal, crm.Contact}).Draw(t, "kind"), Entity: crm.Ref{ID: 4}}
	u.Fields.Phones = phonesOf(rapid.IntRange(0, 8).Draw(t, "numbers"))
	u.Fields.Emails = emailsOf(rapid.IntRange(0, 8).Draw(t, "emails"))
	for i := range rapid.IntRange(0, 8).Draw(t, "messengers") {
		u.Fields.Messengers = append(u.Fields.Messengers, crm.Messenger{Network: "telegram", Value: fmt.Sprint("@a", i)})
	}
	if u.Kind != crm.Contact && rapid.Bool().Draw(t, "linked") {
		u.Fields.Contact = &crm.Ref{ID: 5, Of: entity}
	} else {
		u.Fields.Title = new("x")
	}
	if rapid.Bool().Draw(t, "guarded") {
		u.If.Present = true
	}
	return u
}

func refOf(key string) *crm.Ref {
	if key == "" {
		return nil
	}
	return &crm.Ref{Of: key, Optional: true}
}

func phonesOf(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("+7916%07d", i)
	}
	return out
}

func emailsOf(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint("a", i, "@example.test")
	}
	return out
}

// reception answers batches at random and checks each on arrival.
type reception struct {
	t     *testing.T
	rapid *rapid.T
	order []string
	round int
}

func (p *reception) answer(_ *http.Request, body string) (int, string) {
	p.round++
	cmds := batchOf(p.t, body)
	if len(cmds) == 0 || len(cmds) > 50 {
		p.rapid.Fatalf("%d commands in a request", len(cmds))
	}
	values := map[string]any{}
	for i, c := range cmds {
		if c.key != key(i) {
			p.rapid.Fatalf("command %d is called %s", i, c.key)
		}
		for name, vs := range c.query {
			for _, m := range references.FindAllStringSubmatch(strings.Join(vs, " "), -1) {
				if m[1] >= c.key {
					p.rapid.Fatalf("%s of %s points at %s, which is not executed before it", name, c.key, m[1])
				}
			}
		}
		if origin := c.query.Get("fields[originId]"); origin != "" {
			p.order = append(p.order, origin)
		}
		if external := c.query.Get("EXTERNAL_CALL_ID"); external != "" {
			p.order = append(p.order, external)
		}
		switch rapid.IntRange(0, 5).Draw(p.rapid, "fate") {
		case 0:
			values[c.key] = failure{"ERROR_CORE", "no"}
		case 1: // left out
		default:
			values[c.key] = map[string]any{"item": map[string]any{"id": 3}, "items": []any{}, "CALL_ID": "x", "CRM_ACTIVITY_ID": 4, "uploadUrl": "https://x"}
		}
	}
	return 200, answers(values)
}

func TestPackingNeverSplitsReordersOrOverfillsAndAnswersEveryCallOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		chains := drawChains(rt)
		p := &reception{t: t, rapid: rt}
		c, _, _ := setup(t, p.answer)
		c.meter.mu.Lock()
		c.meter.of(methodItemAdd).average = time.Duration(rapid.IntRange(0, 25000).Draw(rt, "average")) * time.Millisecond
		c.meter.mu.Unlock()
		var asked, told []string
		for left := chains; len(left) > 0; {
			n := c.Fit(left)
			if n < 1 || n > len(left) {
				rt.Fatalf("%d of %d chains fit", n, len(left))
			}
			var names []string
			for _, chain := range left[:n] {
				for _, call := range chain {
					asked = append(asked, call.Key)
					names = append(names, methods(call.Do)...)
				}
			}
			if n > 1 && (len(names) > 50 || c.meter.expect(names) > maxWork) {
				rt.Fatalf("%d commands for %s in one request", len(names), c.meter.expect(names))
			}
			p.order = nil
			var wanted []string
			before := p.round
			outs := c.Perform(t.Context(), left[:n], nil)
			for _, o := range outs {
				told = append(told, o.Key)
				if (o.Err == nil) != (o.Err == nil || o.Err.Kind == "") {
					rt.Fatalf("%s has an error without a kind", o.Key)
				}
				wanted = append(wanted, o.Key)
			}
			if p.round > before+1 {
				rt.Fatalf("%d requests for one Perform", p.round-before)
			}
			if !subsequence(p.order, wanted) {
				rt.Fatalf("executed %v, asked %v", p.order, wanted)
			}
			left = left[n:]
		}
		if fmt.Sprint(asked) != fmt.Sprint(told) {
			rt.Fatalf("asked %v, answered %v", asked, told)
		}
	})
}

func subsequence(sub, of []string) bool {
	for _, s := range of {
		if len(sub) > 0 && sub[0] == s {
			sub = sub[1:]
		}
	}
	return len(sub) == 0
}

func TestPackingCountsWhatIsCompiled(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c, _, _ := setup(t, func(*http.Request, string) (int, string) { return 500, "" })
		for _, chain := range drawChains(rt) {
			r := newRequest(c, nil)
			for _, call := range chain {
				before := len(r.commands)
				u := r.add(call)
				want := methods(call.Do)
				got := r.commands[before:]
				if u.local != nil && len(got) != 0 {
					rt.Fatalf("%s is settled, yet sends %d commands", call.Do.Name(), len(got))
				}
				if len(got) > len(want) {
					rt.Fatalf("%s compiles to %d commands, packing counts %d", call.Do.Name(), len(got), len(want))
				}
				if u.local == nil && len(got) != len(want) {
					rt.Fatalf("%s compiles to %d commands, packing counts %d", call.Do.Name(), len(got), len(want))
				}
			}
		}
	})
}

func FuzzBatchAnswer(f *testing.F) {
	f.Add(`{"result":{"result":{"c00":{"item":{"id":"1"}},"c01":[]},"result_error":{"c02":{"error":"","error_description":"Not found"}},"result_time":[],"result_next":{"c01":50}},"time":{"duration":0.1}}`)
	f.Add(`{"result":{"result":[],"result_error":{"c00":"ERROR","c01":{"error":{"code":"x"}}},"result_time":{"c00":[]}}}`)
	f.Add(`{"error":"expired_token","error_description":"x"}`)
	f.Add(`{"result":{"result":{"c00":null,"c01":false,"c02":{"items":{"0":{"id":1}}}}}}`)
	f.Add(`{"result":{"result":{"c01":{"items":[{"id":3,"fm":[{"typeId":"PHONE","value":79}],"UF_CRM_1":["a",null]},{"id":"4","fm":false,"UF_CRM_1":{"0":7}}]},"c02":{"STATUS":"OPENED"}}}}`)
	f.Fuzz(func(t *testing.T, body string) {
		env, e := response{status: 200, body: []byte(body)}.read(methodBatch, nil)
		if e != nil {
			if e.Kind == "" || !e.Whole {
				t.Fatalf("untyped: %+v", e)
			}
			return
		}
		cs := commands{{methodItemAdd, nil}, {methodItemList, nil}, {methodFinish, nil}}
		replies, _, e := readBatch(cs, env)
		if e != nil {
			return
		}
		if len(replies) != len(cs) {
			t.Fatalf("%d replies", len(replies))
		}
		for _, r := range replies {
			if (r.err == nil) == (r.result == nil) {
				t.Fatalf("neither result nor error, or both: %+v", r)
			}
			made, _ := written(r)
			_ = made.changed()
			_, _ = madeID(r)
			_, _, _ = workday(r)
			items, _ := records(r)
			for _, i := range items {
				_ = i.whole(crm.Contact)
				_ = i.custom([]string{"UF_CRM_1", "title"})
			}
			_, _, _ = readStatistic(r)
			_, _ = readMissed(r, nil)
			_ = rest(page{}, r)
		}
	})
}

func FuzzErrors(f *testing.F) {
	for _, w := range wholes {
		f.Add(w.status, w.body)
	}
	f.Add(400, `{"error":{"error":{"error":1}}}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		known := redactor{accessOne, refreshOne}
		_, e := response{status: status, body: []byte(body)}.read(methodBatch, known)
		var direct failure
		if json.Valid([]byte(body)) {
			direct = readFailure([]byte(body))
		}
		for _, e := range []*crm.Error{e, refusal(ofCommand, methodItemAdd, status, direct, known)} {
			if e == nil {
				continue
			}
			if e.Kind == "" || len([]rune(e.Text)) > maxText+1 || len([]rune(e.Code)) > maxCode+1 {
				t.Fatalf("untyped or too long: %+v", e)
			}
			if s := e.Error(); strings.Contains(s, accessOne) || strings.Contains(s, refreshOne) || strings.Contains(s, "https://") {
				t.Fatalf("told a secret: %s", s)
			}
		}
	})
}

func FuzzLooseValues(f *testing.F) {
	for _, s := range []string{`7`, `"7"`, `7.0`, `""`, `null`, `false`, `{}`, `[]`, `"Y"`, `1`, `"2026-03-10T14:24:01+01:00"`, `{"a":1}`, `[1,2]`, `{"0":1,"1":2}`, `1e400`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var v struct {
			ID    ID
			Flag  Flag
			Text  Text
			Num   Number
			Date  Date
			Maybe Maybe[map[string]json.RawMessage]
			Rows  rows[ID]
		}
		for _, name := range []string{"ID", "Flag", "Text", "Num", "Date", "Maybe", "Rows"} {
			if b := fmt.Sprintf(`{"%s":%s}`, name, s); json.Valid([]byte(b)) && name != "Maybe" && name != "Rows" {
				if err := json.Unmarshal([]byte(b), &v); err != nil {
					t.Fatalf("%s of %s: %v", name, s, err)
				}
			} else {
				_ = json.Unmarshal([]byte(b), &v)
			}
		}
	})
}
