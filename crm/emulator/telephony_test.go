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
