package lane

import (
	"context"
	"errors"
	"io"
	"time"

	"omniconnector/crm"
)

// ErrNotReady means that a record is not there yet, or cannot be had at the moment.
var ErrNotReady = errors.New("the record is not ready")

// uploaded is the report of one record's transfer.
type uploaded struct {
	entry *Entry
	err   *crm.Error
	// notReady tells that the platform did not give the record.
	notReady bool
}

const (
	// uploadsAtOnce bounds how many records of one portal travel at a time.
	uploadsAtOnce = 4
	// addressesAtOnce bounds how many records have an address to go to, or are being given one: an address
	// that nobody uses for long may be good no more, and asking for a second one costs a request.
	addressesAtOnce = 16
)

// recordSlots is for how many more records the portal may be asked for an address.
func (l *Lane) recordSlots() int {
	free := addressesAtOnce
	for key := range l.queue.flying {
		if e := l.queue.entries[key]; e != nil {
			if _, record := e.Action.Do.(crm.AttachRecord); record {
				free--
			}
		}
	}
	return free
}

// upload carries a record from the platform to the portal as a stream, beside the lane's
// requests (T-10).
func (l *Lane) upload(ctx context.Context, e *Entry, to crm.UploadTo) {
	l.queue.flying[e.Action.Key] = true
	l.uploads++
	attach, ok := e.Action.Do.(crm.AttachRecord)
	if !ok {
		go func() { l.back <- uploaded{entry: e, notReady: true} }()
		return
	}
	go func() {
		l.carriers <- struct{}{}
		report := contained(ctx, l, "upload", func() uploaded { return l.carry(ctx, e, attach, to) }, func() uploaded {
			return uploaded{entry: e, notReady: true}
		})
		<-l.carriers
		l.back <- report
	}()
}

func (l *Lane) carry(ctx context.Context, e *Entry, attach crm.AttachRecord, to crm.UploadTo) uploaded {
	record, size, err := l.cfg.Recordings.Fetch(ctx, attach.SourceURL)
	if err != nil {
		return uploaded{entry: e, notReady: true}
	}
	defer record.Close()
	if l.spare(ctx) != nil {
		return uploaded{entry: e, notReady: true}
	}
	source := &watched{Reader: record}
	l.cfg.Step("uploading")
	failed := l.portal.Upload(ctx, to, attach.Filename, size, source)
	l.cfg.Step("uploaded")
	if failed != nil && source.err != nil {
		return uploaded{entry: e, notReady: true} // the platform's side broke, not the portal's
	}
	return uploaded{entry: e, err: failed}
}

// watched remembers whether reading the source failed.
type watched struct {
	io.Reader
	err error
}

// Read reads on and remembers failures other than the end.
func (w *watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		w.err = err
	}
	return n, err
}

// recordBackoff are the waits for a record that is not ready (contract uis §6).
func (l *Lane) recordBackoff(attempts int) time.Duration {
	const slower = 5
	return min(l.backoff(attempts)*slower, 3*l.cfg.RetryAtMost)
}

// stored stores what became of a record.
func (l *Lane) stored(ctx context.Context, u *uploaded) error {
	l.uploads--
	now := l.cfg.Now()
	e := u.entry
	delete(l.queue.flying, e.Action.Key)
	var c Change
	switch {
	case u.notReady:
		c = change(e, StatePlanned, now)
		c.DueAt = now.Add(l.recordBackoff(e.Attempts))
		c.Err = &crm.Error{Kind: crm.Unavailable, Method: e.Action.Do.Name(), Text: "the platform has no record to give yet"}
		c = l.giveUp(e, c, now)
	case u.err != nil:
		c = l.outcome(e, &crm.Outcome{Err: u.err}, now)
	default:
		c = done(e, crm.UploadTo{Have: true}, now)
	}
	return l.settle(ctx, []Change{c})
}

// spareWithin is how long an upload waits for its turn before it is put off.
const spareWithin = time.Minute

// spare takes one request for an upload, which is a request like any other. Uploads queue for it one by one, and let
// urgent work that waits for the bucket go first.
func (l *Lane) spare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, spareWithin)
	defer cancel()
	select {
	case l.turns <- struct{}{}:
		defer func() { <-l.turns }()
	case <-ctx.Done():
		return ctx.Err()
	case <-l.stopped:
		return errStopped
	}
	for l.pressing.Load() {
		if err := l.pause(ctx, l.cfg.Poll/2); err != nil {
			return err
		}
	}
	return l.charge(ctx)
}

// pause waits, unless the lane is stopped.
func (l *Lane) pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-l.stopped:
		return errStopped
	case <-timer.C:
		return nil
	}
}

var errStopped = errors.New("the lane is being stopped")

// charge takes one request from the portal's bucket, waiting for it.
func (l *Lane) charge(ctx context.Context) error {
	for {
		now := l.cfg.Now()
		wait, err := l.cfg.Store.Begin(ctx, l.lease, nil, now, now.Add(l.cfg.SendWithin), l.budget)
		if err != nil || wait <= 0 {
			return err
		}
		if err := l.pause(ctx, wait); err != nil {
			return err
		}
	}
}
