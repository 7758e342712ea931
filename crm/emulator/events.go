package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// handler is an event subscription (contract §3.1).
type handler struct {
	ID       int64
	Event    string
	URL      string
	AuthType int64
	Offline  bool
}

var eventMethods = map[string]method{
	"event.bind":   {appOnly: true, run: eventBind},
	"event.unbind": {appOnly: true, run: eventUnbind},
	"event.get":    {appOnly: true, run: eventGet},
	"events":       {run: func(*call) (any, error) { return eventNames, nil }},
	"event.test": {appOnly: true, run: func(c *call) (any, error) {
		c.emit("ONAPPTEST", c.actor.user.ID, map[string]any{"QUERY": c.in})
		return true, nil
	}},
}

var eventNames = func() []string {
	names := []string{
		"ONAPPUNINSTALL", "ONAPPINSTALL", "ONAPPUPDATE", "ONAPPPAYMENT", "ONAPPMETHODCONFIRM", "ONAPPTEST", "ONOFFLINEEVENT",
		"ONEXTERNALCALLSTART", "ONEXTERNALCALLBACKSTART", "ONVOXIMPLANTCALLINIT", "ONVOXIMPLANTCALLSTART", "ONVOXIMPLANTCALLEND",
		"ONCRMDEALMOVETOCATEGORY", "ONUSERADD",
	}
	for _, k := range []string{"LEAD", "DEAL", "CONTACT", "COMPANY", "ACTIVITY", "TIMELINECOMMENT"} {
		names = append(names, "ONCRM"+k+"ADD", "ONCRM"+k+"UPDATE", "ONCRM"+k+"DELETE")
	}
	slices.Sort(names)
	return names
}()

// Names are taken in any case and delivered in upper case; a repeated bind is an error whose text
// a client has to treat as success (contract §3.1).
func eventBind(c *call) (any, error) {
	name := strings.ToUpper(phpString(c.in.get("event")))
	if name == "" {
		return nil, argument("event", "Argument 'event' is null or empty")
	}
	if !slices.Contains(eventNames, name) {
		return nil, refuse(http.StatusBadRequest, "ERROR_EVENT_NOT_FOUND", "Event not found")
	}
	offline := strings.EqualFold(phpString(c.in.get("event_type")), "offline")
	to := phpString(c.in.get("handler"))
	u, err := url.Parse(to)
	switch {
	case offline && !c.actor.user.Admin:
		return nil, refuse(http.StatusForbidden, "ACCESS_DENIED", "Access denied!")
	case offline:
		return nil, refuse(http.StatusForbidden, "ACCESS_DENIED", "Offline events are not available on this tariff")
	case to == "":
		return nil, argument("handler", "Argument 'handler' is null or empty")
	case err != nil || u.Host == "":
		return nil, core("Wrong handler URL")
	}
	user := phpInt(c.in.get("auth_type"))
	if user != 0 && user != c.actor.user.ID && !c.actor.user.Admin {
		return nil, refuse(http.StatusForbidden, "ACCESS_DENIED", "Access denied!")
	}
	in := c.actor.install
	for _, h := range in.Handlers {
		if h.Event == name && h.URL == to && h.AuthType == user {
			return nil, core("Unable to set event handler: Handler already binded")
		}
	}
	in.Handlers = append(in.Handlers, &handler{ID: c.id("handler"), Event: name, URL: to, AuthType: user})
	return true, nil
}

// The count tells how many there were; none is no error (contract §3.1).
func eventUnbind(c *call) (any, error) {
	name, to := phpString(c.in.get("event")), phpString(c.in.get("handler"))
	if name == "" {
		return nil, argument("event", "Argument 'event' is null or empty")
	}
	in, n := c.actor.install, 0
	in.Handlers = slices.DeleteFunc(in.Handlers, func(h *handler) bool {
		hit := strings.EqualFold(h.Event, name) && (to == "" || h.URL == to) &&
			(!c.in.has("auth_type") || h.AuthType == phpInt(c.in.get("auth_type")))
		if hit {
			n++
		}
		return hit
	})
	return map[string]any{"count": n}, nil
}

// auth_type is a string and offline a number; only administrators see what others have bound (contract §3.1).
func eventGet(c *call) (any, error) {
	out := []any{}
	for _, h := range c.actor.install.Handlers {
		if !c.actor.user.Admin && h.AuthType != c.actor.user.ID {
			continue
		}
		out = append(out, map[string]any{"event": h.Event, "handler": h.URL, "auth_type": itoa(h.AuthType), "offline": 0})
	}
	return out, nil
}

// echo tells handlers of a CRM record's change: the id and nothing else (contract §5.10).
func (p *Portal) echo(name string, id, by int64) {
	p.emitFields(name, by, map[string]any{"ID": id})
}

func (p *Portal) emitFields(name string, by int64, fields map[string]any) {
	p.emit(name, by, map[string]any{"FIELDS": fromGo(fields)})
}

// emit queues an event for every handler of every finished installation. The portal is locked.
func (p *Portal) emit(name string, by int64, data map[string]any) {
	for _, in := range p.state.Installs {
		p.emitTo(in, name, by, data)
	}
}

// emitTo queues an event for one application's handlers.
func (p *Portal) emitTo(in *install, name string, by int64, data map[string]any) {
	if !in.Finished {
		return // no events before installFinish (contract §2.4)
	}
	for _, h := range in.Handlers {
		if h.Event == name {
			p.enqueue(in, h, by, orderedData(data))
		}
	}
}

func orderedData(data map[string]any) *array {
	out := newArray()
	for _, k := range sortedKeys(data) {
		out.set(k, fromGo(data[k]))
	}
	return out
}

// The body is written now, with the tokens of now: an event that waits in the queue may arrive with dead ones.
func (p *Portal) enqueue(in *install, h *handler, by int64, data *array) {
	body := newArray()
	body.set("event", h.Event)
	body.set("event_handler_id", itoa(h.ID))
	body.set("data", data)
	body.set("ts", itoa(p.now().Unix()))
	user := h.AuthType
	if user == 0 {
		user = by
	}
	body.set("auth", p.eventAuth(in, user, p.queue.knobs().NoTokens || user == 0))
	p.queue.push(delivery{event: h.Event, url: h.URL, body: encodeForm(body)})
}

// eventAuth is an event's auth block; tokens are missing when nobody acted (contract §3.2).
func (p *Portal) eventAuth(in *install, user int64, bare bool) *array {
	auth := newArray()
	if !bare {
		auth.set("access_token", p.eventToken(in, user))
		auth.set("expires", itoa(p.now().Add(accessLife).Unix()))
		auth.set("expires_in", "3600")
		auth.set("scope", in.Scope)
	}
	auth.set("domain", p.Domain())
	auth.set("server_endpoint", p.cloud.ServerEndpoint())
	auth.set("status", in.Status)
	auth.set("client_endpoint", p.Endpoint())
	auth.set("member_id", p.memberID)
	if !bare {
		auth.set("user_id", itoa(user))
	}
	auth.set("application_token", in.AppToken)
	return auth
}

// eventToken reuses a fresh token of earlier events: a busy portal does not mint one for each.
func (p *Portal) eventToken(in *install, user int64) string {
	half := p.now().Add(accessLife / 2)
	for t, a := range p.state.Access {
		if a.Event && a.ClientID == in.ClientID && a.UserID == user && a.Expires.After(half) {
			return t
		}
	}
	return p.newAccess(in, user, true)
}

// Emit sends an event with arbitrary data to the handlers bound to it, acting as user by (0 for nobody).
func (p *Portal) Emit(event string, by int64, data map[string]any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.emit(strings.ToUpper(event), by, data)
}

// SendInstall posts ONAPPINSTALL with full tokens to handlerURL, as for applications without pages (contract §2.4).
func (p *Portal) SendInstall(clientID, handlerURL string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	in := p.install(clientID)
	if in == nil {
		return
	}
	in.Finished = true
	t := p.issue(in, in.UserID)
	p.lifecycle(handlerURL, "ONAPPINSTALL", map[string]any{"VERSION": in.version(), "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "ru"}, p.fullAuth(in, t))
}

// fullAuth is the auth block that carries a whole pair of tokens (contract §2.4).
func (p *Portal) fullAuth(in *install, t Tokens) *array {
	auth := p.eventAuth(in, in.UserID, true)
	for _, kv := range [][2]string{
		{"access_token", t.AccessToken}, {"refresh_token", t.RefreshToken}, {"expires_in", "3600"}, {"scope", in.Scope}, {"user_id", itoa(in.UserID)},
	} {
		auth.set(kv[0], kv[1])
	}
	return auth
}

// UpdateApp installs a new version of an application: its application_token changes, all its event handlers are deleted, and
// those bound to ONAPPUPDATE hear of it with a new pair of tokens (contract §2.4, §2.5). It tells that pair.
func (p *Portal) UpdateApp(clientID, version string) Tokens {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	in := p.install(clientID)
	if in == nil {
		return Tokens{}
	}
	old := in.version()
	in.Version, in.AppToken = version, p.cloud.hex32()
	t := p.issue(in, in.UserID)
	auth := p.fullAuth(in, t)
	for _, h := range in.Handlers {
		if h.Event == "ONAPPUPDATE" {
			p.lifecycle(h.URL, h.Event, map[string]any{"VERSION": version, "PREVIOUS_VERSION": old, "LANGUAGE_ID": "ru"}, auth)
		}
	}
	in.Handlers = nil
	return t
}

// Uninstall removes an application with its tokens and handlers and tells those bound to
// ONAPPUNINSTALL; clean says that the user asked to erase the data (contract §2.4).
func (p *Portal) Uninstall(clientID string, clean bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	in := p.install(clientID)
	if in == nil {
		return
	}
	auth := p.eventAuth(in, 0, true)
	for _, h := range in.Handlers {
		if h.Event == "ONAPPUNINSTALL" {
			p.lifecycle(h.URL, h.Event, map[string]any{"LANGUAGE_ID": "ru", "CLEAN": map[bool]string{true: "1", false: "0"}[clean]}, auth)
		}
	}
	p.removeInstall(clientID)
}

// FinishInstall is what BX24.installFinish() does in the browser: from now on there are events and widgets, and those bound to
// ONAPPINSTALL hear of it (contract §2.4). A second time changes nothing.
func (p *Portal) FinishInstall(clientID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	in := p.install(clientID)
	if in == nil || in.Finished {
		return
	}
	in.Finished = true
	p.changed()
	auth := p.fullAuth(in, p.issue(in, in.UserID))
	for _, h := range in.Handlers {
		if h.Event == "ONAPPINSTALL" {
			p.lifecycle(h.URL, h.Event, map[string]any{"VERSION": in.version(), "ACTIVE": "Y", "INSTALLED": "Y", "LANGUAGE_ID": "ru"}, auth)
		}
	}
}

// Lifecycle events carry their own auth block: full at install, without tokens at the end (contract §2.4).
func (p *Portal) lifecycle(to, event string, data map[string]any, auth *array) {
	body := newArray()
	body.set("event", event)
	body.set("event_handler_id", "0")
	body.set("data", orderedData(data))
	body.set("ts", itoa(p.now().Unix()))
	body.set("auth", auth)
	p.queue.push(delivery{event: event, url: to, body: encodeForm(body)})
}
