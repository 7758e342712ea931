package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// DeadLetters lists actions that were refused for good, the latest first, of one portal or of all.
func (s *Store) DeadLetters(
	ctx context.Context, t integration.TenantID, p integration.PortalID, from Cursor, limit int,
) ([]JournalAction, Cursor, error) {
	at, portal, key, err := from.parts()
	if err != nil {
		return nil, "", wrap("dead letters", err)
	}
	query := s.read(ctx).Where("tenant_id = ? AND state = 'dead'", clean(t))
	if p != "" {
		query = query.Where("portal_id = ?", clean(p))
	}
	if from != "" {
		query = query.Where("(updated_at, portal_id, action_key) < (?, ?, ?)", at, portal, key)
	}
	var rows []actionRow
	err = query.Order("updated_at DESC, portal_id DESC, action_key DESC").Limit(limit + 1).Find(&rows).Error
	if err != nil {
		return nil, "", wrap("dead letters", err)
	}
	var next Cursor
	if len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = cursor(last.UpdatedAt, string(last.PortalID), string(last.ActionKey))
	}
	return each(rows, actionRow.journal), next, nil
}

// Retry plans a dead action again under its old key, due now; its error stays to be seen until the next attempt. What
// was skipped in the same session because of it comes back with it: actions that refer to it, directly or through
// others, and those that touch the same things. A text of a comment that has a newer one by now is settled instead: it would undo
// that one. The author goes into the audit. ErrNotFound means that there is no such dead letter.
func (s *Store) Retry(ctx context.Context, t integration.TenantID, p integration.PortalID, k integration.ActionKey, author string) error {
	t, p, k = clean(t), clean(p), clean(k)
	var told tidings
	err := s.tx(ctx, func(tx *gorm.DB) error {
		// The lane's row is the lock between two who retry at once.
		if _, err := allocate(tx, of(t, p), 0); err != nil {
			return err
		}
		var dead actionRow
		if err := tx.Scopes(of(t, p)).Where("action_key = ? AND state = 'dead'", k).Take(&dead).Error; err != nil {
			return err
		}
		if newer, err := reworded(tx, &dead); err != nil {
			return err
		} else if newer {
			told, err = s.leaveWords(tx, &dead, author)
			return err
		}
		revived, err := skippedBy(tx, &dead)
		if err != nil {
			return err
		}
		// They are numbered anew, in the same order, so that a lane at work sees that there is more.
		again := append([]integration.ActionKey{k}, revived...)
		first, err := allocate(tx, of(t, p), len(again))
		if err != nil {
			return err
		}
		for i, key := range again {
			// A card is not popped up for a call of long ago, but anything else that a person wants done may be done late.
			err = tx.Exec(`UPDATE actions SET state = 'planned', attempts = 0, due_at = ?, send_by = 0, first_sent = 0, updated_at = ?, seq = ?,
				until_at = CASE WHEN action_key = ? AND command <> ? THEN 0 ELSE until_at END
				WHERE tenant_id = ? AND portal_id = ? AND action_key = ?`,
				micros(s.now()), micros(s.now()), first+int64(i), k, crm.Register{}.Name(), t, p, key).Error
			if err != nil {
				return err
			}
		}
		if err := s.auditLetter(tx, t, p, author, "action.retried", letter{Action: k, Revived: revived}); err != nil {
			return err
		}
		told, err = s.tellActions(tx, t, p, again)
		return err
	})
	if err == nil {
		s.told(ctx, told)
	}
	return wrap("retry", err)
}

// tellActions tells the states that actions have now.
func (s *Store) tellActions(tx *gorm.DB, t integration.TenantID, p integration.PortalID, keys []integration.ActionKey) (tidings, error) {
	var rows []actionRow
	err := tx.Select("portal_id", "action_key", "seq", "event_id", "command", "state").Scopes(of(t, p)).
		Where("action_key IN ?", keys).Find(&rows).Error
	if err != nil {
		return tidings{}, err
	}
	slices.SortFunc(rows, func(a, b actionRow) int { return cmp.Compare(a.Seq, b.Seq) })
	return s.tell(tx, t, actsOf(rows))
}

// skippedBy lists what was skipped in a dead action's session because of it.
func skippedBy(tx *gorm.DB, dead *actionRow) ([]integration.ActionKey, error) {
	if dead.SessionID == "" {
		return nil, nil
	}
	var rows []actionRow
	err := tx.Scopes(of(dead.TenantID, dead.PortalID)).Where("session_id = ? AND session_id <> '' AND state = 'failed'", dead.SessionID).
		Order("seq").Find(&rows).Error
	if err != nil {
		return nil, err
	}
	var touches []string
	if err := json.Unmarshal([]byte(dead.Touches), &touches); err != nil {
		return nil, fmt.Errorf("touches: %w", err)
	}
	var skipped []lane.Entry
	for _, r := range rows {
		e, err := r.entry()
		if _, words := commentOf(e.Action.Do); words && r.Seq < dead.Seq {
			continue // it was skipped for a newer text, and would undo that one
		}
		if err == nil && e.Err != nil && e.Err.Kind == crm.Skipped {
			skipped = append(skipped, e)
		}
	}
	keys, all := []integration.ActionKey{}, []integration.ActionKey{dead.ActionKey}
	for more := true; more; { // until no other depends on them: a plan may refer forwards
		more = false
		for _, e := range skipped {
			if !slices.Contains(all, e.Action.Key) && (meets(e.Action.Touches, touches) || refers(e.Action.Do, all)) {
				keys, all, more = append(keys, e.Action.Key), append(all, e.Action.Key), true
			}
		}
	}
	return keys, nil
}

// commentOf is the comment that a command gives another text.
func commentOf(c crm.Command) (crm.Ref, bool) {
	edit, ok := c.(crm.EditComment)
	return edit.Comment, ok
}

// reworded reports whether a dead action is a text of a comment that has or gets a newer one: sent now it would undo that one (C-7).
func reworded(tx *gorm.DB, dead *actionRow) (bool, error) {
	e, err := dead.entry()
	comment, ok := commentOf(e.Action.Do)
	if err != nil || !ok || dead.SessionID == "" {
		return false, nil //nolint:nilerr // what cannot be read is no text
	}
	var later []actionRow
	err = tx.Scopes(of(dead.TenantID, dead.PortalID)).Where("session_id = ? AND session_id <> '' AND command = ? AND seq > ?", dead.SessionID,
		dead.Command, dead.Seq).Where("state NOT IN ('failed', 'dead')").Find(&later).Error
	return slices.ContainsFunc(later, func(r actionRow) bool {
		e, err := r.entry()
		other, words := commentOf(e.Action.Do)
		return err == nil && words && other == comment
	}), err
}

// leaveWords settles a text of a comment that has a newer one: nothing is missing any more.
func (s *Store) leaveWords(tx *gorm.DB, dead *actionRow, author string) (tidings, error) {
	t, p, k := dead.TenantID, dead.PortalID, dead.ActionKey
	text, err := errorText(&crm.Error{Kind: crm.Skipped, Method: dead.Command, Text: "a newer text of the comment takes its place"})
	if err != nil {
		return tidings{}, err
	}
	err = tx.Exec("UPDATE actions SET state = 'failed', error = ?, updated_at = ? WHERE tenant_id = ? AND portal_id = ? AND action_key = ?",
		text, micros(s.now()), t, p, k).Error
	if err != nil {
		return tidings{}, err
	}
	if err := s.auditLetter(tx, t, p, author, "action.retried", letter{Action: k, Note: "a newer text of the comment takes its place"}); err != nil {
		return tidings{}, err
	}
	return s.tellActions(tx, t, p, []integration.ActionKey{k})
}

func meets(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

func refers(c crm.Command, keys []integration.ActionKey) bool {
	return slices.ContainsFunc(crm.Refs(c), func(r crm.Ref) bool { return slices.Contains(keys, integration.ActionKey(r.Of)) })
}

// Dismiss settles a dead action as failed, with a note in the audit. ErrNotFound means that there is no such dead letter.
func (s *Store) Dismiss(
	ctx context.Context, t integration.TenantID, p integration.PortalID, k integration.ActionKey, author, note string,
) error {
	t, p, k = clean(t), clean(p), clean(k)
	var told tidings
	err := s.tx(ctx, func(tx *gorm.DB) error {
		done := tx.Model(&actionRow{}).Scopes(of(t, p)).Where("action_key = ? AND state = 'dead'", k).
			Select("state", "updated_at").Updates(actionRow{State: lane.StateFailed, UpdatedAt: micros(s.now())})
		if done.Error != nil || done.RowsAffected == 0 {
			return changed("dead letter", done)
		}
		err := s.auditLetter(tx, t, p, author, "action.dismissed", letter{Action: k, Note: note})
		if err != nil {
			return err
		}
		told, err = s.tellActions(tx, t, p, []integration.ActionKey{k})
		return err
	})
	if err == nil {
		s.told(ctx, told)
	}
	return wrap("dismiss", err)
}

// letter is what the audit tells of a dead letter that somebody decided about.
type letter struct {
	Action  integration.ActionKey   `json:"action"`
	Note    string                  `json:"note,omitempty"`
	Revived []integration.ActionKey `json:"revived,omitempty"`
}

func (s *Store) auditLetter(tx *gorm.DB, t integration.TenantID, p integration.PortalID, author, verb string, l letter) error {
	detail, err := compact(l)
	if err != nil {
		return err
	}
	return s.audit(tx, AuditEntry{Tenant: t, Portal: p, Author: author, Verb: verb, Detail: []byte(detail)})
}

// LaneStatus is how a portal's lane is doing.
type LaneStatus struct {
	Owner       string // empty: nobody works in it
	LeaseUntil  time.Time
	PausedUntil time.Time
	Why         string    // of the pause
	BusyUntil   time.Time // when its bucket will be empty again
	// Pending and Unfinished count up to CountLimit.
	Pending    int
	Unfinished int
	// Oldest is when the oldest undecided event was received; zero when there is none.
	Oldest time.Time
}

// CountLimit is where counting stops: "and more".
const CountLimit = 10_000

// LaneStatus tells how a portal's lane is doing, or ErrNotFound.
func (s *Store) LaneStatus(ctx context.Context, t integration.TenantID, p integration.PortalID) (LaneStatus, error) {
	t, p = clean(t), clean(p)
	var row laneRow
	if err := s.read(ctx).Scopes(of(t, p)).Take(&row).Error; err != nil {
		return LaneStatus{}, wrap("lane status", err)
	}
	st := LaneStatus{
		Owner: row.Owner, LeaseUntil: instant(row.LeaseUntil), PausedUntil: instant(row.PausedUntil), Why: row.Why,
		BusyUntil: instant(row.Tat),
	}
	const count = "SELECT COUNT(*) FROM (SELECT 1 FROM %s WHERE tenant_id = ? AND portal_id = ? AND %s LIMIT %d) AS c"
	err := s.read(ctx).Raw(fmt.Sprintf(count, "events", "state = 'pending'", CountLimit), t, p).Scan(&st.Pending).Error
	if err == nil {
		err = s.read(ctx).Raw(fmt.Sprintf(count, "actions", unfinished, CountLimit), t, p).Scan(&st.Unfinished).Error
	}
	var oldest []int64
	if err == nil {
		err = s.read(ctx).Model(&eventRow{}).Scopes(of(t, p)).Where("state = 'pending'").Order("event_id").Limit(1).
			Pluck("received_at", &oldest).Error
	}
	if len(oldest) > 0 {
		st.Oldest = instant(oldest[0])
	}
	return st, wrap("lane status", err)
}
