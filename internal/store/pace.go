package store

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

// Pace is how fast a portal's work is done.
type Pace struct {
	// Queue are the actions that are due or under way and not settled, up to CountLimit; periodic errands are left out.
	Queue int
	// Oldest is when the oldest of them was planned; zero when there is none.
	Oldest time.Time
	// Cards are the times from the receipt of an event to the first attempt to show its card, in ascending order, up to CountLimit.
	Cards []time.Duration
}

const (
	queued = `SELECT COUNT(*) AS queue, COALESCE(MIN(created_at), 0) AS oldest FROM (SELECT created_at FROM actions
		WHERE tenant_id = ? AND portal_id = ? AND ` + unfinished + ` AND substr(action_key, 1, 6) <> 'every/'
		AND (state <> 'planned' OR attempts > 0 OR due_at <= ?) ORDER BY seq LIMIT ?) AS q`
	// SQLite takes CROSS JOIN as an order: with statistics it would begin with all actions of the portal.
	cards = `SELECT a.body, a.first_sent - e.received_at AS took FROM events e CROSS JOIN actions a WHERE a.tenant_id = e.tenant_id
		AND a.portal_id = e.portal_id AND a.session_id = e.session_id AND a.session_id <> '' AND a.event_id = e.event_id
		AND e.tenant_id = ? AND e.received_at >= ? AND e.portal_id = ? AND e.session_id <> '' AND a.command = ? AND a.first_sent > 0
		LIMIT ?`
)

// Pace tells how much waits in a portal's queue, and how soon cards were shown of what was received since then. A call of the past,
// which is registered without a card, does not count.
func (s *Store) Pace(ctx context.Context, t integration.TenantID, p integration.PortalID, since time.Time) (Pace, error) {
	t, p = clean(t), clean(p)
	var q struct {
		Queue  int
		Oldest int64
	}
	if err := s.read(ctx).Raw(queued, t, p, micros(s.now()), CountLimit).Scan(&q).Error; err != nil {
		return Pace{}, wrap("pace", err)
	}
	var rows []struct {
		Body string
		Took int64
	}
	if err := s.read(ctx).Raw(cards, t, micros(since), p, crm.Register{}.Name(), CountLimit).Scan(&rows).Error; err != nil {
		return Pace{}, wrap("pace", err)
	}
	out := Pace{Queue: q.Queue, Oldest: instant(q.Oldest)}
	for _, r := range rows {
		var call crm.Register
		if json.Unmarshal([]byte(r.Body), &call) == nil && call.Show {
			out.Cards = append(out.Cards, time.Duration(r.Took)*time.Microsecond)
		}
	}
	slices.Sort(out.Cards)
	return out, nil
}
