package chat

import (
	"slices"
	"strconv"
	"time"

	"omniconnector/webhooks/emulator/session"
	"omniconnector/webhooks/emulator/table"
)

// Chats is what get.chats_report has: the groups of contract uis §4.2 and the fields of §4.5, misspelt one included.
var Chats = slices.Concat(
	table.Columns(table.Integer, "id"), table.Columns(table.Text, "status", "initiator", "date_time", "duration"),
	table.Columns(table.Integer, "answer_time"), table.Columns(table.Text, "chat_ad_url"),
	table.Columns(table.Integer, "chat_channel_id"), table.Columns(table.Text, "chat_channel_type", "chat_channel_name", "chat_user_id", "chat_username"),
	table.Columns(table.Integer, "messages_count", "employee_messages_count"), table.Columns(table.Flag, "is_group_chat", "is_transfer"),
	table.Columns(table.Text, "release_cause"), table.Columns(table.Integer, "employee_id"), table.Columns(table.Text, "employee_full_name"),
	table.Columns(table.Integer, "employee_raiting", "visitor_phone_number"), table.Columns(table.Nested, "visitor_ids"),
	table.Columns(table.Text, "visitor_profile_url"), session.Origin,
)

// Messages is what get.chat_messages_report has (contract uis §4.6).
var Messages = slices.Concat(
	table.Columns(table.Integer, "id", "chat_id", "channel_id"), table.Columns(table.Text, "channel_type", "date_time"),
	table.Columns(table.Flag, "is_group_chat"), table.Columns(table.Integer, "visitor_id"), table.Columns(table.Text, "text", "source"),
	table.Columns(table.Nested, "resource"), table.Columns(table.Integer, "employee_id"), table.Columns(table.Text, "employee_full_name"),
)

// Row is the chat's row in get.chats_report.
func (c *Chat) Row() table.Row {
	s := c.State(time.Time{})
	row := table.Row{
		"id": c.ID, "status": s.Status(), "initiator": text(c.Initiator), "date_time": c.stamp(c.Begun()),
		"chat_channel_id": c.Channel.ID, "chat_channel_type": c.Channel.Type, "chat_channel_name": text(c.Channel.Name),
		"chat_user_id": text(c.Visitor.User), "chat_username": text(c.Visitor.Username), "visitor_profile_url": text(c.Visitor.Profile),
		"messages_count": int64(len(s.Lines)), "employee_messages_count": s.count("operator"),
		"is_group_chat": false, "is_transfer": len(s.Operators) > 1, "release_cause": text(s.Reason),
		"visitor_phone_number": Number(c.Visitor.Phone), "visitor_ids": []int64{c.Visitor.ID},
		"communication_id": c.ID, "communication_type": "chat", "communication_number": c.Ordinal,
		"attributes": s.attributes(c), "tags": session.Tags(s.Tags, c.Location), "visitor_custom_properties": []any{}, "segments": []any{},
	}
	c.Visit.Row(row)
	row["visitor_id"] = c.Visitor.ID
	if !s.Closed.IsZero() {
		row["duration"] = strconv.FormatInt(int64(s.Closed.Sub(c.Begun())/time.Second), 10)
	}
	if who := s.Operator; who.ID != 0 {
		row["employee_id"], row["employee_full_name"] = who.ID, who.Name
	}
	for i := range s.Lines {
		if l := &s.Lines[i]; l.Source == "operator" {
			row["answer_time"] = int64(l.At.Sub(c.Begun()) / time.Second)
			break
		}
	}
	return row
}

func (s *State) attributes(c *Chat) []string {
	all := []string{}
	if c.Ordinal == 1 {
		all = append(all, "first")
	}
	if s.Status() == "lost" {
		all = append(all, "lost")
	}
	return all
}

// MessageRows are the rows in get.chat_messages_report of the messages that keep picks. What was taken back is not there.
func (c *Chat) MessageRows(keep func(Line) bool) []table.Row {
	var all []table.Row
	s := c.State(time.Time{})
	for i := range s.Lines {
		l := &s.Lines[i]
		if l.Deleted || !keep(*l) {
			continue
		}
		row := table.Row{
			"id": l.ID, "chat_id": c.ID, "channel_id": c.Channel.ID, "channel_type": c.Channel.Type, "date_time": c.stamp(l.At),
			"is_group_chat": false, "visitor_id": c.Visitor.ID, "text": text(l.Text), "source": l.Source, "resource": c.resource(l.File),
		}
		if l.Employee.ID != 0 {
			row["employee_id"], row["employee_full_name"] = l.Employee.ID, l.Employee.Name
		}
		all = append(all, row)
	}
	return all
}

func (c *Chat) resource(f *File) any {
	if f == nil {
		return nil
	}
	return table.Row{"size": f.Length(), "type": f.Type, "file_url": c.FilesAt + f.Path(), "file_name": f.Name, "mime_type": f.MIME()}
}

// stamp writes a time as the Data API does.
func (c *Chat) stamp(t time.Time) any { return session.Stamp(t, c.Location) }

// Number is a phone as these reports have it: a number, not a text. Whatever is none is null.
func Number(phone string) any {
	n, err := strconv.ParseInt(phone, 10, 64)
	if err != nil {
		return nil
	}
	return n
}

func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
