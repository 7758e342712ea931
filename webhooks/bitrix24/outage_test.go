package bitrix24_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/bitrix24"
)

func TestR1WhatCannotBeKeptIsNotAnsweredWith200(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.full = webhooks.ErrBusy
	if w := d.send(clicked + proof(member, token)); w.Code != 503 || w.Header().Get("Retry-After") == "" || d.counted["bitrix24 refused"] != 1 {
		t.Errorf("got %d %s, counted %v", w.Code, w.Body, d.counted)
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/bitrix24", iotest.ErrReader(errors.New("cut")))
	if w := d.do(req); w.Code != 400 || len(d.kept) != 0 {
		t.Errorf("a body that breaks off: got %d, kept %d", w.Code, len(d.kept))
	}
}

func TestR1AnOutageOfStorageTurnsNoKnownPortalAway(t *testing.T) {
	t.Parallel()
	d := open(t)
	dir := t.TempDir()
	spool, err := webhooks.OpenSpool(dir, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = spool.Close() })
	intake := webhooks.NewIntake(webhooks.IntakeOptions{Inbox: awayInbox{}, Now: func() time.Time { return noon }, Spool: spool, Pause: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = intake.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	d.Engine = gin.New()
	o := d.options()
	o.Inbox = intake
	bitrix24.NewReceiver(o).Mount(d)

	d.away = errors.New("storage is away")
	if w := d.send(clicked + proof(member, token)); w.Code != 503 {
		t.Errorf("a portal never seen: got %d", w.Code)
	}
	d.away = nil
	d.send("event=ONCRMACTIVITYADD" + proof(member, token))
	d.away, d.now = errors.New("storage is away"), noon.Add(time.Hour)
	if w := d.send(clicked + proof(member, token)); w.Code != 200 {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if n, _ := spool.Waiting(); n != 1 {
		t.Errorf("%d deliveries in the spool", n)
	}
	if w := d.send(clicked + proof(member, "wrong")); w.Code != 401 {
		t.Errorf("a stranger: got %d", w.Code)
	}
}

type awayInbox struct{}

func (awayInbox) SaveDeliveries(context.Context, []integration.Delivery) error {
	return webhooks.ErrStorageAway
}

func TestPortalsAreAskedForOnceASecond(t *testing.T) {
	t.Parallel()
	d := open(t)
	for range 3 {
		d.send(clicked + proof(member, token))
		d.send(clicked + proof(other, token))
	}
	if d.asked != 2 {
		t.Errorf("asked %d times, want 2", d.asked)
	}
	d.now = noon.Add(time.Second)
	d.portals[member][0].Application = "changed"
	if w := d.send(clicked + proof(member, token)); w.Code != 401 || d.asked != 3 {
		t.Errorf("after a second: got %d, asked %d times", w.Code, d.asked)
	}
}

func TestAChangeThatCannotBeNotedIsCountedAndLetGo(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.undone = errors.New("storage is away")
	if w := d.send("event=ONCRMLEADADD&data[FIELDS][ID]=5" + proof(member, token)); w.Code != 200 || d.counted["bitrix24 unmarked"] != 1 {
		t.Errorf("got %d, counted %v", w.Code, d.counted)
	}
}

func TestTheEndOfAnInstallationThatCannotBeNotedIsNotAnsweredWith200(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.undone = errors.New("storage is away")
	if w := d.send("event=ONAPPUNINSTALL" + proof(member, token)); w.Code != 503 || !strings.Contains(d.log.String(), "ONAPPUNINSTALL") {
		t.Errorf("got %d, logged %s", w.Code, d.log.String())
	}
}

func TestAPortalThatHangsUpIsHeardOut(t *testing.T) {
	t.Parallel()
	d := open(t)
	gone, hangUp := context.WithCancel(t.Context())
	hangUp()
	for _, body := range []string{clicked, "event=ONCRMLEADADD&data[FIELDS][ID]=5", "event=ONAPPUNINSTALL"} {
		d.do(httptest.NewRequestWithContext(gone, http.MethodPost, "/hooks/bitrix24", strings.NewReader(body+proof(member, token))))
	}
	if len(d.kept) != 1 || len(d.done) != 2 {
		t.Errorf("kept %d, did %v", len(d.kept), d.done)
	}
}

func TestAnUpdateWithANewTokenMustBeConfirmed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		undone error
		status int
	}{
		"confirmed": {nil, 200}, "not confirmed": {bitrix24.ErrUnproven, 401}, "the portal is away": {errors.New("timeout"), 503},
	} {
		d := open(t)
		d.undone = c.undone
		w := d.send("event=ONAPPUPDATE&auth[access_token]=ACCESS" + proof(member, "NEWTOKEN"))
		if w.Code != c.status || strings.Contains(d.log.String(), "NEWTOKEN") || strings.Contains(d.log.String(), "ACCESS") {
			t.Errorf("%s: got %d %s, logged %s", name, w.Code, w.Body, d.log.String())
		}
		want := []string{"shop/p1: updated to NEWTOKEN by ACCESS, proven false", "mall/p2: updated to NEWTOKEN by ACCESS, proven false"}
		if diff := cmp.Diff(want, d.done); c.undone == nil && diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	}
}
