package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/rules"
)

// LinkView is a record of the CRM with the address of its page in the portal.
type LinkView struct {
	Kind  crm.Kind `json:"kind" enum:"lead,deal,contact,company"`
	ID    int64    `json:"id"`
	Label string   `json:"label" example:"Lead 12"`
	URL   string   `json:"url" doc:"On the portal's own domain; empty when that is not known"`
	Made  bool     `json:"made" doc:"It was made by us, for this call"`
}

// place is what must be known of a portal to tell what happened there.
type place struct {
	id    integration.PortalID
	name  string
	site  string // where people open it, without a slash at the end; empty when not known
	zone  string // IANA name
	users map[crm.UserID]string
	// centre names what filters and events name by id.
	centre centre.Directory
}

// place loads a portal. One that is empty has no name; the names of its people are left out.
func (a *API) place(ctx context.Context, id integration.PortalID) (*place, error) {
	of, t := &place{id: id, zone: zoneOf(integration.Document{})}, caller(ctx).Tenant.ID
	if id == "" {
		return of, nil
	}
	found, err := a.cfg.Store.Portal(ctx, t, id)
	if isNotFound(err) { // it was erased, and what it left is still told
		return of, nil
	}
	if err != nil {
		return nil, err
	}
	doc, err := a.cfg.Store.Document(ctx, t, id, 0)
	if err != nil {
		return nil, err
	}
	of.name, of.site, of.zone = found.Name, siteOf(found.Endpoint), zoneOf(doc)
	return of, nil
}

// known loads a portal with the names of its users and of the platform's directory.
func (a *API) known(ctx context.Context, id integration.PortalID) (*place, error) {
	of, err := a.place(ctx, id)
	if err != nil || id == "" {
		return of, err
	}
	t := caller(ctx).Tenant.ID
	dir, err := a.cfg.Store.PortalDirectory(ctx, t, id)
	if err != nil {
		return nil, err
	}
	of.users = make(map[crm.UserID]string, len(dir.Users))
	for _, u := range dir.Users {
		of.users[u.ID] = u.Name
	}
	of.centre, err = a.cfg.Store.PortalCentre(ctx, t, id)
	return of, err
}

// zoneOf is the zone a portal's settings name, or the default's.
func zoneOf(d integration.Document) string {
	var s struct {
		Zone string `json:"time_zone"`
	}
	if json.Unmarshal(d.Body, &s) != nil {
		s.Zone = ""
	}
	zone := cmp.Or(s.Zone, integration.Defaults().TimeZone)
	if _, err := time.LoadLocation(zone); err != nil {
		return "UTC"
	}
	return zone
}

// siteOf is the address of a portal for people, from its REST address.
func siteOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	site, _, _ := strings.Cut(u.Path, "/rest/") // an emulated portal lives below a path
	return u.Scheme + "://" + u.Host + strings.TrimSuffix(site, "/")
}

// link makes a link in the vendor's scheme of addresses (Bitrix24: /crm/<kind>/details/<id>/).
func (o *place) link(k crm.Kind, id int64, made bool, l integration.Lang) LinkView {
	v := LinkView{Kind: k, ID: id, Label: recordWord(k, false, l) + " " + strconv.FormatInt(id, 10), Made: made}
	if o.site != "" {
		v.URL = o.site + "/crm/" + url.PathEscape(string(k)) + "/details/" + strconv.FormatInt(id, 10) + "/"
	}
	return v
}

// user is a portal user's name, or the id.
func (o *place) user(id crm.UserID) string {
	return cmp.Or(o.users[id], strconv.FormatInt(int64(id), 10))
}

// employee is the platform's name of one, or the id; empty for nobody.
func (o *place) employee(id integration.EmployeeID) string {
	if e := o.centre.Employee(id); e != nil {
		return e.Name
	}
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

// names says an id of a condition in the platform's words; empty for what the directory does not know.
func (o *place) names(p rules.Parameter, value string) string {
	id, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return ""
	}
	d := &o.centre
	lists := map[rules.Parameter][]centre.Named{
		integration.ParamGroup: d.Groups, integration.ParamSite: d.Sites, integration.ParamSource: d.Sources,
		integration.ParamCampaign: d.Campaigns, integration.ParamFirstCampaign: d.Campaigns,
	}
	all := slices.Clone(lists[p])
	switch p {
	case integration.ParamEmployee:
		if e := d.Employee(integration.EmployeeID(id)); e != nil {
			return e.Name
		}
	case integration.ParamScenario, integration.ParamLastOperation:
		for _, s := range d.Scenarios {
			if p == integration.ParamScenario {
				all = append(all, s.Named)
			} else {
				all = append(all, s.Operations...)
			}
		}
	}
	if i := slices.IndexFunc(all, func(n centre.Named) bool { return n.ID == id }); i >= 0 {
		return all[i].Name
	}
	return ""
}

// dialled is a number as people write it.
func dialled(raw string) string {
	p, _ := integration.ParsePhone(raw, "RU")
	for _, s := range p.Spellings() {
		if strings.HasPrefix(s, "+") && strings.Contains(s, " ") {
			return s
		}
	}
	return raw
}

// outside is a customer's number as people write it, empty when it is hidden.
func outside(raw string) string {
	if _, problem := integration.ParsePhone(raw, "RU"); problem == integration.PhoneAbsent {
		return ""
	}
	return dialled(raw)
}
