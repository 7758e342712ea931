package emulator

import (
	"cmp"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniconnector/webhooks/emulator/chat"
)

// chatPages adds the page of chats: what is said in them, and what a visitor and an employee can do.
func (p *Platform) chatPages(own func(pattern string, h http.HandlerFunc)) {
	own("GET /chats", func(w http.ResponseWriter, _ *http.Request) { p.showChats(w, http.StatusOK, "") })
	own("POST /chats", p.startChat)
	own("POST /chats/request", p.leaveRequest)
	own("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }) // asked for where pictures may be
	own("GET /chats/{app}/{id}", func(w http.ResponseWriter, r *http.Request) { p.showChat(w, r, http.StatusOK, "") })
	own("POST /chats/{app}/{id}", p.actInChat)
}

// chatLine is a chat in the list.
type chatLine struct {
	*chat.Chat

	State  chat.State
	Status string
}

func lineOf(c *chat.Chat) chatLine {
	s := c.State(time.Time{})
	return chatLine{c, s, s.Status()}
}

// Who is the visitor, by the best that is known.
func (l chatLine) Who() string {
	if l.State.Card != nil && l.State.Card.Name != "" {
		return l.State.Card.Name
	}
	v := l.Visitor
	return cmp.Or(v.Phone, v.Email, v.Username, v.User, "посетитель "+itoa(v.ID))
}

// Last is what was said last.
func (l chatLine) Last() string {
	if len(l.State.Lines) == 0 {
		return ""
	}
	return l.State.Lines[len(l.State.Lines)-1].Text
}

// writers are an account's channels and employees, for the forms.
type writers struct {
	App      int64
	Name     string
	Channels []Channel
	People   []Named
	Chats    []chatLine
	Requests []*chat.Request
}

func (p *Platform) writers() (all []writers) {
	p.mu.Lock()
	for _, app := range p.order {
		c := p.accounts[app]
		one := writers{App: app, Name: c.account.Name, Requests: slices.Clone(c.chats.requests)}
		slices.Reverse(one.Requests)
		one.Requests = one.Requests[:min(shown, len(one.Requests))]
		for _, ch := range c.account.Channels {
			if ch.Active() {
				one.Channels = append(one.Channels, ch)
			}
		}
		for _, who := range c.people {
			if !who.NoChats {
				one.People = append(one.People, Named{who.ID, who.full()})
			}
		}
		all = append(all, one)
	}
	p.mu.Unlock()
	for i := range all {
		chats := p.Conversations(all[i].App)
		slices.Reverse(chats)
		for _, c := range chats[:min(shown, len(chats))] {
			all[i].Chats = append(all[i].Chats, lineOf(c))
		}
	}
	return all
}

func (p *Platform) showChats(w http.ResponseWriter, status int, trouble string) {
	showPage(w, status, chatsPage, map[string]any{"Accounts": p.writers(), "Trouble": trouble})
}

// showPage writes a page of ours; pictures may come from the platform itself.
func showPage(w http.ResponseWriter, status int, page *template.Template, data any) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; form-action 'self'")
	w.WriteHeader(status)
	_ = page.Execute(w, data)
}

// startChat begins a conversation as a visitor, with its first words.
func (p *Platform) startChat(w http.ResponseWriter, r *http.Request) {
	app, _ := strconv.ParseInt(r.FormValue("app"), 10, 64)
	channel, _ := strconv.ParseInt(r.FormValue("channel"), 10, 64)
	var on *Channel
	for _, one := range p.writers() {
		for i, c := range one.Channels {
			if one.App == app && c.ID == channel {
				on = &one.Channels[i]
			}
		}
	}
	said := strings.TrimSpace(r.FormValue("text"))
	if on == nil || said == "" {
		p.showChats(w, http.StatusBadRequest, "Выберите канал и напишите первое сообщение.")
		return
	}
	who := visitorOn(*on, strings.TrimSpace(r.FormValue("contact")))
	if who == (Visitor{}) && on.Type != WebChat {
		p.showChats(w, http.StatusBadRequest, "На канале «"+on.Name+"» посетителя знают по контакту: впишите его.")
		return
	}
	c := p.OpenChat(app, *on, who)
	err := p.VisitorWrites(app, c.ID, said, nil)
	if name := strings.TrimSpace(r.FormValue("name")); name != "" && err == nil {
		_, err = p.Do(app, c.ID, chat.Act{What: chat.Carded, Card: Card{Name: name}})
	}
	if err != nil {
		p.showChats(w, http.StatusConflict, err.Error())
		return
	}
	http.Redirect(w, r, "/chats/"+itoa(app)+"/"+itoa(c.ID), http.StatusSeeOther)
}

// visitorOn is who writes on a channel, by the one name that such a channel tells.
func visitorOn(on Channel, contact string) Visitor {
	switch on.Type {
	case WhatsApp, WABA, SMS:
		return Visitor{Phone: digits(contact), User: digits(contact)}
	case Email:
		return Visitor{Email: contact, User: contact}
	case TelegramBot, TelegramPrivate:
		return Visitor{Username: strings.TrimPrefix(contact, "@"), User: cmp.Or(digits(contact), "501000099")}
	case WebChat:
		return Visitor{}
	default:
		return Visitor{User: contact}
	}
}

// digits are a phone as the platform writes it: 8 of Russia's eleven digits is 7.
func digits(s string) string {
	only := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
	if len(only) == 11 && only[0] == '8' {
		return "7" + only[1:]
	}
	return only
}

func (p *Platform) leaveRequest(w http.ResponseWriter, r *http.Request) {
	app, _ := strconv.ParseInt(r.FormValue("app"), 10, 64)
	p.mu.Lock()
	c := p.accounts[app]
	p.mu.Unlock()
	phone, mail := digits(r.FormValue("phone")), strings.TrimSpace(r.FormValue("email"))
	if c == nil || phone == "" && mail == "" {
		p.showChats(w, http.StatusBadRequest, "В заявке нужен телефон или почта.")
		return
	}
	one := c.account.Request(0, p.o.Now().Truncate(time.Second), strings.TrimSpace(r.FormValue("name")), phone, mail, strings.TrimSpace(r.FormValue("text")))
	p.leave(one.truth())
	http.Redirect(w, r, "/chats", http.StatusSeeOther)
}

func (p *Platform) showChat(w http.ResponseWriter, r *http.Request, status int, trouble string) {
	app, id := place(r)
	for _, one := range p.writers() {
		if one.App != app {
			continue
		}
		if c := (chatsOf{p}).Chat(app, id); c != nil {
			showPage(w, status, chatPage, map[string]any{"Account": one, "Chat": lineOf(c), "Trouble": trouble})
			return
		}
	}
	p.showChats(w, http.StatusNotFound, "Такого чата нет.")
}

func place(r *http.Request) (app, id int64) {
	app, _ = strconv.ParseInt(r.PathValue("app"), 10, 64)
	id, _ = strconv.ParseInt(r.PathValue("id"), 10, 64)
	return app, id
}

// actInChat is one of the chat's buttons.
func (p *Platform) actInChat(w http.ResponseWriter, r *http.Request) {
	app, id := place(r)
	p.mu.Lock()
	_, known := p.accounts[app]
	p.mu.Unlock()
	if !known {
		p.showChats(w, http.StatusNotFound, "Такого аккаунта нет.")
		return
	}
	said := strings.TrimSpace(r.FormValue("text"))
	employee, _ := strconv.ParseInt(r.FormValue("employee"), 10, 64)
	var err error
	switch r.FormValue("do") {
	case "visitor":
		var file *File
		if r.FormValue("photo") != "" {
			photo := Photo("фото.png")
			file = &photo
		}
		if said != "" || file != nil {
			err = p.VisitorWrites(app, id, said, file)
		}
	case "operator":
		if said != "" {
			err = p.OperatorWrites(app, id, employee, said)
		}
	case "card":
		_, err = p.Do(app, id, chat.Act{What: chat.Carded, Card: Card{
			Name: strings.TrimSpace(r.FormValue("name")), Phones: alone(digits(r.FormValue("phone"))), Emails: alone(strings.TrimSpace(r.FormValue("email"))),
		}})
	case "close":
		c := (chatsOf{p}).Chat(app, id)
		act := chat.Act{What: chat.Closed, Reason: "closed_by_operator"}
		if c != nil {
			act.Employee = c.State(time.Time{}).Operator
		}
		_, err = p.Do(app, id, act)
	}
	if err != nil {
		p.showChat(w, r, http.StatusConflict, "Не получилось: "+err.Error()+".")
		return
	}
	http.Redirect(w, r, "/chats/"+itoa(app)+"/"+itoa(id), http.StatusSeeOther) // #nosec G710 -- of numbers
}

func alone(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
