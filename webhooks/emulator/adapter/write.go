package adapter

import (
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"

	"omniconnector/webhooks/emulator/chat"
)

var messages = with(
	member{name: "chat_id", kind: integer, required: true}, member{name: "operator_id", kind: integer, required: true},
	member{name: "text", kind: words}, member{name: "created_at", kind: moment, required: true},
	member{name: "source", kind: words, required: true, values: []string{"operator"}}, member{name: "reply_to_id", kind: integer},
	member{name: "resource", kind: object}, member{name: "context", kind: object},
)

var resources = []member{
	{name: "id", kind: integer, required: true},
	{name: "token", kind: words, required: true},
	{name: "type", kind: words, required: true, values: types},
	{name: "name", kind: words},
	{name: "size", kind: integer},
}

// types are the kinds of files.
var types = []string{"photo", "video", "audio", "voice", "document"}

// write sends what an employee says; what becomes of it is told by status webhooks.
func (s *Server) write(r request) (any, *refusal) {
	b, bad := read(r.Body, messages)
	if bad != nil {
		return nil, bad
	}
	var file body
	if b.has("resource") {
		file, _ = b["resource"].(map[string]any) // checked
		if all := check(file, resources, "body", "resource"); len(all) > 0 {
			return nil, unprocessable(all...)
		}
	} else if b.text("text") == "" {
		return nil, unprocessable(found("text or resource is required", "value_error", "body", "text"))
	}
	p, bad := s.at(r.adapter, b.int("account_id"), b.int("channel_id"))
	if bad != nil {
		return nil, bad
	}
	c, bad := s.open(p, b.int("chat_id"))
	if bad != nil {
		return nil, bad
	}
	who, bad := s.operator(p.App, b.int("operator_id"))
	if bad != nil {
		return nil, bad
	}
	m := chat.Message{Source: "operator", Text: b.text("text"), ReplyTo: b.int("reply_to_id")}
	if file != nil {
		f, there := s.resource(p, file.int("id"))
		if !there || f.Token != file.text("token") {
			return nil, &refusal{http.StatusNotFound, "Resource not found"}
		}
		m.File = &f
	}
	done, there := s.platform.Do(p.App, c.ID, chat.Act{What: chat.Written, Employee: who, Message: m, Adapter: r.adapter.ID})
	if !there {
		return nil, &refusal{http.StatusConflict, "Chat is closed"}
	}
	for _, status := range []string{"sent", "delivered"} {
		s.platform.Do(p.App, c.ID, chat.Act{What: chat.Statused, Message: chat.Message{ID: done.Message.ID, Status: status}})
	}
	return map[string]any{
		"context": b["context"], "account_id": p.ID, "channel_id": p.line.ID, "id": done.Message.ID, "chat_id": c.ID, "source": "operator",
		"operator_id": who.ID, "reply_to_id": b["reply_to_id"], "text": b["text"], "created_at": b["created_at"], "status": nil,
		"resource": Resource(m.File), "system_message_mnemonic": nil,
	}, nil
}

var closings = with(
	member{name: "chat_id", kind: integer, required: true}, member{name: "operator_id", kind: integer, required: true},
	member{name: "reason", kind: words, required: true, values: []string{"closed_by_operator"}}, member{name: "context", kind: object},
)

func (s *Server) close(r request) (any, *refusal) {
	return s.change(r, closings, "operator_id", func(b body) chat.Act {
		return chat.Act{What: chat.Closed, Reason: b.text("reason")}
	})
}

var transfers = with(
	member{name: "chat_id", kind: integer, required: true}, member{name: "from_operator_id", kind: integer, required: true},
	member{name: "to_operator_id", kind: integer, required: true}, member{name: "context", kind: object},
)

func (s *Server) transfer(r request) (any, *refusal) {
	return s.change(r, transfers, "to_operator_id", func(body) chat.Act { return chat.Act{What: chat.Assigned} })
}

// change does something to a chat that goes on, by or for the operator whom a member names, and repeats the request.
func (s *Server) change(r request, want []member, operator string, act func(body) chat.Act) (any, *refusal) {
	b, bad := read(r.Body, want)
	if bad != nil {
		return nil, bad
	}
	p, bad := s.at(r.adapter, b.int("account_id"), b.int("channel_id"))
	if bad != nil {
		return nil, bad
	}
	c, bad := s.open(p, b.int("chat_id"))
	if bad != nil {
		return nil, bad
	}
	who, bad := s.operator(p.App, b.int(operator))
	if bad != nil {
		return nil, bad
	}
	do := act(b)
	do.Employee, do.Adapter = who, r.adapter.ID
	if _, there := s.platform.Do(p.App, c.ID, do); !there {
		return nil, &refusal{http.StatusConflict, "Chat is closed"}
	}
	return b, nil
}

// upload keeps a file for a message to come.
func (s *Server) upload(r request) (any, *refusal) {
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, unprocessable(found("field required", "value_error.missing", "body", "file"))
	}
	fields := map[string]string{}
	var file *chat.File
	for {
		part, err := parts.NextPart()
		if err != nil {
			break // the end, or a form that is cut: what is missing tells
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, &refusal{http.StatusRequestEntityTooLarge, "Request Entity Too Large"}
		}
		if part.FormName() == "file" {
			file = &chat.File{Name: path.Base("/" + part.FileName()), Content: append([]byte{}, content...)}
			continue
		}
		fields[part.FormName()] = string(content)
	}
	var all []invalid
	numbers := map[string]int64{}
	for _, name := range []string{"account_id", "channel_id"} {
		n, err := strconv.ParseInt(fields[name], 10, 64)
		switch {
		case fields[name] == "":
			all = append(all, found("field required", "value_error.missing", "body", name))
		case err != nil:
			all = append(all, found("value is not a valid integer", "type_error.integer", "body", name))
		}
		numbers[name] = n
	}
	if !slices.Contains(types, fields["type"]) {
		all = append(all, found("unexpected value", "value_error.const", "body", "type"))
	}
	if file == nil {
		all = append(all, found("field required", "value_error.missing", "body", "file"))
	}
	if len(all) > 0 {
		return nil, unprocessable(all...)
	}
	p, bad := s.at(r.adapter, numbers["account_id"], numbers["channel_id"])
	if bad != nil {
		return nil, bad
	}
	file.Type = fields["type"]
	named := file.Named(s.platform.Number())
	s.book.mu.Lock()
	s.book.uploads[named.ID] = upload{p.ID, named}
	s.book.mu.Unlock()
	return Resource(&named), nil
}
