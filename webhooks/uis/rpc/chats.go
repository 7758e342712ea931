package rpc

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

const (
	// asideOfNamed is how much wider than asked the platform looks for communications that are asked for by their ids (contract uis §6).
	asideOfNamed = 24 * time.Hour
	// longestChat is the end of what is believed of how long a chat went on.
	longestChat = 366 * 24 * time.Hour
)

// chatParams go on as parameters of a chat's report beside the shared columns (contract uis §4.5).
var chatParams = append(strings.Fields(`
	answer_time chat_ad_url messages_count employee_messages_count is_group_chat is_transfer visitor_profile_url release_cause`), uis.Shared()...)

var chatReport = report{method: "get.chats_report", at: "date_time", columns: slices.Concat(strings.Fields(`
	id date_time duration status initiator chat_channel_id chat_channel_type chat_channel_name chat_user_id chat_username
	employee_id employee_full_name employee_raiting visitor_phone_number visitor_ids`), uis.Marks(), chatParams)}

// Chats reads what the platform knows of chats that began from q.From until before q.Till (contract uis §4.5), as events of kind ChatReport
// without messages, by ascending start; those that go on are among them. Sessions are ids of chats: then the range only bounds where they
// are looked for, a day wider, and q.From and q.Till are still needed. Pages are as those of Calls. It costs a point per page; a range of
// more than three months costs one more for each three months when its first page is read, and the account's zone one once.
func (c *Client) Chats(ctx context.Context, q centre.Query) (reports []integration.Event, total int, err *crm.Error) {
	return c.communications(ctx, chatReport, q, c.chat)
}

// communications reads a page of a report whose rows are events by themselves.
func (c *Client) communications(
	ctx context.Context, of report, q centre.Query, read func(uis.Row, *time.Location, time.Time) (integration.Event, bool),
) (events []integration.Event, total int, err *crm.Error) {
	ids := numbers(q.Sessions)
	if len(q.Sessions) > 0 && len(ids) == 0 || !q.From.Before(q.Till) {
		return nil, 0, nil
	}
	zone, err := c.location(ctx)
	if err != nil {
		return nil, 0, err
	}
	if len(ids) > 0 {
		q.From, q.Till = q.From.Add(-asideOfNamed), q.Till.Add(asideOfNamed)
	}
	total, err = c.leaf(ctx, of, q, ids, zone, func(row uis.Row) bool {
		start, ok := began(row, of.at, zone, q)
		if !ok {
			return false
		}
		event, ok := read(row, zone, start)
		if ok {
			events = append(events, event)
		}
		return ok
	})
	if err != nil {
		return nil, total, err
	}
	slices.SortStableFunc(events, func(a, b integration.Event) int { return a.Report.StartedAt.Compare(b.Report.StartedAt) })
	return events, total, nil
}

// began places the beginning of a row in time. It is not ok outside of the range, which is asked for more widely than needed. Of the two
// readings of an hour that autumn repeats it takes the later one, as Calls does.
func began(row uis.Row, column string, zone *time.Location, q centre.Query) (start time.Time, ok bool) {
	at := row.Time(column, zone)
	if at.IsZero() {
		return at, false
	}
	for _, t := range twins(at, zone) {
		if !t.Before(q.From) && t.Before(q.Till) {
			start, ok = t, true
		}
	}
	return start, ok
}

// chat makes the report of a chat. Its key changes with what is known of the chat, so that a report that says more than the one before is
// not taken for a repetition. A chat that is over is told of at its end: what is known then is known best.
func (c *Client) chat(row uis.Row, _ *time.Location, start time.Time) (integration.Event, bool) {
	n := row.Number("id")
	if n <= 0 {
		return integration.Event{}, false
	}
	id := strconv.FormatInt(n, 10)
	told := integration.ChatTold{
		Channel: row.Text("chat_channel_type"), ChannelID: row.Number("chat_channel_id"), ChannelName: row.Text("chat_channel_name"),
		Initiator: row.Text("initiator"), Visitor: visitor(row),
	}
	status, cause := row.Text("status"), row.Text("release_cause")
	told.Closed = cause != "" || slices.Contains(statusesOfTheEnd, status)
	if told.Closed {
		told.Reason = cmp.Or(cause, status)
	}
	e := integration.Event{
		Source: uis.Name, Kind: integration.ChatReport, Session: integration.ChatSession(id), At: start, Received: c.now().UTC(),
		Report: integration.Report{
			StartedAt: start, Status: status, Employee: employee(row, "employee"), Rating: row.Rating("employee_raiting"), Tags: row.Tags(),
			Params: row.Params(chatParams), Chat: &told,
		},
	}
	if transfer := row.Flag("is_transfer"); transfer != nil {
		e.Report.Transfer = *transfer
	}
	if told.Closed {
		e.Report.Total = lastedFor(row)
		if e.Report.Total != nil {
			e.At = start.Add(*e.Report.Total)
		}
		e.Report.EndedAt = e.At
	}
	put := into(e.Report.Params)
	put("chat_status", status)
	if e.Report.Rating != 0 {
		put("operator_rating", strconv.Itoa(e.Report.Rating))
	}
	e.Key = string(e.Kind) + "|" + id + "|" + content(&e.Report)
	e.Customer = uis.Visitor(&told.Visitor, e.Session)
	return e, true
}

// statusesOfTheEnd are those of a chat that is over (contract uis §4.5); words that nobody knows tell nothing.
var statusesOfTheEnd = []string{"lost", "succeed", "refused"}

// lastedFor is how long a chat went on; chats go on for longer than anybody talks.
func lastedFor(row uis.Row) *time.Duration {
	if d := row.Seconds("duration"); d != nil {
		return d
	}
	if n := row.Number("duration"); n > 0 && n <= int64(longestChat/time.Second) {
		d := time.Duration(n) * time.Second
		return &d
	}
	return nil
}
