package store

import (
	"context"
	"fmt"
	"time"

	"omniconnector/integration"
)

// OpenCall is one call that goes on, with what was told of it.
type OpenCall struct {
	Session integration.SessionID
	Events  []integration.Event // in the order of receipt
}

// Activity is what goes on in a portal, counted.
type Activity struct {
	// Ended counts the calls that ended since the moment that was asked for, by how they came out.
	Ended map[integration.Ending]int
	// Conversations counts chats and offline requests likewise.
	Conversations map[integration.Ending]int
	// OpenChats counts the chats that go on, up to CountLimit.
	OpenChats int
	// ChatsHeard and RequestsHeard tell that any chat, any offline request was ever heard of.
	ChatsHeard, RequestsHeard bool
	// Open counts the calls that go on, up to CountLimit; a request that is not carried out yet, and a call that is over and waits for a
	// moment (T-5), are among them.
	Open int
	// Latest are those of them that were heard of last, up to the number that was asked for, the latest first.
	Latest []OpenCall
	// Dead counts dead letters, up to CountLimit.
	Dead int
	// Heard tells that any event was ever received.
	Heard bool
}

const (
	endings = `SELECT ending, CASE WHEN ` + conversations + ` THEN 1 ELSE 0 END AS conversation, COUNT(*) AS calls FROM sessions
		WHERE tenant_id = ? AND portal_id = ? AND ended_at >= ? AND ended_at > 0 GROUP BY ending, conversation`
	openCalls = `SELECT COUNT(*) FROM (SELECT deadline_at FROM sessions
		WHERE tenant_id = ? AND portal_id = ? AND NOT closed AND deadline_at > 0 AND ` + calls + ` ORDER BY deadline_at DESC LIMIT ?) AS c`
	openChats = `SELECT COUNT(*) FROM (SELECT deadline_at FROM sessions
		WHERE tenant_id = ? AND portal_id = ? AND NOT closed AND deadline_at > 0 AND ` + chats + ` ORDER BY deadline_at DESC LIMIT ?) AS c`
	anyChat = `SELECT COUNT(*) FROM (SELECT 1 FROM sessions
		WHERE tenant_id = ? AND portal_id = ? AND ` + chats + ` ORDER BY session_id LIMIT 1) AS c`
	anyRequest = `SELECT COUNT(*) FROM (SELECT 1 FROM sessions
		WHERE tenant_id = ? AND portal_id = ? AND ` + requests + ` ORDER BY session_id LIMIT 1) AS c`
	latestCalls = `SELECT session_id FROM sessions
		WHERE tenant_id = ? AND portal_id = ? AND NOT closed AND deadline_at > 0 AND ` + calls + ` ORDER BY deadline_at DESC LIMIT ?`
	// The portal is compared as an expression: SQLite would rather walk all actions of the portal than the tenant's dead ones.
	deadLetters = `SELECT COUNT(*) FROM (SELECT 1 FROM actions
		WHERE tenant_id = ? AND state = 'dead' AND portal_id || '' = ? ORDER BY updated_at LIMIT ?) AS c`
	anyEvent = `SELECT COUNT(*) FROM (SELECT 1 FROM events
		WHERE tenant_id = ? AND portal_id = ? AND event_id > '' ORDER BY event_id LIMIT 1) AS c`
)

// Activity tells what goes on in a portal and what ended there since a moment. It reads indexes only, and the events of the latest calls.
func (s *Store) Activity(ctx context.Context, t integration.TenantID, p integration.PortalID, since time.Time, latest int) (Activity, error) {
	t, p = clean(t), clean(p)
	out := Activity{Ended: map[integration.Ending]int{}, Conversations: map[integration.Ending]int{}}
	var rows []struct {
		Ending       integration.Ending
		Conversation int
		Calls        int
	}
	if err := s.read(ctx).Raw(endings, t, p, micros(since)).Scan(&rows).Error; err != nil {
		return Activity{}, wrap("activity", err)
	}
	for _, r := range rows {
		if r.Conversation == 1 {
			out.Conversations[r.Ending] = r.Calls
		} else {
			out.Ended[r.Ending] = r.Calls
		}
	}
	var heardOf, chatsHeard, requestsHeard int
	for _, count := range []struct {
		query string
		args  []any
		into  *int
	}{
		{openCalls, []any{t, p, CountLimit}, &out.Open},
		{deadLetters, []any{t, p, CountLimit}, &out.Dead},
		{anyEvent, []any{t, p}, &heardOf},
		{openChats, []any{t, p, CountLimit}, &out.OpenChats},
		{anyChat, []any{t, p}, &chatsHeard},
		{anyRequest, []any{t, p}, &requestsHeard},
	} {
		if err := s.read(ctx).Raw(count.query, count.args...).Scan(count.into).Error; err != nil {
			return Activity{}, wrap("activity", err)
		}
	}
	out.Heard, out.ChatsHeard, out.RequestsHeard = heardOf > 0, chatsHeard > 0, requestsHeard > 0
	var err error
	out.Latest, err = s.latestCalls(ctx, t, p, latest)
	return out, wrap("activity", err)
}

// eventsOfCall bounds what is read of one call that goes on: the first ones tell who calls, and a call has hardly more.
const eventsOfCall = 50

func (s *Store) latestCalls(ctx context.Context, t integration.TenantID, p integration.PortalID, limit int) ([]OpenCall, error) {
	var ids []integration.SessionID
	if err := s.read(ctx).Raw(latestCalls, t, p, limit).Scan(&ids).Error; err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []eventRow
	err := s.read(ctx).Omit("body").Scopes(of(t, p)).Where("session_id IN ? AND session_id <> ''", ids).
		Order("session_id, event_id").Limit(limit * eventsOfCall).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("events: %w", err)
	}
	told := map[integration.SessionID][]integration.Event{}
	for _, r := range rows {
		told[r.SessionID] = append(told[r.SessionID], r.journal().Event)
	}
	return each(ids, func(id integration.SessionID) OpenCall { return OpenCall{id, told[id]} }), nil
}
