package emulator

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// comment is a timeline comment (contract §5.9).
type comment struct {
	ID      int64
	Entity  ref
	Text    string
	Author  int64
	Created string
	Files   int
}

var crmTimelineMethods = map[string]method{
	"crm.timeline.comment.add":    {scope: "crm", run: commentAdd},
	"crm.timeline.comment.update": {scope: "crm", run: commentUpdate},
	"crm.timeline.comment.get":    {scope: "crm", run: commentGet},
	"crm.timeline.comment.list":   {scope: "crm", run: commentList},
	"crm.timeline.comment.delete": {scope: "crm", run: commentDelete},
}

// AUTHOR_ID lets an integration write in an employee's name; a stranger's id becomes the caller's (contract §5.9).
func commentAdd(c *call) (any, error) {
	in, ok := c.in.get("fields").(*array) // lower case only (contract §5.9)
	if !ok {
		return nil, missing("fields")
	}
	r := ref{kindOf(phpString(in.get("ENTITY_TYPE"))), phpInt(in.get("ENTITY_ID"))}
	switch {
	case phpString(in.get("COMMENT")) == "":
		return nil, blank("Empty comment message")
	case r.Kind == 0 || c.entity(r.Kind, r.ID) == nil:
		return nil, blank("Owner is not found")
	}
	by := phpInt(in.get("AUTHOR_ID"))
	if c.user(by) == nil {
		by = c.actor.user.ID
	}
	m := &comment{
		ID: c.id("comment"), Entity: r, Text: column(phpString(in.get("COMMENT"))), Author: by, Created: stamp(c.now()),
		Files: arrayOf(in.get("FILES")).len(),
	}
	c.state.Comments[m.ID] = m
	c.commentEvent("ONCRMTIMELINECOMMENTADD", m.ID)
	return m.ID, nil
}

// commentEvent carries the id twice, as the docs contradict each other (contract §5.10 [?], §11).
func (c *call) commentEvent(name string, id int64) {
	fields := newArray()
	fields.set("ID", id)
	c.emit(name, c.actor.user.ID, map[string]any{"ID": id, "FIELDS": fields})
}

func (c *call) comment() (*comment, *apiError) {
	m := c.state.Comments[phpInt(c.in.get("id"))]
	if m == nil {
		return nil, refuse(http.StatusBadRequest, "", "Not found")
	}
	return m, nil
}

// textColumn is what a database column of type TEXT holds, in bytes.
const textColumn = 65_535

// column cuts what is too long for it, silently and between letters [E].
func column(text string) string {
	if len(text) <= textColumn {
		return text
	}
	n := textColumn
	for !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// The answer is the id, where other updates say true; FILES replace the earlier ones (contract §5.9). An owner that is named must be
// the comment's own.
func commentUpdate(c *call) (any, error) {
	m, bad := c.comment()
	if bad != nil {
		return nil, bad
	}
	in, ok := c.in.get("fields").(*array)
	if !ok {
		return nil, missing("fields")
	}
	owner := ref{Kind(phpInt(c.in.get("ownerTypeId"))), phpInt(c.in.get("ownerId"))}
	text := phpString(in.get("COMMENT"))
	switch {
	case owner != ref{} && owner != m.Entity:
		return nil, refuse(http.StatusBadRequest, "OWNER_NOT_FOUND", "Owner was not found")
	case text == "" && in.has("COMMENT"):
		return nil, refuse(http.StatusBadRequest, "INVALID_ARG_VALUE", "Empty comment message")
	case text != "":
		m.Text = column(text)
	}
	if in.has("FILES") {
		m.Files = arrayOf(in.get("FILES")).len()
	}
	c.commentEvent("ONCRMTIMELINECOMMENTUPDATE", m.ID)
	return m.ID, nil
}

// forget takes a deleted record out of the timeline: its comments go with it, and so do activities that belong to nobody else; what
// others share loses its owner only (contract silent [E]).
func (p *Portal) forget(r ref, by int64) {
	for id, m := range p.state.Comments {
		if m.Entity == r {
			delete(p.state.Comments, id)
		}
	}
	for _, a := range p.sortedActivities() {
		i := slices.Index(a.Bindings, r)
		if i < 0 {
			continue
		}
		if a.Bindings = slices.Delete(a.Bindings, i, i+1); len(a.Bindings) == 0 {
			delete(p.state.Activities, a.ID)
			p.echo("ONCRMACTIVITYDELETE", a.ID, by)
			continue
		}
		a.Fields["OWNER_TYPE_ID"], a.Fields["OWNER_ID"] = int64(a.Bindings[0].Kind), a.Bindings[0].ID
	}
}

func commentGet(c *call) (any, error) {
	m, bad := c.comment()
	if bad != nil {
		return nil, bad
	}
	return showComment(m), nil
}

func showComment(m *comment) map[string]any {
	return map[string]any{
		"ID": itoa(m.ID), "ENTITY_ID": m.Entity.ID, "ENTITY_TYPE": lower(m.Entity.Kind.String()),
		"CREATED": m.Created, "COMMENT": m.Text, "AUTHOR_ID": itoa(m.Author),
	}
}

// Both halves of the owner are required in the filter: there is no list over all records (contract §5.9).
func commentList(c *call) (any, error) {
	filter := arrayOf(c.in.get("filter"))
	if !filter.has("ENTITY_ID") || !filter.has("ENTITY_TYPE") {
		return nil, missing("filter")
	}
	var rows []*comment
	for _, m := range c.state.Comments {
		if m.Entity.ID == phpInt(filter.get("ENTITY_ID")) && strings.EqualFold(m.Entity.Kind.String(), phpString(filter.get("ENTITY_TYPE"))) {
			rows = append(rows, m)
		}
	}
	slices.SortFunc(rows, func(a, b *comment) int { return int(a.ID - b.ID) })
	get := func(m *comment, name string) (any, string) {
		switch name {
		case "ID":
			return m.ID, "integer"
		case "CREATED":
			return m.Created, "datetime"
		case "COMMENT":
			return m.Text, "string"
		case "AUTHOR_ID":
			return m.Author, "integer"
		case "ENTITY_ID":
			return m.Entity.ID, "integer"
		}
		return m.Entity.Kind.String(), "string"
	}
	return list(c, rows, filter, arrayOf(c.in.get("order")), c.in.get("start"), get, func(m *comment) any { return showComment(m) })
}

// The answer is null, which clients like to take for a failure (contract §5.9).
func commentDelete(c *call) (any, error) {
	m, bad := c.comment()
	if bad != nil {
		return nil, bad
	}
	delete(c.state.Comments, m.ID)
	c.commentEvent("ONCRMTIMELINECOMMENTDELETE", m.ID)
	return nil, nil //nolint:nilnil // the vendor answers null
}

// crm.lead.contact.* and crm.deal.contact.* (contract §5.3).
var crmContactLinkMethods = map[string]method{
	"crm.lead.contact.add":       {scope: "crm", run: func(c *call) (any, error) { return linkAdd(c, Lead) }},
	"crm.deal.contact.add":       {scope: "crm", run: func(c *call) (any, error) { return linkAdd(c, Deal) }},
	"crm.lead.contact.items.get": {scope: "crm", run: func(c *call) (any, error) { return linkGet(c, Lead) }},
	"crm.deal.contact.items.get": {scope: "crm", run: func(c *call) (any, error) { return linkGet(c, Deal) }},
	"crm.lead.contact.items.set": {scope: "crm", run: func(c *call) (any, error) { return linkSet(c, Lead) }},
	"crm.deal.contact.items.set": {scope: "crm", run: func(c *call) (any, error) { return linkSet(c, Deal) }},
}

// A contact already linked answers false, not an error (contract §5.3).
func linkAdd(c *call, k Kind) (any, error) {
	e, bad := c.oldEntity(k)
	if bad != nil {
		return nil, bad
	}
	fields := arrayOf(c.param("fields"))
	id := phpInt(fields.get("CONTACT_ID"))
	if c.entity(Contact, id) == nil {
		return nil, blank("The parameter 'CONTACT_ID' is invalid or not defined.")
	}
	if slices.Contains(e.Links, id) {
		return false, nil
	}
	links := append(slices.Clone(e.Links), id)
	if phpBool(fields.get("IS_PRIMARY")) {
		links = append([]int64{id}, e.Links...)
	}
	if bad := c.update(e, change{fields: map[string]any{}, links: links}, c.actor.user.ID); bad != nil {
		return nil, bad
	}
	return true, nil
}

// The first row is the primary contact, which is contactId of crm.item (contract §5.3).
func linkGet(c *call, k Kind) (any, error) {
	e, bad := c.oldEntity(k)
	if bad != nil {
		return nil, bad
	}
	out := []any{}
	for i, id := range e.Links {
		out = append(out, map[string]any{
			"CONTACT_ID": id, "SORT": (i + 1) * 10, "ROLE_ID": 0, "IS_PRIMARY": map[bool]string{true: "Y", false: "N"}[i == 0],
		})
	}
	return out, nil
}

// The list replaces what was there, so that a reader in between sees all or nothing (contract §5.3).
func linkSet(c *call, k Kind) (any, error) {
	e, bad := c.oldEntity(k)
	if bad != nil {
		return nil, bad
	}
	links := []int64{}
	for _, v := range arrayOf(c.param("items")).values() {
		item := arrayOf(v)
		id := phpInt(item.get("CONTACT_ID"))
		if c.entity(Contact, id) == nil {
			return nil, blank("The parameter 'items' is invalid or not defined.")
		}
		if phpBool(item.get("IS_PRIMARY")) {
			links = append([]int64{id}, links...)
		} else {
			links = append(links, id)
		}
	}
	if bad := c.update(e, change{fields: map[string]any{}, links: links}, c.actor.user.ID); bad != nil {
		return nil, bad
	}
	return true, nil
}
