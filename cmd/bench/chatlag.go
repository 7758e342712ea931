package main

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/internal/world"
)

// The methods that carry a transcript.
const (
	commentMethod     = "crm.timeline.comment.add"
	editCommentMethod = "crm.timeline.comment.update"
)

// transcript is a comment's text as the portal was given it.
type transcript struct {
	chat  string
	lines []string // one for each message
	fresh bool     // a new comment
	at    time.Time
}

// transcripts are those among the portal's commands that the portal took, oldest first.
func transcripts(commands []bitrix.Command) (all []transcript) {
	for _, c := range commands {
		if c.Error != "" || c.Method != commentMethod && c.Method != editCommentMethod {
			continue
		}
		head, body, _ := strings.Cut(c.Param("fields", "COMMENT"), "\n")
		_, id, _ := strings.Cut(head, "№ ")
		id, _, _ = strings.Cut(id, ",")
		all = append(all, transcript{id, strings.Split(body, "\n"), c.Method == commentMethod, c.At})
	}
	return all
}

// wholeTranscripts makes sure that a figure is of so many conversations that came over whole: each in one comment, all messages in
// order and once.
func wholeTranscripts(w *world.World, conversations int) error {
	made, last := map[string]int{}, map[string]transcript{}
	for _, t := range transcripts(w.Portal.Commands()) {
		if t.fresh {
			made[t.chat]++
		}
		last[t.chat] = t
	}
	if len(last) != conversations {
		return fmt.Errorf("%d of %d conversations came over", len(last), conversations)
	}
	for id, t := range last {
		if made[id] != 1 || len(t.lines) != chatMessages {
			return fmt.Errorf("conversation %s: %d comments, the last text has %d lines of %d", id, made[id], len(t.lines), chatMessages)
		}
		for i, line := range t.lines {
			if !strings.HasSuffix(line, "Сообщение "+strconv.Itoa(i+1)) {
				return fmt.Errorf("conversation %s: line %d is %q", id, i+1, line)
			}
		}
	}
	return nil
}

// told are the moments at which messages were told, by conversation, in the order of the messages.
type told struct {
	mu   sync.Mutex
	when map[string][]time.Time
}

func (t *told) add(chat string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.when[chat] = append(t.when[chat], time.Now())
}

// lags are the seconds from the moment when a message was told within the range until the portal had it.
func (t *told) lags(commands []bitrix.Command, from, till time.Time) (all []float64) {
	seen := map[string]int{}
	for _, one := range transcripts(commands) {
		when := t.when[one.chat]
		for n := seen[one.chat]; n < min(len(one.lines), len(when)); n++ {
			if at := when[n]; !at.Before(from) && at.Before(till) {
				all = append(all, max(one.at.Sub(at), 0).Seconds())
			}
			seen[one.chat] = n + 1
		}
	}
	return all
}
