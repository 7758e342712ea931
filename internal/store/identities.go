package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

type identityRow struct {
	TenantID  integration.TenantID
	PortalID  integration.PortalID
	Identity  integration.CustomerKey
	SessionID integration.SessionID
	SeenAt    int64
}

// TableName names the table for gorm.
func (identityRow) TableName() string { return "identities" }

const (
	// seenCoarse is how much newer a moment must be to be written again: most decisions of a conversation write nothing.
	seenCoarse = time.Minute
	// namesAtOnce bounds the names of one question, and acquainted how many conversations of each are looked at: a number that all
	// visitors have, like the tenant's own, costs no more than another.
	namesAtOnce = 20
	acquainted  = 50
)

// identities lays out the names of a decision's visitor.
func (r *record) identities(d *lane.Decided, session integration.SessionID) {
	for _, name := range d.Identities {
		if name = bounded(name); name != "" && session != "" {
			r.names[identityRow{TenantID: r.lease.Tenant, PortalID: r.lease.Portal, Identity: name, SessionID: session}] = micros(d.At)
		}
	}
}

const (
	nameHead = "INSERT INTO identities (tenant_id, portal_id, identity, session_id, seen_at) VALUES (?, ?, ?, ?, ?)"
	nameMore = ", (?, ?, ?, ?, ?)"
	nameTail = ` ON CONFLICT (tenant_id, portal_id, identity, session_id) DO UPDATE SET seen_at = excluded.seen_at
		WHERE identities.seen_at <= excluded.seen_at - ?`
)

// acquaint stores the names, while the lane's row is locked.
func (r *record) acquaint(tx *gorm.DB) error {
	rows := make([]identityRow, 0, len(r.names))
	for row, at := range r.names {
		row.SeenAt = at
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b identityRow) int {
		return cmp.Or(cmp.Compare(a.Identity, b.Identity), cmp.Compare(a.SessionID, b.SessionID))
	})
	for part := range slices.Chunk(rows, 200) {
		args := make([]any, 0, 5*len(part)+1)
		for _, row := range part {
			args = append(args, row.TenantID, row.PortalID, row.Identity, row.SessionID, row.SeenAt)
		}
		query := nameHead + strings.Repeat(nameMore, len(part)-1) + nameTail
		if err := tx.Exec(query, append(args, seenCoarse.Microseconds())...).Error; err != nil {
			return fmt.Errorf("identities: %w", err)
		}
	}
	return nil
}

// seenOf are a name's conversations, the one that was heard of last first; each name is one step in the index.
const seenOf = `SELECT session_id, seen_at FROM (SELECT session_id, seen_at FROM identities
	WHERE tenant_id = ? AND portal_id = ? AND identity = ? AND seen_at >= ? AND ` + conversations + `
	ORDER BY seen_at DESC, session_id LIMIT ?) AS one`

// Conversing lists the conversations whose visitor had a name and that were decided since then, the one that was heard of last first.
// Moments are known to a minute.
func (s *Store) Conversing(
	ctx context.Context, l lane.Lease, key integration.CustomerKey, since time.Time, limit int,
) ([]integration.SessionID, error) {
	seen, err := s.seen(ctx, l, []integration.CustomerKey{key}, since, limit)
	return seen, wrap("conversing", err)
}

func (s *Store) seen(
	ctx context.Context, l lane.Lease, names []integration.CustomerKey, since time.Time, limit int,
) ([]integration.SessionID, error) {
	var parts []string
	var args []any
	from := micros(since.Add(-seenCoarse)) // what was written is at most so much older than it was
	if since.IsZero() {
		from = 0
	}
	for _, name := range names {
		if name != "" && len(parts) < namesAtOnce {
			parts = append(parts, seenOf)
			args = append(args, l.Tenant, l.Portal, bounded(name), from, max(limit, 0))
		}
	}
	if len(parts) == 0 {
		return []integration.SessionID{}, nil
	}
	var rows []identityRow
	if err := s.read(ctx).Raw(strings.Join(parts, " UNION ALL "), args...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b identityRow) int {
		return cmp.Or(cmp.Compare(b.SeenAt, a.SeenAt), cmp.Compare(a.SessionID, b.SessionID))
	})
	ids := make([]integration.SessionID, 0, len(rows))
	for _, r := range rows {
		if !slices.Contains(ids, r.SessionID) {
			ids = append(ids, r.SessionID)
		}
	}
	return ids[:min(len(ids), max(limit, 0))], nil
}

// Known lists what was created and commented, and is done, in other conversations whose visitor had any of these names, the newest
// first. Of many conversations those count that were heard of last, and of many names the first ones. A command that cannot be read
// any more is left out.
func (s *Store) Known(
	ctx context.Context, l lane.Lease, keys []integration.CustomerKey, except integration.SessionID, limit int,
) ([]lane.Entry, error) {
	ids, err := s.seen(ctx, l, keys, time.Time{}, acquainted+1)
	if err != nil {
		return nil, wrap("known", err)
	}
	ids = slices.DeleteFunc(ids, func(id integration.SessionID) bool { return id == bounded(except) })
	if len(ids) == 0 {
		return []lane.Entry{}, nil
	}
	var rows []actionRow
	// An order would make the databases walk through all actions in it.
	err = s.read(ctx).Scopes(held(l)).Where("session_id IN ? AND session_id <> ''", ids).
		Where("state = ? AND command IN ?", lane.StateDone, []string{crm.Create{}.Name(), crm.Comment{}.Name()}).Find(&rows).Error
	if err != nil {
		return nil, wrap("known", err)
	}
	slices.SortFunc(rows, func(a, b actionRow) int { return cmp.Compare(b.Seq, a.Seq) })
	out := make([]lane.Entry, 0, min(len(rows), max(limit, 0)))
	for _, r := range rows {
		if len(out) == max(limit, 0) {
			break
		}
		if e, err := r.entry(); err == nil {
			out = append(out, e)
		}
	}
	return out, nil
}

// forgetNames takes rows of values, so that SQLite looks each session up instead of walking through the portal's names.
const forgetNames = `DELETE FROM identities WHERE (tenant_id, portal_id, session_id) IN (VALUES (?, ?, ?)%s)
	AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.tenant_id = identities.tenant_id AND s.portal_id = identities.portal_id
		AND s.session_id = identities.session_id)`

// forgetVisitors removes the names of visitors of conversations that are gone.
func forgetVisitors(tx *gorm.DB, t integration.TenantID, p integration.PortalID, sessions []integration.SessionID) error {
	sessions = slices.DeleteFunc(sessions, func(id integration.SessionID) bool { _, _, ok := id.Communication(); return !ok })
	for part := range slices.Chunk(sessions, 200) {
		args := make([]any, 0, 3*len(part))
		for _, id := range part {
			args = append(args, t, p, id)
		}
		if err := tx.Exec(fmt.Sprintf(forgetNames, strings.Repeat(", (?, ?, ?)", len(part)-1)), args...).Error; err != nil {
			return fmt.Errorf("identities: %w", err)
		}
	}
	return nil
}
