package rpc

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/webhooks/uis"
)

const (
	methodMessages = "get.chat_messages_report"
	// chatsAtOnce is of how many chats one request asks the messages.
	chatsAtOnce = 100
)

// messageColumns are what is asked of a message (contract uis §4.6).
var messageColumns = strings.Fields(`id chat_id date_time text source resource employee_id employee_full_name`)

// ChatMessages reads all messages of chats, by the chats' ids, each in the order in which they were written (contract uis §4.6). A chat
// without messages is not there. The ids of messages are taken to be those of the Chat API, so that a message told by both is one; nothing
// published says so. It costs a point per hundred chats, and one more for each ten thousand messages beyond the first of a hundred chats;
// the account's zone costs one once.
func (c *Client) ChatMessages(ctx context.Context, chats []string) (map[string][]integration.Message, *crm.Error) {
	all := map[string][]integration.Message{}
	ids := numbers(chats)
	if len(ids) == 0 {
		return all, nil
	}
	zone, e := c.location(ctx)
	if e != nil {
		return nil, e
	}
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), chatsAtOnce) {
		if e := c.messagesOf(ctx, part, zone, all); e != nil {
			return nil, e
		}
	}
	for _, messages := range all {
		slices.SortStableFunc(messages, func(a, b integration.Message) int { return a.At.Compare(b.At) })
	}
	return all, nil
}

// messagesOf adds the messages of some chats.
func (c *Client) messagesOf(ctx context.Context, chats []int64, zone *time.Location, all map[string][]integration.Message) *crm.Error {
	for offset := 0; offset <= deepestOffset; {
		answer, e := c.look(ctx, methodMessages, messageColumns, params{
			"chat_ids": chats, "limit": mostRows, "offset": offset,
			"sort": []params{{"field": "date_time", "order": "asc"}, {"field": "id", "order": "asc"}},
		})
		if e != nil {
			return e
		}
		rows := answer.rows()
		for _, row := range rows {
			chat := row.Number("chat_id")
			m, ok := readMessage(row, zone)
			if !ok || !slices.Contains(chats, chat) {
				continue
			}
			id := strconv.FormatInt(chat, 10)
			all[id] = append(all[id], m)
		}
		if offset += len(rows); len(rows) == 0 || len(rows) < mostRows && offset >= answer.total {
			break
		}
	}
	return nil
}

// readMessage reads a row; it is not ok for one that has no id, or neither words nor a file.
func readMessage(row uis.Row, zone *time.Location) (m integration.Message, ok bool) {
	id := row.Number("id")
	if id <= 0 {
		return m, false
	}
	m = integration.Message{ID: strconv.FormatInt(id, 10), By: speaker(row.Text("source")), At: row.Time("date_time", zone), Text: row.Text("text")}
	if m.By == integration.ByOperator {
		m.Operator = employee(row, "employee")
	}
	for _, r := range row.Rows("resource") {
		f := integration.File{Type: r.Text("type"), Name: r.Text("file_name"), Size: max(0, r.Number("size"))}
		if url := r.Text("file_url"); address(url) {
			f.URL = url
		}
		if f != (integration.File{}) {
			m.File = &f
			break
		}
	}
	return m, m.Text != "" || m.File != nil
}

// speaker says who wrote: what is neither a person's nor the platform's own word is a robot's (invitations, scenarios, forms).
func speaker(source string) integration.Speaker {
	switch source {
	case "visitor":
		return integration.ByVisitor
	case "operator":
		return integration.ByOperator
	case "system":
		return integration.BySystem
	}
	return integration.ByRobot
}
