package rpc

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"omniconnector/crm"
	"omniconnector/webhooks/uis"
)

const (
	methodAccount = "get.account"

	usualRows     = 1000    // the platform's own page (contract uis §4)
	mostRows      = 10_000  // of a page
	deepestOffset = 100_000 // of all pages
)

// look asks a get method of the Data API for columns. A column that the account's tariff or brand lacks is left out from
// then on, so that it costs no more than itself.
func (c *Client) look(ctx context.Context, method string, columns []string, more params) (result, *crm.Error) {
	for {
		wanted := c.having(method, columns)
		p := maps.Clone(more)
		if p == nil {
			p = params{}
		}
		p["fields"] = wanted
		answer, no := c.inquire(ctx, c.data, request{method: method, params: p})
		if no == nil {
			return answer, nil
		}
		column := no.column(wanted)
		if column == "" || slices.Contains(indispensable, column) {
			return result{}, no.Error
		}
		c.forgo(method, column)
	}
}

// indispensable are columns without which a row is nothing.
var indispensable = []string{"id", "start_time", "finish_time", "date_time", "chat_id", "call_session_id", "virtual_phone_number", "timezone", "phone_numbers", "last_name"}

// column names the column that a refusal is about, empty when it is about none of them.
func (r *refusal) column(wanted []string) string {
	switch r.Code {
	case "invalid_parameter_value", "parameter_component_disabled", "unexpected_parameters":
	default:
		return ""
	}
	about := strings.Trim(r.value, `"'[] `)
	if !strings.HasPrefix(r.field, "fields") || !slices.Contains(wanted, about) {
		return ""
	}
	return about
}

func (c *Client) having(method string, columns []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	lacking := c.lacking[method]
	return slices.DeleteFunc(slices.Clone(columns), func(column string) bool { return lacking[column] })
}

func (c *Client) forgo(method, column string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lacking[method] == nil {
		c.lacking[method] = map[string]bool{}
	}
	c.lacking[method][column] = true
}

// list reads a whole dictionary, a page of a thousand rows per point.
func (c *Client) list(ctx context.Context, method string, columns ...string) ([]uis.Row, *crm.Error) {
	var all []uis.Row
	for len(all) <= deepestOffset {
		answer, e := c.look(ctx, method, columns, params{"limit": usualRows, "offset": len(all)})
		if e != nil {
			return nil, e
		}
		rows := answer.rows()
		all = append(all, rows...)
		if len(rows) == 0 || len(rows) < usualRows && len(all) >= answer.total || answer.total > 0 && len(all) >= answer.total {
			break
		}
	}
	return all, nil
}

// location is the account's zone, asked once (a point) and remembered; Directory refreshes it.
func (c *Client) location(ctx context.Context) (*time.Location, *crm.Error) {
	c.mu.Lock()
	zone := c.zone
	c.mu.Unlock()
	if zone != nil {
		return zone, nil
	}
	name, e := c.zoneName(ctx)
	if e != nil {
		return nil, e
	}
	if zone = c.place(name); zone == nil {
		return nil, &crm.Error{
			Kind: crm.Invalid, Method: methodAccount, Code: codeZone,
			Text: pair("часовой пояс аккаунта телефонии неизвестен: выберите другой в её личном кабинете",
				"the time zone of the telephony account is unknown: choose another one in its cabinet"),
		}
	}
	return zone, nil
}

func (c *Client) zoneName(ctx context.Context) (string, *crm.Error) {
	answer, e := c.look(ctx, methodAccount, []string{"app_id", "name", "timezone"}, nil)
	if e != nil {
		return "", e
	}
	return answer.row().Text("timezone"), nil
}

// place remembers the account's zone; nil for a name that no zone has.
func (c *Client) place(name string) *time.Location {
	if name == "" || name == "Local" { // which Go reads as the machine's own
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.zone = zone
	return zone
}
