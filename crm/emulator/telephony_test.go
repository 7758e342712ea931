package emulator_test

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"omniconnector/crm/emulator"
)

func TestRegistrationRepeatsForThirtyMinutesEvenAfterFinish(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	id := w.register(nil).str("CALL_ID")
	if !regexp.MustCompile(`^externalCall\.[0-9a-f]{32}\.\d+$`).MatchString(id) {
		t.Errorf("CALL_ID = %q", id)
	}
	if again := w.register(map[string]any{"CRM_SOURCE": "WEB"}).str("CALL_ID"); again != id {
		t.Error("the same call got another id")
	}
	for name, other := range map[string]map[string]any{
		"external": {"EXTERNAL_CALL_ID": "session-2"}, "user": {"USER_ID": 1}, "line": {"LINE_NUMBER": "x"}, "type": {"TYPE": 1}, "phone": {"PHONE_NUMBER": "+79160000000"},
	} {
		if w.register(other).str("CALL_ID") == id {
			t.Errorf("another %s must be another call", name)
		}
	}
	w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7})
	w.clock.Advance(29 * time.Minute)
	if again := w.register(nil).str("CALL_ID"); again != id {
		t.Error("a finished call must come back too")
	}
	if a := w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7}); a.Status != 400 {
		t.Errorf("second finish: %s", a.Raw)
	}
	w.clock.Advance(time.Minute)
	if again := w.register(nil).str("CALL_ID"); again == id {
		t.Error("after 30 minutes it is a new call")
	}
}

func TestUnknownCallerIsCreatedAccordingToTheMode(t *testing.T) {
	t.Parallel()
	classic := newWorld(t, emulator.PortalSpec{})
	reg := classic.register(map[string]any{"CRM_CREATE": 1, "USER_ID": 1})
	if reg.num("CRM_CREATED_LEAD") != 1 || reg.str("CRM_ENTITY_TYPE") != "LEAD" {
		t.Errorf("classic: %s", reg.Raw)
	}
	classic.call("telephony.externalCall.finish", map[string]any{"CALL_ID": reg.str("CALL_ID"), "USER_ID": 7, "DURATION": 5})
	if got := classic.portal.Field(emulator.Lead, 1, "assignedById"); got != "7" {
		t.Errorf("finish must hand the new lead over: %s", got)
	}
	simple := newWorld(t, emulator.PortalSpec{Mode: emulator.Simple})
	reg = simple.register(map[string]any{"CRM_CREATE": 1})
	if reg.at("CRM_CREATED_LEAD") != nil || reg.str("CRM_CREATED_ENTITIES", 1, "ENTITY_TYPE") != "DEAL" {
		t.Errorf("simple: %s", reg.Raw)
	}
}

func TestMissedCallStaysOpenAndAStrangersHasNoActivity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	stranger := w.register(nil).str("CALL_ID")
	end := w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": stranger, "USER_ID": 7})
	if end.at("CRM_ACTIVITY_ID") != nil || end.str("CALL_FAILED_CODE") != "304" {
		t.Errorf("stranger: %s", end.Raw)
	}
	contact := w.portal.Add(emulator.Contact, map[string]any{"name": "A", "assignedById": 1})
	known := w.register(map[string]any{"EXTERNAL_CALL_ID": "s2", "CRM_ENTITY_TYPE": "CONTACT", "CRM_ENTITY_ID": contact}).str("CALL_ID")
	w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": known, "USER_ID": 7, "STATUS_CODE": "304"})
	if got := w.portal.Records(); !strings.Contains(got, "responsible=7 completed=N direction=1") || !strings.Contains(got, "assignedById=1 name=A") {
		t.Errorf("records:\n%s", got)
	}
	stat := w.call("voximplant.statistic.get", map[string]any{"FILTER": map[string]any{"EXTERNAL_CALL_ID": "s2"}})
	if stat.str(0, "CRM_ACTIVITY_ID") != "1" || stat.Total != 1 {
		t.Errorf("statistic: %s", stat.Raw)
	}
}

func TestCardsAreShownAndHiddenByUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	id := w.register(map[string]any{"SHOW": 0}).str("CALL_ID")
	if n := len(w.portal.Cards()); n != 0 {
		t.Fatalf("SHOW=0 showed %d cards", n)
	}
	w.call("telephony.externalCall.show", map[string]any{"CALL_ID": id, "USER_ID": []int{1, 7}})
	w.call("telephony.externalCall.hide", map[string]any{"CALL_ID": id, "USER_ID": 1})
	if c := w.portal.Cards(); len(c) != 1 || c[0].User != 7 {
		t.Errorf("cards = %v", c)
	}
	if got := w.call("telephony.externalCall.hide", map[string]any{"CALL_ID": "nope"}); got.Status != 200 || got.Result != false {
		t.Errorf("unknown call: %s", got.Raw)
	}
	w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7})
	if n := len(w.portal.Calls()[0].Cards); n != 4 {
		t.Errorf("history has %d entries, want 4", n)
	}
}

func TestRecordByURLFailsWithItsSourcesStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	src := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gone.mp3" {
			rw.WriteHeader(http.StatusNotFound)
		}
		_, _ = rw.Write([]byte("sound"))
	}))
	t.Cleanup(src.Close)
	id := w.register(nil).str("CALL_ID")
	attach := func(in map[string]any) answer {
		in["CALL_ID"] = id
		return w.call("telephony.externalCall.attachRecord", in)
	}
	if a := attach(map[string]any{"RECORD_URL": src.URL + "/a.mp3"}); a.Status != 400 {
		t.Errorf("an unfinished call: %s", a.Raw)
	}
	w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 7})
	if a := attach(map[string]any{"RECORD_URL": src.URL + "/gone.mp3"}); a.Text != "Server returns HTTP error code 404" {
		t.Errorf("gone: %s", a.Raw)
	}
	if a := attach(map[string]any{"RECORD_URL": src.URL + "/a.ogg"}); a.Code != "ERROR_CORE" {
		t.Errorf("ogg: %s", a.Raw)
	}
	if a := attach(map[string]any{"RECORD_URL": src.URL + "/a.mp3"}); a.num("FILE_ID") == 0 {
		t.Errorf("mp3: %s", a.Raw)
	}
	if r := w.portal.Calls()[0].Record; r == nil || r.Size != 5 || r.Attached != 1 {
		t.Errorf("record = %+v", r)
	}
}

func TestRegisterRefusesWhatTheContractNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	for want, in := range map[string]map[string]any{
		"USER_ID or USER_PHONE_INNER should be set":        {"USER_ID": ""},
		"User is not found or is not active":               {"USER_ID": 99},
		"Unknown TYPE":                                     {"TYPE": 9},
		"Unsupported phone number format":                  {"PHONE_NUMBER": "call me"},
		"CALL_START_DATE should be in the ISO-8601 format": {"CALL_START_DATE": "yesterday"},
	} {
		if a := w.register(in); a.Status != 400 || a.Text != want {
			t.Errorf("%v: %s", in, a.Raw)
		}
	}
}

func TestChatIsToldOnlyWhenAskedTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	id := w.register(map[string]any{"ADD_TO_CHAT": 0}).str("CALL_ID")
	if got := w.portal.Chat(7); len(got) != 0 {
		t.Fatalf("told at registration: %v", got)
	}
	w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": id, "USER_ID": 1, "DURATION": 65, "ADD_TO_CHAT": 1, "VOTE": 4})
	got := w.portal.Chat(1)
	if len(got) != 1 || got[0].Text != "Входящий звонок от +79161234567 завершён, 1:05" || got[0].CallID != id || len(w.portal.Chat(7)) != 0 {
		t.Errorf("chat: %+v", got)
	}
	missed := w.register(map[string]any{"ADD_TO_CHAT": 0, "EXTERNAL_CALL_ID": "s2"}).str("CALL_ID")
	w.call("telephony.externalCall.finish", map[string]any{"CALL_ID": missed, "USER_ID": 7})
	if got := w.portal.Chat(7); len(got) != 1 || got[0].Text != "Пропущен: Входящий звонок от +79161234567" {
		t.Errorf("on by default: %+v", got)
	}
	if page := w.page("/messages"); !strings.Contains(page, "завершён, 1:05") || !strings.Contains(page, "Админова") {
		t.Error("the page shows no chat message")
	}
	stat := w.call("voximplant.statistic.get", map[string]any{"FILTER": map[string]any{"CALL_ID": id}})
	if stat.str(0, "CALL_VOTE") != "4" || w.portal.Calls()[0].Vote != 4 || !strings.Contains(w.page("/calls"), "★★★★☆") {
		t.Errorf("vote: %s", stat.Raw)
	}
}

func TestTranscriptHangsInTheStatisticsAndTheActivity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	w.portal.Add(emulator.Contact, m{"name": "A", "fm": []any{emulator.Phone("+79161234567")}})
	id := w.register(nil).str("CALL_ID")
	attach := func(lines ...any) answer {
		return w.call("telephony.call.attachTranscription", m{"CALL_ID": id, "MESSAGES": lines})
	}
	hello := m{"SIDE": "User", "START_TIME": 0, "STOP_TIME": 2, "MESSAGE": "Здравствуйте"}
	if a := attach(hello); a.Code != "ERROR_CORE" || !strings.Contains(a.Text, "Is it finished?") {
		t.Errorf("an unfinished call: %s", a.Raw)
	}
	end := w.call("telephony.externalCall.finish", m{"CALL_ID": id, "USER_ID": 7, "DURATION": 9})
	read := func() answer {
		return w.call("crm.activity.call.getTranscript", m{"activityId": end.num("CRM_ACTIVITY_ID")})
	}
	if a := read(); a.Status != 200 || a.Result != nil {
		t.Errorf("none yet: %s", a.Raw)
	}
	for _, bad := range []m{
		{"SIDE": "Robot", "START_TIME": 0, "STOP_TIME": 2, "MESSAGE": "x"},
		{"SIDE": "User", "START_TIME": -1, "STOP_TIME": 2, "MESSAGE": "x"},
		{"SIDE": "User", "START_TIME": 0, "STOP_TIME": 0, "MESSAGE": "x"},
		{"SIDE": "User", "START_TIME": 0, "STOP_TIME": 2},
	} {
		if a := attach(bad); a.Status != 400 {
			t.Errorf("%v: %s", bad, a.Raw)
		}
	}
	attach(hello)
	second := attach(hello, m{"SIDE": "Client", "START_TIME": 2, "STOP_TIME": 4, "MESSAGE": "Добрый день"})
	if second.num("TRANSCRIPT_ID") != 2 {
		t.Errorf("attach: %s", second.Raw)
	}
	if got := read().str("transcription"); got != "User: Здравствуйте\nClient: Добрый день" {
		t.Errorf("transcript: %q", got)
	}
	if stat := w.call("voximplant.statistic.get", nil); stat.str(0, "TRANSCRIPT_ID") != "2" || stat.str(0, "TRANSCRIPT_PENDING") != "N" {
		t.Errorf("statistic: %s", stat.Raw)
	}
	if n := w.portal.Calls()[0].Transcripts; n != 2 {
		t.Errorf("attached %d times", n)
	}
	if !strings.Contains(w.page("/contact/1"), "Добрый день") {
		t.Error("the page shows no transcript")
	}
}

func TestLinesAreAddedRenamedAndShownOnCards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	if a := w.call("telephony.externalLine.add", m{"NAME": "x"}); a.Text != "NUMBER should not be empty" {
		t.Errorf("no number: %s", a.Raw)
	}
	if a := w.call("telephony.externalLine.add", m{"NUMBER": "101", "NAME": "Продажи"}); a.num("ID") != 1 {
		t.Errorf("add: %s", a.Raw)
	}
	if a := w.call("telephony.externalLine.add", m{"NUMBER": "101"}); a.Text != "Line already exists" {
		t.Errorf("twice: %s", a.Raw)
	}
	if a := w.call("telephony.externalLine.update", m{"NUMBER": "101", "NAME": "Сервис", "CRM_AUTO_CREATE": "N"}); a.str("ID") != "1" {
		t.Errorf("update: %s", a.Raw)
	}
	if a := w.call("telephony.externalLine.get", nil); a.str(0, "NAME") != "Сервис" || a.str(0, "CRM_AUTO_CREATE") != "N" {
		t.Errorf("get: %s", a.Raw)
	}
	reg := w.register(m{"LINE_NUMBER": "101", "TYPE": 1, "CRM_CREATE": 1})
	if reg.at("CRM_ENTITY_ID") != nil {
		t.Errorf("the line forbids creation on outgoing calls: %s", reg.Raw)
	}
	if c := w.portal.Cards(); len(c) != 1 || c[0].Line != "101" || c[0].Name != "Сервис" || !strings.Contains(w.page("/"), "Сервис") {
		t.Errorf("cards: %+v", c)
	}
	if a := w.call("telephony.externalLine.delete", m{"NUMBER": "101"}); a.Status != 200 || a.Raw[:12] != `{"result":[]` {
		t.Errorf("delete: %s", a.Raw)
	}
	if a := w.call("telephony.externalLine.delete", m{"NUMBER": "101"}); a.Text != "Could not find line with number 101" {
		t.Errorf("delete again: %s", a.Raw)
	}
}
