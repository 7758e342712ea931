package bitrix24

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"omniconnector/crm"
)

// Methods of contract §3.1 and §4.1.
const (
	methodEventGet    = "event.get"
	methodEventBind   = "event.bind"
	methodEventUnbind = "event.unbind"
	methodLineGet     = "telephony.externalLine.get"
	methodLineAdd     = "telephony.externalLine.add"
	methodLineUpdate  = "telephony.externalLine.update"
)

// hookPath is where all portals report their events to; what comes before it is our address, which may have been another.
const hookPath = "/hooks/bitrix24"

// Prepare binds the events and pages that are not bound yet, takes those at our former addresses off, and adds or renames lines
// (contract §3.1, §4.1, §9). It reads first, so that a second time nothing is written; what cannot be written leaves
// the rest alone, and the first refusal is told.
func (c *Client) Prepare(ctx context.Context, charge func(context.Context) error, p crm.Prepare) *crm.Error {
	if u, err := url.Parse(p.Handler); err != nil || u.Host == "" {
		return invalid(methodEventBind, "", "the address to report events to is no address")
	}
	var bound []handler
	var lines []line
	h := &harvest{client: c, charge: charge}
	h.add(query{methodEventGet, nil, collect(methodEventGet, &bound)})
	if len(p.Lines) > 0 {
		h.add(query{methodLineGet, nil, collect(methodLineGet, &lines)})
	}
	if e := h.run(ctx); e != nil {
		return e
	}
	pages, first := c.pageChanges(ctx, charge, p.Pages)
	// Binding comes before unbinding: an event told twice is better than one not told.
	todo := slices.Concat(bindings(p, bound), lineChanges(p.Lines, lines), unbindings(p, bound), pages)
	for chunk := range slices.Chunk(todo, maxCommands) {
		if charge != nil {
			if err := charge(ctx); err != nil {
				return chargeError(err)
			}
		}
		replies, e := c.batch(ctx, chunk)
		if e != nil {
			return unread(e) // it may be repeated at will
		}
		for _, r := range replies {
			if e := r.err; e != nil && !standing(e) && first == nil {
				first = unread(e)
			}
		}
	}
	return first
}

// standing tells refusals of what is there already (contract §3.1, §4.1, §9).
func standing(e *crm.Error) bool {
	text := strings.ToLower(e.Text)
	switch e.Method {
	case methodEventBind:
		return strings.Contains(text, "unable to set event handler")
	case methodLineAdd:
		return strings.Contains(text, "already exists")
	case methodPlacementBind:
		return strings.Contains(text, "unable to set placement handler") || strings.Contains(text, "already bind")
	}
	return false
}

// handler is a row of event.get.
type handler struct {
	Event    Text `json:"event"`
	Address  Text `json:"handler"`
	AuthType Text `json:"auth_type"`
	Offline  Flag `json:"offline"`
}

// ours tells an address that we have or had, whatever it is called.
func (h handler) ours() bool {
	u, err := url.Parse(string(h.Address))
	return err == nil && !bool(h.Offline) && strings.HasSuffix(strings.TrimRight(u.Path, "/"), hookPath)
}

func (h handler) tells(event, address string) bool {
	return !bool(h.Offline) && strings.EqualFold(string(h.Event), event) && string(h.Address) == address
}

func bindings(p crm.Prepare, bound []handler) commands {
	var out commands
	seen := map[string]bool{}
	for _, event := range p.Events {
		event = strings.ToUpper(strings.TrimSpace(event))
		if event == "" || seen[event] {
			continue
		}
		seen[event] = true
		if !slices.ContainsFunc(bound, func(h handler) bool { return h.tells(event, p.Handler) }) {
			out = append(out, command{methodEventBind, params{"event": event, "handler": p.Handler}})
		}
	}
	return out
}

// unbindings take off other addresses of ours, and a second handler of one event at the right address, as for another user.
func unbindings(p crm.Prepare, bound []handler) commands {
	var out commands
	kept := map[string]bool{}
	for _, h := range bound {
		right := string(h.Address) == p.Handler && !bool(h.Offline)
		event := strings.ToUpper(string(h.Event))
		if right && !kept[event] {
			kept[event] = true
			continue
		}
		if !right && !h.ours() {
			continue
		}
		off := params{"event": string(h.Event), "handler": string(h.Address)}
		if h.AuthType != "" {
			off["auth_type"] = string(h.AuthType)
		}
		out = append(out, command{methodEventUnbind, off})
	}
	return out
}

// line is a row of telephony.externalLine.get.
type line struct {
	Number Text `json:"NUMBER"`
	Name   Text `json:"NAME"`
	Create Flag `json:"CRM_AUTO_CREATE"`
}

// lineChanges add lines and mend those of another name. The portal creates nothing by itself: records are ours to make.
func lineChanges(want []crm.Line, have []line) commands {
	var out commands
	seen := map[string]bool{}
	for _, l := range want {
		if l.Number == "" || seen[l.Number] {
			continue
		}
		seen[l.Number] = true
		p := params{"NUMBER": l.Number, "CRM_AUTO_CREATE": "N"}
		if l.Name != "" {
			p["NAME"] = l.Name
		}
		i := slices.IndexFunc(have, func(h line) bool { return string(h.Number) == l.Number })
		switch {
		case i < 0:
			out = append(out, command{methodLineAdd, p})
		case bool(have[i].Create) || l.Name != "" && string(have[i].Name) != l.Name:
			out = append(out, command{methodLineUpdate, p})
		}
	}
	return out
}
