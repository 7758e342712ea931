package emulator

import (
	"slices"
	"strings"
	"time"
)

// messageLife is how long a card's failure stays on the screen.
const messageLife = 10 * time.Minute

// failedView is a clicked call that did not come about, as its employee sees it.
type failedView struct {
	User                  personView
	Phone, Status, Reason string
}

func (p *Portal) failedViews() []failedView {
	var out []failedView
	for _, m := range p.cardMessages() {
		if p.now().Sub(m.At) < messageLife {
			out = append(out, failedView{User: p.person(m.User), Phone: m.Phone, Status: m.Status, Reason: m.Reason})
		}
	}
	return out
}

// dialView is what an employee chooses from before a call: who they are, through which application and line.
type dialView struct {
	Users []personView
	Apps  []lineView // for calls of one's own
	Lines []lineView // for the callback form
}

type lineView struct{ Client, Number, Title string }

func (p *Portal) dialView() dialView {
	var v dialView
	for _, u := range p.state.Users {
		if !u.Inactive {
			v.Users = append(v.Users, p.person(u.ID))
		}
	}
	for _, l := range p.state.Lines {
		v.Lines = append(v.Lines, lineView{l.ClientID, l.Number, strings.TrimSpace(l.Name + " " + l.Number)})
	}
	for _, in := range p.state.Installs {
		if !in.Finished || !in.bound(callStart) {
			continue
		}
		v.Apps = append(v.Apps, lineView{Client: in.ClientID, Title: in.Title})
		for _, l := range v.Lines {
			if l.Client == in.ClientID {
				v.Apps = append(v.Apps, lineView{in.ClientID, l.Number, in.Title + ": " + l.Title})
			}
		}
	}
	return v
}

// messageView is a message about a call in an employee's chat or a notification in the bell.
type messageView struct {
	Who  personView
	At   string
	Text string
	Bell bool
}

// Newest first, chats and bells together.
func (p *Portal) messageViews() []messageView {
	out := []messageView{}
	for _, m := range p.state.Chat {
		out = append(out, messageView{Who: p.person(m.UserID), At: stamp(m.At), Text: m.Text})
	}
	for _, n := range p.sortedNotices() {
		out = append(out, messageView{Who: p.person(n.UserID), At: n.At, Text: n.Message, Bell: true})
	}
	slices.SortStableFunc(out, func(a, b messageView) int { return strings.Compare(a.At, b.At) })
	slices.Reverse(out)
	return out[:min(len(out), 300)]
}

// starsText is a client's vote; nothing when there was none.
func starsText(vote int64) string {
	if vote < 1 || vote > 5 {
		return ""
	}
	return strings.Repeat("★", int(vote)) + strings.Repeat("☆", 5-int(vote))
}
