package bitrix24

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"omniconnector/crm"
)

// patient is a transport that reads the form as it comes and keeps nothing of it.
type patient struct {
	status int
	answer string
	got    int64
	name   string
	length int64
}

func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	p.length = r.ContentLength
	_, ps, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return nil, err
	}
	part, err := multipart.NewReader(r.Body, ps["boundary"]).NextPart()
	if err != nil {
		return nil, err
	}
	p.name = part.FormName() + "/" + part.FileName()
	if p.got, err = io.Copy(io.Discard, part); err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: p.status, Body: io.NopCloser(strings.NewReader(p.answer)), Header: http.Header{}}, nil
}

const there = "https://one.bitrix24.ru/rest/upload.json?auth=" + uploadAuth

func TestARecordIsStreamedAndNeverHeld(t *testing.T) { //nolint:paralleltest // it measures the memory of the process
	const size = 64 << 20
	for _, told := range []int64{size, -1} {
		p := &patient{status: 200, answer: `{"result":{"FILE_ID":9079}}`}
		c, err := New(Config{Credentials: newMemory(), Now: func() time.Time { return morning }, Transport: p})
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		e := c.Upload(t.Context(), crm.UploadTo{URL: there, Field: "file"}, "dir/talk \"1\".mp3", told, io.LimitReader(zeroes{}, size))
		runtime.ReadMemStats(&after)
		if e != nil {
			t.Fatal(e)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
			t.Errorf("used %d bytes for a record of %d", used, size)
		}
		if p.got != size || p.name != "file/talk _1_.mp3" || (p.length > 0) != (told > 0) {
			t.Errorf("got %d bytes of %s, length %d", p.got, p.name, p.length)
		}
	}
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestUploadsAreTypedAndTellNoAddress(t *testing.T) {
	t.Parallel()
	broken := io.MultiReader(strings.NewReader("half"), failingReader{errors.New("GET https://records.example/?token=" + uploadAuth)})
	for name, tc := range map[string]struct {
		url    string
		size   int64
		from   io.Reader
		status int
		answer string
		kind   crm.ErrorKind
		code   string
	}{
		"done":            {there, 4, strings.NewReader("talk"), 200, `{"result":{"FILE_ID":"9079"}}`, "", ""},
		"done, bare":      {there, 4, strings.NewReader("talk"), 200, `{"FILE_ID":9079}`, "", ""},
		"source broke":    {there, -1, broken, 200, `{}`, crm.Unavailable, codeSource},
		"source short":    {there, 9, strings.NewReader("talk"), 200, `{}`, crm.Unavailable, codeSource},
		"source long":     {there, 2, strings.NewReader("talk"), 200, `{}`, crm.Unavailable, codeSource},
		"too large":       {there, 2000, zeroes{}, 200, `{}`, crm.Invalid, "RECORD_TOO_LARGE"},
		"grows too large": {there, -1, zeroes{}, 200, `{}`, crm.Invalid, "RECORD_TOO_LARGE"},
		"elsewhere":       {"http://169.254.169.254/", 4, strings.NewReader("talk"), 200, `{}`, crm.Invalid, "ADDRESS_REFUSED"},
		"no address":      {"::", 4, strings.NewReader("talk"), 200, `{}`, crm.Invalid, "ADDRESS_REFUSED"},
		"wrong extension": {there, 4, strings.NewReader("talk"), 400, refusing("ERROR_CORE", "Wrong file extension "+there), crm.Invalid, "ERROR_CORE"},
		"address too old": {there, 4, strings.NewReader("talk"), 401, refusing("expired_token", ""), crm.Unavailable, "expired_token"},
		"page":            {there, 4, strings.NewReader("talk"), 200, html, crm.Ambiguous, codeStrange},
		"bad gateway":     {there, 4, strings.NewReader("talk"), 502, html, crm.Ambiguous, codeStrange},
		"nginx too large": {there, 4, strings.NewReader("talk"), 413, html, crm.Unavailable, codeStrange},
		"redirect":        {there, 4, strings.NewReader("talk"), 302, "", crm.Unavailable, codeMoved},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := New(Config{
				Credentials: newMemory(), Now: func() time.Time { return morning }, MaxRecord: 1000,
				Transport: &patient{status: tc.status, answer: tc.answer},
			})
			if err != nil {
				t.Fatal(err)
			}
			e := c.Upload(t.Context(), crm.UploadTo{URL: tc.url, Field: "file"}, "talk.mp3", tc.size, tc.from)
			var kind crm.ErrorKind
			var code string
			if e != nil {
				kind, code = e.Kind, e.Code
			}
			if kind != tc.kind || code != tc.code {
				t.Errorf("got %v, want %q %q", e, tc.kind, tc.code)
			}
			assertNoSecret(t, "", e)
		})
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }
