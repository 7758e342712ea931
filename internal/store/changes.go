package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// ChangeKind says what changed of an event in the journal.
type ChangeKind string

// The kinds of changes.
const (
	ChangeReceived ChangeKind = "received" // the event is new
	ChangeReplayed ChangeKind = "replayed" // the event is new: a person wants its call decided once more
	ChangeDecided  ChangeKind = "decided"  // it has an outcome and a plan; its actions are planned
	ChangeActed    ChangeKind = "acted"    // actions of its plan came to another state
)

// ChangedAction is an action in the state that it came to.
type ChangedAction struct {
	Key     integration.ActionKey `json:"k"`
	Command string                `json:"c"`
	State   lane.ActionState      `json:"s"`
}

// JournalChange is one change of what the journal shows (S-2).
type JournalChange struct {
	// Number grows by one with each change of the tenant. Whoever has seen a number never finds a smaller one later.
	Number  int64
	Kind    ChangeKind
	Event   JournalEvent // as it is now, which may be ahead of the change
	Actions []ChangedAction
}

// Changes is a page of changes in the order of their numbers.
type Changes struct {
	List []JournalChange
	// Through is the number up to which the page tells; changes of events that are gone are left out.
	Through int64
	// Reset tells that the reader's number is not kept any more, or never was: the journal is to be read anew, and then
	// changes from Through on.
	Reset bool
}

// LastChange is the number of a tenant's newest change, 0 before the first.
func (s *Store) LastChange(ctx context.Context, t integration.TenantID) (int64, error) {
	var last []int64
	err := s.read(ctx).Model(&journalRow{}).Where("tenant_id = ?", clean(t)).Pluck("last_number", &last).Error
	if err != nil || len(last) == 0 {
		return 0, wrap("last change", err)
	}
	return last[0], nil
}

// window is one statement, so that the counter and the rows are of one moment. A row may hold many changes: the last one to be
// read is the one that holds the page's last number.
const window = `SELECT j.last_number AS newest, c.last_number, c.first_number, c.body FROM journals j LEFT JOIN changes c
	ON c.tenant_id = j.tenant_id AND c.last_number > ? AND c.last_number <= COALESCE(
		(SELECT MIN(m.last_number) FROM changes m WHERE m.tenant_id = ? AND m.last_number >= ?), j.last_number)
	WHERE j.tenant_id = ? ORDER BY c.last_number`

// windowRow is one row of it; without changes only Newest is set.
type windowRow struct {
	Newest      int64
	LastNumber  *int64
	FirstNumber *int64
	Body        *string
}

// Changes lists up to limit changes of a tenant's journal after a number.
func (s *Store) Changes(ctx context.Context, t integration.TenantID, after int64, limit int) (Changes, error) {
	t, limit = clean(t), max(limit, 1)
	var rows []windowRow
	if err := s.read(ctx).Raw(window, after, t, after+int64(limit), t).Scan(&rows).Error; err != nil {
		return Changes{}, wrap("changes", err)
	}
	var newest int64
	if len(rows) > 0 {
		newest = rows[0].Newest
	}
	empty := len(rows) == 0 || rows[0].Body == nil
	switch {
	case after == newest:
		return Changes{List: []JournalChange{}, Through: newest}, nil
	case after > newest, empty, *rows[0].FirstNumber > after+1:
		return Changes{List: []JournalChange{}, Through: newest, Reset: true}, nil
	}
	page := Changes{Through: after}
	var found []numbered
	for _, r := range rows {
		var of []change
		if err := json.Unmarshal([]byte(*r.Body), &of); err != nil {
			return Changes{}, fmt.Errorf("changes: %d: %w", *r.LastNumber, err)
		}
		for i := range of {
			if n := *r.FirstNumber + int64(i); n > after && n <= after+int64(limit) {
				found, page.Through = append(found, numbered{n, &of[i]}), n
			}
		}
	}
	var err error
	page.List, err = s.shown(ctx, t, found)
	return page, wrap("changes", err)
}

type numbered struct {
	number int64
	*change
}

// shown puts the events of changes beside them; those that are gone by now are left out.
func (s *Store) shown(ctx context.Context, t integration.TenantID, found []numbered) ([]JournalChange, error) {
	ids := map[integration.PortalID][]integration.EventID{}
	for _, c := range found {
		if !slices.Contains(ids[c.Portal], c.Event) {
			ids[c.Portal] = append(ids[c.Portal], c.Event)
		}
	}
	type key struct {
		portal integration.PortalID
		event  integration.EventID
	}
	events := map[key]JournalEvent{}
	for portal, some := range ids {
		for part := range slices.Chunk(some, 200) {
			var rows []eventRow
			if err := s.read(ctx).Omit("body").Scopes(of(t, portal)).Where("event_id IN ?", part).Find(&rows).Error; err != nil {
				return nil, err
			}
			for _, r := range rows {
				events[key{portal, r.EventID}] = r.journal()
			}
		}
	}
	list := make([]JournalChange, 0, len(found))
	for _, c := range found {
		if e, ok := events[key{c.Portal, c.Event}]; ok {
			list = append(list, JournalChange{Number: c.number, Kind: c.Kind, Event: e, Actions: c.Actions})
		}
	}
	return list, nil
}

// change is one change as a row's body tells it.
type change struct {
	Kind    ChangeKind           `json:"k"`
	Portal  integration.PortalID `json:"p,omitempty"`
	Event   integration.EventID  `json:"e"`
	Actions []ChangedAction      `json:"a,omitempty"`
}

// tidings is what a committed transaction has changed: n numbers of a tenant, the last of them last.
type tidings struct {
	tenant  integration.TenantID
	last, n int64
}

// changesInRow bounds one row of changes.
const changesInRow = 200

const (
	takeNumbers = `INSERT INTO journals (tenant_id, last_number) VALUES (?, ?) ON CONFLICT (tenant_id)
		DO UPDATE SET last_number = journals.last_number + excluded.last_number RETURNING `
	// PostgreSQL does both in one round trip: others wait for the counter meanwhile.
	addChanges = "WITH counted AS (" + takeNumbers + `tenant_id, last_number)
		INSERT INTO changes (tenant_id, last_number, first_number, made_at, body)
		SELECT tenant_id, last_number, last_number - CAST(? AS bigint) + 1, CAST(? AS bigint), CAST(? AS text) FROM counted RETURNING last_number`
	insertChanges = "INSERT INTO changes (tenant_id, last_number, first_number, made_at, body) VALUES (?, ?, ?, ?, ?)"
)

// tell numbers and stores a transaction's changes. It must come last in the transaction: it locks the tenant's counter, for which all
// other writers of the tenant wait, and whoever holds a counter must wait for nothing else but greater tenants' counters.
func (s *Store) tell(tx *gorm.DB, t integration.TenantID, all []change) (tidings, error) {
	told := tidings{tenant: t, n: int64(len(all))}
	for part := range slices.Chunk(all, changesInRow) {
		body, err := compact(part)
		if err != nil {
			return told, err
		}
		n, at := int64(len(part)), micros(s.now())
		if s.pool != nil {
			err = tx.Raw(addChanges, t, n, n, at, body).Scan(&told.last).Error
		} else if err = tx.Raw(takeNumbers+"last_number", t, n).Scan(&told.last).Error; err == nil {
			err = tx.Exec(insertChanges, t, told.last, told.last-n+1, at, body).Error
		}
		if err != nil {
			return told, fmt.Errorf("changes: %w", err)
		}
	}
	return told, nil
}

// told comes after the commit: it wakes those who watch the tenant, and clears away what is not kept any longer.
func (s *Store) told(ctx context.Context, all ...tidings) {
	for _, one := range all {
		if one.n == 0 {
			continue
		}
		s.watchers.wake(one.tenant)
		// Now and then, because each time costs a statement. A failure only leaves it to the next one.
		if step := max(s.changesKept/10, 1); one.last/step > (one.last-one.n)/step {
			_ = s.write(ctx).Exec("DELETE FROM changes WHERE tenant_id = ? AND last_number <= ?", one.tenant, one.last-s.changesKept).Error
		}
	}
}

// actsOf gathers the actions of each event, in the order of the events' first ones. What belongs to no event is not in the journal.
func actsOf(rows []actionRow) []change {
	var all []change
	for _, r := range rows {
		if r.EventID == "" {
			continue
		}
		i := slices.IndexFunc(all, func(c change) bool { return c.Event == r.EventID && c.Portal == r.PortalID })
		if i < 0 {
			i, all = len(all), append(all, change{Kind: ChangeActed, Portal: r.PortalID, Event: r.EventID})
		}
		all[i].Actions = append(all[i].Actions, ChangedAction{Key: r.ActionKey, Command: r.Command, State: r.State})
	}
	return all
}

// arrivals are the changes that new events make.
func arrivals(kind ChangeKind, rows []eventRow) []change {
	return each(rows, func(r eventRow) change { return change{Kind: kind, Portal: r.PortalID, Event: r.EventID} })
}
