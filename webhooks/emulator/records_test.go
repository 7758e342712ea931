package emulator

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func recordings(t *testing.T) (*Platform, string) {
	t.Helper()
	p := New(Options{Now: clock, Wait: atOnce})
	t.Cleanup(p.Close)
	s := httptest.NewServer(p.Handler())
	t.Cleanup(s.Close)
	return p, s.URL
}

func fetch(t *testing.T, address string) (int, []byte, error) {
	t.Helper()
	// A kept connection that is reset makes net/http ask again by itself.
	once := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := once.Get(address)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

func TestARecordingIsAPlayableTone(t *testing.T) {
	t.Parallel()
	p, base := recordings(t)
	p.Records().Set(1, 0, Record{Length: 2 * time.Second})
	status, body, err := fetch(t, base+RecordPath(1, 0))
	if err != nil || status != 200 || len(body) != 44+2*8000 {
		t.Fatalf("got %d, %d bytes, %v", status, len(body), err)
	}
	if http.DetectContentType(body) != "audio/wave" || binary.LittleEndian.Uint32(body[40:]) != 16000 {
		t.Errorf("not a WAV of two seconds: %q", body[:44])
	}
	_, again, _ := fetch(t, base+RecordPath(1, 0))
	if !bytes.Equal(body, again) {
		t.Error("the second time it sounds different")
	}
}

func TestARecordingIsLateThenFailsThenComes(t *testing.T) {
	t.Parallel()
	p, base := recordings(t)
	p.Records().Set(1, 0, Record{Late: 2, Faults: []Fault{Broken, Reset, Cut, Empty, Page}, Size: 1000})
	var got []string
	for range 8 {
		status, body, err := fetch(t, base+RecordPath(1, 0))
		word := http.StatusText(status)
		switch {
		case status == 0:
			word = "reset"
		case err != nil:
			word = "cut"
		case status == 200 && len(body) == 0:
			word = "empty"
		case bytes.Contains(body, []byte("<html>")):
			word = "page"
		}
		got = append(got, word)
	}
	want := "Not Found,Not Found,Service Unavailable,reset,cut,empty,page,OK"
	if strings.Join(got, ",") != want || p.Records().Requests(1, 0) != 8 {
		t.Errorf("got %v in %d requests, want %s", got, p.Records().Requests(1, 0), want)
	}
}

func TestALargeRecordingIsStreamedAndCanBeAskedForInParts(t *testing.T) {
	t.Parallel()
	p, base := recordings(t)
	p.Records().Set(1, 0, Record{Size: 300 << 20})
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, base+RecordPath(1, 0), http.NoBody)
	req.Header.Set("Range", "bytes=314572790-")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	tail, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusPartialContent || len(tail) != 10 {
		t.Errorf("got %d, %d bytes", resp.StatusCode, len(tail))
	}
}

func TestARecordingAppearsInTime(t *testing.T) {
	t.Parallel()
	p, base := recordings(t)
	p.Records().Set(1, 0, Record{From: eight.Add(time.Minute)})
	p.Records().Set(1, 1, Record{From: eight})
	early, _, _ := fetch(t, base+RecordPath(1, 0))
	there, _, _ := fetch(t, base+RecordPath(1, 1))
	if early != 404 || there != 200 {
		t.Errorf("got %d and %d", early, there)
	}
}

func TestASlowRecordingTakesItsTime(t *testing.T) {
	t.Parallel()
	p, base := recordings(t)
	p.Records().Set(1, 0, Record{Size: 1000, Rate: 1000})
	if status, body, err := fetch(t, base+RecordPath(1, 0)); status != 200 || len(body) != 1000 || err != nil {
		t.Errorf("got %d, %d bytes, %v", status, len(body), err)
	}
}

func TestTheControlsPlayAndAreForThisMachineOnly(t *testing.T) {
	t.Parallel()
	to := listen(t, always(200))
	p, shop := setup(t, to, JSON)
	p.AddScenes(shop)
	h := p.Handler()
	ask := func(method, target string, change func(*http.Request)) int {
		req := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
		req.RemoteAddr, req.Host = "127.0.0.1:5", "localhost:9"
		if change != nil {
			change(req)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		return w.Code
	}
	for name, c := range map[string]struct {
		method, target string
		change         func(*http.Request)
		want           int
	}{
		"page":             {"GET", "/", nil, 200},
		"sent":             {"GET", "/control/sent", nil, 200},
		"no such scene":    {"POST", "/control/play?scene=x", nil, 404},
		"bad speed":        {"POST", "/control/play?scene=voicemail&speed=x", nil, 400},
		"a neighbour":      {"GET", "/control/sent", func(r *http.Request) { r.RemoteAddr = "192.0.2.7:5" }, 403},
		"a rebound name":   {"GET", "/control/sent", func(r *http.Request) { r.Host = "evil.example" }, 403},
		"another's form":   {"POST", "/control/play?scene=voicemail", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, 403},
		"trouble for none": {"POST", "/control/trouble?app=1", nil, 404},
	} {
		if got := ask(c.method, c.target, c.change); got != c.want {
			t.Errorf("%s: got %d, want %d", name, got, c.want)
		}
	}
	if got := ask("POST", "/control/play?scene=morning&speed=0", nil); got != 202 {
		t.Fatalf("got %d", got)
	}
	p.playing.Wait()
	if len(p.Sent()) < 60 {
		t.Errorf("only %d notifications were sent", len(p.Sent()))
	}
}
