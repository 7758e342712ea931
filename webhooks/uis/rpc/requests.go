package rpc

import (
	"context"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/webhooks/uis"
)

var requestReport = report{method: "get.offline_messages_report", at: "date_time", columns: uis.OfflineColumns()}

// Requests reads the offline requests that were left from q.From until before q.Till (contract uis §4.7), as events of kind OfflineRequest,
// the same that a notification of them makes. Sessions are ids of requests, looked for a day wider. Pages and costs are as those of Chats.
func (c *Client) Requests(ctx context.Context, q centre.Query) (events []integration.Event, total int, err *crm.Error) {
	return c.communications(ctx, requestReport, q, c.offline)
}

// offline makes the event of a request. It is placed in time as a notification places it: nothing else is known there.
func (c *Client) offline(row uis.Row, zone *time.Location, _ time.Time) (integration.Event, bool) {
	e, err := uis.OfflineRow(row, zone, c.now())
	return e, err == nil
}
