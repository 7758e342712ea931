package emulator

// bindCall finds or makes the client of a call (contract §4.3) and tells what kept a record from being made.
func (c *call) bindCall(call *phoneCall) string {
	if k := kindOf(phpString(c.in.get("CRM_ENTITY_TYPE"))); k != 0 && k != Deal { // a deal is not in the list
		if e := c.entity(k, phpInt(c.in.get("CRM_ENTITY_ID"))); e != nil {
			call.Entity = e.ref()
			return ""
		}
	}
	if found := c.clients(call.Phone); len(found) > 0 {
		call.Entity = found[0].ref()
		return ""
	}
	create := phpBool(c.in.get("CRM_CREATE"))
	if l := c.line(call.Line); call.Type == 1 && l != nil && !l.AutoCreate {
		create = false
	}
	if !create {
		return ""
	}
	fields := map[string]any{"assignedById": call.UserID, "sourceId": call.Source}
	if call.Source == "" {
		fields["sourceId"] = "CALL"
	}
	return c.makeClient(call, fields)
}

// One lead where there are leads, else a contact with a deal (contract §4.3 [E]). A mandatory field of the
// portal makes creation fail while the registration succeeds, with LEAD_CREATION_ERROR.
func (c *call) makeClient(call *phoneCall, fields map[string]any) string {
	words := " - " + callWords[call.Type]
	phone := func(e *entity) { c.addFM(e, "PHONE", "WORK", call.Phone) }
	first := Lead
	if c.state.Mode == Simple {
		first = Contact
		fields["name"] = call.Phone
	} else {
		fields["title"] = call.Phone + words
	}
	e, bad := c.create(first, change{fields: fields, fm: phone}, call.UserID)
	if bad != nil {
		return bad.Text
	}
	call.Entity = e.ref()
	call.Created = append(call.Created, e.ref())
	if c.state.Mode == Simple {
		deal := map[string]any{"assignedById": call.UserID, "sourceId": fields["sourceId"], "title": call.Phone + words, "contactId": e.ID}
		if d, bad := c.create(Deal, change{fields: deal}, call.UserID); bad == nil {
			call.Created = append(call.Created, d.ref())
		}
	}
	return ""
}

// clients are the records with this number in the portal's order of preference: contact, company, lead, open leads first.
func (p *Portal) clients(phone string) []*entity {
	var out, closed []*entity
	for _, k := range []Kind{Contact, Company, Lead} {
		for _, id := range p.byCommunication("PHONE", phone, k) {
			e := p.entity(k, id)
			if k == Lead && e.str("stageSemanticId") != "P" {
				closed = append(closed, e)
				continue
			}
			out = append(out, e)
		}
	}
	return append(out, closed...)
}

// The first row is the one the portal itself would bind the call to (contract §4.8).
func searchEntities(c *call) (any, error) {
	phone := phpString(c.in.get("PHONE_NUMBER"))
	if phone == "" {
		return nil, core("PHONE_NUMBER should not be empty")
	}
	out := []any{}
	null := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	for _, e := range c.clients(phone) {
		row := map[string]any{
			"CRM_ENTITY_TYPE": e.Kind.String(), "CRM_ENTITY_ID": e.ID, "ASSIGNED_BY_ID": e.int("assignedById"), "NAME": e.name(),
		}
		if u := c.user(e.int("assignedById")); u != nil {
			row["ASSIGNED_BY"] = map[string]any{
				"ID": itoa(u.ID), "TIMEMAN_STATUS": c.workday(u), "USER_PHONE_INNER": null(u.Inner),
				"WORK_PHONE": null(u.WorkPhone), "PERSONAL_PHONE": nil, "PERSONAL_MOBILE": null(u.Mobile),
			}
		}
		out = append(out, row)
	}
	return out, nil
}
