package bitrix24

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
)

func TestCommandsAreWrittenInThePortalsWords(t *testing.T) {
	t.Parallel()
	clicked := crm.Ref{Call: "externalCall.clicked.1"}
	for name, tc := range map[string]struct {
		do     crm.Command
		method string
		want   map[string]string // "" is a parameter that is not there
	}{
		"T-9 a callback": {
			crm.Register{ExternalID: "cb:1/1", User: 5, Phone: "+79161234567", Direction: crm.Incoming, Callback: true},
			methodRegister,
			map[string]string{"TYPE": "4", "ADD_TO_CHAT": "0", "CRM_CREATE": "0"},
		},
		"T-11 a finish with a message": {
			crm.Finish{Call: clicked, User: 5, Notice: true, Rating: 4},
			methodFinish,
			map[string]string{"CALL_ID": "externalCall.clicked.1", "ADD_TO_CHAT": "1", "VOTE": "4"},
		},
		"T-11 a finish without one": {
			crm.Finish{Call: clicked, User: 5}, methodFinish, map[string]string{"ADD_TO_CHAT": "0", "VOTE": ""},
		},
		"T-8 a card of a clicked call": {
			crm.HideCard{Call: clicked, Users: []crm.UserID{5}}, methodHide, map[string]string{"CALL_ID": "externalCall.clicked.1"},
		},
		"T-5 an activity with its responsible": {
			crm.SetActivity{Activity: crm.Ref{ID: 9}, Completed: true, User: 7},
			methodActivityUpdate,
			map[string]string{"id": "9", "fields[COMPLETED]": "Y", "fields[RESPONSIBLE_ID]": "7"},
		},
		"an activity whose responsible stays": {
			crm.SetActivity{Activity: crm.Ref{ID: 9}},
			methodActivityUpdate,
			map[string]string{"fields[COMPLETED]": "N", "fields[RESPONSIBLE_ID]": ""},
		},
		"contract §5.8 an activity of a call": {
			crm.AddActivity{
				OriginID: "s1/1", Kind: crm.Deal, Entity: crm.Ref{ID: 3}, User: 7, Subject: "Звонок", Phone: "+79161234567",
				Direction: crm.Outgoing, StartedAt: morning, EndedAt: morning.Add(time.Minute), Completed: true,
			},
			methodActivityAdd,
			map[string]string{
				"fields[OWNER_TYPE_ID]": "2", "fields[OWNER_ID]": "3", "fields[TYPE_ID]": "2", "fields[PROVIDER_ID]": "VOXIMPLANT_CALL",
				"fields[RESPONSIBLE_ID]": "7", "fields[DIRECTION]": "2", "fields[COMPLETED]": "Y", "fields[ORIGINATOR_ID]": "omniconnector",
				"fields[ORIGIN_ID]": "s1/1", "fields[COMMUNICATIONS][0][VALUE]": "+79161234567", "fields[COMMUNICATIONS][0][TYPE]": "PHONE",
				"fields[START_TIME]": "2026-03-10T09:00:00+00:00", "fields[END_TIME]": "2026-03-10T09:01:00+00:00",
			},
		},
		"contract §5.9 a comment": {
			crm.Comment{Kind: crm.Company, Entity: crm.Ref{ID: 3}, Text: "Ждёт"},
			methodCommentAdd,
			map[string]string{"fields[ENTITY_TYPE]": "company", "fields[ENTITY_ID]": "3", "fields[COMMENT]": "Ждёт"},
		},
		"C-5 an activity of a conversation": {
			crm.AddActivity{OriginID: "chat:1/activity", Chat: true, Kind: crm.Lead, Entity: crm.Ref{ID: 3}, User: 7, Subject: "Чат", Direction: crm.Incoming},
			methodActivityAdd,
			map[string]string{
				"fields[TYPE_ID]": "6", "fields[PROVIDER_ID]": "REST_APP", "fields[PROVIDER_TYPE_ID]": "CHAT", "fields[ORIGIN_ID]": "chat:1/activity",
				"fields[COMMUNICATIONS][0][TYPE]": "", "fields[COMPLETED]": "N",
			},
		},
		"C-7 another text of a comment": {
			crm.EditComment{Comment: crm.Ref{ID: 9}, Kind: crm.Deal, Entity: crm.Ref{ID: 3}, Text: "[B]Анна[/B]: да & нет"},
			methodCommentUpdate,
			map[string]string{"id": "9", "fields[COMMENT]": "[B]Анна[/B]: да & нет", "ownerId": ""},
		},
		"C-8 a notice with links": {
			crm.Notify{User: 7, Tag: "chat:1/made", Text: "Создано: [URL=x]", Links: []crm.Link{
				{Kind: crm.Deal, Entity: crm.Ref{ID: 3}, Title: "Сделка\n[1]"}, {Kind: crm.Lead, Entity: crm.Ref{ID: 4}},
			}},
			methodNotify,
			map[string]string{
				"USER_ID": "7", "TAG": "chat:1/made",
				"MESSAGE": "Создано: [\u2060URL=x]\n[URL=/crm/deal/details/3/]Сделка [\u20601][/URL]\n[URL=/crm/lead/details/4/]№ 4[/URL]",
			},
		},
		"C-5 a person by address": {
			crm.Find{Emails: []string{" Anna@Example.test", "anna@example.test"}, Contacts: []int64{5}},
			methodFindByComm,
			map[string]string{"type": "EMAIL", "values[0]": "anna@example.test", "values[1]": "", "entity_type": "CONTACT"},
		},
		"C-14 a look before values are added": {
			crm.Update{Kind: crm.Lead, Entity: crm.Ref{ID: 3}, Fields: crm.Fields{Emails: []string{"anna@example.test"}}},
			methodItemList,
			map[string]string{"filter[=id]": "3", "select[1]": "updatedTime"},
		},
		"contract §4.7 a transcript": {
			crm.Transcribe{Call: clicked, Lines: []crm.Spoken{
				{From: -time.Second, To: 0, Text: "Алло"}, {Text: " "}, {Client: true, From: 1900 * time.Millisecond, To: 2100 * time.Millisecond, Text: "Да"},
			}},
			methodTranscribe,
			map[string]string{
				"CALL_ID": "externalCall.clicked.1", "MESSAGES[0][SIDE]": "User", "MESSAGES[0][START_TIME]": "0", "MESSAGES[0][STOP_TIME]": "1",
				"MESSAGES[1][SIDE]": "Client", "MESSAGES[1][START_TIME]": "1", "MESSAGES[1][STOP_TIME]": "3", "MESSAGES[1][MESSAGE]": "Да", "MESSAGES[2][SIDE]": "",
			},
		},
		"contract §5.2 a guard by original names": {
			crm.Update{Kind: crm.Lead, Entity: crm.Ref{ID: 3}, If: crm.Guard{Custom: map[string]string{"UF_CRM_1": ""}, SourceDescription: new("")}},
			methodItemList,
			map[string]string{"useOriginalUfNames": "Y", "filter[=UF_CRM_1]": "<empty>", "filter[=sourceDescription]": "<empty>", "filter[=id]": "3"},
		},
		"T-2 a page of customers": {
			crm.List{Kind: crm.Company, After: 41},
			methodItemList,
			map[string]string{"entityTypeId": "4", "filter[>id]": "41", "order[id]": "ASC", "select[0]": "*", "start": "-1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, s, _ := setup(t, func(*http.Request, string) (int, string) { return 200, answers(map[string]any{"c00": true}) })
			c.Perform(t.Context(), one(crm.Call{Key: "a", Do: tc.do}), nil)
			if len(s.requests()) == 0 {
				t.Fatal("nothing was sent")
			}
			cmd := batchOf(t, s.requests()[0])[0]
			if cmd.method != tc.method {
				t.Errorf("sent %s", cmd.method)
			}
			for param, want := range tc.want {
				got := cmd.query.Get(param)
				if want == "<empty>" {
					if !cmd.query.Has(param) || got != "" {
						t.Errorf("%s is not asked to be empty in %v", param, cmd.query)
					}
				} else if got != want {
					t.Errorf("%s = %q, want %q", param, got, want)
				}
			}
		})
	}
}

func TestWhatCannotBeMeantIsInvalidAndNotSent(t *testing.T) {
	t.Parallel()
	c, s, _ := setup(t, func(*http.Request, string) (int, string) { return 500, "" })
	for _, do := range []crm.Command{
		crm.AddActivity{Kind: crm.Deal, Entity: crm.Ref{ID: 1}, User: 1, Subject: "x", Phone: "+7", Direction: crm.Incoming},
		crm.AddActivity{OriginID: "o", Kind: crm.Deal, Entity: crm.Ref{ID: 1}, User: 1, Subject: "x", Phone: "+7"},
		crm.Comment{Kind: crm.Deal, Entity: crm.Ref{ID: 1}, Text: " \n"},
		crm.Comment{Kind: "task", Entity: crm.Ref{ID: 1}, Text: "x"},
		crm.EditComment{Comment: crm.Ref{ID: 1}, Kind: crm.Deal, Text: " \n"},
		crm.EditComment{Comment: crm.Ref{ID: 1}, Kind: crm.Deal, Text: strings.Repeat("щ", 33_000)},
		crm.EditComment{Kind: crm.Deal, Text: "x"},
		crm.Comment{Kind: crm.Deal, Entity: crm.Ref{ID: 1}, Text: strings.Repeat("x", 65_536)},
		crm.Notify{User: 1, Tag: "t", Text: " "},
		crm.Notify{Tag: "t", Text: "x"},
		crm.Notify{User: 1, Text: "x"},
		crm.Notify{User: 1, Tag: "t", Text: "x", Links: []crm.Link{{Kind: "task", Entity: crm.Ref{ID: 1}}}},
		crm.Transcribe{Call: crm.Ref{Call: "x"}},
		crm.List{},
		crm.Read{Kind: crm.Deal},
		crm.Prepare{},
		crm.Index{},
		crm.Refresh{},
		crm.Finish{Call: crm.Ref{ID: 7}, User: 1},
	} {
		outs := c.Perform(t.Context(), one(crm.Call{Key: "a", Do: do}), nil)
		if outs[0].Err == nil || outs[0].Err.Kind != crm.Invalid {
			t.Errorf("%s: %v", do.Name(), outs[0].Err)
		}
	}
	if n := len(s.requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// The docs do not say how loosely numbers are compared (contract §5.4): this portal goes by the last ten digits.
func TestWhoHasTheSameEndingInAnotherCountryIsDroppedWithTheirDeals(t *testing.T) {
	t.Parallel()
	row := func(id int, phones ...string) map[string]any {
		fm := []any{map[string]any{"typeId": "EMAIL", "value": "79000000001@example.test"}}
		for _, p := range phones {
			fm = append(fm, map[string]any{"id": "1", "typeId": "PHONE", "valueType": "WORK", "value": p})
		}
		return map[string]any{"id": id, "fm": fm}
	}
	items := func(is ...map[string]any) any { return map[string]any{"items": is} }
	c, _, _ := setup(t, func(*http.Request, string) (int, string) {
		return 200, answers(map[string]any{
			"c00": map[string]any{"CONTACT": []any{1, 2, 3, 4, 5}}, "c01": map[string]any{"COMPANY": []any{6}}, "c02": map[string]any{"LEAD": []any{7, 8}},
			"c03": items(
				row(1, "+1 900 000-00-01"), row(2, "+49 30 1234567", "8 (900) 000-00-01"), row(3, "тел. +7 900 000 00 01 доб. 5, 8-495-1112233"),
				row(4), row(5, "9000000001"),
			),
			"c04": items(row(6, "+380 90 0000 0001")), "c05": items(row(7, "+33 900 000 00 01"), row(8, "+33 900 000 00 01")),
			"c06": items(map[string]any{"id": 11, "contactId": 1}, map[string]any{"id": 12, "contactId": 2}, map[string]any{"id": 16, "companyId": 6}),
			"c07": []any{map[string]any{"ID": "71", "OWNER_ID": "1", "OWNER_TYPE_ID": "3"}, map[string]any{"ID": "72", "OWNER_ID": "2", "OWNER_TYPE_ID": "3"}},
		})
	})
	outs := c.Perform(t.Context(), one(crm.Call{Key: "f", Do: crm.Find{Phones: []string{"+79000000001", "89000000001"}, Leads: []int64{8}}}), nil)
	got, ok := outs[0].Result.(crm.Customer)
	if !ok {
		t.Fatal(outs[0].Err)
	}
	ids := func(es []crm.Entity) (out []int64) {
		for _, e := range es {
			out = append(out, e.ID)
		}
		return out
	}
	want := [][]int64{{2, 3, 4, 5}, nil, {8}, {12}, {72}} // lead 8 was known from before
	if d := cmp.Diff(want, [][]int64{ids(got.Contacts), ids(got.Companies), ids(got.Leads), ids(got.Deals), got.Missed}); d != "" {
		t.Error(d)
	}
}

func TestALookTakesNoStrangersForOurs(t *testing.T) {
	t.Parallel()
	activity := crm.AddActivity{OriginID: "s1/1", Kind: crm.Deal, Entity: crm.Ref{ID: 3}}
	comment := crm.Comment{Kind: crm.Deal, Entity: crm.Ref{ID: 3}, Text: "one\ntwo"}
	words := crm.Transcribe{Call: crm.Ref{Call: "x"}}
	for name, tc := range map[string]struct {
		do     crm.Command
		answer any
		want   any
		kind   crm.ErrorKind
	}{
		"activity":                  {activity, []any{map[string]any{"ID": "5", "ORIGINATOR_ID": "omniconnector", "ORIGIN_ID": "s1/1"}}, crm.Finished{Activity: 5}, ""},
		"activity of another":       {activity, []any{map[string]any{"ID": "5", "ORIGINATOR_ID": "other", "ORIGIN_ID": "s1/1"}}, nil, crm.NotFound},
		"activity, filter ignored":  {activity, []any{map[string]any{"ID": "5", "ORIGINATOR_ID": "omniconnector", "ORIGIN_ID": "s0/1"}}, nil, crm.NotFound},
		"comment":                   {comment, []any{map[string]any{"ID": "9", "COMMENT": "else"}, map[string]any{"ID": "8", "COMMENT": "one\r\ntwo "}}, crm.Commented{ID: 8}, ""},
		"comment that is longer":    {comment, []any{map[string]any{"ID": "9", "COMMENT": "one\ntwo three"}}, nil, crm.NotFound},
		"comment, right to look":    {comment, failure{"", "Access denied."}, nil, crm.Invalid},
		"transcript":                {words, []any{map[string]any{"CALL_ID": "x", "TRANSCRIPT_ID": "12"}}, nil, ""},
		"transcript not there":      {words, []any{map[string]any{"CALL_ID": "x", "TRANSCRIPT_ID": nil}}, nil, crm.NotFound},
		"transcript of no call yet": {words, []any{}, nil, crm.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, _, _ := setup(t, func(*http.Request, string) (int, string) { return 200, answers(map[string]any{"c00": tc.answer}) })
			outs := c.LookUp(t.Context(), []crm.Call{{Key: "a", Do: tc.do}}, nil)
			if d := cmp.Diff([]crm.ErrorKind{tc.kind}, kindsOf(outs)); d != "" {
				t.Error(d, outs[0].Err)
			}
			if d := cmp.Diff(tc.want, outs[0].Result); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestAPageOutOfOrderLeadsNobodyInCircles(t *testing.T) {
	t.Parallel()
	full := make([]any, pageSize)
	for i := range full {
		full[i] = map[string]any{"id": 7}
	}
	c, _, _ := setup(t, func(*http.Request, string) (int, string) {
		return 200, answers(map[string]any{"c00": map[string]any{"items": full}})
	})
	outs := c.Perform(t.Context(), one(crm.Call{Key: "a", Do: crm.List{Kind: crm.Lead, After: 7}}), nil)
	if d := cmp.Diff(crm.Listed{Entities: []crm.Entity{}}, outs[0].Result); d != "" {
		t.Error(d)
	}
}

func TestARefusalNamesTheFieldAsSettingsDo(t *testing.T) {
	t.Parallel()
	long := "UF_CRM_" + strings.Repeat("ABCDEFGHI_", 4) + "XYZ"
	for text, want := range map[string]string{
		`Field "Город" (ufCrm_1639669411830) is required`: `Field "Город" (ufCrm_1639669411830) is required — UF_CRM_1639669411830`,
		"ufCrm2_1639669411830":                            "ufCrm2_1639669411830 — UF_CRM_2_1639669411830",
		"<b>ufCrmCityName</b> and UF_CRM_CITY_NAME":       "ufCrmCityName and UF_CRM_CITY_NAME",
		"fill in " + long:                                 "fill in " + long,
		"token " + strings.Repeat("a1", 30):               "token " + hidden,
		"Не заполнено поле «Город»":                       "Не заполнено поле «Город»",
	} {
		e := refusal(ofCommand, methodItemAdd, 200, failure{"CRM_FIELD_ERROR_REQUIRED", text}, nil)
		if e.Kind != crm.Invalid || e.Text != want {
			t.Errorf("%s: %s %q", text, e.Kind, e.Text)
		}
	}
}
