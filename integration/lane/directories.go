package lane

import (
	"context"
	"maps"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// notDaily is when a directory is read again whose tenant switched the daily synchronisation off: by hand, or when the portal refuses
// something by it.
const notDaily = 365 * 24 * time.Hour

// syncEvery is how often the tenant wants both sides' directories to be read.
func (l *Lane) syncEvery(ctx context.Context) time.Duration {
	settings, err := l.newestSettings(ctx)
	if err == nil && settings.Version() > 0 && !settings.Sync.Daily {
		return notDaily
	}
	return l.cfg.SyncEvery
}

// syncPortal reads the portal's directory; a failed synchronisation keeps the old one.
func (l *Lane) syncPortal(ctx context.Context, entries []Entry) ran {
	directory, failed := l.portal.Directory(ctx, l.charge)
	if failed != nil {
		return refused(entries, failed)
	}
	return ran{
		steps: []stepped{l.ended(&entries[0], nil, l.syncEvery(ctx))},
		save: func(ctx context.Context) error {
			directory.SyncedAt = l.cfg.Now()
			l.directory, l.directoryAt = directory, l.cfg.Now()
			return l.cfg.Store.SaveDirectory(ctx, l.lease, directory)
		},
	}
}

// syncCentre reads the platform's directory. Its numbers are lines of the portal, which is told when they are others.
func (l *Lane) syncCentre(ctx context.Context, entries []Entry) ran {
	p, without := l.platform(ctx, entries, l.cfg.SyncEvery)
	if without != nil {
		return *without
	}
	read, failed := p.Directory(ctx)
	if failed != nil {
		return refused(entries, failed)
	}
	had, err := l.cfg.Store.Centre(ctx, l.lease)
	if err != nil {
		return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "centre", Text: err.Error()})
	}
	return ran{
		steps: []stepped{l.ended(&entries[0], nil, l.syncEvery(ctx))},
		save: func(ctx context.Context) error {
			if !slices.Equal(had.Numbers, read.Numbers) { // before they are stored: a crash in between must not hide the difference
				if err := l.schedulePrepare(ctx); err != nil {
					return err
				}
			}
			read.SyncedAt = l.cfg.Now()
			l.centre, l.centreAt = read, l.cfg.Now()
			return l.cfg.Store.SaveCentre(ctx, l.lease, read)
		},
	}
}

// PrepareKey is the key of the errand that tells the portal where its events go.
const PrepareKey integration.ActionKey = "prepare"

// schedulePrepare has the portal told of the new lines, if it was ever told of anything.
func (l *Lane) schedulePrepare(ctx context.Context) error {
	_, states, err := l.cfg.Store.Answers(ctx, l.lease, []integration.ActionKey{PrepareKey})
	if err != nil || states[PrepareKey] == "" {
		return err
	}
	again := integration.Action{Key: PrepareKey, Urgency: integration.UrgentSync, Do: l.cfg.Prepare}
	return l.cfg.Store.Schedule(ctx, l.lease.Tenant, l.lease.Portal, []integration.Action{again})
}

// preparePortal has the portal report its events to us, and know the numbers that employees may call from (T-8).
func (l *Lane) preparePortal(ctx context.Context, entries []Entry) ran {
	prepare, ok := entries[0].Action.Do.(crm.Prepare)
	known, err := l.cfg.Store.Centre(ctx, l.lease)
	if err != nil || !ok {
		return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: prepare.Name(), Text: "the platform's numbers could not be read"})
	}
	if l.cfg.Prepare.Handler != "" {
		prepare.Handler, prepare.Events, prepare.Pages = l.cfg.Prepare.Handler, l.cfg.Prepare.Events, l.cfg.Prepare.Pages
	}
	for _, n := range known.Numbers {
		if n.Active {
			prepare.Lines = append(prepare.Lines, crm.Line{Number: n.Number, Name: n.Name})
		}
	}
	if failed := l.portal.Prepare(ctx, l.spare, prepare); failed != nil {
		return refused(entries, failed)
	}
	return ran{steps: []stepped{l.ended(&entries[0], nil, 0)}}
}

// importStatuses gives employees the status at the platform that fits their working day in the portal, when that has changed
// since the last time: a status that somebody chose at the platform meanwhile stays («Импорт статусов»). As long as nobody's day
// begins or ends, the platform is asked for nothing: every question costs a point.
func (l *Lane) importStatuses(ctx context.Context, entries []Entry) ran {
	settings, err := l.newestSettings(ctx)
	if err != nil || !settings.Sync.Statuses {
		return ran{steps: []stepped{l.ended(&entries[0], nil, l.cfg.StatusesEvery)}}
	}
	p, without := l.platform(ctx, entries, l.cfg.StatusesEvery)
	if without != nil {
		return *without
	}
	portal, err := l.cfg.Store.Directory(ctx, l.lease)
	if err != nil {
		return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "directory", Text: err.Error()})
	}
	staff, err := l.cfg.Store.Centre(ctx, l.lease)
	if err != nil {
		return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "centre", Text: err.Error()})
	}
	pairs := integration.MapEmployees(settings, portal.Users, staff.Employees)
	var users []crm.UserID
	for _, pair := range pairs {
		if pair.User != 0 && !slices.Contains(users, pair.User) {
			users = append(users, pair.User)
		}
	}
	presence, failed := l.portal.Presence(ctx, l.spare, users)
	if failed != nil {
		return refused(entries, failed)
	}
	last := progress[Presences](&entries[0])
	now := Presences{Seen: maps.Clone(last.Seen)}
	if now.Seen == nil {
		now.Seen = map[crm.UserID]crm.Presence{}
	}
	ends := l.ended(&entries[0], &now, l.cfg.StatusesEvery)
	for _, pair := range pairs {
		at, e := presence[pair.User], staff.Employee(pair.Employee)
		if pair.User == 0 || at == crm.NotKnown || e == nil {
			continue
		}
		now.Looked++
		status := statusFor(&staff, at)
		if last.Seen[pair.User] == at || status == 0 {
			continue
		}
		switch failed := p.SetStatus(ctx, e, status); {
		case failed == nil:
			now.Seen[pair.User] = at
			now.Changed++
		case failed.Kind == crm.Invalid || failed.Kind == crm.NotFound:
			ends.err = failed // this one alone cannot be changed; the others are, and it is tried again next time
		default:
			return ran{steps: []stepped{{key: ends.key, result: &now, err: failed}}}
		}
	}
	return ran{steps: []stepped{ends}}
}

// Presences is the outcome of an import of statuses: what it did, and the working days it saw.
type Presences struct {
	centre.Statuses

	Seen map[crm.UserID]crm.Presence `json:"seen,omitempty"`
}

// statusFor is the standard status that fits a working day; 0 when the account has none.
func statusFor(d *centre.Directory, at crm.Presence) int64 {
	kind := map[crm.Presence]string{crm.Working: "available", crm.Paused: "break", crm.Away: "not_at_work"}[at]
	for _, s := range d.Statuses {
		if s.Kind == kind && kind != "" {
			return s.ID
		}
	}
	return 0
}

// loadCentre reads the platform's directory as often as the portal's.
func (l *Lane) loadCentre(ctx context.Context, now time.Time) error {
	if !l.centreAt.IsZero() && now.Sub(l.centreAt) <= l.cfg.Poll {
		return nil
	}
	read, err := l.cfg.Store.Centre(ctx, l.lease)
	if err != nil {
		return err
	}
	l.centre, l.centreAt = read, now
	return nil
}
