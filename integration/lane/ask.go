package lane

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"omniconnector/crm"
)

// ask prepares the question to the CRM. While another call of the customer is still creating
// entities it waits, so that two calls at the same moment find each other's lead.
func (l *Lane) ask(ctx context.Context, s *session, find *crm.Find) error {
	if l.queue.creating(s.names(), s.id) || l.before(s) {
		return nil
	}
	if met, err := l.meeting(ctx, s); err != nil || met {
		return err
	}
	s.askedBy = slices.Clone(s.keys)
	made, err := l.cfg.Store.History(ctx, l.lease, s.customer, []string{crm.Create{}.Name()}, time.Time{}, 10)
	if err != nil {
		return fmt.Errorf("load the customer's earlier entities: %w", err)
	}
	for i := range made {
		if kind, id := recordOf(&made[i]); made[i].State == StateDone && (kind == crm.Lead || kind == crm.Deal) { // clients are found by their numbers
			name(find, kind, id)
		}
	}
	if err := l.known(ctx, s, find); err != nil {
		return err
	}
	if len(find.Phones)+len(find.Emails)+len(find.Leads)+len(find.Deals)+len(find.Contacts)+len(find.Companies) == 0 {
		s.known, s.askedAt = &crm.Customer{}, l.cfg.Now() // there is nothing to ask by: an account in a messenger, heard of for the first time
		l.Wake()
		return nil
	}
	s.asking = true
	l.questions = append(l.questions, question{session: s, find: *find})
	return nil
}

// before reports whether an earlier call of the customer is still to be decided, or between its question and its
// plan: a customer's calls are opened in the order in which they came.
func (l *Lane) before(s *session) bool {
	for _, o := range l.sessions {
		if o == s || len(o.pending) == 0 || !o.shares(s) {
			continue
		}
		if o.asking || o.known != nil || o.oldest() < s.oldest() {
			return true
		}
	}
	return false
}

// missed lists activities of the customer's own missed calls that ended since the CRM was asked (T-3).
func (l *Lane) missed(ctx context.Context, s *session, since time.Time) ([]int64, error) {
	if since.IsZero() {
		return nil, nil
	}
	ended, err := l.cfg.Store.History(ctx, l.lease, s.customer, []string{crm.Finish{}.Name()}, since, 20)
	if err != nil {
		return nil, fmt.Errorf("load the customer's missed calls: %w", err)
	}
	var ids []int64
	for i := range ended {
		f, ok := ended[i].Action.Do.(crm.Finish)
		var result crm.Finished
		if !ok || f.Status != "304" || ended[i].Session == s.id || json.Unmarshal(ended[i].Result, &result) != nil {
			continue
		}
		if result.Activity != 0 {
			ids = append(ids, result.Activity)
		}
	}
	return ids, nil
}
