package app_test

import (
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// talking is whole with the platform's chats connected, and steps of transcripts close upon each other.
func talking(t *testing.T, database string, set func(s *integration.Settings), more ...func(c *app.Config)) (*app.App, *world.World, world.Provisioned) {
	t.Helper()
	quick := func(c *app.Config) { c.Lane.TranscriptPace = 20 * time.Millisecond }
	a, w, p := whole(t, database, set, append(more, quick)...)
	if err := w.ConnectChats(t.Context(), a.Store(), p, "http://"+a.Address()); err != nil {
		t.Fatal(err)
	}
	return a, w, p
}

// irina writes in WhatsApp: her number is known from the start.
func irina(w *world.World, id int64) *platform.Chat {
	return w.Shop.Chat(id, w.Began, w.Shop.Channel(platform.WhatsApp), platform.Visitor{ID: 9100000002, Phone: "79000000008"})
}

// C-5, C-7: a conversation makes one contact and one lead; its words, files and all, are in one comment of the lead, in order.
func TestConversationBecomesLeadContactAndComment(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		a, w, p := talking(t, database, nil)
		anna := w.Shop.Employees[0]
		play(t, w, irina(w, 199000001).Says("Здравствуйте!", "Есть синий диван?").Assigned(anna).Answers(anna, "Да, есть").
			Sends(platform.Photo("диван.jpg")).Closed("closed_by_operator"))
		quiet(t, a, p)
		wants(t, w, "\nlead ", 1)
		wants(t, w, "contact chat:199000001/contact", 1)
		wants(t, w, "comment by", 1)
		text := w.Records()
		for i, word := range []string{"Здравствуйте!", "Есть синий диван?", "Да, есть", "диван.jpg"} {
			if n := strings.Count(text, word); n != 1 {
				t.Errorf("%d. %q is there %d times:\n%s", i, word, n, text)
			}
		}
	})
}
