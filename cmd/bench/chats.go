package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

const (
	// chatMessages is how many messages a conversation has, which visitor and operator write in turn.
	chatMessages = 20
	// chatRepeats is how many conversations of each kind are told.
	chatRepeats = 3
	// firstChat is the platform's number of the first conversation.
	firstChat = 930_000_000
	// glances is in how many steps the clock goes from one message to the next, so that what waits for a moment in between
	// has its moment, and glance is how long the lane gets to notice each.
	glances = 4
	glance  = 25 * time.Millisecond
	// moment is how long something may be under way between two of them.
	moment = 300 * time.Millisecond
	// chatRead is when a conversation that is over was read from the platform.
	chatRead = 4 * time.Minute
)

// chatKind is one kind of conversation and what its figures are called after.
type chatKind struct {
	name string
	mode integration.TranscriptMode
	pace time.Duration // between two messages
}

// quietChats counts the requests of a conversation with somebody new, alone on its portal, while the transcript grows and when it goes
// over at the end. The faster one grows by more than one message a step.
func (b *bench) quietChats(ctx context.Context) (map[string]float64, error) {
	values := map[string]float64{}
	for _, k := range []chatKind{
		{"online", integration.AtStart, 4 * time.Second},
		{"online_slow", integration.AtStart, 20 * time.Second},
		{"at_end", integration.AtEnd, 4 * time.Second},
	} {
		if err := b.quietChatsOf(ctx, k, values); err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return values, nil
}

func (b *bench) quietChatsOf(ctx context.Context, k chatKind, values map[string]float64) (err error) {
	q := &quietly{}
	const never = 10 * 365 * 24 * time.Hour
	q.stage, err = b.play(ctx, set{
		world: world.Options{Tariff: unlimited()}, budget: plenty(), now: q.clock.now, whole: true, chats: k.mode,
		lane: lane.Config{
			Poll: 10 * time.Millisecond, LeaseFor: never, SweepEvery: never, StatusesEvery: never, SyncEvery: never, RequestsEvery: never,
		},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.close()) }()
	if err := q.later(ctx); err != nil {
		return err
	}
	var requests, points []float64
	for range chatRepeats {
		cost, err := q.measure(ctx, func(ctx context.Context) error { return q.converse(ctx, k.pace) })
		if err != nil {
			return err
		}
		if err := wholeTranscripts(q.world, 1); err != nil {
			return err
		}
		requests, points = append(requests, cost.requests), append(points, cost.points)
	}
	values["chat_requests_"+k.name], values["platform_points_per_chat_"+k.name] = median(requests), median(points)
	b.say("%s: %.0f–%.0f requests, the last one's %s; of the platform %s", k.name, slices.Min(requests), slices.Max(requests), q.carried(),
		q.askedLast(int(points[len(points)-1])))
	return nil
}

// conversation is one with somebody who never wrote before and whose number the channel tells; so much time passes between two
// messages. The operator takes it with the first answer.
func (st *stage) conversation(at time.Time, pace time.Duration) platform.Script {
	n, who := st.sessions.Add(1), st.world.Shop.Employees[0]
	phone := fmt.Sprintf("7901%07d", n)
	c := st.world.Shop.Chat(firstChat+n, at, st.world.Shop.Channel(platform.WhatsApp), platform.Visitor{Phone: phone, User: phone})
	c.Pace = pace
	for i := range chatMessages {
		text := fmt.Sprintf("Сообщение %d", i+1)
		switch {
		case i == 1:
			c.Assigned(who).Answers(who, text)
		case i%2 == 0:
			c.Says(text)
		default:
			c.Answers(who, text)
		}
	}
	return c.Closed("closed_by_operator")
}

// written reports whether a step tells of a message.
func written(s platform.Step) bool { return s.Vars["message_id"] != nil }

// converse tells a conversation in its own time.
func (q *quietly) converse(ctx context.Context, pace time.Duration) error {
	for _, step := range q.conversation(q.clock.now(), pace).Steps {
		if err := q.pass(ctx, step.At, pace/glances); err != nil {
			return err
		}
		if err := q.notify(ctx, step); err != nil {
			return err
		}
		if err := q.glance(ctx); err != nil {
			return err
		}
	}
	return q.pass(ctx, q.clock.now().Add(chatRead), chatRead/(glances*glances)) // the platform is asked for the whole
}

// pass lets time pass, and gives what waits for a moment in between its moment.
func (q *quietly) pass(ctx context.Context, till time.Time, by time.Duration) error {
	for q.clock.now().Before(till) {
		q.clock.until(earlier(till, q.clock.now().Add(by)))
		if err := pause(ctx, glance); err != nil {
			return err
		}
		if err := q.glance(ctx); err != nil {
			return err
		}
	}
	return nil
}

// glance waits until all is done that can be done now. A chat that the platform's report does not know yet is asked for
// again when time has passed, and holds nothing else up.
func (q *quietly) glance(ctx context.Context) error {
	err := world.AwaitQuiet(ctx, q.app.Store(), q.portal.Portal, moment)
	if errors.Is(err, world.ErrBusy) && ctx.Err() == nil {
		return nil
	}
	return err
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// notify has the platform tell one step of a conversation, once.
func (st *stage) notify(ctx context.Context, step platform.Step) error {
	sent, err := st.world.Platform.Notify(ctx, step)
	if err != nil {
		return err
	}
	if len(sent) != 1 || !sent[0].Delivered || len(sent[0].Attempts) != 1 {
		return fmt.Errorf("%s was not taken at once: %+v", step.Event, sent)
	}
	return nil
}

// askedLast writes what the platform was last asked for.
func (st *stage) askedLast(count int) string {
	var text strings.Builder
	all := st.world.Platform.Requests()
	for _, r := range all[max(0, len(all)-count):] {
		fmt.Fprintf(&text, " %s %s", r.At.Format(time.TimeOnly), r.Method)
	}
	return text.String()
}
