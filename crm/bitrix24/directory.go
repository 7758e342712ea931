package bitrix24

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"omniconnector/crm"
)

// Methods of contract §2.3, §5.1, §5.5, §6.
const (
	methodMode       = "crm.settings.mode.get"
	methodStatus     = "crm.status.list"
	methodCategories = "crm.category.list"
	methodUsers      = "user.get"
	methodScope      = "scope"
	methodProfile    = "profile"
)

// Directory reads users, mode, stages, funnels, sources, text fields and scopes (contract §5.1, §5.2, §5.5, §6),
// as a rule in two requests: the second takes the other pages and the funnels' stages.
func (c *Client) Directory(ctx context.Context, charge func(context.Context) error) (crm.Directory, *crm.Error) {
	var d crm.Directory
	var mode ID
	var me profile
	var users []user
	h := &harvest{client: c, charge: charge}
	fs := &funnels{harvest: h}
	h.add(
		query{methodMode, nil, into(methodMode, &mode)},
		query{methodScope, nil, func(b json.RawMessage) *crm.Error { d.Scopes = readScopes(b); return nil }},
		query{methodProfile, nil, into(methodProfile, &me)},
		query{
			methodUsers,
			params{"sort": "ID", "order": "ASC", "FILTER": params{"USER_TYPE": "employee"}},
			collect(methodUsers, &users),
		},
		statuses("STATUS", &d.LeadStages),
		statuses("SOURCE", &d.Sources),
		query{methodCategories, params{"entityTypeId": entityType(crm.Deal)}, fs.take},
	)
	d.Fields = map[crm.Kind][]crm.Field{}
	for _, kind := range []crm.Kind{crm.Lead, crm.Deal, crm.Contact, crm.Company} {
		h.add(fieldsOf(kind, d.Fields))
	}
	fs.see(category{}) // the general funnel exists whether it is listed or not
	if e := h.run(ctx); e != nil {
		return crm.Directory{}, e
	}
	switch mode {
	case 1:
		d.Mode = crm.Classic
	case 2:
		d.Mode = crm.Simple
	default:
		return crm.Directory{}, unread(strange(methodMode, "the mode is neither classic nor simple"))
	}
	if !me.Admin {
		me.ID = 0
	}
	d.Users, d.Funnels = directoryUsers(users, me.ID), fs.sorted()
	sortStages(d.LeadStages)
	sortStages(d.Sources)
	d.SyncedAt = c.now()
	return d, nil
}

// funnels are the deal categories as they become known; each adds the list of its own stages.
type funnels struct {
	harvest *harvest
	seen    []*listed
}

type listed struct {
	category
	stages []crm.Stage
}

func (f *funnels) take(b json.RawMessage) *crm.Error {
	var page struct {
		Categories rows[category] `json:"categories"`
	}
	if e := decode(methodCategories, b, &page); e != nil {
		return e
	}
	for _, category := range page.Categories {
		f.see(category)
	}
	return nil
}

func (f *funnels) see(c category) {
	if i := slices.IndexFunc(f.seen, func(l *listed) bool { return l.ID == c.ID }); i >= 0 {
		f.seen[i].category = c
		return
	}
	l := &listed{category: c}
	f.seen = append(f.seen, l)
	dictionary := "DEAL_STAGE"
	if c.ID > 0 {
		dictionary += "_" + strconv.FormatInt(int64(c.ID), 10)
	}
	f.harvest.add(statuses(dictionary, &l.stages))
}

func (f *funnels) sorted() []crm.Funnel {
	slices.SortStableFunc(f.seen, func(a, b *listed) int {
		return cmp.Or(cmp.Compare(a.Sort, b.Sort), cmp.Compare(a.ID, b.ID))
	})
	out := make([]crm.Funnel, len(f.seen))
	for i, l := range f.seen {
		sortStages(l.stages)
		out[i] = crm.Funnel{ID: int64(l.ID), Name: string(l.Name), Stages: l.stages}
	}
	return out
}

type category struct {
	ID   ID   `json:"id"`
	Name Text `json:"name"`
	Sort ID   `json:"sort"`
}

type status struct {
	Entity    Text           `json:"ENTITY_ID"`
	Code      Text           `json:"STATUS_ID"`
	Name      Text           `json:"NAME"`
	Sort      ID             `json:"SORT"`
	Semantics Text           `json:"SEMANTICS"`
	Extra     Maybe[meaning] `json:"EXTRA"`
}

type meaning struct {
	Semantics Text `json:"SEMANTICS"`
}

// closed goes by what the stage means, whichever way the portal says it (contract §5.5).
func (s status) closed() bool {
	switch strings.ToLower(string(s.Extra.V.Semantics)) {
	case "success", "failure", "apology":
		return true
	}
	return strings.EqualFold(string(s.Semantics), "S") || strings.EqualFold(string(s.Semantics), "F")
}

func statuses(dictionary string, to *[]crm.Stage) query {
	return query{
		methodStatus,
		params{"filter": params{"ENTITY_ID": dictionary}, "order": params{"SORT": "ASC"}},
		func(b json.RawMessage) *crm.Error {
			var page rows[status]
			if e := decode(methodStatus, b, &page); e != nil {
				return e
			}
			for _, s := range page {
				known := slices.ContainsFunc(*to, func(t crm.Stage) bool { return t.Code == string(s.Code) })
				if s.Code == "" || known || (s.Entity != "" && string(s.Entity) != dictionary) {
					continue
				}
				*to = append(*to, crm.Stage{Code: string(s.Code), Name: string(s.Name), Closed: s.closed(), Sort: int(s.Sort)})
			}
			return nil
		},
	}
}

func sortStages(stages []crm.Stage) {
	slices.SortStableFunc(stages, func(a, b crm.Stage) int { return cmp.Compare(a.Sort, b.Sort) })
}

// user is a row of user.get; keys are missing when empty or outside the scope (contract §6).
type user struct {
	ID       ID   `json:"ID"`
	Active   Flag `json:"ACTIVE"`
	Name     Text `json:"NAME"`
	LastName Text `json:"LAST_NAME"`
	Email    Text `json:"EMAIL"`
	Inner    Text `json:"UF_PHONE_INNER"`
	Work     Text `json:"WORK_PHONE"`
	Mobile   Text `json:"PERSONAL_MOBILE"`
	Personal Text `json:"PERSONAL_PHONE"`
}

// directoryUsers drops rows seen twice, which happens when somebody is hired while we read the pages.
func directoryUsers(in []user, admin ID) []crm.User {
	out := make([]crm.User, 0, len(in))
	seen := map[ID]bool{}
	for _, u := range in {
		if u.ID <= 0 || seen[u.ID] {
			continue
		}
		seen[u.ID] = true
		row := crm.User{
			ID: crm.UserID(u.ID), Name: strings.TrimSpace(string(u.Name) + " " + string(u.LastName)), Email: string(u.Email),
			Inner: strings.TrimSpace(string(u.Inner)), Active: bool(u.Active), Admin: u.ID == admin,
		}
		for _, phone := range []Text{u.Work, u.Mobile, u.Personal} {
			if p := strings.TrimSpace(string(phone)); p != "" && !slices.Contains(row.Phones, p) {
				row.Phones = append(row.Phones, p)
			}
		}
		out = append(out, row)
	}
	return out
}

// profile is the token's own user (contract §2.3).
type profile struct {
	ID    ID   `json:"ID"`
	Admin Flag `json:"ADMIN"`
}

// readScopes takes a list or a text with any separator (contract §3.2).
func readScopes(b json.RawMessage) []string {
	var several rows[Text]
	var one Text
	if json.Unmarshal(b, &several) != nil || len(several) == 0 {
		_ = one.UnmarshalJSON(b)
		several = rows[Text]{one}
	}
	var out []string
	for _, s := range several {
		out = append(out, strings.FieldsFunc(string(s), func(r rune) bool { return r == ',' || r == ' ' })...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func collect[T any](method string, to *[]T) func(json.RawMessage) *crm.Error {
	return func(b json.RawMessage) *crm.Error {
		var page rows[T]
		e := decode(method, b, &page)
		*to = append(*to, page...)
		return e
	}
}

func into[T any](method string, to *T) func(json.RawMessage) *crm.Error {
	return func(b json.RawMessage) *crm.Error { return decode(method, b, to) }
}

func decode(method string, b json.RawMessage, out any) *crm.Error {
	if err := json.Unmarshal(b, out); err != nil {
		return strange(method, "the result cannot be read")
	}
	return nil
}
