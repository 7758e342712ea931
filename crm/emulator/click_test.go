package emulator_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
)

// clickable is a world whose application takes clicks.
func clickable(t *testing.T, spec emulator.PortalSpec) (*world, *sink) {
	t.Helper()
	w, s := newWorld(t, spec), newSink(t)
	w.bind(s, "ONEXTERNALCALLSTART", "ONEXTERNALCALLBACKSTART")
	return w, s
}

func TestClickRegistersTheCallAndTellsItsApplicationAlone(t *testing.T) {
	t.Parallel()
	w, s := clickable(t, emulator.PortalSpec{})
	w.call("telephony.externalLine.add", m{"NUMBER": "74950000101", "NAME": "Продажи"})
	other := &world{t: t, cloud: w.cloud, portal: w.portal, clock: w.clock, app: w.portal.Install(emulator.AppSpec{ClientID: "app.2"})}
	stranger := newSink(t)
	other.bind(stranger, "ONEXTERNALCALLSTART")
	contact := w.portal.Add(emulator.Contact, m{"name": "A", "fm": []any{emulator.Phone("8 (916) 123-45-67")}})

	id, err := w.portal.ClickNumber(emulator.NumberClick{
		ClientID: "app.1", User: 7, Phone: "8 (916) 123-45-67, 12", Line: "74950000101", Kind: emulator.Contact, ID: contact,
	})
	if err != nil {
		t.Fatal(err)
	}
	got := s.taken(w)
	if len(got) != 1 || len(stranger.taken(w)) != 0 {
		t.Fatalf("events: %v", got)
	}
	want := map[string]string{
		"PHONE_NUMBER": "8 (916) 123-45-67", "PHONE_NUMBER_INTERNATIONAL": "+79161234567", "EXTENSION": "12", "USER_ID": "7", "CALL_LIST_ID": "0",
		"LINE_NUMBER": "74950000101", "IS_MOBILE": "0", "CALL_ID": id, "CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY_ID": "1",
	}
	have := map[string]string{}
	for k := range want {
		have[k] = got[0].Get("data[" + k + "]")
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
	if u := got[0].Get("auth[user_id]"); u != "7" || got[0].Get("auth[access_token]") == "" {
		t.Errorf("the event acts as user %q", u)
	}
	cards := w.portal.Cards()
	if len(cards) != 1 || cards[0].User != 7 || cards[0].CallID != id || cards[0].Line != "74950000101" || cards[0].Name != "Продажи" {
		t.Errorf("cards: %+v", cards)
	}
}

func TestClickNeedsABoundApplication(t *testing.T) {
	t.Parallel()
	w, s := newWorld(t, emulator.PortalSpec{}), newSink(t)
	click := func() error {
		_, err := w.portal.ClickNumber(emulator.NumberClick{ClientID: "app.1", User: 7, Phone: "+79161234567"})
		return err
	}
	if err := click(); err == nil || len(w.portal.Calls()) != 0 {
		t.Errorf("an application without a handler was offered: %v", err)
	}
	w.bind(s, "ONEXTERNALCALLSTART")
	if err := click(); err != nil {
		t.Error(err)
	}
	w.portal.UpdateApp("app.1", "2")
	if err := click(); err == nil {
		t.Error("a new version has no handlers")
	}
}

func TestTwoClicksAreTwoCallsAndADuplicatedEventIsOne(t *testing.T) {
	t.Parallel()
	w, s := clickable(t, emulator.PortalSpec{})
	a, b := w.portal.Click("app.1", 7, "+79161234567", ""), w.portal.Click("app.1", 7, "+79161234567", "")
	if a == b || len(s.taken(w)) != 2 || len(w.portal.Cards()) != 2 {
		t.Errorf("double click: %q %q", a, b)
	}
	w.portal.SetEvents(emulator.EventKnobs{Duplicate: 100})
	c := w.portal.Click("app.1", 7, "+79161234567", "")
	if got := s.taken(w); len(got) != 2 || got[0].Get("data[CALL_ID]") != c || got[1].Get("data[CALL_ID]") != c {
		t.Errorf("duplicated delivery: %v", got)
	}
}

func TestDealsPageNamesTheClientAndKeepsTheActivity(t *testing.T) {
	t.Parallel()
	w, s := clickable(t, emulator.PortalSpec{})
	contact := w.portal.Add(emulator.Contact, m{"name": "A", "fm": []any{emulator.Phone("+79161234567")}})
	deal := w.portal.Add(emulator.Deal, m{"title": "D", "contactId": contact})
	id, err := w.portal.ClickNumber(emulator.NumberClick{ClientID: "app.1", User: 7, Phone: "+79161234567", Kind: emulator.Deal, ID: deal})
	if err != nil {
		t.Fatal(err)
	}
	if e := s.taken(w)[0]; e.Get("data[CRM_ENTITY_TYPE]") != "CONTACT" || e.Get("data[CRM_ENTITY_ID]") != "1" {
		t.Errorf("entity: %v", e)
	}
	end := w.call("telephony.externalCall.finish", m{"CALL_ID": id, "USER_ID": 7, "DURATION": 30, "ADD_TO_CHAT": 0})
	if end.at("EXTERNAL_CALL_ID") != nil || end.str("INCOMING") != "1" || end.num("CRM_ENTITY_ID") != contact {
		t.Errorf("finish: %s", end.Raw)
	}
	want := strings.TrimLeft(`
deal 1 "D" assignedById=1 stageId=NEW contacts=[1]
  activity 1 "Исходящий звонок на +79161234567" responsible=7 completed=Y direction=2 provider=VOXIMPLANT_CALL call=#1
contact 1 assignedById=1 name=A
  phone work +79161234567
  activity 1 "Исходящий звонок на +79161234567" responsible=7 completed=Y direction=2 provider=VOXIMPLANT_CALL call=#1
call #1 +79161234567 type=1 line= user=7 client=contact:1 finished by=7 status=200 duration=30 activity=1 clicked
`, "\n")
	if diff := cmp.Diff(want, w.portal.Records()); diff != "" {
		t.Error(diff)
	}
	stat := w.call("voximplant.statistic.get", m{"FILTER": m{"CALL_ID": id}})
	if stat.Total != 1 || stat.at(0, "EXTERNAL_CALL_ID") != nil || stat.str(0, "CALL_ID") != id {
		t.Errorf("statistic: %s", stat.Raw)
	}
	if a := w.call("telephony.externalCall.attachRecord", m{"CALL_ID": id, "FILENAME": "a.mp3", "FILE_CONTENT": "c291bmQ="}); a.num("FILE_ID") == 0 {
		t.Errorf("a clicked call's record: %s", a.Raw)
	}
}

func TestCardHangsUntilAFailedFinishSaysWhyOnIt(t *testing.T) {
	t.Parallel()
	w, _ := clickable(t, emulator.PortalSpec{})
	id := w.portal.Click("app.1", 7, "+79161234567", "")
	w.clock.Advance(24 * 3600e9)
	if len(w.portal.Cards()) != 1 || len(w.portal.CardMessages()) != 0 {
		t.Fatalf("cards: %v", w.portal.Cards())
	}
	w.app = w.portal.TokensFor("app.1", 1)
	w.call("telephony.externalCall.finish", m{"CALL_ID": id, "USER_ID": 7, "STATUS_CODE": "486", "FAILED_REASON": "Телефон сотрудника занят"})
	got := w.portal.CardMessages()
	if len(w.portal.Cards()) != 0 || len(got) != 1 || got[0].User != 7 || got[0].Status != "486" || got[0].Reason != "Телефон сотрудника занят" || got[0].CallID != id {
		t.Errorf("messages: %+v", got)
	}
	if page := w.page("/"); !strings.Contains(page, "Телефон сотрудника занят") || !strings.Contains(page, "486") {
		t.Error("the page says nothing of it")
	}
	w.clock.Advance(3600e9)
	if strings.Contains(w.page("/"), "Телефон сотрудника занят") {
		t.Error("the message stays for ever")
	}
}

func TestCallbackFormMakesItsRecordBeforeItTells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode emulator.Mode
		kind string
		want string
	}{
		{emulator.Classic, "LEAD", `
lead 1 "Заполнение CRM-формы \"Обратный звонок\"" assignedById=1 sourceId=CALLBACK stageId=NEW webformId=1 contacts=[]
  phone work +79161234567
`},
		{emulator.Simple, "CONTACT", `
deal 1 "Заполнение CRM-формы \"Обратный звонок\"" assignedById=1 sourceId=CALLBACK stageId=NEW webformId=1 contacts=[1]
contact 1 assignedById=1 name="Без имени" sourceDescription="Заполнение CRM-формы \"Обратный звонок\"" sourceId=CALLBACK webformId=1
  phone work +79161234567
`},
	} {
		w, s := clickable(t, emulator.PortalSpec{Mode: c.mode})
		w.portal.AddUserField(emulator.Lead, "UF_CRM_CITY", "Город", true) // a form is not stopped by it
		w.portal.Callback("+79161234567", "Заказ звонка с сайта", "101")
		got := s.taken(w)
		if len(got) != 1 {
			t.Fatalf("events: %v", got)
		}
		e := got[0]
		have := []string{
			e.Get("data[PHONE_NUMBER]"), e.Get("data[TEXT]"), e.Get("data[LINE_NUMBER]"), e.Get("data[CRM_ENTITY_TYPE]"), e.Get("data[CRM_ENTITY_ID]"),
			e.Get("data[CALL_ID]"), e.Get("data[USER_ID]"), e.Get("auth[access_token]"),
		}
		if diff := cmp.Diff([]string{"+79161234567", "Заказ звонка с сайта", "101", c.kind, "1", "", "", ""}, have); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(strings.TrimLeft(c.want, "\n"), w.portal.Records()); diff != "" {
			t.Error(diff)
		}
		if len(w.portal.Calls()) != 0 {
			t.Error("a form registers no call")
		}
		reg := w.register(m{"TYPE": 4, "CRM_ENTITY_TYPE": c.kind, "CRM_ENTITY_ID": 1})
		end := w.call("telephony.externalCall.finish", m{"CALL_ID": reg.str("CALL_ID"), "USER_ID": 7, "DURATION": 9})
		if end.str("INCOMING") != "4" || end.num("CRM_ACTIVITY_ID") != 1 || !strings.Contains(w.portal.Records(), `"Обратный звонок на +79161234567" responsible=7 completed=Y direction=2`) {
			t.Errorf("type 4: %s\n%s", end.Raw, w.portal.Records())
		}
	}
}

func TestCallbackUsesAKnownContactAndItsLinesApplication(t *testing.T) {
	t.Parallel()
	w, s := clickable(t, emulator.PortalSpec{Mode: emulator.Simple})
	other := &world{t: t, cloud: w.cloud, portal: w.portal, clock: w.clock, app: w.portal.Install(emulator.AppSpec{ClientID: "app.2"})}
	stranger := newSink(t)
	other.bind(stranger, "ONEXTERNALCALLBACKSTART")
	w.call("telephony.externalLine.add", m{"NUMBER": "101"})
	w.portal.Add(emulator.Contact, m{"name": "A", "fm": []any{emulator.Phone("+79161234567")}})
	w.portal.Callback("8 916 123-45-67", "", "101")
	if len(s.taken(w)) != 1 || len(stranger.taken(w)) != 0 {
		t.Error("the line's application alone is told")
	}
	if w.portal.Count(emulator.Contact) != 1 || w.portal.Field(emulator.Deal, 1, "contactId") != "1" {
		t.Errorf("records:\n%s", w.portal.Records())
	}
}
