package bitrix24

import (
	"context"
	"slices"
	"strings"

	"omniconnector/crm"
)

const methodWorkday = "timeman.status"

// Presence asks for the working days of users, fifty in a request (contract §6). A portal without time management, or a
// token that may not look, tells nothing of anybody; a user the portal does not tell of is left out. The messenger's
// status is not asked: whoever is online there need not be at work, nor the other way round.
func (c *Client) Presence(
	ctx context.Context, charge func(context.Context) error, users []crm.UserID,
) (map[crm.UserID]crm.Presence, *crm.Error) {
	out := map[crm.UserID]crm.Presence{}
	users = slices.DeleteFunc(slices.Clone(users), func(u crm.UserID) bool { return u <= 0 })
	slices.Sort(users)
	for chunk := range slices.Chunk(slices.Compact(users), maxCommands) {
		cs := make(commands, len(chunk))
		for i, u := range chunk {
			cs[i] = command{methodWorkday, params{"USER_ID": int64(u)}}
		}
		if charge != nil {
			if err := charge(ctx); err != nil {
				return nil, chargeError(err)
			}
		}
		replies, e := c.batch(ctx, cs)
		if e != nil {
			return nil, unread(e)
		}
		for i, r := range replies {
			day, told, e := workday(r)
			if e != nil {
				return nil, unread(e)
			}
			if told {
				out[chunk[i]] = day
			}
		}
		if !slices.ContainsFunc(replies, func(r reply) bool { return r.err == nil || !withheld(r.err) }) {
			return out, nil // nobody is told of, and asking for more of them would tell no more
		}
	}
	return out, nil
}

// withheld tells refusals that no further question will change: no such method, no right, no scope.
func withheld(e *crm.Error) bool {
	switch strings.ToLower(e.Code) {
	case "error_method_not_found", "access_denied", "insufficient_scope", "invalid_scope", "method_confirm_denied":
		return true
	}
	return false
}

// workday reads one answer. EXPIRED is a day of before that was never ended: nobody is at work in it.
func workday(r reply) (day crm.Presence, told bool, e *crm.Error) {
	var row Maybe[struct {
		Status Text `json:"STATUS"`
	}]
	switch e := r.into(&row); {
	case e == nil:
	case withheld(e), e.Kind == crm.Invalid, e.Kind == crm.NotFound:
		return crm.NotKnown, false, nil
	default:
		return crm.NotKnown, false, e
	}
	switch strings.ToUpper(string(row.V.Status)) {
	case "OPENED":
		return crm.Working, true, nil
	case "PAUSED":
		return crm.Paused, true, nil
	case "CLOSED", "EXPIRED":
		return crm.Away, true, nil
	}
	return crm.NotKnown, false, nil
}
