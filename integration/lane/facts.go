package lane

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// facts gathers what the decision looks at.
func (l *Lane) facts(ctx context.Context, s *session) (integration.Facts, error) {
	var chat *integration.Conversation
	call := integration.Call{Session: s.id}
	if _, _, ok := s.id.Communication(); ok {
		folded := integration.FoldChat(s.id, slices.Concat(s.events, s.cards))
		chat, call.Replay = &folded, folded.Replay
	} else {
		call = integration.Fold(s.events)
	}
	memory := integration.Replayed(&call, s.memory)
	if memory.Replay != s.memory.Replay {
		l.newestAt = time.Time{} // by what was saved a moment before the replay was asked for
	}
	settings, err := l.settingsAt(ctx, memory.SettingsVersion, s.accepted)
	if err != nil {
		return integration.Facts{}, err
	}
	if l.directoryAt.IsZero() || l.cfg.Now().Sub(l.directoryAt) > l.cfg.Poll {
		if l.directory, err = l.cfg.Store.Directory(ctx, l.lease); err != nil {
			return integration.Facts{}, fmt.Errorf("load directory: %w", err)
		}
		l.directoryAt = l.cfg.Now()
	}
	if err := l.loadCentre(ctx, l.cfg.Now()); err != nil {
		return integration.Facts{}, fmt.Errorf("load the platform's directory: %w", err)
	}
	facts := integration.Facts{
		Now: l.cfg.Now(), Call: call, Chat: chat, Settings: settings, Known: s.known, AskedAt: s.askedAt,
		Directory: l.directory, Centre: &l.centre, RereadAfter: l.cfg.RereadAfter, Memory: memory,
		Trigger: s.pending[len(s.pending)-1],
	}
	if chat != nil {
		l.conversing(s, &facts)
	}
	return facts, nil
}

// own gathers what we ourselves have done for the customer, where the decision looks at it: calls that were started lately
// (T-8), and changes of records (T-1).
func (l *Lane) own(ctx context.Context, s *session, f *integration.Facts) error {
	if f.Call.Request != nil {
		started, err := l.cfg.Store.History(ctx, l.lease, s.customer, []string{centre.Dial{}.Name()}, f.Now.Add(-time.Minute), 10)
		if err != nil {
			return fmt.Errorf("load the customer's calls of late: %w", err)
		}
		for _, e := range l.queue.order {
			if e.Customer == s.customer {
				started = append(started, *e)
			}
		}
		f.Dialled = dialledOf(started)
	}
	if f.Settings.Telephony.Other.On && f.Call.Finished {
		names := []string{crm.Create{}.Name(), crm.Update{}.Name()}
		written, err := l.cfg.Store.History(ctx, l.lease, s.customer, names, f.Call.StartedAt.Add(-time.Hour), 200)
		if err != nil {
			return fmt.Errorf("load our own changes: %w", err)
		}
		f.Writes = writesOf(written)
	}
	return nil
}

func dialledOf(started []Entry) []integration.Dialled {
	var out []integration.Dialled
	for i := range started {
		if do, ok := started[i].Action.Do.(centre.Dial); ok && started[i].State != StateFailed {
			at := started[i].FirstSent
			if at.IsZero() {
				at = started[i].DueAt
			}
			out = append(out, integration.Dialled{At: at, Employee: do.Employee, Session: started[i].Session})
		}
	}
	return out
}

// writesOf reads the times of change that our own writes left.
func writesOf(written []Entry) map[integration.Record][]integration.Write {
	out := map[integration.Record][]integration.Write{}
	for i := range written {
		e := &written[i]
		if e.State != StateDone {
			continue
		}
		switch do := e.Action.Do.(type) {
		case crm.Create:
			var made crm.Made
			if json.Unmarshal(e.Result, &made) == nil && !made.At.IsZero() {
				at := integration.Record{Kind: do.Kind, ID: made.ID}
				out[at] = append(out[at], integration.Write{After: made.At})
			}
		case crm.Update:
			var updated crm.Updated
			if json.Unmarshal(e.Result, &updated) == nil && !updated.After.IsZero() && do.Entity.ID != 0 {
				at := integration.Record{Kind: do.Kind, ID: do.Entity.ID}
				out[at] = append(out[at], integration.Write{Before: updated.Before, After: updated.After})
			}
		}
	}
	return out
}

// settingsAt gives the settings a call began with, or for a new call the newest (T-16): those saved before it was accepted count,
// so that what is remembered of the newest must have been read since.
func (l *Lane) settingsAt(ctx context.Context, version int64, accepted time.Time) (*integration.Settings, error) {
	now := l.cfg.Now()
	if version == 0 && l.newest != 0 && now.Sub(l.newestAt) < l.cfg.Poll && l.newestAt.After(accepted) {
		version = l.newest
	}
	if s := l.settings[version]; s != nil && version != 0 {
		return s, nil
	}
	doc, err := l.cfg.Store.Settings(ctx, l.lease, version)
	if err != nil {
		return nil, fmt.Errorf("load settings: %w", err)
	}
	if version == 0 {
		l.newest, l.newestAt = doc.Version, now
		if s := l.settings[doc.Version]; s != nil {
			return s, nil
		}
	}
	if doc.Version == 0 { // nothing was saved yet
		return integration.Unset(), nil
	}
	s, err := l.cfg.Settings.Compile(l.lease.Tenant, l.lease.Portal, doc)
	if err != nil {
		return nil, fmt.Errorf("compile settings version %d: %w", doc.Version, err)
	}
	if len(l.settings) > 8 {
		clear(l.settings)
	}
	l.settings[doc.Version] = s
	return s, nil
}
