package app_test

import (
	"bytes"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	platform "omniconnector/webhooks/emulator"
)

// fetched asks for an address, and gives what it answers.
func fetched(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

var fileLink = regexp.MustCompile(`\[URL=(http[^\]]+/files/[^\]]+)\]([^\[]*)`)

// C-7: files are linked: whoever follows the link of a comment gets the very bytes, under a name that harms nobody; a changed link opens
// nothing, one that is over says so, and the platform's own token is nowhere.
func TestLinksOfFilesGiveTheirBytes(t *testing.T) {
	t.Parallel()
	d := desked(t, staging{})
	anna := d.Shop.Employees[0]
	sent := []platform.File{
		platform.Photo("диван.png"), platform.Document("../../etc/passwd"), platform.Document("a\nb\r\nSet-Cookie: x=1.txt"),
		platform.Document(`"><script>alert(1)</script>.html`), platform.Document("\u202egnp.exe"), platform.Document(strings.Repeat("ы", 400) + ".pdf"),
		{Type: "document", Name: "счёт.bin", Content: bytes.Repeat([]byte{0, 1, 2, 255}, 50_000)},
		platform.Document("[/URL][B]x.txt"),
	}
	d.plays(t, d.chat(199002101, platform.WhatsApp, phoned("79000022001")).Says("Вот").Sends(sent[:4]...).Assigned(anna).AnswersWith(anna, sent[4:]...).
		Closed("closed_by_operator"))
	all := strings.Join(d.record(t, "chat:199002101/lead").comments, "\n")
	links := fileLink.FindAllStringSubmatch(all, -1)
	if len(links) != len(sent) {
		t.Fatalf("%d links for %d files: %s", len(links), len(sent), all)
	}
	for i, link := range links {
		want, err := io.ReadAll(sent[i].Named(1).Open())
		if err != nil {
			t.Fatal(err)
		}
		resp, got := fetched(t, link[1])
		if resp.StatusCode != http.StatusOK || got != string(want) {
			t.Errorf("%q: %s, %d bytes, want %d", sent[i].Name, resp.Status, len(got), len(want))
		}
		how, kind := resp.Header.Get("Content-Disposition"), resp.Header.Get("Content-Type")
		if strings.ContainsAny(how, "\r\n<>/") || resp.Header.Get("Set-Cookie") != "" || resp.Header.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(kind, "html") {
			t.Errorf("%q is served as %q, %q", sent[i].Name, how, kind)
		}
	}
	for _, c := range d.Platform.Conversations(d.Shop.AppID) {
		for _, act := range c.Acts {
			if f := act.Message.File; f != nil && strings.Contains(all, f.Token) {
				t.Errorf("the platform's token of %q is in the comment", f.Name)
			}
		}
	}
	link := links[0][1]
	middle := len(link) - 20
	other := "A"
	if link[middle] == 'A' {
		other = "B"
	}
	for _, bad := range []string{link[:middle] + other + link[middle+1:], link[:len(link)-4], link + "A", strings.Replace(link, "/files/", "/files/A", 1)} {
		if resp, body := fetched(t, bad); resp.StatusCode != http.StatusNotFound || strings.Contains(body, "PNG") {
			t.Errorf("a changed link: %s", resp.Status)
		}
	}
	d.clock.Move(366 * 24 * time.Hour)
	if resp, _ := fetched(t, link); resp.StatusCode != http.StatusGone {
		t.Errorf("a year later: %s", resp.Status)
	}
}
