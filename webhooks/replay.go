package webhooks

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"omniconnector/integration"
)

// replay empties the spool whenever storage takes it, looking once in Pause.
func (i *Intake) replay(ctx context.Context) {
	tick := time.NewTicker(i.o.Pause)
	defer tick.Stop()
	for {
		if waiting, _ := i.o.Spool.Waiting(); waiting > 0 {
			i.replayOnce(ctx)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (i *Intake) replayOnce(ctx context.Context) {
	saved, err := i.o.Spool.Replay(i.o.Batch, func(some []integration.Delivery) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return i.resave(ctx, some)
	})
	i.countSpool()
	switch {
	case err == nil, saved > 0:
		i.o.Log.LogAttrs(ctx, slog.LevelInfo, "spool.replayed", slog.Int("deliveries", saved))
	case ctx.Err() == nil && !errors.Is(err, ErrStorageAway):
		i.o.Log.LogAttrs(ctx, slog.LevelError, "spool.stuck", slog.String("error", err.Error()))
	}
}

// resave is commit for deliveries that were answered already: what storage refuses for
// what it is cannot be given back to a sender, and is put aside.
func (i *Intake) resave(ctx context.Context, some []integration.Delivery) error {
	err := i.ask(context.WithoutCancel(ctx), some)
	switch {
	case err == nil:
		i.o.Counter.Committed(len(some))
		i.wake(some)
		return nil
	case errors.Is(err, ErrStorageAway):
		return err
	case len(some) == 1:
		i.o.Log.LogAttrs(ctx, slog.LevelError, "delivery.rejected", slog.String("tenant_id", string(some[0].Tenant)),
			slog.String("event_id", string(some[0].Event.ID)), slog.String("error", err.Error()))
		return i.o.Spool.Reject(some[0])
	}
	half := len(some) / 2
	if err := i.resave(ctx, some[:half]); err != nil {
		return err
	}
	return i.resave(ctx, some[half:])
}

func (i *Intake) countSpool() { i.o.Counter.Spooled(i.o.Spool.Waiting()) }
