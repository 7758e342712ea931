package rpc

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"omniconnector/integration/centre"
)

// busy is a platform with a call every ten seconds, whose ids count from the first. Calls before Since go on for ever.
type busy struct {
	first, since time.Time
	asked        *[]asked
}

type asked struct {
	Method string
	Params struct {
		From   string `json:"date_from"`
		Till   string `json:"date_till"`
		Offset int
		Limit  int
	}
}

const every = 10 * time.Second

func (b busy) RoundTrip(r *http.Request) (*http.Response, error) {
	var q asked
	text, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(text, &q)
	}
	if err != nil {
		return nil, err
	}
	*b.asked = append(*b.asked, q)
	if q.Method == methodAccount {
		return answers{200, nil, `{"result":{"data":[{"timezone":"UTC"}]}}`}.RoundTrip(r)
	}
	from, _ := time.Parse(time.DateTime, q.Params.From)
	till, _ := time.Parse(time.DateTime, q.Params.Till)
	begin := int(max(0, from.Sub(b.first)) / every)
	total := int(till.Sub(b.first)/every) - begin
	var rows []string
	for i := q.Params.Offset; i < min(total, q.Params.Offset+q.Params.Limit); i++ {
		at := b.first.Add(time.Duration(begin+i) * every)
		end := `"` + at.Add(time.Second).Format(time.DateTime) + `"`
		if at.Before(b.since) {
			end = "null"
		}
		rows = append(rows, `{"id":`+strconv.Itoa(begin+i+1)+`,"start_time":"`+at.Format(time.DateTime)+`","finish_time":`+end+`}`)
	}
	return answers{200, nil, `{"result":{"data":[` + strings.Join(rows, ",") + `],"metadata":{"total_items":"` + strconv.Itoa(total) + `"}}}`}.RoundTrip(r)
}

func TestARangeWithMoreCallsThanThePlatformPagesIsHalved(t *testing.T) {
	t.Parallel()
	var requests []asked
	first := eight.AddDate(0, 0, -30)
	c := stub(t, busy{first: first, asked: &requests})
	const calls = 30 * 24 * 3600 / 10 // 259200
	q := centre.Query{From: first, Till: eight, Limit: 200}
	for _, offset := range []int{0, 200, 99_900, 129_500, 200_000, calls - 100} {
		q.Offset = offset
		events, total, e := c.Calls(t.Context(), q)
		fine(t, e)
		if total != calls || len(events) != min(200, calls-offset) || string(events[0].Session) != strconv.Itoa(offset+1) {
			t.Fatalf("from %d: %d events of %d, first %s", offset, len(events), total, events[0].Session)
		}
		for i, event := range events {
			if string(event.Session) != strconv.Itoa(offset+i+1) {
				t.Fatalf("event %d from %d is %s", i, offset, event.Session)
			}
		}
	}
	for _, r := range requests {
		if r.Params.Offset > deepestOffset || r.Params.Limit > mostRows {
			t.Errorf("asked %+v", r)
		}
	}
	if len(requests) > 1+7+3+6+3 { // the zone, the halving, the counting, the pages and those across two parts
		t.Errorf("%d requests", len(requests))
	}
}

func TestAPageOfCallsThatGoOnIsNotTheEnd(t *testing.T) {
	t.Parallel()
	var requests []asked
	c := stub(t, busy{first: eight, since: eight.Add(time.Hour), asked: &requests})
	events, _, e := c.Calls(t.Context(), centre.Query{From: eight, Till: eight.Add(2 * time.Hour), Limit: 100})
	fine(t, e)
	if len(events) != 40 || events[0].Session != "361" { // the fourth page has forty that ended
		t.Errorf("%d events", len(events))
	}
	if events, _, e = c.Calls(t.Context(), centre.Query{From: eight, Till: eight.Add(time.Hour), Limit: 100}); e != nil || len(events) != 0 {
		t.Errorf("nothing ended: %d events, %v", len(events), e)
	}
}
