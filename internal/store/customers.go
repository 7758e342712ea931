package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

type customerRow struct {
	TenantID    integration.TenantID
	PortalID    integration.PortalID
	Kind        crm.Kind
	EntityID    int64
	Title       string
	Responsible crm.UserID
	Funnel      int64
	Stage       string
	Closed      bool
	ContactID   int64
	CompanyID   int64
	CreatedAt   int64 `gorm:"autoCreateTime:false"`
	ChangedAt   int64
	AskedAt     int64
	StaleAt     int64
}

// TableName names the table for gorm.
func (customerRow) TableName() string { return "customers" }

type phoneRow struct {
	TenantID integration.TenantID
	PortalID integration.PortalID
	Phone    integration.Phone
	Kind     crm.Kind
	EntityID int64
}

// TableName names the table for gorm.
func (phoneRow) TableName() string { return "customer_phones" }

// learnStep bounds how many records one statement writes.
const learnStep = 200

// Learn brings the index of customers up to date, in one transaction: what is known of records, and which of them are
// gone. Older knowledge than a record's newest is left out. It answers ErrLost also for a disconnected portal, whose
// index was dropped.
func (s *Store) Learn(ctx context.Context, l lane.Lease, known []lane.Known, gone []integration.Record) error {
	all, err := newest(known)
	if err != nil {
		return wrap("learn", err)
	}
	rows, phones := 0, 0
	err = s.fenced(ctx, "learn", l, func(tx *gorm.DB) error {
		rows, phones = 0, 0
		row, err := portal(tx.Select("state"), l.Tenant, l.Portal)
		if err != nil || row.State == integration.PortalGone {
			return cmp.Or(err, lane.ErrLost)
		}
		for part := range slices.Chunk(all, learnStep) {
			r, p, err := learn(tx, l, part)
			if err != nil {
				return err
			}
			rows, phones = rows+r, phones+p
		}
		for kind, ids := range byKind(gone) {
			for part := range slices.Chunk(ids, learnStep) {
				if err := forget(tx, l, kind, part); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err == nil {
		s.grew(ctx, "customers", rows)
		s.grew(ctx, "customer_phones", phones)
	}
	return err
}

// newest keeps one entry of each record, the one that was asked for last, by kind and id.
func newest(known []lane.Known) ([]lane.Known, error) {
	all := slices.Clone(known)
	for i := range all {
		if e := &all[i].Entity; e.Kind == "" || e.ID == 0 || all[i].Asked.IsZero() {
			return nil, fmt.Errorf("%w: %q %d asked at %v", ErrInvalid, e.Kind, e.ID, all[i].Asked)
		}
	}
	slices.SortStableFunc(all, func(a, b lane.Known) int {
		return cmp.Or(cmp.Compare(a.Entity.Kind, b.Entity.Kind), cmp.Compare(a.Entity.ID, b.Entity.ID), b.Asked.Compare(a.Asked))
	})
	return slices.CompactFunc(all, func(a, b lane.Known) bool {
		return a.Entity.Kind == b.Entity.Kind && a.Entity.ID == b.Entity.ID
	}), nil
}

// learn writes one part and answers how many rows and numbers it wrote.
func learn(tx *gorm.DB, l lane.Lease, part []lane.Known) (written, numbers int, err error) {
	asked, had, err := remembered(tx, l, part)
	if err != nil {
		return 0, 0, err
	}
	var whole, some []customerRow
	var add []phoneRow
	for i := range part {
		k := &part[i]
		at := integration.Record{Kind: k.Entity.Kind, ID: k.Entity.ID}
		if asked[at] > micros(k.Asked) {
			continue
		}
		if k.Whole || at.Kind == crm.Deal { // a deal has no numbers of its own
			whole = append(whole, newCustomerRow(l, k))
		} else {
			some = append(some, newCustomerRow(l, k))
		}
		phones := each(k.Phones, bounded[integration.Phone])
		for _, phone := range phones {
			if phone != "" && !slices.Contains(had[at], phone) {
				add = append(add, phoneRow{TenantID: l.Tenant, PortalID: l.Portal, Phone: phone, Kind: at.Kind, EntityID: at.ID})
			}
		}
		if !k.Whole {
			continue
		}
		left := slices.DeleteFunc(had[at], func(p integration.Phone) bool { return slices.Contains(phones, p) })
		if len(left) > 0 {
			err := tx.Scopes(held(l)).Where("kind = ? AND entity_id = ? AND phone IN ?", at.Kind, at.ID, left).Delete(&phoneRow{}).Error
			if err != nil {
				return 0, 0, fmt.Errorf("phones: %w", err)
			}
		}
	}
	if len(whole) > 0 {
		if err := tx.Clauses(learned).Create(&whole).Error; err != nil {
			return 0, 0, fmt.Errorf("customers: %w", err)
		}
	}
	if len(some) > 0 {
		if err := tx.Clauses(heard).Create(&some).Error; err != nil {
			return 0, 0, fmt.Errorf("customers: %w", err)
		}
	}
	for batch := range slices.Chunk(add, 5*learnStep) {
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&batch).Error; err != nil {
			return 0, 0, fmt.Errorf("phones: %w", err)
		}
	}
	return len(whole) + len(some), len(add), nil
}

var customerKey = []clause.Column{{Name: "tenant_id"}, {Name: "portal_id"}, {Name: "kind"}, {Name: "entity_id"}}

// told are the columns of what the portal tells of a record.
var told = clause.AssignmentColumns([]string{
	"title", "responsible", "funnel", "stage", "closed", "contact_id", "company_id", "created_at", "changed_at", "asked_at",
})

// heard replaces what was known of a record but for its mark: the answer about a caller does not tell all of its numbers, so that
// the record must still be read when these were changed.
var heard = clause.OnConflict{Columns: customerKey, DoUpdates: told}

// learned replaces what was known. A mark that was set after the portal was asked stays.
var learned = clause.OnConflict{Columns: customerKey, DoUpdates: append(
	slices.Clone(told),
	clause.Assignment{
		Column: clause.Column{Name: "stale_at"},
		Value:  gorm.Expr("CASE WHEN customers.stale_at > excluded.asked_at THEN customers.stale_at ELSE 0 END"),
	},
)}

// remembered tells when the portal was asked for records, and the numbers that are known of them.
func remembered(tx *gorm.DB, l lane.Lease, part []lane.Known) (
	map[integration.Record]int64, map[integration.Record][]integration.Phone, error,
) {
	asked, had := map[integration.Record]int64{}, map[integration.Record][]integration.Phone{}
	for kind, ids := range byKind(each(part, func(k lane.Known) integration.Record {
		return integration.Record{Kind: k.Entity.Kind, ID: k.Entity.ID}
	})) {
		var rows []customerRow
		err := tx.Select("entity_id", "asked_at").Scopes(held(l)).Where("kind = ? AND entity_id IN ?", kind, ids).Find(&rows).Error
		if err != nil {
			return nil, nil, fmt.Errorf("customers: %w", err)
		}
		for _, r := range rows {
			asked[integration.Record{Kind: kind, ID: r.EntityID}] = r.AskedAt
		}
		if len(rows) == 0 || kind == crm.Deal { // a deal has no numbers of its own
			continue
		}
		var phones []phoneRow
		err = tx.Select("entity_id", "phone").Scopes(held(l)).Where("kind = ? AND entity_id IN ?", kind, ids).Find(&phones).Error
		if err != nil {
			return nil, nil, fmt.Errorf("phones: %w", err)
		}
		for _, p := range phones {
			at := integration.Record{Kind: kind, ID: p.EntityID}
			had[at] = append(had[at], p.Phone)
		}
	}
	return asked, had, nil
}

// forget removes records with their numbers.
func forget(tx *gorm.DB, l lane.Lease, kind crm.Kind, ids []int64) error {
	for _, row := range []any{&phoneRow{}, &customerRow{}} {
		if err := tx.Scopes(held(l)).Where("kind = ? AND entity_id IN ?", kind, ids).Delete(row).Error; err != nil {
			return fmt.Errorf("forget: %w", err)
		}
	}
	return nil
}

// byKind sorts records into their kinds; ids are in order, so that two transactions lock them alike.
func byKind(records []integration.Record) map[crm.Kind][]int64 {
	m := map[crm.Kind][]int64{}
	for _, r := range records {
		m[r.Kind] = append(m[r.Kind], r.ID)
	}
	for _, ids := range m {
		slices.Sort(ids)
	}
	return m
}

// Stale lists records that the portal said were changed and that were not read since, oldest first.
func (s *Store) Stale(ctx context.Context, l lane.Lease, limit int) ([]integration.Record, error) {
	var rows []customerRow
	err := s.read(ctx).Select("kind", "entity_id").Scopes(held(l)).Where("stale_at > 0").
		Order("stale_at, kind, entity_id").Limit(limit).Find(&rows).Error
	return each(rows, func(r customerRow) integration.Record {
		return integration.Record{Kind: r.Kind, ID: r.EntityID}
	}), wrap("stale", err)
}

// Suspect marks as stale what was asked last before a moment, and schedules their refresh when there are any: a full reading of
// the portal that did not come upon a record may mean that it is gone (T-2).
func (s *Store) Suspect(ctx context.Context, l lane.Lease, before time.Time) error {
	refresh := integration.Action{Key: "refresh", Urgency: integration.UrgentSync, Do: crm.Refresh{}}
	rows, err := s.ownRows(l.Tenant, l.Portal, []integration.Action{refresh})
	if err != nil {
		return wrap("suspect", err)
	}
	return s.fenced(ctx, "suspect", l, func(tx *gorm.DB) error {
		done := tx.Model(&customerRow{}).Scopes(of(l.Tenant, l.Portal)).Where("asked_at < ? AND stale_at = 0", micros(before)).
			Update("stale_at", micros(s.now()))
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		if err := number(tx, l.Tenant, l.Portal, rows); err != nil {
			return err
		}
		return schedule(tx, rows)
	})
}

func newCustomerRow(l lane.Lease, k *lane.Known) customerRow {
	e := &k.Entity
	return customerRow{
		TenantID: l.Tenant, PortalID: l.Portal, Kind: clean(e.Kind), EntityID: e.ID, Title: clean(e.Title), Responsible: e.Responsible,
		Funnel: e.Funnel, Stage: clean(e.Stage), Closed: e.Closed, ContactID: e.Contact, CompanyID: e.Company,
		CreatedAt: micros(e.Created), ChangedAt: micros(e.Updated), AskedAt: micros(k.Asked),
	}
}
