package lane

import (
	"context"
	"log/slog"
	"time"

	"omniconnector/crm"
	"omniconnector/integration"
)

const (
	// indexEvery is how often all customers are read anew: events of the portal are never repeated when they are lost
	// (contract bitrix24 §3.2).
	indexEvery = 7 * 24 * time.Hour
	// indexPages is how many requests one run of the index sends before it stores where it stands.
	indexPages = 10
	// refreshAtOnce is how many changed records are read in one request.
	refreshAtOnce = 40
)

// indexCustomers reads all contacts, companies, leads and deals into our own index, from which routing questions are
// answered (T-2). It sends its requests when nobody else needs the portal.
func (l *Lane) indexCustomers(ctx context.Context, entries []Entry) ran {
	settings, err := l.newestSettings(ctx)
	if err != nil || !settings.Telephony.Manager {
		return ran{steps: []stepped{l.ended(&entries[0], crm.Indexed{}, indexEvery)}}
	}
	at := progress[crm.Indexed](&entries[0])
	if at.After == nil || len(at.Ended) == len(indexed) {
		at = crm.Indexed{After: map[crm.Kind]int64{}, Ended: map[crm.Kind]bool{}, Began: l.cfg.Now()}
	}
	for range indexPages {
		if err := l.spare(ctx); err != nil {
			return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "list", Text: err.Error()})
		}
		if failed := l.indexPage(ctx, settings, &at); failed != nil {
			return refused(entries, failed)
		}
		if len(at.Ended) == len(indexed) {
			return ran{
				steps: []stepped{l.ended(&entries[0], at, indexEvery)},
				save:  func(ctx context.Context) error { return l.cfg.Store.Suspect(ctx, l.lease, at.Began) },
			}
		}
	}
	return ran{steps: []stepped{{key: entries[0].Action.Key, result: at, again: time.Millisecond}}}
}

// indexed are the kinds of record that the index holds.
var indexed = []crm.Kind{crm.Contact, crm.Company, crm.Lead, crm.Deal}

// indexPage reads the next page of every kind in one request.
func (l *Lane) indexPage(ctx context.Context, settings *integration.Settings, at *crm.Indexed) *crm.Error {
	asked := l.cfg.Now()
	var chains [][]crm.Call
	for _, k := range indexed {
		if !at.Ended[k] {
			chains = append(chains, []crm.Call{{Key: "index/" + string(k), Do: crm.List{Kind: k, After: at.After[k]}}})
		}
	}
	var known []Known
	var failed *crm.Error
	for i, o := range l.portal.Perform(ctx, chains, nil) {
		list, ok := chains[i][0].Do.(crm.List)
		page, read := o.Result.(crm.Listed)
		switch {
		case o.Err != nil && o.Err.Kind == crm.Invalid && !o.Err.Whole: // a kind that we may not read has nothing for the index
			l.log.LogAttrs(ctx, slog.LevelWarn, "index.refused", slog.String("kind", string(list.Kind)), slog.Any("error", o.Err.Error()))
			at.Ended[list.Kind] = true
			continue
		case o.Err != nil:
			failed = o.Err
			continue
		case !ok || !read:
			failed = &crm.Error{Kind: crm.Unavailable, Method: "list", Text: "an answer that is no list"}
			continue
		}
		for j := range page.Entities {
			known = append(known, whole(&page.Entities[j], settings, asked))
			at.After[list.Kind] = max(at.After[list.Kind], page.Entities[j].ID)
		}
		at.Done += len(page.Entities)
		if !page.More {
			at.Ended[list.Kind] = true
		}
	}
	l.cfg.Step("learn")
	if err := l.cfg.Store.Learn(ctx, l.lease, known, nil); err != nil {
		return &crm.Error{Kind: crm.Unavailable, Method: "learn", Text: err.Error()}
	}
	return failed
}

// whole is what a record that was read says of itself.
func whole(e *crm.Entity, settings *integration.Settings, asked time.Time) Known {
	k := Known{Entity: *e, Whole: true, Asked: asked}
	for _, raw := range e.Phones {
		if p := integration.ClientPhone(raw, settings); p != "" {
			k.Phones = append(k.Phones, p)
		}
	}
	return k
}

// refreshCustomers reads what the portal said was changed, until nothing is left.
func (l *Lane) refreshCustomers(ctx context.Context, entries []Entry) ran {
	settings, err := l.newestSettings(ctx)
	if err != nil {
		return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "settings", Text: err.Error()})
	}
	for {
		stale, err := l.cfg.Store.Stale(ctx, l.lease, refreshAtOnce)
		if err != nil {
			return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "stale", Text: err.Error()})
		}
		if len(stale) == 0 {
			return ran{steps: []stepped{l.ended(&entries[0], nil, 0)}}
		}
		if err := l.spare(ctx); err != nil {
			return refused(entries, &crm.Error{Kind: crm.Unavailable, Method: "read", Text: err.Error()})
		}
		if failed := l.refresh(ctx, settings, stale); failed != nil {
			return refused(entries, failed)
		}
	}
}

func (l *Lane) refresh(ctx context.Context, settings *integration.Settings, stale []integration.Record) *crm.Error {
	asked := l.cfg.Now()
	var chains [][]crm.Call
	for _, r := range stale {
		chains = append(chains, []crm.Call{{Key: "read/" + string(r.Kind), Do: crm.Read{Kind: r.Kind, ID: r.ID}}})
	}
	var known []Known
	var gone []integration.Record
	var failed *crm.Error
	for i, o := range l.portal.Perform(ctx, chains, nil) {
		e, read := o.Result.(crm.Entity)
		switch {
		case o.Err != nil && !o.Err.Whole && (o.Err.Kind == crm.NotFound || o.Err.Kind == crm.Invalid):
			gone = append(gone, stale[i]) // what we may not read we know nothing of; it must not hold up the others
		case o.Err != nil:
			failed = o.Err
		case read:
			known = append(known, whole(&e, settings, asked))
		default:
			failed = &crm.Error{Kind: crm.Unavailable, Method: "read", Text: "an answer that is no record"}
		}
	}
	l.cfg.Step("learn")
	if err := l.cfg.Store.Learn(ctx, l.lease, known, gone); err != nil {
		return &crm.Error{Kind: crm.Unavailable, Method: "learn", Text: err.Error()}
	}
	return failed
}

// learn takes what the CRM answered about a caller, asked at a moment, into the index, as long as the tenant uses it (T-2).
func (l *Lane) learn(ctx context.Context, q question, c *crm.Customer, asked time.Time) error {
	settings, err := l.settingsAt(ctx, 0, time.Time{}) // the call may have begun by older ones
	if err != nil || !settings.Telephony.Manager || len(q.find.Phones) == 0 {
		return err
	}
	phone := integration.ClientPhone(q.find.Phones[0], settings)
	var known []Known
	add := func(list []crm.Entity, phones ...integration.Phone) {
		for i := range list {
			known = append(known, Known{Entity: list[i], Phones: phones, Asked: asked})
		}
	}
	add(c.Contacts, phone)
	add(c.Companies, phone)
	add(c.Leads, phone)
	add(c.Deals)
	if len(known) == 0 {
		return nil
	}
	return l.cfg.Store.Learn(ctx, l.lease, known, nil)
}
