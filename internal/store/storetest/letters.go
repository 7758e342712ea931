package storetest

import (
	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// C-7: a dead text of a comment is tried again without the older ones that were skipped for it, and not at all when the comment has a
// newer one: either would undo words.
func (e *exam) retriedTextsStayInOrder() {
	t := e.T
	ctx := t.Context()
	ids := e.save(e.delivery("k1", "s1"))
	l := e.lease("a")
	d := e.planned("s1", ids)
	add := func(key integration.ActionKey, do crm.Command) {
		d.Plan.Actions = append(d.Plan.Actions, integration.Action{Key: key, Do: do, Touches: []string{"comment"}})
	}
	edit := crm.EditComment{Comment: crm.Ref{Of: "comment"}, Kind: crm.Lead, Entity: crm.Ref{ID: 1}, Text: "words"}
	add("comment", crm.Comment{Kind: crm.Lead, Entity: crm.Ref{ID: 1}, Text: "words"})
	for _, key := range []integration.ActionKey{"refused", "skipped", "newest"} {
		add(key, edit)
	}
	other := edit
	other.Comment.Of = "another"
	add("other", other)
	e.record(l, d)
	settle := func(key integration.ActionKey, state lane.ActionState, err *crm.Error) {
		e.must(e.s.Settle(ctx, l, []lane.Change{{Key: key, State: state, Attempts: 1, At: e.Now(), Err: err}}))
	}
	invalid := &crm.Error{Kind: crm.Invalid, Text: "why"}
	settle("comment", lane.StateDone, nil)
	settle("other", lane.StateDone, nil)
	settle("refused", lane.StateDead, invalid)
	settle("skipped", lane.StateFailed, &crm.Error{Kind: crm.Skipped, Text: "a newer text of the comment takes its place"})
	settle("newest", lane.StateDead, invalid)
	left := func(step string, want ...integration.ActionKey) {
		got, err := e.s.Unfinished(ctx, l, 99)
		e.must(err)
		if diff := cmp.Diff(want, keys(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step, diff)
		}
	}
	e.must(e.s.Retry(ctx, "acme", e.portal, "newest", "test"))
	left("the newest text comes back alone", "newest")
	settle("newest", lane.StateDone, nil)
	e.must(e.s.Retry(ctx, "acme", e.portal, "refused", "test"))
	got, err := e.s.Unfinished(ctx, l, 99)
	e.must(err)
	if len(got) > 0 {
		t.Errorf("an older text comes back: %v", keys(got))
	}
	letters, _, err := e.s.DeadLetters(ctx, "acme", e.portal, "", 9)
	e.must(err)
	if len(letters) > 0 {
		t.Errorf("a text that is not missing is a letter still: %+v", letters)
	}
}
