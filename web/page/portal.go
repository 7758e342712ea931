package page

import (
	"context"
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

// portal is what the pages must know of a portal.
type portal struct {
	id    integration.PortalID
	name  string
	site  string // where people open it, without a slash at the end; empty when not known
	zone  *time.Location
	users map[crm.UserID]string
	// centre names what filters and events name by id.
	centre centre.Directory
}

// portalOf loads a portal; one that is empty or gone has no name.
func (p *Page) portalOf(ctx context.Context, t integration.TenantID, id integration.PortalID) (*portal, error) {
	out := &portal{id: id, zone: zoneOf(integration.Document{}), users: map[crm.UserID]string{}}
	if id == "" {
		return out, nil
	}
	found, err := p.cfg.Store.Portal(ctx, t, id)
	if err != nil {
		return nil, err
	}
	out.name, out.site = found.Name, siteOf(found.Endpoint)
	doc, err := p.cfg.Store.Document(ctx, t, id, 0)
	if err != nil {
		return nil, err
	}
	out.zone = zoneOf(doc)
	return out, nil
}

// name loads the names of the portal's users and of the platform's directory.
func (p *Page) name(ctx context.Context, t integration.TenantID, of *portal) error {
	if of.id == "" {
		return nil
	}
	dir, err := p.cfg.Store.PortalDirectory(ctx, t, of.id)
	for _, u := range dir.Users {
		of.users[u.ID] = u.Name
	}
	if err != nil {
		return err
	}
	of.centre, err = p.cfg.Store.PortalCentre(ctx, t, of.id)
	return err
}

// employee is the platform's name of one, or the id.
func (o *portal) employee(id integration.EmployeeID) string {
	if e := o.centre.Employee(id); e != nil {
		return e.Name
	}
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

// names says an id of a condition in the platform's words; empty for what the directory does not know.
func (o *portal) names(p rules.Parameter, value string) string {
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
	for _, n := range all {
		if n.ID == id {
			return n.Name
		}
	}
	return ""
}

func (o *portal) user(id crm.UserID) string {
	if name := o.users[id]; name != "" {
		return name
	}
	return strconv.FormatInt(int64(id), 10)
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

// link is a record of the CRM with the address of its page.
type link struct {
	Kind  crm.Kind
	ID    int64
	Label string
	URL   string // empty when not known
	Made  bool   // by us, for this call
}

// link makes a link in the vendor's scheme of addresses (Bitrix24: /crm/<kind>/details/<id>/).
func (o *portal) link(k crm.Kind, id int64, made bool, l integration.Lang) link {
	out := link{Kind: k, ID: id, Label: say(l, string(k)) + " " + strconv.FormatInt(id, 10), Made: made}
	if o.site != "" {
		out.URL = o.site + "/crm/" + string(k) + "/details/" + strconv.FormatInt(id, 10) + "/"
	}
	return out
}

// spoken is a number as people write it.
func spoken(raw string) string {
	p, _ := integration.ParsePhone(raw, "RU")
	for _, s := range p.Spellings() {
		if strings.HasPrefix(s, "+") && strings.Contains(s, " ") {
			return s
		}
	}
	return raw
}
