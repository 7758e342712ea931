package emulator

import (
	"slices"
	"strings"
)

// notice is a notification in an employee's bell (contract §8.1).
type notice struct {
	ID       int64
	UserID   int64
	From     int64 // 0 is the system
	Message  string
	Tag      string
	SubTag   string
	ClientID string
	At       string
}

var imNotifyMethods = map[string]method{
	"im.notify.personal.add": {scope: "im", run: func(c *call) (any, error) { return notifyAdd(c, c.actor.user.ID) }},
	"im.notify.system.add":   {scope: "im", run: func(c *call) (any, error) { return notifyAdd(c, 0) }},
	"im.notify.delete":       {scope: "im", run: notifyDelete},
}

// Tags are kept per application: two integrations with the same tag do not replace each other's notices (contract §8.1).
func (a actor) prefix(tag string) string {
	if tag == "" {
		return ""
	}
	return "MP|" + a.key + "|" + tag // stored tags belong to the application
}

// A dismissed receiver is no error but false (contract §8.1).
func notifyAdd(c *call, from int64) (any, error) {
	user, text := phpInt(c.param("user_id")), phpString(c.param("message"))
	switch {
	case c.in.has("to"):
		user = phpInt(c.in.get("to")) // an older spelling of USER_ID
	case user <= 0:
		return nil, refuse(400, "USER_ID_EMPTY", "User ID can't be empty")
	}
	if text = strings.TrimSpace(text); text == "" {
		return nil, refuse(400, "MESSAGE_EMPTY", "Message can't be empty")
	}
	if u := c.user(user); u == nil || u.Inactive {
		return false, nil
	}
	n := &notice{
		UserID: user, From: from, Message: text, Tag: c.actor.prefix(phpString(c.param("tag"))),
		SubTag: c.actor.prefix(phpString(c.param("sub_tag"))), ClientID: c.actor.key, At: stamp(c.now()),
	}
	// A repeated tag replaces the earlier notice.
	for id, old := range c.state.Notices {
		if n.Tag != "" && old.Tag == n.Tag && old.UserID == user {
			delete(c.state.Notices, id)
		}
	}
	n.ID = c.id("notice")
	c.state.Notices[n.ID] = n
	return n.ID, nil
}

// By id, tag or sub-tag; false tells that nothing was there (contract §8.1).
func notifyDelete(c *call) (any, error) {
	id := phpInt(c.param("id"))
	tag, sub := c.actor.prefix(phpString(c.param("tag"))), c.actor.prefix(phpString(c.param("sub_tag")))
	found := false
	for key, n := range c.state.Notices {
		if id != 0 && n.ID == id || tag != "" && n.Tag == tag || sub != "" && n.SubTag == sub {
			delete(c.state.Notices, key)
			found = true
		}
	}
	return found, nil
}

// Notice is a notification in an employee's bell; From 0 is the system.
type Notice struct {
	ID   int64  `json:"id"`
	User int64  `json:"user"`
	From int64  `json:"from"`
	Tag  string `json:"tag"` // as it is stored, with the application's prefix
	Text string `json:"text"`
}

// Notices lists an employee's notifications, oldest first; 0 asks for everybody's.
func (p *Portal) Notices(user int64) []Notice {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []Notice{}
	for _, n := range p.sortedNotices() {
		if user == 0 || n.UserID == user {
			out = append(out, Notice{n.ID, n.UserID, n.From, n.Tag, n.Message})
		}
	}
	return out
}

func (p *Portal) sortedNotices() []*notice {
	var out []*notice
	for _, n := range p.state.Notices {
		out = append(out, n)
	}
	slices.SortFunc(out, func(a, b *notice) int { return int(a.ID - b.ID) })
	return out
}
