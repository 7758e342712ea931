package bitrix24

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
)

func TestDependentCallsReferToEarlierCommandsOfTheirRequest(t *testing.T) {
	t.Parallel()
	c, s, _ := setup(t, func(*http.Request, string) (int, string) {
		return 200, answers(map[string]any{
			"c00": map[string]any{"item": map[string]any{"id": 7}},
			"c01": map[string]any{"CALL_ID": "externalCall.x.1"},
			"c02": true,
		})
	})
	outs := c.Perform(t.Context(), one(
		crm.Call{Key: "a", Do: crm.Create{Kind: crm.Contact, OriginID: "o1", Fields: crm.Fields{Title: new("Anna & Co + 1"), Phones: []string{"+79161234567"}}}},
		crm.Call{Key: "b", Do: crm.Register{
			ExternalID: "s1/1", User: 5, Phone: "+79161234567", Direction: crm.Incoming, Show: true, StartedAt: morning,
			Kind: crm.Contact, Entity: &crm.Ref{Of: "a", Optional: true},
		}},
		crm.Call{Key: "c", Do: crm.ShowCard{Call: crm.Ref{Of: "b"}, Users: []crm.UserID{5, 6}}},
	), nil)
	want := []crm.Outcome{
		{Key: "a", Result: crm.Made{ID: 7}, Took: 500 * time.Millisecond},
		{Key: "b", Result: crm.Registered{CallID: "externalCall.x.1"}, Took: 500 * time.Millisecond},
		{Key: "c", Took: 500 * time.Millisecond},
	}
	if d := cmp.Diff(want, outs); d != "" {
		t.Error(d)
	}
	cmds := batchOf(t, s.requests()[0])
	got := []string{
		cmds[0].query.Get("fields[name]"), cmds[0].query.Get("fields[fm][0][value]"), cmds[0].query.Get("fields[originatorId]"),
		cmds[1].query.Get("CRM_ENTITY_ID"), cmds[1].query.Get("CALL_START_DATE"), cmds[1].query.Get("SHOW"),
		cmds[2].query.Get("CALL_ID"), cmds[2].query.Get("USER_ID[1]"),
	}
	if d := cmp.Diff([]string{
		"Anna & Co + 1", "+79161234567", "omniconnector",
		"$result[c00][item][id]", "2026-03-10T09:00:00+00:00", "1",
		"$result[c01][CALL_ID]", "6",
	}, got); d != "" {
		t.Error(d)
	}
}

func TestReferencesToEarlierRequestsAreResolvedFromAnswers(t *testing.T) {
	t.Parallel()
	c, s, _ := setup(t, func(*http.Request, string) (int, string) {
		return 200, answers(map[string]any{"c00": true, "c01": true, "c02": map[string]any{"item": map[string]any{"id": 9}}})
	})
	outs := c.Perform(t.Context(), [][]crm.Call{
		{{Key: "hide", Do: crm.HideCard{Call: crm.Ref{Of: "reg"}, Users: []crm.UserID{5}}}},
		{{Key: "act", Do: crm.SetActivity{Activity: crm.Ref{Of: "fin"}, Completed: true}}},
		{{Key: "gone", Do: crm.Create{Kind: crm.Deal, OriginID: "o", Fields: crm.Fields{Contact: &crm.Ref{Of: "dead", Optional: true}}}}},
		{{Key: "skip", Do: crm.BindActivity{Activity: crm.Ref{Of: "none"}, Kind: crm.Deal, Entity: crm.Ref{ID: 3}}}},
	}, crm.Answers{
		"reg": json.RawMessage(`{"call_id":"externalCall.x.2"}`), "fin": json.RawMessage(`{"activity":44}`), "none": json.RawMessage(`{}`),
	})
	if d := cmp.Diff([]crm.ErrorKind{"", "", "", crm.Skipped}, kindsOf(outs)); d != "" {
		t.Error(d)
	}
	cmds := batchOf(t, s.requests()[0])
	if len(cmds) != 3 {
		t.Fatalf("sent %d commands, want 3", len(cmds))
	}
	if got := cmds[0].query.Get("CALL_ID"); got != "externalCall.x.2" {
		t.Errorf("CALL_ID = %q", got)
	}
	if got := cmds[1].query.Get("id"); got != "44" {
		t.Errorf("activity = %q", got)
	}
	if cmds[2].query.Has("fields[contactId]") {
		t.Error("the link to a record that was never made is sent")
	}
}

func TestDependentsOfAFailedCommandAreSkippedUnlessThePortalDidThem(t *testing.T) {
	t.Parallel()
	c, _, _ := setup(t, func(*http.Request, string) (int, string) {
		return 200, answers(map[string]any{
			"c00": failure{"CRM_FIELD_ERROR_VALUE_NOT_VALID", "bad stage"},
			"c01": map[string]any{"CALL_ID": "externalCall.x.3"}, // registered all the same
			"c02": map[string]any{"items": []any{}},              // a guard on the contact that is not there
			"c03": failure{"NOT_FOUND", "Element not found"},
			"c04": failure{"", "Call is not found"},
			"c05": failure{"100", "id"},
		})
	})
	outs := c.Perform(t.Context(), one(
		crm.Call{Key: "a", Do: crm.Create{Kind: crm.Contact, OriginID: "o1"}},
		crm.Call{Key: "b", Do: crm.Register{ExternalID: "s", User: 5, Phone: "+7", Direction: crm.Outgoing, Kind: crm.Contact, Entity: &crm.Ref{Of: "a", Optional: true}}},
		crm.Call{Key: "c", Do: crm.Update{Kind: crm.Contact, Entity: crm.Ref{Of: "a"}, If: crm.Guard{Responsible: new(crm.UserID(1))}, Fields: crm.Fields{Responsible: new(crm.UserID(2))}}},
		crm.Call{Key: "d", Do: crm.Finish{Call: crm.Ref{Of: "b"}, User: 5}},
		crm.Call{Key: "e", Do: crm.SetActivity{Activity: crm.Ref{Of: "d"}}},
	), nil)
	// The finish was refused on its own account; what hangs on it was not.
	want := []crm.ErrorKind{crm.Invalid, "", crm.Skipped, crm.NotFound, crm.Skipped}
	if d := cmp.Diff(want, kindsOf(outs)); d != "" {
		t.Error(d)
	}
}

func TestAnActivityThatWasNotMadeSkipsWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	c, _, _ := setup(t, func(*http.Request, string) (int, string) {
		return 200, answers(map[string]any{"c00": map[string]any{"CALL_ID": "x", "CRM_ACTIVITY_ID": nil, "CALL_START_DATE": map[string]any{}}, "c01": failure{"", "Not found"}})
	})
	outs := c.Perform(t.Context(), one(
		crm.Call{Key: "f", Do: crm.Finish{Call: crm.Ref{Of: "r"}, User: 5}},
		crm.Call{Key: "s", Do: crm.SetActivity{Activity: crm.Ref{Of: "f"}, Completed: true}},
	), crm.Answers{"r": json.RawMessage(`{"call_id":"x"}`)})
	if d := cmp.Diff([]crm.ErrorKind{"", crm.Skipped}, kindsOf(outs)); d != "" {
		t.Error(d)
	}
}

func TestAGuardThatDoesNotHoldKeepsThePersonsEdit(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		guard, update any
		want          crm.Outcome
	}{
		"holds":   {map[string]any{"items": []any{map[string]any{"id": "3"}}}, map[string]any{"item": map[string]any{"id": 3}}, crm.Outcome{Result: crm.Updated{}}},
		"not":     {map[string]any{"items": []any{}}, failure{"NOT_FOUND", ""}, crm.Outcome{Result: crm.Updated{Kept: true}}},
		"refused": {failure{"ACCESS_DENIED", "no"}, failure{"NOT_FOUND", ""}, crm.Outcome{Err: &crm.Error{Kind: crm.Invalid, Method: "crm.item.list", Code: "ACCESS_DENIED", Text: "no"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _, _ := setup(t, func(*http.Request, string) (int, string) {
				return 200, answers(map[string]any{"c00": tc.guard, "c01": tc.update})
			})
			outs := c.Perform(t.Context(), one(crm.Call{Key: "u", Do: crm.Update{
				Kind: crm.Deal, Entity: crm.Ref{ID: 3}, If: crm.Guard{Stage: new("NEW")}, Fields: crm.Fields{Stage: new("WON")},
			}}), nil)
			tc.want.Key, tc.want.Took = "u", outs[0].Took
			if d := cmp.Diff([]crm.Outcome{tc.want}, outs); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestFindDropsStrangersThatThePortalReturns(t *testing.T) {
	t.Parallel()
	c, s, _ := setup(t, func(*http.Request, string) (int, string) {
		items := func(is ...map[string]any) any { return map[string]any{"items": is} }
		return 200, answers(map[string]any{
			"c00": map[string]any{"CONTACT": []any{"275"}}, "c01": []any{}, "c02": map[string]any{"LEAD": []any{4}},
			"c03": items(map[string]any{"id": 275, "name": "Anna", "lastName": "K", "assignedById": "5"}, map[string]any{"id": 0}),
			"c04": items(),
			"c05": items(map[string]any{"id": 4, "stageSemanticId": "F", "title": "old"}, map[string]any{"id": 9}),
			"c06": items(
				map[string]any{"id": 31, "contactId": 275, "closed": "N", "stageId": "C2:WON", "stageSemanticId": "P", "categoryId": 2, "originatorId": "omniconnector", "originId": "o"},
				map[string]any{"id": 32, "contactId": 0, "companyId": nil}, map[string]any{"id": 33, "companyId": 8},
				map[string]any{"id": 40, "closed": "Y"},
			),
			"c07": []any{
				map[string]any{"ID": "71", "OWNER_ID": "275", "OWNER_TYPE_ID": "3"},
				map[string]any{"ID": "71", "OWNER_ID": "275", "OWNER_TYPE_ID": "3"},
				map[string]any{"ID": "72", "OWNER_ID": "275", "OWNER_TYPE_ID": "4"},
				map[string]any{"ID": "73", "OWNER_ID": "31", "OWNER_TYPE_ID": "2"},
			},
		})
	})
	outs := c.Perform(t.Context(), one(crm.Call{Key: "f", Do: crm.Find{Phones: []string{"+79161234567", "89161234567"}, Deals: []int64{40}}}), nil)
	want := crm.Customer{
		Contacts: []crm.Entity{{Kind: crm.Contact, ID: 275, Title: "Anna K", Responsible: 5}},
		Leads:    []crm.Entity{{Kind: crm.Lead, ID: 4, Title: "old", Closed: true}},
		Deals: []crm.Entity{
			{Kind: crm.Deal, ID: 31, Funnel: 2, Stage: "C2:WON", Contact: 275, OriginID: "o"}, {Kind: crm.Deal, ID: 40, Closed: true},
		},
		Missed: []int64{71, 73},
	}
	if outs[0].Err != nil {
		t.Fatal(outs[0].Err)
	}
	if d := cmp.Diff(want, outs[0].Result); d != "" {
		t.Error(d)
	}
	if n := len(batchOf(t, s.requests()[0])); n != 8 {
		t.Errorf("find took %d commands, want 8", n)
	}
}

func TestOurOwnNumbersAreNeitherSearchedForNorWritten(t *testing.T) {
	t.Parallel()
	s := &stub{answer: func(*http.Request, string) (int, string) {
		return 200, answers(map[string]any{"c00": map[string]any{"item": map[string]any{"id": 1}}})
	}}
	c, err := New(Config{Credentials: newMemory(), Now: func() time.Time { return morning }, Transport: s, Own: func() []string { return []string{"+74951112233"} }})
	if err != nil {
		t.Fatal(err)
	}
	outs := c.Perform(t.Context(), [][]crm.Call{
		{{Key: "f", Do: crm.Find{Phones: []string{"+74951112233", "8 (495) 111-22-33", "4951112233"}}}},
		{{Key: "c", Do: crm.Create{Kind: crm.Contact, OriginID: "o", Fields: crm.Fields{Phones: []string{"+7 495 111-22-33", "+14951112233"}}}}},
	}, nil)
	if d := cmp.Diff([]crm.Outcome{
		{Key: "f", Result: crm.Customer{}}, {Key: "c", Result: crm.Made{ID: 1}, Took: 500 * time.Millisecond},
	}, outs); d != "" {
		t.Error(d)
	}
	cmds := batchOf(t, s.requests()[0])
	if len(cmds) != 1 || cmds[0].query.Get("fields[fm][0][value]") != "+14951112233" || cmds[0].query.Has("fields[fm][1][value]") {
		t.Errorf("sent %v", cmds)
	}
}

func TestTextOfCustomersDoesNotReachIntoOtherCommandsResults(t *testing.T) {
	t.Parallel()
	got := encode("crm.item.add", params{"fields": params{"title": "$result[c00][item][id] & 50% + 1"}, "id": result(3, "item", "id")})
	want := "crm.item.add?fields%5Btitle%5D=%24result+%5Bc00%5D%5Bitem%5D%5Bid%5D+%26+50%25+%2B+1&id=%24result%5Bc03%5D%5Bitem%5D%5Bid%5D"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestARecordThatIsThereIsNotAttachedAgain(t *testing.T) {
	t.Parallel()
	to := map[string]any{"uploadUrl": "https://one.bitrix24.ru/rest/upload.json?auth=" + uploadAuth, "fieldName": "file"}
	for name, tc := range map[string]struct {
		statistic any
		attach    any
		want      any
		kind      crm.ErrorKind
	}{
		"fresh":        {[]any{map[string]any{"CALL_ID": "x", "CALL_RECORD_URL": "", "RECORD_FILE_ID": nil}}, to, crm.UploadTo{URL: to["uploadUrl"].(string), Field: "file"}, ""},
		"there":        {[]any{map[string]any{"CALL_ID": "x", "RECORD_FILE_ID": "9079"}}, to, crm.UploadTo{Have: true}, ""},
		"not finished": {[]any{}, failure{"ERROR_CORE", "Call is not found in the statistic table. Looks like it is not finished yet"}, nil, crm.NotFound},
		"no right":     {failure{"ACCESS_DENIED", ""}, to, crm.UploadTo{URL: to["uploadUrl"].(string), Field: "file"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _, _ := setup(t, func(*http.Request, string) (int, string) {
				return 200, answers(map[string]any{"c00": tc.statistic, "c01": tc.attach})
			})
			outs := c.Perform(t.Context(), one(crm.Call{Key: "r", Do: crm.AttachRecord{Call: crm.Ref{Of: "reg"}, Filename: "a.mp3"}}),
				crm.Answers{"reg": json.RawMessage(`{"call_id":"x"}`)})
			if d := cmp.Diff([]crm.ErrorKind{tc.kind}, kindsOf(outs)); d != "" {
				t.Error(d)
			}
			if d := cmp.Diff(tc.want, outs[0].Result); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAnAnswerThatSaysNothingOfACommandIsAmbiguousForItAlone(t *testing.T) {
	t.Parallel()
	c, _, _ := setup(t, func(*http.Request, string) (int, string) {
		return 200, answers(map[string]any{"c00": map[string]any{"item": map[string]any{"id": 1}}})
	})
	outs := c.Perform(t.Context(), [][]crm.Call{
		{{Key: "a", Do: crm.Create{Kind: crm.Lead, OriginID: "1"}}}, {{Key: "b", Do: crm.Create{Kind: crm.Lead, OriginID: "2"}}},
	}, nil)
	if d := cmp.Diff([]crm.ErrorKind{"", crm.Ambiguous}, kindsOf(outs)); d != "" {
		t.Error(d)
	}
	if outs[1].Err.Whole {
		t.Error("one command's doubt is told as the whole request's")
	}
}
