package bitrix24

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"omniconnector/crm"
)

// Methods of contract §9.
const (
	methodPlacementGet    = "placement.get"
	methodPlacementBind   = "placement.bind"
	methodPlacementUnbind = "placement.unbind"
)

// pagePath is where all portals open our pages; what comes before it is our address, which may have been another.
const pagePath = "/app/bitrix24"

// placement is a row of placement.get.
type placement struct {
	Place   Text `json:"placement"`
	Address Text `json:"handler"`
	User    Text `json:"userId"`
}

// ours tells a page that we bind or once bound, whatever our address was called.
func (p placement) ours() bool {
	u, err := url.Parse(string(p.Address))
	return err == nil && strings.HasSuffix(strings.TrimRight(u.Path, "/"), pagePath)
}

func (p placement) shows(want crm.Page) bool {
	return strings.EqualFold(string(p.Place), want.Place) && string(p.Address) == want.Address
}

// pageChanges are the commands that bring the portal's pages of ours to those wanted. A portal that does not tell its pages, such as one
// that did not grant the scope, keeps the rest of a preparation from nothing: its refusal is told beside.
func (c *Client) pageChanges(ctx context.Context, charge func(context.Context) error, want []crm.Page) (commands, *crm.Error) {
	if len(want) == 0 {
		return nil, nil
	}
	var bound []placement
	h := &harvest{client: c, charge: charge}
	h.add(query{methodPlacementGet, nil, collect(methodPlacementGet, &bound)})
	if e := h.run(ctx); e != nil {
		return nil, e
	}
	return slices.Concat(pageBindings(want, bound), pageUnbindings(want, bound)), nil
}

func pageBindings(want []crm.Page, bound []placement) commands {
	var out commands
	for _, w := range want {
		if slices.ContainsFunc(bound, func(p placement) bool { return p.shows(w) }) {
			continue
		}
		out = append(out, command{methodPlacementBind, params{
			"PLACEMENT": w.Place, "HANDLER": w.Address, "TITLE": w.RU,
			"LANG_ALL": params{"ru": params{"TITLE": w.RU}, "en": params{"TITLE": w.EN}},
		}})
	}
	return out
}

// pageUnbindings take off pages of ours that are not wanted, and a second binding of a wanted one, as for another user.
func pageUnbindings(want []crm.Page, bound []placement) commands {
	var out commands
	kept := map[string]bool{}
	for _, p := range bound {
		place := strings.ToUpper(string(p.Place))
		wanted := slices.ContainsFunc(want, p.shows)
		if wanted && !kept[place] {
			kept[place] = true
			continue
		}
		if !wanted && !p.ours() {
			continue
		}
		off := params{"PLACEMENT": string(p.Place), "HANDLER": string(p.Address)}
		if wanted {
			off["USER_ID"] = string(p.User) // without it both would go
		}
		out = append(out, command{methodPlacementUnbind, off})
	}
	return out
}
