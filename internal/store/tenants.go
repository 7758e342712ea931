package store

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"gorm.io/gorm"

	"omniconnector/integration"
)

// tenantName is what a tenant's id may look like: it goes into addresses and tokens,
// where "." and "_" divide.
var tenantName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// deleting hides a tenant whose rows are being removed.
const deleting integration.TenantState = "deleting"

// DefaultTimeZone is where the platform's accounts are until told otherwise.
const DefaultTimeZone = "Europe/Moscow"

// CreateTenant adds an active tenant and nothing else. An empty id is drawn. ErrDuplicate
// means that the id is taken, ErrInvalid that it is not of small letters, digits and dashes.
func (s *Store) CreateTenant(ctx context.Context, id integration.TenantID, name string) (integration.Tenant, error) {
	if id == "" {
		id = integration.TenantID(newID())
	}
	if !tenantName.MatchString(string(id)) {
		return integration.Tenant{}, fmt.Errorf("create tenant: %w: id %q", ErrInvalid, id)
	}
	row := tenantRow{
		TenantID: id, Name: clean(name), State: integration.TenantActive, TimeZone: DefaultTimeZone, CreatedAt: micros(s.now()),
	}
	if err := s.write(ctx).Create(&row).Error; err != nil {
		return integration.Tenant{}, wrap("create tenant", err)
	}
	s.hooks.drop(id)
	return row.tenant(), nil
}

// Tenant gives a tenant, or ErrNotFound.
func (s *Store) Tenant(ctx context.Context, id integration.TenantID) (integration.Tenant, error) {
	row, err := s.tenant(ctx, id)
	return row.tenant(), err
}

func (s *Store) tenant(ctx context.Context, id integration.TenantID) (tenantRow, error) {
	var row tenantRow
	err := s.read(ctx).Where("tenant_id = ? AND state <> ?", clean(id), deleting).Take(&row).Error
	return row, wrap("tenant", err)
}

// Tenants lists tenants by id, after the given one: the operator's list.
func (s *Store) Tenants(ctx context.Context, after integration.TenantID, limit int) ([]integration.Tenant, error) {
	var rows []tenantRow
	err := s.read(ctx).Where("tenant_id > ? AND state <> ?", clean(after), deleting).
		Order("tenant_id").Limit(limit).Find(&rows).Error
	if err != nil {
		return nil, wrap("tenants", err)
	}
	return each(rows, tenantRow.tenant), nil
}

// SetTenantState suspends a tenant or resumes it. Lanes that are at work for it stop at
// their next heartbeat; its events are kept and wait.
func (s *Store) SetTenantState(ctx context.Context, id integration.TenantID, state integration.TenantState) error {
	if state != integration.TenantActive && state != integration.TenantSuspended {
		return fmt.Errorf("set tenant state: %w: %q", ErrInvalid, state)
	}
	return s.setTenant(ctx, "set tenant state", id, tenantRow{State: state}, "state")
}

// SetTimeZone says in which zone (IANA name) the platform writes the tenant's times.
func (s *Store) SetTimeZone(ctx context.Context, id integration.TenantID, zone string) error {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		return fmt.Errorf("set time zone: %w: %q", ErrInvalid, zone)
	}
	return s.setTenant(ctx, "set time zone", id, tenantRow{TimeZone: zone}, "time_zone")
}

func (s *Store) setTenant(ctx context.Context, step string, id integration.TenantID, row tenantRow, column string) error {
	defer s.hooks.drop(id)
	done := s.write(ctx).Model(&tenantRow{}).Where("tenant_id = ? AND state <> ?", clean(id), deleting).
		Select(column).Updates(row)
	return changed(step, done)
}

// tenantTables lists every table but tenants, the greatest first.
var tenantTables = []string{
	"customer_phones", "customers", "events", "actions", "plans", "sessions", "identities", "directories", "centres", "settings", "lanes",
	"portals", "portal_codes", "platforms", "chat_access", "chat_channels", "chat_accounts", "secrets", "audit", "idempotency_keys", "changes", "journals",
}

// deleteStep bounds one deleting statement, so that nobody waits for a large tenant to go.
const deleteStep = 2000

// DeleteTenant removes a tenant with everything it has, in small steps. It may be called
// again after a failure, and then goes on; ErrNotFound means that nothing is left.
func (s *Store) DeleteTenant(ctx context.Context, id integration.TenantID) error {
	defer s.hooks.drop(id)
	id = clean(id)
	// Hidden first: no lane is claimed and no delivery is taken from here on.
	hide := s.write(ctx).Model(&tenantRow{}).Where("tenant_id = ?", id).Select("state").Updates(tenantRow{State: deleting})
	if err := changed("delete tenant", hide); err != nil {
		return err
	}
	return s.finishDeletion(ctx, id)
}

// FinishDeletions goes on with every tenant whose deletion was begun and not ended, by whatever process.
func (s *Store) FinishDeletions(ctx context.Context) error {
	var begun []integration.TenantID
	err := s.read(ctx).Model(&tenantRow{}).Where("state = ?", deleting).Order("tenant_id").Pluck("tenant_id", &begun).Error
	if err != nil {
		return wrap("finish deletions", err)
	}
	for _, id := range begun {
		if err := s.finishDeletion(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// finishDeletion removes the rows of a hidden tenant. Each statement looks whether it is still being deleted: another process may
// have come to the end, and the id may belong to a new tenant since.
func (s *Store) finishDeletion(ctx context.Context, id integration.TenantID) error {
	const gone = "EXISTS (SELECT 1 FROM tenants c WHERE c.tenant_id = ? AND c.state = ?)"
	// Lanes at work lose their leases with the row; the second round takes what they,
	// or a delivery already under way, wrote in between.
	if err := s.write(ctx).Exec("DELETE FROM lanes WHERE tenant_id = ? AND "+gone, id, id, deleting).Error; err != nil {
		return wrap("delete tenant", err)
	}
	for range 2 {
		for _, table := range tenantTables {
			if err := s.deleteAll(ctx, table, "tenant_id = ? AND "+gone, id, id, deleting); err != nil {
				return wrap("delete tenant: "+table, err)
			}
		}
	}
	return wrap("delete tenant", s.write(ctx).Exec("DELETE FROM tenants WHERE tenant_id = ? AND state = ?", id, deleting).Error)
}

// deleteAll empties a table of a tenant, or of one portal, step by step.
func (s *Store) deleteAll(ctx context.Context, table, where string, owner ...any) error {
	key := primaryKeys[table]
	for {
		done := s.write(ctx).Exec(fmt.Sprintf( // #nosec G201 -- names of ours
			"DELETE FROM %s WHERE %s AND (%s) IN (SELECT %s FROM %s WHERE %s LIMIT %d)",
			table, where, key, key, table, where, deleteStep), slices.Concat(owner, owner)...)
		if done.Error != nil || done.RowsAffected < deleteStep {
			return done.Error
		}
	}
}

// primaryKeys are the columns after the tenant's id.
var primaryKeys = map[string]string{
	"events": "portal_id, event_id", "actions": "portal_id, action_key", "plans": "portal_id, event_id",
	"sessions": "portal_id, session_id", "directories": "portal_id", "settings": "portal_id, version",
	"lanes": "portal_id", "portals": "portal_id", "secrets": "secret_id", "audit": "audit_id",
	"customers": "portal_id, kind, entity_id", "customer_phones": "portal_id, phone, kind, entity_id",
	"centres": "portal_id", "platforms": "tenant_id", "idempotency_keys": "idempotency_key", "portal_codes": "code_hash",
	"changes": "last_number", "journals": "tenant_id", "identities": "portal_id, identity, session_id",
	"chat_access": "tenant_id", "chat_accounts": "account_id", "chat_channels": "account_id, channel_id",
}

func (r tenantRow) tenant() integration.Tenant {
	return integration.Tenant{ID: r.TenantID, Name: r.Name, State: r.State, Created: instant(r.CreatedAt)}
}

// changed turns a statement that found no row into ErrNotFound.
func changed(step string, done *gorm.DB) error {
	if done.Error == nil && done.RowsAffected == 0 {
		return fmt.Errorf("%s: %w", step, ErrNotFound)
	}
	return wrap(step, done.Error)
}

// each maps a list; an empty one stays empty and is never nil, so that it shows as [] in JSON.
func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, 0, len(list))
	for _, a := range list {
		out = append(out, f(a))
	}
	return out
}
