package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/crm"
	"omniconnector/integration"
)

// One statement a step, each part of it with its own index and its own bound: the answer must wait neither for a
// planner's mistake nor for a number that a thousand records share (T-2).
const (
	customerColumns = "kind, entity_id, title, responsible, funnel, stage, closed, contact_id, company_id, created_at, changed_at"
	byPhone         = `SELECT c.* FROM (SELECT kind AS k, entity_id AS e FROM customer_phones WHERE tenant_id = ? AND portal_id = ?
		AND phone = ? AND kind = ? ORDER BY entity_id DESC LIMIT 20) AS p CROSS JOIN customers AS c
		WHERE c.tenant_id = ? AND c.portal_id = ? AND c.kind = p.k AND c.entity_id = p.e`
	dealsOfContact = `SELECT * FROM (SELECT ` + customerColumns + ` FROM customers WHERE tenant_id = ? AND portal_id = ?
		AND kind = 'deal' AND contact_id = ? AND contact_id > 0 ORDER BY closed, entity_id DESC LIMIT 20) AS d`
	dealsOfCompany = `SELECT * FROM (SELECT ` + customerColumns + ` FROM customers WHERE tenant_id = ? AND portal_id = ?
		AND kind = 'deal' AND company_id = ? AND company_id > 0 ORDER BY closed, entity_id DESC LIMIT 20) AS d`
)

// Customer answers from the index whose client the numbers are (T-2): contacts, companies and leads by number, and the
// deals of those contacts and companies. Leads and deals come with open ones first, and of them the newest; what is
// marked as changed is answered as it was known. A portal without an index knows nobody.
func (s *Store) Customer(
	ctx context.Context, t integration.TenantID, p integration.PortalID, phones []integration.Phone,
) (crm.Customer, error) {
	t, p = clean(t), clean(p)
	var found union
	for _, phone := range slices.Compact(slices.Sorted(slices.Values(phones))) {
		if phone == "" {
			continue
		}
		for _, kind := range []crm.Kind{crm.Contact, crm.Company, crm.Lead} {
			found.add(byPhone, t, p, bounded(phone), kind, t, p)
		}
	}
	records, err := found.find(s.read(ctx))
	if err != nil {
		return crm.Customer{}, wrap("customer", err)
	}
	var c crm.Customer
	var deals union
	for _, e := range records {
		switch e.Kind {
		case crm.Contact:
			c.Contacts = append(c.Contacts, e)
			deals.add(dealsOfContact, t, p, e.ID)
		case crm.Company:
			c.Companies = append(c.Companies, e)
			deals.add(dealsOfCompany, t, p, e.ID)
		case crm.Lead:
			c.Leads = append(c.Leads, e)
		case crm.Deal: // has no number of its own
		}
	}
	if c.Deals, err = deals.find(s.read(ctx)); err != nil {
		return crm.Customer{}, wrap("customer", err)
	}
	return c, nil
}

// union gathers parts of one statement.
type union struct {
	parts []string
	args  []any
}

func (u *union) add(part string, args ...any) {
	u.parts, u.args = append(u.parts, part), append(u.args, args...)
}

// find answers every record once: open ones first, and of them the newest.
func (u *union) find(db *gorm.DB) ([]crm.Entity, error) {
	if len(u.parts) == 0 {
		return nil, nil
	}
	var rows []customerRow
	if err := db.Raw(strings.Join(u.parts, " UNION ALL "), u.args...).Scan(&rows).Error; err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b customerRow) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), compareBool(a.Closed, b.Closed), cmp.Compare(b.EntityID, a.EntityID))
	})
	rows = slices.CompactFunc(rows, func(a, b customerRow) bool { return a.Kind == b.Kind && a.EntityID == b.EntityID })
	return each(rows, customerRow.entity), nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func (r customerRow) entity() crm.Entity {
	return crm.Entity{
		Kind: r.Kind, ID: r.EntityID, Title: r.Title, Responsible: r.Responsible, Funnel: r.Funnel, Stage: r.Stage, Closed: r.Closed,
		Contact: r.ContactID, Company: r.CompanyID, Created: instant(r.CreatedAt), Updated: instant(r.ChangedAt),
	}
}

// The keys of the errands that keep the index of customers.
const (
	indexKey   integration.ActionKey = "index"
	refreshKey integration.ActionKey = "refresh"
)

// MarkStale notes which records the portal said were changed or removed, and has them read anew (T-2). It does nothing for
// a portal whose customers are not indexed.
func (s *Store) MarkStale(ctx context.Context, t integration.TenantID, p integration.PortalID, records []integration.Record) error {
	if len(records) == 0 {
		return nil
	}
	t, p = clean(t), clean(p)
	if is, err := indexed(s.read(ctx), t, p); err != nil || !is { // most portals' events cost no write
		return wrap("mark stale", err)
	}
	now := micros(s.now())
	refresh, err := s.ownRows(t, p, []integration.Action{{Key: refreshKey, Urgency: integration.UrgentSync, Do: crm.Refresh{}}})
	if err != nil {
		return wrap("mark stale", err)
	}
	return wrap("mark stale", s.tx(ctx, func(tx *gorm.DB) error {
		if err := number(tx, t, p, refresh); err != nil { // the lane's row is locked first, as by everybody
			return err
		}
		if is, err := indexed(tx, t, p); err != nil || !is { // disconnected meanwhile
			return err
		}
		for kind, ids := range byKind(records) {
			rows := each(slices.Compact(ids), func(id int64) customerRow {
				return customerRow{TenantID: t, PortalID: p, Kind: clean(kind), EntityID: id, StaleAt: now}
			})
			for part := range slices.Chunk(rows, learnStep) {
				if err := tx.Clauses(marked).Create(&part).Error; err != nil {
					return err
				}
			}
		}
		return schedule(tx, refresh)
	}))
}

// indexed tells whether a portal's customers are indexed, or are going to be.
func indexed(db *gorm.DB, t integration.TenantID, p integration.PortalID) (bool, error) {
	var keys []integration.ActionKey
	err := db.Model(&actionRow{}).Scopes(of(t, p)).Where("action_key = ?", indexKey).Pluck("action_key", &keys).Error
	return len(keys) > 0, err
}

// marked leaves what is known of a record as it is.
var marked = clause.OnConflict{Columns: customerKey, DoUpdates: clause.AssignmentColumns([]string{"stale_at"})}

// indexTables hold what is known of a portal's customers.
var indexTables = []string{"customer_phones", "customers"}

// endIndex removes the errands that keep the index, in the transaction that disconnects a portal.
func endIndex(tx *gorm.DB, t integration.TenantID, p integration.PortalID) error {
	return tx.Scopes(of(t, p)).Where("action_key IN ?", []integration.ActionKey{indexKey, refreshKey}).Delete(&actionRow{}).Error
}

// dropIndex removes what is known of a disconnected portal's customers, step by step. Nothing is added any more: Learn
// and MarkStale look at the portal first.
func (s *Store) dropIndex(ctx context.Context, t integration.TenantID, p integration.PortalID) error {
	for _, table := range indexTables {
		if err := s.deleteAll(ctx, table, "tenant_id = ? AND portal_id = ?", t, p); err != nil {
			return err
		}
	}
	return nil
}
