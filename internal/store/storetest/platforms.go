package storetest

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/internal/store"
)

var office = centre.Directory{
	TimeZone: "Europe/Moscow", Employees: []centre.Employee{{ID: 7, Name: "Анна", Takes: true}},
	Numbers: []centre.Number{{Number: "74950000000", Active: true}}, SyncedAt: time.Date(2026, 11, 23, 8, 0, 0, 123000, time.UTC),
}

var platform = store.PlatformAccess{
	Source: "uis", DataURL: "https://data.example", CallURL: "https://call.example", Token: "platform-token", Login: "platform-login",
	Password: "platform-password", UserID: 11, AppID: 12,
}

// The access to a platform is kept sealed, and goes with what was read of the platform.
func (e *exam) platformsAreKeptSealed() {
	t := e.T
	ctx := t.Context()
	if _, err := e.s.Platform(ctx, "acme"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no platform yet: %v", err)
	}
	e.must(e.s.SavePlatform(ctx, "acme", store.PlatformAccess{Source: "uis", Token: "old"}))
	e.Advance(time.Minute)
	e.must(e.s.SavePlatform(ctx, "acme", platform))
	got, err := e.s.Platform(ctx, "acme")
	want := platform
	want.Saved = e.Now()
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("platform: %v (-want +got):\n%s", err, diff)
	}
	for _, row := range Dump(t, e.s)["platforms"] {
		for _, secret := range []integration.Secret{platform.Token, platform.Login, platform.Password} {
			if strings.Contains(row, string(secret)) {
				t.Errorf("a secret is to be seen: %s", row)
			}
		}
	}
	if err := e.s.SavePlatform(ctx, "nobody", platform); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a platform of nobody: %v", err)
	}
	if err := e.s.SavePlatform(ctx, "acme", store.PlatformAccess{}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a platform without a source: %v", err)
	}
	e.save(e.delivery("k", "s"))
	l := e.lease("a")
	e.must(e.s.SaveCentre(ctx, l, centre.Directory{}))
	e.must(e.s.SaveCentre(ctx, l, office))
	byLane, err := e.s.Centre(ctx, l)
	if diff := cmp.Diff(office, byLane); diff != "" || err != nil {
		t.Errorf("centre: %v (-want +got):\n%s", err, diff)
	}
	if byPortal, err := e.s.PortalCentre(ctx, "acme", e.portal); err != nil || !cmp.Equal(office, byPortal) {
		t.Errorf("centre of the portal: %+v, %v", byPortal, err)
	}
	e.must(e.s.DeletePlatform(ctx, "acme"))
	if gone, err := e.s.Centre(ctx, l); err != nil || !gone.SyncedAt.IsZero() || len(gone.Employees) != 0 {
		t.Errorf("the centre of no platform: %+v, %v", gone, err)
	}
	if _, err := e.s.Platform(ctx, "acme"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a deleted platform: %v", err)
	}
	if err := e.s.DeletePlatform(ctx, "acme"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("deleted twice: %v", err)
	}
}

// Whoever connects one account of a tenant at once gets one portal.
func (e *exam) oneAccountIsOnePortal() {
	t := e.T
	var mu sync.Mutex
	ids := map[integration.PortalID]int{}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			p, err := e.s.Connect(t.Context(), "acme", store.Connection{MemberID: "same", Access: "a", Refresh: "r"})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			ids[p.ID]++
		})
	}
	wg.Wait()
	if len(ids) != 1 {
		t.Errorf("portals: %v", ids)
	}
}

// Sessions that asked to be woken are told from silent ones, and the next deadline is told.
func (e *exam) deadlinesAreTold() {
	t := e.T
	ctx := t.Context()
	e.save(e.delivery("k", "s"))
	l := e.lease("a")
	start := e.Now()
	decide := func(s integration.SessionID, after time.Duration, due, closed bool) {
		d := e.planned(s, nil)
		d.Deadline = start.Add(after)
		if due {
			d.Plan.Memory.DueAt = d.Deadline
		}
		d.Plan.Memory.Closed = closed
		e.record(l, d)
	}
	decide("silent", 2*time.Minute, false, false)
	decide("due", time.Minute, true, false)
	decide("closed", time.Minute, true, true)
	decide("later", 3*time.Minute, true, false)
	d := e.planned("corrected", nil) // what came late for a closed call waits too (T-5)
	d.Deadline = start.Add(4 * time.Minute)
	d.Plan.Wake, d.Plan.Memory.DueAt, d.Plan.Memory.Closed = d.Deadline, d.Deadline, true
	e.record(l, d)
	corrected := lane.Overdue{Session: "corrected", At: d.Deadline, Waits: true}
	silent := lane.Overdue{Session: "silent", At: start.Add(2 * time.Minute)}
	due := lane.Overdue{Session: "due", At: start.Add(time.Minute), Waits: true}
	later := lane.Overdue{Session: "later", At: start.Add(3 * time.Minute), Waits: true}
	for _, c := range []struct {
		after time.Duration
		limit int
		want  []lane.Overdue
		next  time.Time
	}{
		{0, 9, []lane.Overdue{}, due.At},
		{time.Minute, 9, []lane.Overdue{due}, silent.At},
		{2 * time.Minute, 9, []lane.Overdue{due, silent}, later.At},
		{2 * time.Minute, 1, []lane.Overdue{due}, silent.At}, // more is due than was asked for
		{3 * time.Minute, 9, []lane.Overdue{due, silent, later}, corrected.At},
		{time.Hour, 9, []lane.Overdue{due, silent, later, corrected}, time.Time{}},
	} {
		got, next, err := e.s.Overdue(ctx, l, start.Add(c.after), c.limit)
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil || !next.Equal(c.next) {
			t.Errorf("after %v: next %v, want %v, %v (-want +got):\n%s", c.after, next, c.next, err, diff)
		}
	}
}
