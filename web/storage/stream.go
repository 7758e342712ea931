package storage

import (
	"context"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// LastChange is the number of a tenant's newest change.
func (s Store) LastChange(ctx context.Context, t integration.TenantID) (int64, error) {
	last, err := s.in.LastChange(ctx, t)
	return last, outward(err)
}

// Changes lists changes of the journal after a number.
func (s Store) Changes(ctx context.Context, t integration.TenantID, after int64, limit int) (web.Changes, error) {
	page, err := s.in.Changes(ctx, t, after, limit)
	return web.Changes{List: each(page.List, change), Through: page.Through, Reset: page.Reset}, outward(err)
}

// Watch tells of changes that this process commits.
func (s Store) Watch(t integration.TenantID) (news <-chan struct{}, stop func()) {
	return s.in.Watch(t)
}

func change(c store.JournalChange) web.Change {
	return web.Change{
		Number: c.Number, Kind: web.ChangeKind(c.Kind), Row: eventRow(c.Event),
		Actions: each(c.Actions, func(a store.ChangedAction) web.ChangedAction {
			return web.ChangedAction{Key: a.Key, Command: a.Command, State: a.State}
		}),
	}
}
