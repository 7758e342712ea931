package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

const (
	// streamPace is the time between two messages of a conversation in the stream, short and long form.
	streamPace     = time.Second
	longStreamPace = 4 * time.Second
	// inTime is how late a message may be in the portal, of a hundred all but one: three steps of a growing transcript.
	inTime = 15.0
)

// levels are how many messages a second are told, one level after the other. What is far above what the portal takes would
// hold the last words of the level before up too, for they are the least urgent.
func levels() []float64 { return []float64{30, 60, 90} }

// level is what came of one.
type level struct {
	told          float64 // messages a second
	requests      float64 // for each conversation
	lags          []float64
	from, till    time.Time
	first, counts bitrix.Stats
}

// streamedChats finds how many messages a second one ordinary portal takes while transcripts grow. At each level conversations begin at
// an even rate; what is counted begins once as many end as begin. A level is kept up when its messages are in the portal in
// time. In the end every message of every conversation has to be there.
func (b *bench) streamedChats(ctx context.Context) (_ map[string]float64, err error) {
	pace := streamPace
	if b.Long {
		pace = longStreamPace
	}
	s := set{world: ordinary(), whole: true, chats: integration.AtStart}
	s.world.Cloud = append(s.world.Cloud, bitrix.WithHistory(1<<20))
	st, err := b.play(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	if err := st.exhaust(ctx, lane.Ordinary().Burst); err != nil {
		return nil, err
	}
	heard := &told{when: map[string][]time.Time{}}
	all, err := st.stream(ctx, pace, heard)
	if err != nil {
		return nil, err
	}
	last := time.Now() // everything was said
	if err := st.settled(ctx); err != nil {
		return nil, err
	}
	if err := wholeTranscripts(st.world, int(st.sessions.Load())); err != nil {
		return nil, err
	}
	commands := st.world.Portal.Commands()
	words := transcripts(commands)
	values := map[string]float64{
		"chat_last_message_lag_s": max(0, words[len(words)-1].at.Sub(last).Seconds()),
		"chat_limit_errors":       float64(st.world.Portal.Requests().LimitErrors),
	}
	for _, l := range all {
		l.lags = heard.lags(commands, l.from, l.till)
		p50, p99 := quantile(l.lags, 0.5), quantile(l.lags, 0.99)
		b.say("%.1f messages/s: %.2f requests a conversation, lag p50 %.1f s, p99 %.1f s, max %.1f s", l.told, l.requests, p50, p99, quantile(l.lags, 1))
		if p99 <= inTime {
			values["chat_messages_per_second_portal"], values["chat_requests_online_busy"] = l.told, l.requests
			values["chat_message_lag_p50_s"], values["chat_message_lag_p99_s"] = p50, p99
		}
	}
	b.say("%d conversations, all there %.1f s after the last word: %v", st.sessions.Load(), values["chat_last_message_lag_s"], st.world.Portal.Requests().Methods)
	return values, nil
}

// stream tells all levels and answers when the last conversation is over.
func (st *stage) stream(ctx context.Context, pace time.Duration, heard *told) (all []level, err error) {
	var talks sync.WaitGroup
	failed := make(chan error, 1)
	talk := func() {
		if err := st.talk(ctx, pace, heard); err != nil {
			select {
			case failed <- err:
			default: // one is enough
			}
		}
	}
	whole := chatMessages * pace
	for _, rate := range levels() {
		begin := func() error { // for as long as a conversation lasts
			every := time.NewTicker(time.Duration(chatMessages / rate * float64(time.Second)))
			defer every.Stop()
			for till := time.Now().Add(whole); time.Now().Before(till); {
				talks.Go(talk)
				select {
				case <-ctx.Done():
					return context.Cause(ctx)
				case err := <-failed:
					return err
				case <-every.C:
				}
			}
			return nil
		}
		if err := begin(); err != nil { // until as many end as begin
			return nil, errors.Join(err, ctx.Err())
		}
		l := level{from: time.Now(), first: st.world.Portal.Requests()}
		if err := begin(); err != nil {
			return nil, errors.Join(err, ctx.Err())
		}
		l.till = time.Now()
		l.counts = st.world.Portal.Requests()
		l.told = float64(heard.between(l.from, l.till)) / l.till.Sub(l.from).Seconds()
		l.requests = float64(l.counts.HTTP-l.first.HTTP) / (l.told * l.till.Sub(l.from).Seconds() / chatMessages)
		all = append(all, l)
	}
	talks.Wait()
	select {
	case err := <-failed:
		return nil, err
	default:
		return all, nil
	}
}

// between counts the messages told in a range of time.
func (t *told) between(from, till time.Time) (count int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, when := range t.when {
		for _, at := range when {
			if !at.Before(from) && at.Before(till) {
				count++
			}
		}
	}
	return count
}

// talk tells one conversation in its own time.
func (st *stage) talk(ctx context.Context, pace time.Duration, heard *told) error {
	s := st.conversation(clock(), pace)
	for _, step := range s.Steps {
		if err := pause(ctx, time.Until(step.At)); err != nil {
			return err
		}
		if err := st.notify(ctx, step); err != nil {
			return err
		}
		if written(step) {
			heard.add(fmt.Sprint(step.Vars["chat_id"]))
		}
	}
	return nil
}
