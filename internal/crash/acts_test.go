package crash

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// act is something that happens between one customer, the portal and the platform. Play waits for nothing but what it needs to
// go on; customers are numbered.
type act struct {
	name string
	play func(c *crew, n int)
	// shows reports whether the act has had its first effect, when that takes time.
	shows func(c *crew, n int) bool
	sweep time.Duration
}

// acts are all of them, those first that take long.
var acts = []act{
	{name: "callback", play: playCallback, shows: registered},
	{name: "click", play: playClick, shows: clickOver},
	{name: "call", play: playCall},
	{name: "chat", play: playChat},
	{name: "request", play: playRequest},
	{name: "swallowed", play: playSwallowed, shows: registered, sweep: 300 * time.Millisecond},
	{name: "import", play: playImport, shows: registered},
	{name: "customer", play: playCustomer},
	{name: "connect", play: func(c *crew, _ int) { c.insist("/connect") }},
}

const (
	firstPhone   = 79_000_100_000
	firstSession = 910_010_000
	firstVisitor = 9_100_010_000
)

func phone(n int) string    { return strconv.Itoa(firstPhone + n) }
func sessionOf(n int) int64 { return int64(firstSession + 10*n) }
func justNow() time.Time    { return time.Now().Add(-2 * time.Second).Truncate(time.Second) }

// playCall is an incoming call that rings three employees; tags are set later.
func playCall(c *crew, n int) {
	w := c.stage.world
	call := w.Shop.Incoming(sessionOf(n), justNow(), phone(n))
	c.tell(call.Ring(w.Shop.Employees[:3], w.Shop.Employees[1], time.Second, time.Second))
	c.tell(call.Tag(2*time.Second, w.Shop.Tags...))
}

// tell plays a script notification by notification and lets the connector finish with each.
func (c *crew) tell(script platform.Script) {
	c.t.Helper()
	for _, step := range script.Steps {
		c.plays(platform.Script{Name: script.Name, Steps: []platform.Step{step}})
		c.insist("/quiet")
	}
}

func (c *crew) plays(script platform.Script) {
	c.t.Helper()
	told := make(chan error, 1)
	go func() {
		_, err := c.stage.world.Play(c.t.Context(), script, 0)
		told <- err
	}()
	var err error
	c.until("notifications are taken", func() bool {
		select {
		case err = <-told:
			return true
		default:
			return false
		}
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// playClick is an employee's click on the number of a contact (T-8).
func playClick(c *crew, n int) {
	w := c.stage.world
	id := w.Portal.Add(bitrix.Contact, map[string]any{"name": "Ирина", "assignedById": 7, "fm": []any{bitrix.Phone("+" + phone(n))}})
	c.click(n, id)
}

func (c *crew) click(n int, contact int64) {
	c.t.Helper()
	w := c.stage.world
	_, err := w.Portal.ClickNumber(bitrix.NumberClick{
		ClientID: w.App.ClientID, User: 7, Phone: "+" + phone(n), Kind: bitrix.Contact, ID: contact,
	})
	if err != nil {
		c.t.Fatal(err)
	}
}

// playCallback is a client's wish to be called back (T-9).
func playCallback(c *crew, n int) {
	c.stage.world.Portal.Callback("+"+phone(n), "Перезвоните", "")
}

// playChat is a conversation: its words are told one by one, one is edited, and more of it is known of the client in its middle.
func playChat(c *crew, n int) { c.tell(c.chat(n)) }

func (c *crew) chat(n int) platform.Script {
	w := c.stage.world
	anna := w.Shop.Employees[0]
	v := platform.Visitor{ID: firstVisitor + int64(n), Phone: phone(n)}
	chat := w.Shop.Chat(sessionOf(n), justNow(), w.Shop.Channel(platform.WhatsApp), v).Says("Есть диван?", "Синий").Assigned(anna).
		Answers(anna, "Есть").Edits(2, "Зелёный").Card(platform.Card{Name: "Ирина", Emails: []string{phone(n) + "@example.test"}}).
		Says("Беру")
	return chat.Closed("closed_by_operator")
}

// playRequest is an offline request, left on the site.
func playRequest(c *crew, n int) { c.tell(c.request(n)) }

func (c *crew) request(n int) platform.Script {
	return c.stage.world.Shop.Request(sessionOf(n), justNow(), "Олег", phone(n), "", "Перезвоните").Left()
}

// playSwallowed is a call of which no notification tells.
func playSwallowed(c *crew, n int) {
	w := c.stage.world
	c.plays(w.Shop.Incoming(sessionOf(n), justNow(), phone(n)).Answered(w.Shop.Employees[0], time.Second, time.Second).Swallowed())
}

// playImport is a call of long ago, and the order to read the hour in which it was.
func playImport(c *crew, n int) {
	w := c.stage.world
	from := w.Began.Add(-200 * time.Hour).Add(-time.Duration(n) * time.Hour)
	c.plays(w.Shop.Incoming(sessionOf(n), from.Add(time.Minute), phone(n)).Answered(w.Shop.Employees[0], time.Second, time.Minute).Swallowed())
	c.insist("/import?" + url.Values{
		"from": {from.Format(time.RFC3339)}, "till": {from.Add(50 * time.Minute).Format(time.RFC3339)},
	}.Encode())
}

// playCustomer is a contact that gets another responsible by hand, as the index of customers must know (T-2).
func playCustomer(c *crew, n int) {
	w := c.stage.world
	id := w.Portal.Add(bitrix.Contact, map[string]any{"name": "Олег", "assignedById": 7, "fm": []any{bitrix.Phone("+" + phone(n))}})
	c.knows(n, 7)
	if err := w.Portal.As(8).Edit(bitrix.Contact, id, map[string]any{"assignedById": 9}); err != nil {
		c.t.Fatal(err)
	}
	c.knows(n, 9)
}

func (c *crew) knows(n, user int) {
	c.t.Helper()
	c.insist("/knows?" + url.Values{"phone": {"+" + phone(n)}, "user": {strconv.Itoa(user)}}.Encode())
}

// calls are the portal's calls with a customer.
func (c *crew) calls(n int) []bitrix.Call {
	return slices.DeleteFunc(c.stage.world.Portal.Calls(), func(call bitrix.Call) bool { return !strings.Contains(call.Phone, phone(n)) })
}

// started are the calls that the platform was asked to start to a customer.
func (c *crew) started(n int) []platform.Started {
	return slices.DeleteFunc(c.stage.world.Platform.Started(), func(s platform.Started) bool { return s.Contact != phone(n) })
}

func registered(c *crew, n int) bool { return len(c.calls(n)) > 0 }

func clickOver(c *crew, n int) bool {
	calls := c.calls(n)
	return len(calls) > 0 && calls[0].Finished
}

var (
	// registrant is the user a call was registered for: whoever saw the card first, which depends on when the process died.
	registrant = regexp.MustCompile(`(?m)^(call \S+ \S+ type=\d line=\d*) user=\d+`)
	ofPortal   = regexp.MustCompile(`(contact|lead|deal|company|#|activity=|activity )[ :]?\d+`)
	ofClock    = regexp.MustCompile(`20\d\d-\d\d-\d\d \d\d:\d\d|\b\d\d:\d\d:\d\d\b`) // in transcripts
	ofNotice   = regexp.MustCompile(`details/\d+/\].*\[/URL\]`)                      // with the name that was known when it was sent
	ofReader   = regexp.MustCompile(`notice to \d+`)                                 // whoever was responsible when it was sent
	ofPlatform = regexp.MustCompile(`\b92\d{7}\b|\b[0-9a-f]{32}\b`)                  // calls that it started, and requests
)

func asText(w *world.World) string { return registrant.ReplaceAllString(w.Records(), "$1") }

// of are the records of one customer, in words that are the same for every customer.
func (c *crew) of(n int) string {
	var mine []string
	for _, b := range blocks(asText(c.stage.world)) {
		if strings.Contains(b, phone(n)) || strings.Contains(b, strconv.FormatInt(sessionOf(n), 10)) {
			mine = append(mine, b)
		}
	}
	text := strings.NewReplacer(phone(n), "PHONE", strconv.FormatInt(sessionOf(n), 10), "SESSION").Replace(strings.Join(mine, "\n"))
	return plain(text)
}

// plain leaves out of records what is another one each time: numbers of both sides, the clock in transcripts, names and readers of notices.
func plain(text string) string {
	text = ofReader.ReplaceAllString(text, "notice to *")
	text = ofNotice.ReplaceAllString(ofClock.ReplaceAllString(text, "TIME"), "details/*/]*[/URL]")
	return ofPortal.ReplaceAllString(ofPlatform.ReplaceAllString(text, "STARTED"), "$1 *")
}

// blocks are records with the lines that belong to them.
func blocks(text string) []string {
	var all []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "  ") && len(all) > 0 {
			all[len(all)-1] += line
			continue
		}
		all = append(all, line)
	}
	return all
}

// lost reports whether a customer's clicked call was never started; then the employee must have been told so (T-8).
func (c *crew) lost(t *testing.T, n int) bool {
	t.Helper()
	calls := c.calls(n)
	if len(calls) != 1 || !calls[0].Clicked || len(c.started(n)) > 0 {
		return false
	}
	told := slices.ContainsFunc(c.stage.world.Portal.CardMessages(), func(m bitrix.CardMessage) bool {
		return m.CallID == calls[0].ID && m.Reason != ""
	})
	if !calls[0].Finished || !told {
		t.Errorf("customer %d: the call was not started, and nobody was told: %+v", n, calls[0])
	}
	return true
}

// doubled lists what was done twice: calls started for one wish, records attached, messages written.
func (c *crew) doubled() []string {
	var all []string
	asked := map[string]int{}
	for _, s := range c.stage.world.Platform.Started() {
		if asked[s.External]++; asked[s.External] > 1 {
			all = append(all, fmt.Sprintf("called twice: %+v", s))
		}
	}
	for _, call := range c.stage.world.Portal.Calls() {
		if r := call.Record; r != nil && r.Attached != 1 || call.ChatNotes > 2 {
			all = append(all, fmt.Sprintf("done twice: %+v", call))
		}
	}
	return all
}

// once looks for what was done twice or left undone, for all customers.
func (c *crew) once(t *testing.T) {
	t.Helper()
	w := c.stage.world
	for _, what := range c.doubled() {
		t.Error(what)
	}
	for _, call := range w.Portal.Calls() {
		if !call.Finished {
			t.Errorf("a call left open: %+v", call)
		}
	}
	if cards := w.Portal.Cards(); len(cards) > 0 {
		t.Errorf("cards hang: %+v", cards)
	}
	if unknown := w.Portal.UnknownMethods(); len(unknown) > 0 {
		t.Errorf("methods that no portal has: %v", unknown)
	}
	c.insist("/sound")
}
