package emulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// entity is a lead, deal, contact or company. Fields are kept under camelCase names
// (custom ones under UF_ names), already cast to their types.
type entity struct {
	Kind   Kind
	ID     int64
	Fields map[string]any
	FM     []multifield
	// Links are the contacts of a lead or deal and the companies of a contact, the primary one first.
	Links []int64
	// BornOf is the CALL_ID whose registration created this record by itself: its finish may change the responsible (contract §4.5).
	BornOf string
}

// multifield is one phone, e-mail or the like with its own id (contract §5.2).
type multifield struct {
	ID        int64
	Type      string // PHONE, EMAIL, WEB, IM, LINK
	ValueType string
	Value     string
}

// ref names a record.
type ref struct {
	Kind Kind
	ID   int64
}

func (e *entity) ref() ref { return ref{e.Kind, e.ID} }

func (e *entity) str(name string) string { return phpString(e.Fields[name]) }

func (e *entity) int(name string) int64 { return phpInt(e.Fields[name]) }

// name is what people call the record.
func (e *entity) name() string {
	if e.Kind == Contact {
		n := strings.TrimSpace(strings.Join(strings.Fields(e.str("name")+" "+e.str("secondName")+" "+e.str("lastName")), " "))
		if n == "" && len(e.FM) > 0 {
			return e.FM[0].Value
		}
		return n
	}
	return e.str("title")
}

func (p *Portal) entity(k Kind, id int64) *entity { return p.state.Entities[k][id] }

// sorted lists the records of a kind by id. The list is shared: callers do not change it.
func (p *Portal) sorted(k Kind) []*entity { return p.index.order[k] }

// change is a set of fields to be written, already under their stored names.
type change struct {
	fields map[string]any
	fm     func(*entity) // applies what was sent as fm, PHONE, EMAIL…
	links  []int64       // nil leaves them alone
	// unchecked is a write that mandatory fields do not stop: a robot's or a form's.
	unchecked bool
}

// create makes a record; by is the acting user. The caller has parsed the fields.
func (p *Portal) create(k Kind, c change, by int64) (*entity, *apiError) {
	if bad := p.mandatory(k, c, nil); bad != nil {
		return nil, bad
	}
	now := stamp(p.now())
	e := &entity{Kind: k, ID: p.id(k.String()), Fields: map[string]any{
		"assignedById": by, "opened": "Y", "createdBy": by, "updatedBy": by,
		"createdTime": now, "updatedTime": now, "lastActivityTime": now,
	}}
	if k == Lead || k == Deal {
		e.Fields["movedTime"], e.Fields["movedBy"] = now, by
		e.Fields["opportunity"], e.Fields["currencyId"] = 0.0, "RUB"
	}
	if k == Deal {
		e.Fields["categoryId"] = int64(0)
		e.Fields["begindate"] = stamp(startOfDay(p.now()))
		e.Fields["closedate"] = stamp(startOfDay(p.now()).AddDate(0, 0, 7))
	}
	maps.Copy(e.Fields, c.fields)
	if e.int("assignedById") == 0 {
		e.Fields["assignedById"] = by
		if by == 0 { // a robot's records belong to somebody too
			e.Fields["assignedById"] = p.admin()
		}
	}
	p.fixStage(e, "")
	if k != Contact && e.str("title") == "" {
		e.Fields["title"] = map[Kind]string{Lead: "Лид №", Deal: "Сделка №", Company: "Компания №"}[k] + itoa(e.ID)
	}
	p.state.Entities[k][e.ID] = e
	p.index.order[k] = append(p.index.order[k], e) // ids only grow
	p.relink(e, c)
	if c.fm != nil {
		c.fm(e)
	}
	p.reindex(e, "")
	p.derive(e)
	p.echo("ONCRM"+k.String()+"ADD", e.ID, by)
	return e, nil
}

// update writes fields of a record.
func (p *Portal) update(e *entity, c change, by int64) *apiError {
	if bad := p.mandatory(e.Kind, c, e); bad != nil {
		return bad
	}
	oldStage, oldFunnel, oldOrigin := e.str("stageId"), e.int("categoryId"), e.str("originId")
	maps.Copy(e.Fields, c.fields)
	p.relink(e, c)
	if c.fm != nil {
		p.unindex(e)
		c.fm(e)
	}
	p.reindex(e, oldOrigin)
	p.fixStage(e, oldStage)
	now := stamp(p.now())
	e.Fields["updatedTime"], e.Fields["updatedBy"] = now, by
	if s := e.str("stageId"); s != oldStage {
		e.Fields["movedTime"], e.Fields["movedBy"] = now, by
	}
	p.derive(e)
	if e.Kind == Deal && e.int("categoryId") != oldFunnel {
		// A move between funnels has an event of its own instead of UPDATE (contract §5.3).
		p.emitFields("ONCRMDEALMOVETOCATEGORY", by, map[string]any{"ID": e.ID, "CATEGORY_ID": e.int("categoryId"), "STAGE_ID": e.str("stageId")})
		return nil
	}
	p.echo("ONCRM"+e.Kind.String()+"UPDATE", e.ID, by)
	return nil
}

// Links that point at the record stay, as they do in the portal for a while; what hangs in its timeline goes with it.
func (p *Portal) remove(e *entity, by int64) {
	p.unindex(e)
	if o := e.str("originId"); o != "" {
		p.index.dropOrigin(o, e.ref())
	}
	delete(p.state.Entities[e.Kind], e.ID)
	p.index.order[e.Kind] = slices.DeleteFunc(slices.Clone(p.index.order[e.Kind]), func(o *entity) bool { return o == e })
	p.forget(e.ref(), by)
	p.echo("ONCRM"+e.Kind.String()+"DELETE", e.ID, by)
}

// mandatory refuses a write that leaves a custom field marked mandatory empty, naming the field (contract §5.2 [?]).
func (p *Portal) mandatory(k Kind, c change, old *entity) *apiError {
	if c.unchecked || p.state.Lenient {
		return nil
	}
	for _, f := range p.state.UserFields[k] {
		if !f.Mandatory {
			continue
		}
		v, given := c.fields[f.Name]
		if !given && old != nil {
			continue
		}
		if a, list := v.(*array); !given || v == nil || v == "" || list && a.len() == 0 {
			return refuse(http.StatusBadRequest, "CRM_FIELD_ERROR_VALUE_NOT_VALID", "Field \""+f.Title+"\" ("+camelUF(f.Name)+") is required")
		}
	}
	return nil
}

// relink keeps contactId, contactIds and companyIds in step: the primary link comes first.
func (p *Portal) relink(e *entity, c change) {
	single, many := "contactId", "contactIds"
	if e.Kind == Contact {
		single, many = "companyId", "companyIds"
	}
	if e.Kind == Company {
		if list, ok := c.fields[many].(*array); ok {
			for _, id := range list.values() {
				if contact := p.entity(Contact, phpInt(id)); contact != nil && !slices.Contains(contact.Links, e.ID) {
					contact.Links = append(contact.Links, e.ID)
					contact.Fields["companyId"] = contact.Links[0]
				}
			}
		}
		delete(e.Fields, many)
		return
	}
	if list, ok := c.fields[many].(*array); ok {
		e.Links = nil
		for _, id := range list.values() {
			e.Links = append(e.Links, phpInt(id))
		}
	}
	if c.links != nil {
		e.Links = c.links
	}
	if v, ok := c.fields[single]; ok {
		id := phpInt(v)
		e.Links = slices.DeleteFunc(e.Links, func(x int64) bool { return x == id })
		if id > 0 {
			e.Links = append([]int64{id}, e.Links...)
		} else if len(e.Links) > 0 {
			e.Links = e.Links[1:]
		}
	}
	delete(e.Fields, many)
	e.Fields[single] = int64(0)
	if len(e.Links) > 0 {
		e.Fields[single] = e.Links[0]
	}
}

// fixStage keeps a stage inside its funnel: what the portal does not have becomes the first stage or stays as it was.
func (p *Portal) fixStage(e *entity, old string) {
	if e.Kind != Lead && e.Kind != Deal {
		return
	}
	set := p.stages(e.Kind, e.int("categoryId"))
	if len(set) == 0 {
		e.Fields["categoryId"] = int64(0)
		set = p.stages(e.Kind, 0)
	}
	has := func(id string) bool {
		return slices.ContainsFunc(set, func(s *status) bool { return s.StatusID == id })
	}
	if has(e.str("stageId")) {
		return
	}
	e.Fields["stageId"] = set[0].StatusID
	if has(old) {
		e.Fields["stageId"] = old
	}
}

// derive computes the read-only fields (contract §5.2, §12.8).
func (p *Portal) derive(e *entity) {
	for name, kind := range map[string]string{"hasPhone": "PHONE", "hasEmail": "EMAIL", "hasImol": "IM"} {
		if byCamel[e.Kind][name] == nil {
			continue
		}
		e.Fields[name] = "N"
		for _, m := range e.FM {
			if m.Type == kind {
				e.Fields[name] = "Y"
			}
		}
	}
	if e.Kind != Lead && e.Kind != Deal {
		return
	}
	semantics := "P"
	for _, s := range p.stages(e.Kind, e.int("categoryId")) {
		if s.StatusID == e.str("stageId") && s.Semantics != "" {
			semantics = s.Semantics
		}
	}
	was := e.str("stageSemanticId")
	e.Fields["stageSemanticId"] = semantics
	closed := "N"
	if semantics != "P" {
		closed = "Y"
	}
	if e.Kind == Deal {
		e.Fields["closed"] = closed
		if closed == "Y" && was != semantics {
			e.Fields["closedate"] = stamp(startOfDay(p.now()))
		}
	}
	switch {
	case closed == "N":
		delete(e.Fields, "dateClosed")
	case e.Fields["dateClosed"] == nil || was != semantics:
		e.Fields["dateClosed"] = stamp(p.now())
	}
}

func startOfDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// convertLead is what a portal without leads does to a lead right after its creation:
// a deal and a contact come out of it and the lead stays, converted (contract §5.1 [E]).
func (p *Portal) convertLead(lead *entity, by int64) (contact, deal int64) {
	base := map[string]any{"leadId": lead.ID}
	for _, n := range []string{"assignedById", "sourceId", "sourceDescription", "utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm"} {
		if v, ok := lead.Fields[n]; ok {
			base[n] = v
		}
	}
	cf := cloneFields(base)
	for _, n := range []string{"honorific", "name", "secondName", "lastName", "post", "companyId"} {
		if v, ok := lead.Fields[n]; ok {
			cf[n] = v
		}
	}
	contact = lead.int("contactId")
	if contact == 0 {
		e, bad := p.create(Contact, change{fields: cf, fm: copyFM(p, lead.FM)}, by)
		if bad == nil {
			contact = e.ID
		}
	}
	df := cloneFields(base)
	for _, n := range []string{"title", "opportunity", "currencyId", "companyId", "comments"} {
		if v, ok := lead.Fields[n]; ok {
			df[n] = v
		}
	}
	df["contactId"] = contact
	// A deal with a mandatory field stays unmade, as when the robot fails.
	if d, bad := p.create(Deal, change{fields: df}, by); bad == nil {
		deal = d.ID
	}
	converted := "CONVERTED"
	for _, st := range p.stages(Lead, 0) {
		if st.Semantics == "S" {
			converted = st.StatusID
		}
	}
	_ = p.update(lead, change{fields: map[string]any{"stageId": converted, "contactId": contact}}, by) // touches no mandatory field
	return contact, deal
}

func cloneFields(m map[string]any) map[string]any {
	out := make(map[string]any, len(m))
	maps.Copy(out, m)
	return out
}
