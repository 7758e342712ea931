package app_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/app"
	platform "omniconnector/webhooks/emulator"
)

// desk is a stage whose tenant has connected the platform's chats, too.
type desk struct {
	*stage

	adapter int64 // of the platform, which tells of chats
}

// desked is a stage with chats; steps of transcripts close upon each other.
func desked(t *testing.T, o staging) *desk {
	t.Helper()
	quick := func(c *app.Config) { c.Lane.TranscriptPace, c.Lane.LeaseFor = 20*time.Millisecond, 24*time.Hour }
	o.more = append([]func(*app.Config){quick}, o.more...)
	d := &desk{stage: staged(t, o)}
	if err := d.ConnectChats(t.Context(), d.app.Store(), d.at, "http://"+d.address); err != nil {
		t.Fatal(err)
	}
	access, err := d.app.Store().ChatAccess(t.Context(), d.at.Tenant)
	if err != nil {
		t.Fatal(err)
	}
	d.adapter = access.AdapterID
	d.rest(t)
	return d
}

// restart stops the process and starts the next one; the tenant's new address is told to the platform.
func (d *desk) restart(t *testing.T) {
	t.Helper()
	d.stage.restart(t)
	d.readdress()
}

func (d *desk) readdress() {
	d.Platform.ChangeAdapter(d.adapter, func(a *platform.Adapter) { a.URL = d.at.HookURL("http://"+d.address) + "/chats" })
}

// sets saves other settings: conversations that begin from now on go by them.
func (d *desk) sets(t *testing.T, change func(s *integration.Settings)) {
	t.Helper()
	change(&d.settings)
	body, err := json.Marshal(d.settings)
	if err != nil {
		t.Fatal(err)
	}
	had, err := d.app.Store().Document(t.Context(), d.at.Tenant, d.at.Portal, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.app.Store().SaveSettings(t.Context(), d.at.Tenant, d.at.Portal, had.Version, body, "test"); err != nil {
		t.Fatal(err)
	}
}

// chat begins now. Its messages follow upon each other in tenths of a second.
func (d *desk) chat(id int64, channel string, v platform.Visitor) *platform.Chat {
	c := d.Shop.Chat(id, d.now(), d.Shop.Channel(channel), v)
	c.Pace = 100 * time.Millisecond
	return c
}

// phoned is a visitor of whom the channel tells the number.
func phoned(number string) platform.Visitor { return platform.Visitor{Phone: number, User: number} }

// chatNamed is the session of a chat.
func chatNamed(id int64) string { return string(integration.ChatSession(decimalOf(id))) }

// settles waits until what was said in these chats so far is in the portal: the clock moves over the pauses between two steps.
func (d *desk) settles(t *testing.T, chats ...int64) {
	t.Helper()
	d.rest(t)
	d.clock.Move(6 * time.Second)
	for _, id := range chats {
		d.until(t, "the words of chat "+decimalOf(id), func() bool { return d.journal(t, chatNamed(id)).Memory.DueAt.IsZero() })
	}
	d.rest(t)
}

// tells plays a part of a chat, and waits until it is in the portal.
func (d *desk) tells(t *testing.T, id int64, part platform.Script) {
	t.Helper()
	play(t, d.World, part)
	d.settles(t, id)
}

// filed is a record of the portal with what hangs in its timeline.
type filed struct {
	name     string // "lead 3"
	head     string // its line in full
	lines    string // the rest
	comments []string
}

var recordHead = regexp.MustCompile(`^(lead|deal|contact|company) \d+`)

// filed are all records of the portal.
func (d *desk) filed(t *testing.T) []filed {
	t.Helper()
	var all []filed
	for line := range strings.Lines(d.Portal.Records()) {
		if name := recordHead.FindString(line); name != "" {
			all = append(all, filed{name: name, head: line})
			continue
		}
		if !strings.HasPrefix(line, "  ") || len(all) == 0 {
			continue
		}
		last := &all[len(all)-1]
		last.lines += line
		if _, quoted, ok := strings.Cut(line, `: "`); ok && strings.HasPrefix(line, "  comment by") {
			text, err := strconv.Unquote(`"` + strings.TrimSpace(quoted))
			if err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			last.comments = append(last.comments, text)
		}
	}
	return all
}

// record is one of them, by "lead 3" or by the natural key "chat:199000001/lead"; empty when there is none.
func (d *desk) record(t *testing.T, name string) filed {
	t.Helper()
	for _, r := range d.filed(t) {
		if r.name == name || strings.Contains(r.head+" ", " originId="+name+" ") {
			return r
		}
	}
	return filed{}
}

// says fails the test unless the comments of a record have these words, in this order and each once.
func (d *desk) says(t *testing.T, name string, words ...string) {
	t.Helper()
	r := d.record(t, name)
	all, from := strings.Join(r.comments, "\n"), 0
	for _, w := range words {
		at := strings.Index(all, w)
		switch {
		case strings.Count(all, w) != 1:
			t.Errorf("%s has %q %d times:\n%s\n%s", name, w, strings.Count(all, w), all, short(d.Records()))
			return
		case at < from:
			t.Errorf("%s has %q too early:\n%s", name, w, all)
		}
		from = at
	}
}

// silent fails the test when a record has comments.
func (d *desk) silent(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if r := d.record(t, name); len(r.comments) > 0 {
			t.Errorf("%s has comments: %q", name, r.comments)
		}
	}
}

// short keeps a failure readable.
func short(s string) string {
	if r := []rune(s); len(r) > 6000 {
		return string(r[:6000]) + "…"
	}
	return s
}

// asked counts commands of a method that the portal was sent.
func (d *desk) asked(method string) int { return d.Portal.Requests().Methods[method] }

// hook sends a webhook of the adapter as the platform does, with a body of the test's own.
func (d *desk) hook(t *testing.T, path, body string) {
	t.Helper()
	var url, token string
	d.Platform.ChangeAdapter(d.adapter, func(a *platform.Adapter) { url, token = a.URL, a.Auth.Token })
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s answered %s", path, resp.Status)
	}
}

// recordNumber is the number in a record's name.
func recordNumber(t *testing.T, name string) int64 {
	t.Helper()
	_, number, _ := strings.Cut(name, " ")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		t.Fatalf("no record %q", name)
	}
	return id
}
