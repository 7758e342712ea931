package files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/internal/keyring"
	"omniconnector/internal/outbound"
	"omniconnector/webhooks/files"
)

var noon = time.Date(2026, 5, 12, 12, 0, 0, 0, time.UTC)

var photo = integration.File{Account: "286001", Channel: "35801", ID: "4001", Token: "rtok1", Type: "photo", Name: "Фото кота.jpg", Size: 5}

func signer(t *testing.T, ids ...uint32) files.Signer {
	t.Helper()
	var keys []keyring.Key
	for _, id := range ids {
		keys = append(keys, keyring.Key{ID: id, Secret: bytes.Repeat([]byte{byte(id)}, keyring.KeySize)})
	}
	ring, err := keyring.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return files.Signer{Keys: ring}
}

// shelf is an Opener of one answer; it remembers what it was asked for.
type shelf struct {
	payload files.Payload
	err     error
	tenant  integration.TenantID
	file    integration.File
	asked   int
}

func (s *shelf) Open(_ context.Context, t integration.TenantID, f integration.File) (files.Payload, error) {
	s.tenant, s.file, s.asked = t, f, s.asked+1
	return s.payload, s.err
}

func holding(kind, content string) *shelf {
	return &shelf{payload: files.Payload{Body: io.NopCloser(strings.NewReader(content)), Type: kind, Size: int64(len(content))}}
}

// endless is a file that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func serve(t *testing.T, s files.Signer, o files.Opener) (address string, log *bytes.Buffer) {
	t.Helper()
	gin.SetMode(gin.TestMode)
	router := gin.New()
	router.Use(gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, _ any) { c.AbortWithStatus(http.StatusInternalServerError) }))
	log = &bytes.Buffer{}
	files.NewServer(files.Options{Links: s, Opener: o, Now: func() time.Time { return noon }, Log: slog.New(slog.NewTextHandler(log, nil))}).Mount(router)
	server := httptest.NewServer(router)
	t.Cleanup(server.Close)
	return server.URL, log
}

func get(t *testing.T, method, address string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer, string(body), err
}

func TestALinkIsTheSameForTheSameFileAndMoment(t *testing.T) {
	t.Parallel()
	s := signer(t, 1)
	link := s.Link("https://c.example/", "shop", photo, noon)
	if link != s.Link("https://c.example", "shop", photo, noon.Add(time.Millisecond)) || !strings.HasPrefix(link, "https://c.example/files/") {
		t.Errorf("it differs: %s", link)
	}
	other := photo
	other.ID = "4002"
	for what, second := range map[string]string{
		"another tenant": s.Link("https://c.example", "shoq", photo, noon), "another moment": s.Link("https://c.example", "shop", photo, noon.Add(time.Second)),
		"another file": s.Link("https://c.example", "shop", other, noon),
	} {
		if second == link {
			t.Errorf("%s has the same link", what)
		}
	}
	if len(link) > 200 {
		t.Errorf("a link has %d letters", len(link))
	}
	for _, secret := range []string{"shop", "286001", "rtok1"} {
		if strings.Contains(link, secret) {
			t.Errorf("the link tells %s", secret)
		}
	}
	if got := s.Link("https://c.example", "shop", integration.File{Name: "x.jpg", ID: "1"}, noon); got != "" {
		t.Errorf("a file that cannot be found has the link %s", got)
	}
}

func TestAFileIsServedByItsLink(t *testing.T) {
	t.Parallel()
	o := holding("image/jpeg", "bytes")
	address, _ := serve(t, signer(t, 1, 2), o) // the key was changed since
	link := signer(t, 1).Link(address, "shop", photo, noon.Add(time.Second))
	answer, body, err := get(t, http.MethodGet, link)
	if err != nil || answer.StatusCode != http.StatusOK || body != "bytes" || o.tenant != "shop" || o.file != photo {
		t.Fatalf("%d %q %v of %s %+v", answer.StatusCode, body, err, o.tenant, o.file)
	}
	for name, want := range map[string]string{
		"Content-Type": "image/jpeg", "Content-Length": "5", "X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=3600",
		"Content-Disposition": `inline; filename="____ ____.jpg"; filename*=UTF-8''%D0%A4%D0%BE%D1%82%D0%BE%20%D0%BA%D0%BE%D1%82%D0%B0.jpg`,
		"Referrer-Policy":     "no-referrer",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	answer, body, _ = get(t, http.MethodHead, link)
	if answer.StatusCode != http.StatusOK || body != "" || answer.ContentLength != 5 {
		t.Errorf("HEAD: %d %q %d", answer.StatusCode, body, answer.ContentLength)
	}
}

func TestOnlyWhatCanRunNothingIsShown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ told, name, kind, how string }{
		{"image/png", "a", "image/png", "inline"},
		{"IMAGE/PNG; x=y", "a.html", "image/png", "inline"},
		{"", "a.PDF", "application/pdf", "inline"},
		{"application/octet-stream", "voice.ogg", "audio/ogg", "inline"},
		{"video/mp4", "a.mp4", "video/mp4", "inline"},
		{"text/html", "a.jpg", "application/octet-stream", "attachment"},
		{"image/svg+xml", "a.svg", "application/octet-stream", "attachment"},
		{"", "a.svg", "application/octet-stream", "attachment"},
		{"application/xhtml+xml", "a", "application/octet-stream", "attachment"},
		{"application/vnd.ms-excel", "a.xls", "application/octet-stream", "attachment"},
		{"nonsense;;", "a.exe", "application/octet-stream", "attachment"},
	} {
		s := signer(t, 1)
		address, _ := serve(t, s, holding(c.told, "<script>"))
		f := photo
		f.Name = c.name
		answer, _, _ := get(t, http.MethodGet, s.Link(address, "shop", f, noon.Add(time.Hour)))
		how, _, _ := strings.Cut(answer.Header.Get("Content-Disposition"), ";")
		policy := answer.Header.Get("Content-Security-Policy")
		if kind := answer.Header.Get("Content-Type"); kind != c.kind || how != c.how || answer.Header.Get("X-Content-Type-Options") != "nosniff" ||
			(policy == "") != (kind == "application/pdf") {
			t.Errorf("%+v: %s %s %s", c, kind, how, policy)
		}
	}
}

func TestANameIsNoPathAndNoTrick(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"":                  `filename="file"`,
		"../../etc/passwd":  `filename="_.._etc_passwd"`,
		"a\"b;c%d.txt":      `filename="a_b_c_d.txt"; filename*=UTF-8''a_b%3Bc%25d.txt`,
		"a\r\nSet-Cookie:x": `filename="aSet-Cookie_x"`,
		"\u202egpj.exe":     `filename="gpj.exe"`,
		"\xff.png":          `filename="png"`,
	} {
		s := signer(t, 1)
		address, _ := serve(t, s, holding("", "x"))
		f := photo
		f.Name = name
		answer, _, _ := get(t, http.MethodGet, s.Link(address, "shop", f, noon.Add(time.Hour)))
		if _, got, _ := strings.Cut(answer.Header.Get("Content-Disposition"), "; "); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	long := photo
	long.Name = strings.Repeat("я", 500) + ".jpeg"
	if link := signer(t, 1).Link("", "shop", long, noon); len(link) > 400 {
		t.Errorf("a long name makes a link of %d letters", len(link))
	}
}

func TestWhatIsNotServedSaysWhyInBothLanguages(t *testing.T) {
	t.Parallel()
	s := signer(t, 1)
	good := s.Link("", "shop", photo, noon.Add(time.Hour))
	for name, c := range map[string]struct {
		link   string
		err    error
		status int
		ru, en string
	}{
		"expired":       {s.Link("", "shop", photo, noon), nil, 410, "истёк", "expired"},
		"changed":       {good[:20] + "A" + good[21:], nil, 404, "Такой ссылки нет", "no such link"},
		"cut":           {good[:len(good)-1], nil, 404, "Такой ссылки нет", "no such link"},
		"another key":   {signer(t, 2).Link("", "shop", photo, noon.Add(time.Hour)), nil, 404, "Такой ссылки нет", "no such link"},
		"nonsense":      {"/files/" + strings.Repeat("x", 9000), nil, 404, "Такой ссылки нет", "no such link"},
		"gone":          {good, fmt.Errorf("resource: %w", files.ErrGone), 410, "Файла больше нет", "no longer has"},
		"too large":     {good, files.ErrTooLarge, 502, "больше 100 МБ", "larger than 100 MB"},
		"platform away": {good, errors.New("connection refused"), 502, "сейчас не отдаёт", "does not give the file now"},
	} {
		o := &shelf{err: c.err}
		address, log := serve(t, s, o)
		answer, body, _ := get(t, http.MethodGet, address+c.link)
		if answer.StatusCode != c.status || !strings.Contains(body, c.ru) || !strings.Contains(body, c.en) || answer.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
		if (o.asked > 0) != (c.err != nil) || strings.Contains(log.String(), "rtok1") {
			t.Errorf("%s: asked %d times; %s", name, o.asked, log)
		}
	}
}

func TestAFileThatIsCutShortDoesNotLookWhole(t *testing.T) {
	t.Parallel()
	s := signer(t, 1)
	for name, body := range map[string]io.Reader{
		"endless": endless{},
		"broken":  io.MultiReader(strings.NewReader("half"), failing{}),
	} {
		address, log := serve(t, s, &shelf{payload: files.Payload{Body: io.NopCloser(body), Size: -1}})
		got, err := size(t, s.Link(address, "shop", photo, noon.Add(time.Hour)))
		if err == nil || got > files.MaxSize || !strings.Contains(log.String(), "file.not_served") {
			t.Errorf("%s: %d bytes, %v, %s", name, got, err, log)
		}
	}
}

// size reads as much as there is.
func size(t *testing.T, address string) (int64, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil { // not even a beginning
		return 0, err
	}
	defer answer.Body.Close()
	return io.Copy(io.Discard, answer.Body)
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the line broke") }

func TestAnAddressIsReadOnlyWherePolicyAllows(t *testing.T) {
	t.Parallel()
	kept := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/inside":
			http.Redirect(w, r, "/secret", http.StatusFound)
		case "/gone":
			w.WriteHeader(http.StatusNotFound)
		default:
			fmt.Fprint(w, "bytes")
		}
	}))
	defer kept.Close()
	open := func(p outbound.Policy, allowed func(*url.URL) error, at string) (string, error) {
		payload, err := files.NewAddresses(p.Transport(), allowed).Open(t.Context(), "shop", integration.File{URL: at})
		if err != nil {
			return "", err
		}
		defer payload.Body.Close()
		body, err := io.ReadAll(payload.Body)
		return string(body), err
	}
	strict, loose := outbound.Policy{}, outbound.Policy{AllowPrivate: true}
	if body, err := open(loose, loose.Allowed, kept.URL+"/a"); err != nil || body != "bytes" {
		t.Errorf("an allowed address: %q, %v", body, err)
	}
	if _, err := open(loose, loose.Allowed, kept.URL+"/gone"); !errors.Is(err, files.ErrGone) {
		t.Errorf("gone: %v", err)
	}
	for name, err := range map[string]error{
		"private":          second(open(strict, strict.Allowed, kept.URL+"/a?token=SECRET")),
		"private, by dial": second(open(strict, loose.Allowed, kept.URL+"/a?token=SECRET")),
		"another scheme":   second(open(loose, loose.Allowed, "file:///etc/passwd?token=SECRET")),
		"a redirect": second(open(loose, func(u *url.URL) error {
			if u.Path == "/secret" {
				return outbound.ErrRefused
			}
			return nil
		}, kept.URL+"/inside?token=SECRET")),
	} {
		if !errors.Is(err, outbound.ErrRefused) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ string, err error) error { return err }

func FuzzServe(f *testing.F) {
	keys, err := keyring.New(keyring.Key{ID: 1, Secret: bytes.Repeat([]byte{1}, keyring.KeySize)})
	if err != nil {
		f.Fatal(err)
	}
	s := files.Signer{Keys: keys}
	f.Add(strings.TrimPrefix(s.Link("", "shop", photo, noon.Add(time.Hour)), "/files/"))
	f.Add("")
	gin.SetMode(gin.TestMode)
	router := gin.New()
	files.NewServer(files.Options{Links: s, Opener: &shelf{err: files.ErrGone}, Now: func() time.Time { return noon }}).Mount(router)
	f.Fuzz(func(t *testing.T, token string) {
		w := httptest.NewRecorder()
		router.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/files/"+url.PathEscape(token), http.NoBody))
		if w.Code != http.StatusNotFound && w.Code != http.StatusGone && w.Code != http.StatusMovedPermanently && w.Code != http.StatusTemporaryRedirect {
			t.Errorf("%q: %d", token, w.Code)
		}
	})
}
