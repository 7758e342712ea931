package app_test

import (
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// T-3: the activities of a customer's missed calls are completed by the call in which somebody talked to them, and by no other's.
func TestTalkAnswersForOlderMissedCalls(t *testing.T) {
	t.Parallel()
	a, w, p := whole(t, "", nil, rereadSoon)
	for session, client := range map[int64]string{1: "79000000001", 2: "79000000001", 3: "79000000003"} {
		play(t, w, w.Shop.Incoming(session, w.Began.Add(time.Duration(session)*time.Minute-time.Hour), client).Lost(20*time.Second, w.Shop.Employees[0]))
		quiet(t, a, p)
	}
	after(t, a, w, p)
	wants(t, w, "completed=N", 3)
	play(t, w, w.Shop.Outgoing(4, w.Began.Add(-30*time.Minute), "79000000001").Unanswered(w.Shop.Employees[0], 20*time.Second))
	after(t, a, w, p)
	wants(t, w, "completed=N", 4)
	play(t, w, answered(w, 5, "79000000001"))
	after(t, a, w, p)
	wants(t, w, "completed=Y", 3)
	wants(t, w, "completed=N", 2) // the stranger's, and our own call that the customer did not take
}

// T-0.5: tags that somebody sets and a rating that the client gives some minutes after the call are told in the timeline, each
// once, whatever is repeated; the extra field has the tags too.
func TestTagsAndRatingAfterTheCall(t *testing.T) {
	t.Parallel()
	a, w, p, _ := wholeAt(t, "", truthSettings)
	templates := platform.Templates(p.HookURL("http://"+a.Address()), string(p.Body), platform.JSON)
	for i := range templates { // the account's administrator has the rating told with every tag
		templates[i].Body = strings.Replace(templates[i].Body, "{", `{"operator_rating":{{operator_rating}},`, 1)
	}
	w.Platform.Configure(w.Shop.AppID, templates...)
	call := w.Shop.Incoming(1, w.Began, "79000000001")
	play(t, w, call.Answered(w.Shop.Employees[0], 5*time.Second, 30*time.Second))
	quiet(t, a, p)
	wants(t, w, "comment by", 0)
	call.Extra = map[string]any{"operator_rating": 5}
	tag := call.Tag(4*time.Minute, w.Shop.Tags[0])
	play(t, w, tag.Repeated(3))
	quiet(t, a, p)
	wants(t, w, "Теги: Целевой", 1)
	wants(t, w, "Оценка клиента: 5", 1)
	play(t, w, call.Tag(6*time.Minute, w.Shop.Tags[1]))
	quiet(t, a, p)
	wants(t, w, "Теги: Спам, Целевой", 1)
	wants(t, w, "Оценка клиента", 1)
	wants(t, w, "  activity ", 1)
	if got := w.Portal.Field(bitrix.Lead, leadOf(t, w, 1), "ufCrmTags"); got != "Спам, Целевой" {
		t.Errorf("the field has %q", got)
	}
}

// T-0.5: a missed call outside of the tenant's working hours is marked as such in the tenant's own time; one within them, and one
// that somebody took, is not.
func TestMissedCallOutsideOfWorkingHours(t *testing.T) {
	t.Parallel()
	set := func(_ *world.World, s *integration.Settings) {
		s.TimeZone = "Asia/Vladivostok" // seven hours ahead of the platform
		s.Telephony.Hours = integration.WorkingHours{Days: []int{1, 2, 3, 4, 5}, From: "09:00", Till: "18:00"}
	}
	tuesday := time.Date(2026, 11, 17, 12, 0, 0, 0, time.FixedZone("VLAT", 10*60*60))
	clock := &truthClock{}
	clock.forward(time.Until(tuesday.Add(12 * time.Hour)))
	a, w, p := wholeBy(t, "", clock, set, rereadSoon)
	anna := w.Shop.Employees[0]
	play(t, w, w.Shop.Incoming(1, tuesday, "79000000001").Lost(20*time.Second, anna))
	play(t, w, w.Shop.Incoming(2, tuesday.Add(8*time.Hour), "79000000002").Lost(20*time.Second, anna))
	play(t, w, w.Shop.Incoming(3, tuesday.Add(9*time.Hour), "79000000003").Answered(anna, 5*time.Second, 30*time.Second))
	quiet(t, a, p)
	wants(t, w, "вне рабочего времени", 1)
	wants(t, w, "Звонок поступил вне рабочего времени: 2026-11-17 20:00:00", 1)
	wants(t, w, "  activity ", 3)
}
