package rpc

import (
	"cmp"
	"context"

	"omniconnector/crm"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

// Directory reads the account's vocabulary (contract uis §4.1). It costs twelve points, and one more for each thousand rows beyond
// the first of a dictionary. A dictionary that the tariff lacks is empty; any other failure fails all.
func (c *Client) Directory(ctx context.Context) (centre.Directory, *crm.Error) {
	var d centre.Directory
	zone, e := c.zoneName(ctx)
	if e != nil {
		return d, e
	}
	c.place(zone)
	d.TimeZone = zone
	people, e := c.list(ctx, methodEmployees, employeeColumns...)
	if e != nil {
		return centre.Directory{}, e
	}
	for _, row := range people {
		if who := readEmployee(row); who.ID != 0 {
			d.Employees = append(d.Employees, who)
		}
	}
	for _, part := range dictionaries {
		rows, e := c.list(ctx, part.method, part.columns...)
		switch {
		case e != nil && notBought(e):
			c.without(ctx, part.method, e)
			continue
		case e != nil:
			return centre.Directory{}, e
		}
		part.read(&d, rows)
	}
	d.SyncedAt = c.now().UTC()
	return d, nil
}

// without leaves a word of a dictionary that the account does not have.
func (c *Client) without(ctx context.Context, method string, e *crm.Error) {
	if c.log != nil {
		c.log.InfoContext(ctx, "platform.without", "method", method, "code", e.Code)
	}
}

// dictionaries are those that an account may lack, in the order in which they are read.
var dictionaries = []struct {
	method  string
	columns []string
	read    func(*centre.Directory, []uis.Row)
}{
	{"get.sip_lines", []string{"id", "phone_number", "type", "virtual_phone_number", "status", "billing_state", "employee_id"}, readLines},
	{"get.virtual_numbers", []string{"id", "virtual_phone_number", "status", "name", "comment"}, readNumbers},
	{"get.sites", []string{"id", "domain_name", "name"}, func(d *centre.Directory, rows []uis.Row) {
		d.Sites = entries(rows, "id", "domain_name", "name") // filters know a site by its domain (contract uis §1.5)
	}},
	{"get.campaigns", []string{"id", "name"}, func(d *centre.Directory, rows []uis.Row) {
		d.Campaigns = entries(rows, "id", "name")
	}},
	{"get.scenarios", []string{"id", "name", "operations"}, readScenarios},
	{"get.group_employees", []string{"id", "name"}, func(d *centre.Directory, rows []uis.Row) {
		d.Groups = entries(rows, "id", "name")
	}},
	{"get.communication_sources", []string{"id", "name", "source_id", "source_name"}, readSources},
	{"get.tags", []string{"id", "name"}, func(d *centre.Directory, rows []uis.Row) {
		d.Tags = entries(rows, "id", "name")
	}},
	{"get.statuses", []string{"id", "name", "mnemonic", "is_deleted"}, readStatuses},
	{"get.chat_channels", []string{"id", "name", "type", "status"}, readChannels},
}

// entries read ids with the first of some columns that names them; each id once.
func entries(rows []uis.Row, id string, names ...string) []centre.Named {
	var all []centre.Named
	seen := map[int64]bool{}
	for _, row := range rows {
		one := centre.Named{ID: row.Number(id)}
		for _, column := range names {
			one.Name = cmp.Or(one.Name, row.Text(column))
		}
		if one.ID != 0 && !seen[one.ID] {
			seen[one.ID] = true
			all = append(all, one)
		}
	}
	return all
}

func readScenarios(d *centre.Directory, rows []uis.Row) {
	for _, row := range rows {
		s := centre.Scenario{Named: centre.Named{ID: row.Number("id"), Name: row.Text("name")}}
		s.Operations = entries(row.Rows("operations"), "id", "name")
		if s.ID != 0 {
			d.Scenarios = append(d.Scenarios, s)
		}
	}
}

// readSources names the sources as calls do, by source_id and source_name, where the dictionary tells them.
func readSources(d *centre.Directory, rows []uis.Row) {
	d.Sources = entries(rows, "source_id", "source_name", "name")
	if len(d.Sources) == 0 {
		d.Sources = entries(rows, "id", "name")
	}
}

func readStatuses(d *centre.Directory, rows []uis.Row) {
	for _, row := range rows {
		s := centre.Status{Named: centre.Named{ID: row.Number("id"), Name: row.Text("name")}, Kind: row.Text("mnemonic")}
		if gone := row.Flag("is_deleted"); s.ID != 0 && (gone == nil || !*gone) {
			d.Statuses = append(d.Statuses, s)
		}
	}
}

func readNumbers(d *centre.Directory, rows []uis.Row) {
	for _, row := range rows {
		n := centre.Number{
			Number: digits(row.Text("virtual_phone_number")), Name: cmp.Or(row.Text("name"), row.Text("comment")),
			Active: row.Text("status") == "active",
		}
		if n.Number != "" {
			d.Numbers = append(d.Numbers, n)
		}
	}
}

// readChannels are where chats come from (C-3); what was deleted is none.
func readChannels(d *centre.Directory, rows []uis.Row) {
	for _, row := range rows {
		ch := centre.Channel{Named: centre.Named{ID: row.Number("id"), Name: row.Text("name")}, Type: row.Text("type")}
		status := row.Text("status")
		ch.Active = status == "active"
		if ch.ID != 0 && status != "deleted" {
			d.Channels = append(d.Channels, ch)
		}
	}
}
