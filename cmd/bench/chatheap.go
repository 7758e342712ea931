package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strconv"
	"time"

	"github.com/google/uuid"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/integration/settings"
	"omniconnector/internal/store"
)

// How many conversations are open, short and long form, and how many messages were written in each.
const (
	openAtOnce     = 1_000
	longOpenAtOnce = 10_000
	openMessages   = 5
)

// openChats compares the heap of a lane that has a few open conversations with that of one that has thousands, each with a few messages
// that the portal has by now. The portal answers at once and remembers nothing. How fast the lane took them in is told too.
func (b *bench) openChats(ctx context.Context) (map[string]float64, error) {
	count := openAtOnce
	if b.Long {
		count = longOpenAtOnce
	}
	var bytes, rate []float64
	for range b.Rounds {
		one, err := b.openChatsRun(ctx, count)
		if err != nil {
			return nil, err
		}
		bytes, rate = append(bytes, one.bytes), append(rate, one.rate)
		b.say("%d open conversations: %.0f bytes each, %.0f events a second and core", count, one.bytes, one.rate)
	}
	return map[string]float64{"chat_memory_open": median(bytes), "chat_events_per_second_core_sqlite": median(rate)}, nil
}

// openResult is the heap for each open conversation, and events a second of the processor.
type openResult struct{ bytes, rate float64 }

func (b *bench) openChatsRun(ctx context.Context, count int) (_ openResult, err error) {
	st, err := b.openStore(ctx, false)
	if err != nil {
		return openResult{}, err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	portals, err := connectAll(ctx, st, 1)
	if err != nil {
		return openResult{}, err
	}
	engine := lane.NewEngine(lane.Config{
		Store: st, Portals: everywhere{&instant{}}, Recordings: noRecordings{}, Settings: &settings.Compiler{}, Now: clock,
		Log: slog.New(slog.DiscardHandler), Owner: "bench", Poll: 50 * time.Millisecond,
	})
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(running) }()
	defer func() {
		stop()
		err = errors.Join(err, <-ended)
	}()
	const few = 10
	before, err := openHeap(ctx, st, portals[0], 0, few)
	if err != nil {
		return openResult{}, err
	}
	cpu := ownCPU()
	after, err := openHeap(ctx, st, portals[0], few, count)
	cpu = ownCPU() - cpu
	return openResult{float64(after-before) / float64(count), float64(count*(1+openMessages)) / cpu.Seconds()}, err
}

// openHeap opens so many more conversations and answers the bytes of the heap once all that was said is in the portal.
func openHeap(ctx context.Context, st *store.Store, at address, from, count int) (int64, error) {
	for n := range 1 + openMessages {
		for chunk := 0; chunk < count; chunk += 250 {
			var some []integration.Delivery
			for i := chunk; i < min(chunk+250, count); i++ {
				some = append(some, chatDelivery(at, firstChat+from+i, n))
			}
			if err := st.SaveDeliveries(ctx, some); err != nil {
				return 0, err
			}
		}
	}
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	quiet := 0
	for quiet < 40 { // longer than what waits for the next step of a transcript
		busy, err := st.Busy(ctx, at.tenant, at.portal, time.Time{})
		if err != nil {
			return 0, err
		}
		if quiet++; busy {
			quiet = 0
		}
		select {
		case <-ctx.Done():
			return 0, context.Cause(ctx)
		case <-look.C:
		}
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what was pooled goes with the second
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc), nil //nolint:gosec // far below
}

// chatDelivery is the n-th webhook of a conversation as it is stored: that it is open, and its messages.
func chatDelivery(at address, chat, n int) integration.Delivery {
	now, id := clock(), strconv.Itoa(chat)
	phone := fmt.Sprintf("+7%d", 9_000_000_000+chat%1_000_000_000)
	told := &integration.ChatTold{
		Channel: "whatsapp", ChannelID: 74001, Initiator: "visitor", Visitor: integration.Visitor{ID: id, Phones: []string{phone}},
	}
	e := integration.Event{
		ID: integration.EventID(uuid.Must(uuid.NewV7()).String()), Source: "uis", Key: "chat_opened|" + id, Kind: integration.ChatOpened,
		Session: integration.ChatSession(id), Customer: integration.CustomerKey(phone), At: now, Received: now,
	}
	if n > 0 {
		message := fmt.Sprintf("%s-%d", id, n)
		e.Key, e.Kind = "chat_message|"+id+"|"+message, integration.ChatMessage
		told.Message = &integration.Message{ID: message, By: integration.ByVisitor, At: now, Text: fmt.Sprintf("Сообщение посетителя %d", n), Status: "accepted"}
	}
	e.Report.Chat = told
	return integration.Delivery{
		Tenant: at.tenant, Portals: []integration.PortalID{at.portal}, Event: e, Method: "POST", ContentType: "application/json",
		Body: []byte("{}"), Remote: "127.0.0.1", Received: now,
	}
}
