package rpc

import (
	"context"

	"omniconnector/crm"
)

// Account is whose key it is.
type Account struct {
	Name     string
	AppID    int64
	TimeZone string // IANA name, empty when the platform tells none that exists
	// NoCalls is why calls cannot be started with this key; nil when they can (T-8, T-9).
	NoCalls *crm.Error
}

// Check asks whose key it is, and whether it may start calls. It costs a point of each interface.
func (c *Client) Check(ctx context.Context) (Account, *crm.Error) {
	answer, e := c.look(ctx, methodAccount, []string{"app_id", "name", "timezone"}, nil)
	if e != nil {
		return Account{}, e
	}
	row := answer.row()
	a := Account{Name: row.Text("name"), AppID: row.Number("app_id")}
	if zone := c.place(row.Text("timezone")); zone != nil {
		a.TimeZone = zone.String()
	}
	_, e = c.ask(ctx, c.call, request{method: methodListCalls})
	if e != nil && (!notBought(e) || e.Code == "forbidden") { // listing calls is sold apart from starting them; the right is one
		a.NoCalls = e
	}
	return a, nil
}
