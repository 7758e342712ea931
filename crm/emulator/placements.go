package emulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// placement is a page of an application inside the portal (contract §9).
type placement struct {
	ID      int64
	Code    string
	Handler string
	Title   string
	Titles  map[string]string // by language
	UserID  int64
	Options map[string]any
}

var placementMethods = map[string]method{
	"placement.bind":   {scope: "placement", appOnly: true, run: placementBind},
	"placement.unbind": {scope: "placement", appOnly: true, run: placementUnbind},
	"placement.get":    {scope: "placement", appOnly: true, run: placementGet},
	"placement.list":   {scope: "placement", appOnly: true, run: func(*call) (any, error) { return placementCodes, nil }},
}

// placementCodes are the places that the emulated portal has; DEFAULT is the application's own page and is never bound.
var placementCodes = []string{
	"CALL_CARD", "CONTACT_CENTER", "CRM_COMPANY_DETAIL_TAB", "CRM_CONTACT_DETAIL_TAB", "CRM_DEAL_DETAIL_TAB", "CRM_LEAD_DETAIL_TAB",
	"IM_NAVIGATION", "LEFT_MENU", "PAGE_BACKGROUND_WORKER", "REST_APP_URI",
}

// Several refusals of placement.bind come with HTTP 200; binding the same handler twice is one of them (contract §9).
func placementBind(c *call) (any, error) {
	code := strings.ToUpper(phpString(c.in.get("PLACEMENT")))
	to := phpString(c.in.get("HANDLER"))
	u, err := url.Parse(to)
	switch {
	case !c.actor.user.Admin:
		return nil, refuse(http.StatusForbidden, "ACCESS_DENIED", "Access denied!")
	case code == "":
		return nil, argument("PLACEMENT", "Argument 'PLACEMENT' is null or empty")
	case !slices.Contains(placementCodes, code):
		return nil, refuse(http.StatusOK, "ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
	case to == "":
		return nil, argument("HANDLER", "Argument 'HANDLER' is null or empty")
	case err != nil || u.Host == "":
		return nil, refuse(http.StatusOK, "ERROR_WRONG_HANDLER_URL", "Wrong handler URL")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, refuse(http.StatusOK, "ERROR_UNSUPPORTED_PROTOCOL", "Unsupported protocol")
	}
	in, user := c.actor.install, phpInt(c.in.get("USER_ID"))
	for _, p := range in.Placements {
		if p.Code == code && p.Handler == to && p.UserID == user {
			return nil, refuse(http.StatusOK, "ERROR_CORE", "Unable to set placement handler: Handler already binded")
		}
	}
	p := &placement{
		ID: c.id("placement"), Code: code, Handler: to, Title: phpString(c.in.get("TITLE")), UserID: user, Titles: map[string]string{},
	}
	languages := arrayOf(c.in.get("LANG_ALL"))
	for _, lang := range languages.keys {
		p.Titles[lower(lang)] = phpString(arrayOf(languages.get(lang)).get("TITLE"))
	}
	in.Placements = append(in.Placements, p)
	c.changed()
	return true, nil
}

func placementUnbind(c *call) (any, error) {
	code, to := strings.ToUpper(phpString(c.in.get("PLACEMENT"))), phpString(c.in.get("HANDLER"))
	switch {
	case !c.actor.user.Admin:
		return nil, refuse(http.StatusForbidden, "ACCESS_DENIED", "Access denied!")
	case code == "":
		return nil, argument("PLACEMENT", "Argument 'PLACEMENT' is null or empty")
	}
	in, n := c.actor.install, 0
	in.Placements = slices.DeleteFunc(in.Placements, func(p *placement) bool {
		hit := p.Code == code && (to == "" || p.Handler == to) && (!c.in.has("USER_ID") || p.UserID == phpInt(c.in.get("USER_ID")))
		if hit {
			n++
		}
		return hit
	})
	c.changed()
	return map[string]any{"count": n}, nil
}

func placementGet(c *call) (any, error) {
	if !c.actor.user.Admin {
		return nil, refuse(http.StatusForbidden, "ACCESS_DENIED", "Access denied!")
	}
	out := []any{}
	for _, p := range c.actor.install.Placements {
		languages := map[string]any{}
		for lang, title := range p.Titles {
			languages[lang] = map[string]any{"TITLE": title, "DESCRIPTION": "", "GROUP_NAME": ""}
		}
		var all any = languages
		if len(languages) == 0 {
			all = []any{}
		}
		out = append(out, map[string]any{
			"placement": p.Code, "userId": p.UserID, "handler": p.Handler, "options": []any{}, "title": p.Title, "description": "", "langAll": all,
		})
	}
	return out, nil
}

// Placed is a page that an application has bound into the portal.
type Placed struct {
	Code    string `json:"code"`
	Handler string `json:"handler"`
	Title   string `json:"title"`
}

// Placements lists what an application has bound, in the order of binding.
func (p *Portal) Placements(clientID string) []Placed {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []Placed{}
	if in := p.install(clientID); in != nil {
		for _, at := range in.Placements {
			out = append(out, Placed{at.Code, at.Handler, at.Title})
		}
	}
	return out
}

// Handlers lists an application's event subscriptions as "EVENT address", in the order of binding.
func (p *Portal) Handlers(clientID string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []string{}
	if in := p.install(clientID); in != nil {
		for _, h := range in.Handlers {
			out = append(out, h.Event+" "+h.URL)
		}
	}
	return out
}
