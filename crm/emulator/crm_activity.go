package emulator

import (
	"slices"
	"time"
)

// activity is a row of the CRM's timeline that somebody has to do or did (contract §5.8).
type activity struct {
	ID       int64
	Fields   map[string]any // upper-case names
	Bindings []ref
	Comms    []*array
	CallID   string
}

var activityKinds = map[string]string{
	"ID": "integer", "OWNER_ID": "integer", "OWNER_TYPE_ID": "integer", "TYPE_ID": "integer", "PROVIDER_ID": "string",
	"PROVIDER_TYPE_ID": "string", "SUBJECT": "string", "RESPONSIBLE_ID": "integer", "AUTHOR_ID": "integer", "EDITOR_ID": "integer",
	"DIRECTION": "integer", "START_TIME": "datetime", "END_TIME": "datetime", "DEADLINE": "datetime", "CREATED": "datetime",
	"LAST_UPDATED": "datetime", "COMPLETED": "boolean", "STATUS": "integer", "PRIORITY": "integer", "DESCRIPTION": "string",
	"DESCRIPTION_TYPE": "integer", "NOTIFY_TYPE": "integer", "NOTIFY_VALUE": "integer", "ORIGINATOR_ID": "string", "ORIGIN_ID": "string",
}

// readOnlyActivity are the fields that a client cannot set.
var readOnlyActivity = []string{"ID", "CREATED", "LAST_UPDATED", "STATUS", "EDITOR_ID"}

var crmActivityMethods = map[string]method{
	"crm.activity.add":            {scope: "crm", run: activityAdd},
	"crm.activity.update":         {scope: "crm", run: activityUpdate},
	"crm.activity.get":            {scope: "crm", run: activityGet},
	"crm.activity.list":           {scope: "crm", run: activityList},
	"crm.activity.delete":         {scope: "crm", run: activityDelete},
	"crm.activity.binding.add":    {scope: "crm", run: bindingAdd},
	"crm.activity.binding.list":   {scope: "crm", run: bindingList},
	"crm.activity.binding.delete": {scope: "crm", run: bindingDelete},
}

// callActivity is the activity that finish makes; a call without a client has none (contract §4.3, §4.5).
func (p *Portal) callActivity(call *phoneCall) {
	owner := p.entity(call.Entity.Kind, call.Entity.ID)
	if owner == nil {
		return
	}
	direction := int64(2)
	if call.incoming() {
		direction = 1
	}
	completed := "Y"
	if call.incoming() && !call.success() { // a missed call stays to be done (contract §4.5 [X])
		completed = "N"
	}
	a := p.addActivity(map[string]any{
		"OWNER_ID": owner.ID, "OWNER_TYPE_ID": int64(owner.Kind), "TYPE_ID": int64(2),
		"PROVIDER_ID": "VOXIMPLANT_CALL", "PROVIDER_TYPE_ID": "CALL", "SUBJECT": callSubject(call),
		"RESPONSIBLE_ID": call.FinishUser, "AUTHOR_ID": call.FinishUser, "DIRECTION": direction,
		"START_TIME": stamp(call.Start), "END_TIME": stamp(call.Start.Add(time.Duration(call.Duration) * time.Second)),
		"DEADLINE": stamp(call.Start), "COMPLETED": completed, "PRIORITY": int64(2), "DESCRIPTION": "",
		"DESCRIPTION_TYPE": int64(1), "ORIGIN_ID": "VI_" + call.ID,
	}, call.FinishUser)
	a.CallID = call.ID
	a.Comms = []*array{communicationRow("PHONE", call.Phone, owner.ref())}
	a.Bindings = []ref{owner.ref()}
	for _, r := range slices.Concat(call.Created, call.Bound) {
		if !slices.Contains(a.Bindings, r) {
			a.Bindings = append(a.Bindings, r)
		}
	}
	call.Activity = a.ID
	p.echo("ONCRMACTIVITYADD", a.ID, call.FinishUser)
}

func communicationRow(kind, value string, r ref) *array {
	row := newArray()
	row.set("TYPE", kind)
	row.set("VALUE", value)
	row.set("ENTITY_ID", itoa(r.ID))
	row.set("ENTITY_TYPE_ID", itoa(int64(r.Kind)))
	return row
}

// Activities made by the portal itself and by clients are filed alike; only who is told differs.
func (p *Portal) addActivity(fields map[string]any, by int64) *activity {
	a := &activity{ID: p.id("activity"), Fields: fields}
	now := stamp(p.now())
	fields["CREATED"], fields["LAST_UPDATED"], fields["EDITOR_ID"] = now, now, by
	p.state.Activities[a.ID] = a
	p.settleActivity(a)
	return a
}

// settleActivity keeps STATUS in step with COMPLETED.
func (p *Portal) settleActivity(a *activity) {
	a.Fields["STATUS"] = int64(1)
	if a.Fields["COMPLETED"] == "Y" {
		a.Fields["STATUS"] = int64(2)
	}
}

// Unknown and read-only names are dropped without a word, as with items (contract §5.2).
func (c *call) activityFields(in *array) map[string]any {
	out := map[string]any{}
	for _, k := range in.keys {
		if kind := activityKinds[k]; kind != "" && !slices.Contains(readOnlyActivity, k) {
			out[k] = c.cast(kind, in.vals[k])
		}
	}
	return out
}

// BINDINGS are the second way to name owners, in add and in list filters (contract §5.8).
func bindingsOf(in *array) []ref {
	var out []ref
	for _, v := range arrayOf(in.get("BINDINGS")).values() {
		b := arrayOf(v)
		out = append(out, ref{Kind(phpInt(b.get("OWNER_TYPE_ID"))), phpInt(b.get("OWNER_ID"))})
	}
	return out
}

// COMMUNICATIONS may be absent for provider activities only (TYPE_ID 6); every owner named must exist (contract §5.8).
func activityAdd(c *call) (any, error) {
	in := arrayOf(c.in.get("fields"))
	fields := c.activityFields(in)
	bindings := bindingsOf(in)
	if own := (ref{Kind(phpInt(fields["OWNER_TYPE_ID"])), phpInt(fields["OWNER_ID"])}); own.ID != 0 {
		bindings = append([]ref{own}, slices.DeleteFunc(bindings, func(r ref) bool { return r == own })...)
	}
	switch {
	case len(bindings) == 0:
		return nil, blank("The field OWNER_ID is required.")
	case phpInt(fields["TYPE_ID"]) == 0:
		return nil, blank("The field TYPE_ID is required.")
	case phpString(fields["SUBJECT"]) == "":
		return nil, blank("The field SUBJECT is required.")
	case phpInt(fields["RESPONSIBLE_ID"]) == 0:
		return nil, blank("The field RESPONSIBLE_ID is required.")
	case phpInt(fields["TYPE_ID"]) != 6 && arrayOf(in.get("COMMUNICATIONS")).len() == 0:
		return nil, blank("The field COMMUNICATIONS is required.")
	case phpInt(fields["TYPE_ID"]) == 6 && phpString(fields["PROVIDER_ID"]) == "":
		return nil, blank("The custom activity without provider is not supported in current context")
	case phpString(fields["PROVIDER_ID"]) == "REST_APP" && c.actor.install == nil:
		return nil, blank("Application context required")
	}
	for _, r := range bindings {
		if c.entity(r.Kind, r.ID) == nil {
			return nil, blank("Owner is not found.")
		}
	}
	fields["OWNER_TYPE_ID"], fields["OWNER_ID"] = int64(bindings[0].Kind), bindings[0].ID
	if fields["COMPLETED"] == nil {
		fields["COMPLETED"] = "N"
	}
	if fields["AUTHOR_ID"] == nil {
		fields["AUTHOR_ID"] = c.actor.user.ID
	}
	a := c.addActivity(fields, c.actor.user.ID)
	a.Bindings = bindings
	for _, v := range arrayOf(in.get("COMMUNICATIONS")).values() {
		a.Comms = append(a.Comms, arrayOf(v))
	}
	c.echo("ONCRMACTIVITYADD", a.ID, c.actor.user.ID)
	return a.ID, nil
}

func (c *call) activity(param string) (*activity, *apiError) {
	id := phpInt(c.in.get(param))
	if id <= 0 {
		return nil, blank("ID is not defined or invalid.")
	}
	a := c.state.Activities[id]
	if a == nil {
		return nil, blank("Activity is not found.")
	}
	return a, nil
}

// The owner stays what it was: moving an activity is the business of binding methods (contract §5.8).
func activityUpdate(c *call) (any, error) {
	a, bad := c.activity("id")
	if bad != nil {
		return nil, bad
	}
	in := arrayOf(c.in.get("fields"))
	for k, v := range c.activityFields(in) {
		if k != "OWNER_ID" && k != "OWNER_TYPE_ID" {
			a.Fields[k] = v
		}
	}
	if b := bindingsOf(in); len(b) > 0 {
		a.Bindings = b
	}
	a.Fields["LAST_UPDATED"], a.Fields["EDITOR_ID"] = stamp(c.now()), c.actor.user.ID
	c.settleActivity(a)
	c.echo("ONCRMACTIVITYUPDATE", a.ID, c.actor.user.ID)
	return true, nil
}

func activityGet(c *call) (any, error) {
	a, bad := c.activity("id")
	if bad != nil {
		return nil, bad
	}
	return c.showActivity(a, nil), nil
}

func activityDelete(c *call) (any, error) {
	a, bad := c.activity("id")
	if bad != nil {
		return nil, bad
	}
	delete(c.state.Activities, a.ID)
	c.echo("ONCRMACTIVITYDELETE", a.ID, c.actor.user.ID)
	return true, nil
}

// COMMUNICATIONS and FILES come only when selected by name; a filter by BINDINGS means "any of these" (contract §5.8).
func activityList(c *call) (any, error) {
	filter := newArray()
	in := arrayOf(c.in.get("filter"))
	for _, k := range in.keys {
		if _, name := splitOperator(k); activityKinds[name] != "" { // unknown names are not looked at here
			filter.set(k, in.vals[k])
		}
	}
	wanted := bindingsOf(in)
	var rows []*activity
	for _, a := range c.sortedActivities() {
		if len(wanted) == 0 || slices.ContainsFunc(wanted, func(r ref) bool { return slices.Contains(a.Bindings, r) }) {
			rows = append(rows, a)
		}
	}
	get := func(a *activity, name string) (any, string) {
		if name == "ID" {
			return a.ID, "integer"
		}
		return a.Fields[name], activityKinds[name]
	}
	sel := arrayOf(c.in.get("select"))
	return list(c, rows, filter, arrayOf(c.in.get("order")), c.in.get("start"), get, func(a *activity) any { return c.showActivity(a, sel) })
}

func (p *Portal) sortedActivities() []*activity {
	out := make([]*activity, 0, len(p.state.Activities))
	for _, a := range p.state.Activities {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b *activity) int { return int(a.ID - b.ID) })
	return out
}

// showActivity is an activity as the old methods answer: strings only; sel nil is get, which shows everything.
func (c *call) showActivity(a *activity, sel *array) any {
	var names []string
	for _, v := range sel.values() {
		names = append(names, phpString(v))
	}
	star := sel.len() == 0 || slices.Contains(names, "*")
	out := map[string]any{"ID": itoa(a.ID)}
	for k := range activityKinds {
		if k != "ID" && (star || slices.Contains(names, k)) {
			out[k] = textOrNull(a.Fields[k])
		}
	}
	if sel == nil || slices.Contains(names, "COMMUNICATIONS") {
		out["COMMUNICATIONS"] = append([]*array{}, a.Comms...)
	}
	if sel == nil || slices.Contains(names, "FILES") {
		files := []any{}
		if call := c.index.calls[a.CallID]; call != nil && call.Record != nil {
			files = append(files, map[string]any{"id": call.Record.FileID, "url": c.Address() + "/record/" + itoa(call.N)})
		}
		out["FILES"] = files
	}
	return out
}

// Old methods know text and null only (contract §0.7).
func textOrNull(v any) any {
	if v == nil {
		return nil
	}
	return phpString(v)
}

// An activity can hang in at most 100 timelines (contract §5.8).
func bindingAdd(c *call) (any, error) {
	a, bad := c.activityByParam()
	if bad != nil {
		return nil, bad
	}
	r := ref{Kind(phpInt(c.in.get("entityTypeId"))), phpInt(c.in.get("entityId"))}
	if c.entity(r.Kind, r.ID) == nil {
		return nil, refuse(400, "OWNER_NOT_FOUND", "Owner not found")
	}
	if slices.Contains(a.Bindings, r) {
		return nil, refuse(400, "ACTIVITY_IS_ALREADY_BOUND", "Activity is already bound to this entity")
	}
	if len(a.Bindings) >= 100 {
		return nil, refuse(400, "BINDING_LIMIT_EXCEEDED", "Too many bindings")
	}
	a.Bindings = append(a.Bindings, r)
	c.echo("ONCRMACTIVITYUPDATE", a.ID, c.actor.user.ID)
	return true, nil
}

func (c *call) activityByParam() (*activity, *apiError) {
	for _, name := range []string{"activityId", "entityTypeId", "entityId"} {
		if !c.in.has(name) {
			return nil, missing(name)
		}
	}
	a := c.state.Activities[phpInt(c.in.get("activityId"))]
	if a == nil {
		return nil, notFound()
	}
	return a, nil
}

func bindingList(c *call) (any, error) {
	a := c.state.Activities[phpInt(c.in.get("activityId"))]
	if a == nil {
		return nil, notFound()
	}
	out := []any{}
	for _, r := range a.Bindings {
		out = append(out, map[string]any{"entityTypeId": int64(r.Kind), "entityId": r.ID})
	}
	return out, nil
}

// The last binding is not removable: an activity always belongs to somebody (contract §5.8).
func bindingDelete(c *call) (any, error) {
	a, bad := c.activityByParam()
	if bad != nil {
		return nil, bad
	}
	r := ref{Kind(phpInt(c.in.get("entityTypeId"))), phpInt(c.in.get("entityId"))}
	if !slices.Contains(a.Bindings, r) {
		return nil, refuse(400, "BINDING_NOT_FOUND", "The binding is not found")
	}
	if len(a.Bindings) == 1 {
		return nil, refuse(400, "LAST_BINDING_CANNOT_BE_DELETED", "The last binding cannot be deleted")
	}
	a.Bindings = slices.DeleteFunc(a.Bindings, func(o ref) bool { return o == r })
	return true, nil
}
