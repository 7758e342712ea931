package webhooks_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

func spool(t *testing.T, dir string, limit int64) *webhooks.Spool {
	t.Helper()
	s, err := webhooks.OpenSpool(dir, limit)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func appendKeys(t *testing.T, s *webhooks.Spool, keys ...string) {
	t.Helper()
	var all []integration.Delivery
	for _, k := range keys {
		all = append(all, delivery(k))
	}
	if err := s.Append(all); err != nil {
		t.Fatal(err)
	}
}

// replayed empties a spool and returns the keys in order.
func replayed(t *testing.T, s *webhooks.Spool) []string {
	t.Helper()
	var got []string
	if _, err := s.Replay(2, func(some []integration.Delivery) error {
		for _, d := range some {
			got = append(got, d.Event.Key)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

func segments(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "0*.spool"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestADeliveryComesOutOfTheSpoolAsItWentIn(t *testing.T) {
	t.Parallel()
	lost, talk := true, 5*time.Second
	want := integration.Delivery{
		Tenant: "t", Portals: []integration.PortalID{"a", "b"}, Method: "POST", ContentType: "x/y", Query: "a=b", Remote: "192.0.2.1",
		Body: []byte("\xff\x00raw"), Received: noon,
		Event: integration.Event{
			ID: "id", Source: "uis", Key: "k", Kind: integration.CallLost, Session: "1", Customer: "+7", At: noon, Received: noon,
			Report: integration.Report{Direction: "in", Lost: &lost, Talk: &talk, Params: map[string][]string{"a": {"b"}}},
		},
	}
	s := spool(t, t.TempDir(), 1<<20)
	if err := s.Append([]integration.Delivery{want}); err != nil {
		t.Fatal(err)
	}
	_, err := s.Replay(10, func(got []integration.Delivery) error {
		if diff := cmp.Diff([]integration.Delivery{want}, got); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
		return nil
	})
	if n, size := s.Waiting(); err != nil || n != 0 || size != 0 {
		t.Errorf("%d deliveries of %d bytes are left, %v", n, size, err)
	}
}

func TestTheSpoolSurvivesACrashWithATornTail(t *testing.T) {
	t.Parallel()
	whole := t.TempDir()
	s := spool(t, whole, 1<<20)
	appendKeys(t, s, "a", "b", "c")
	raw, err := os.ReadFile(segments(t, whole)[0])
	if err != nil {
		t.Fatal(err)
	}
	frame := len(raw) / 3
	for cut := 0; cut <= len(raw); cut += 7 {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "000000000001.spool"), raw[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		again := spool(t, dir, 1<<20)
		appendKeys(t, again, "later")
		want := append(slices.Clone([]string{"a", "b", "c"}[:cut/frame]), "later")
		if got := replayed(t, again); !slices.Equal(got, want) {
			t.Fatalf("cut at %d: got %v, want %v", cut, got, want)
		}
		if left := segments(t, dir); len(left) != 0 {
			t.Errorf("files are left: %v", left)
		}
		_ = again.Close()
	}
}

func TestADamagedFrameIsNotBelieved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := spool(t, dir, 1<<20)
	appendKeys(t, s, "a", "b")
	_ = s.Close()
	file := segments(t, dir)[0]
	raw, _ := os.ReadFile(file)
	raw[len(raw)-3] ^= 1
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := replayed(t, spool(t, dir, 1<<20)); !slices.Equal(got, []string{"a"}) {
		t.Errorf("got %v", got)
	}
}

func TestAFullSpoolSaysSo(t *testing.T) {
	t.Parallel()
	s := spool(t, t.TempDir(), 1500)
	var err error
	accepted := 0
	for ; err == nil; accepted++ {
		err = s.Append([]integration.Delivery{delivery("k")})
	}
	if !errors.Is(err, webhooks.ErrSpoolFull) || !errors.Is(err, webhooks.ErrBusy) {
		t.Fatalf("got %v", err)
	}
	if got := replayed(t, s); len(got) != accepted-1 {
		t.Errorf("%d of %d are there", len(got), accepted-1)
	}
	if err := s.Append([]integration.Delivery{delivery("k")}); err != nil {
		t.Errorf("an emptied spool: %v", err)
	}
}

func TestSegmentsArePassedOnOldestFirstAndAreOfBoundedSize(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := spool(t, dir, 1<<30)
	var want []string
	for i := range 5 {
		d := delivery(strconv.Itoa(i))
		d.Body = bytes.Repeat([]byte("x"), 2<<20)
		if err := s.Append([]integration.Delivery{d}); err != nil {
			t.Fatal(err)
		}
		want = append(want, d.Event.Key)
	}
	if n := len(segments(t, dir)); n < 2 {
		t.Errorf("%d segments", n)
	}
	if got := replayed(t, s); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestAFailedReplayLosesNothing(t *testing.T) {
	t.Parallel()
	s := spool(t, t.TempDir(), 1<<20)
	appendKeys(t, s, "a", "b", "c")
	calls := 0
	saved, err := s.Replay(2, func([]integration.Delivery) error {
		if calls++; calls == 2 {
			return webhooks.ErrStorageAway
		}
		return nil
	})
	if saved != 2 || !errors.Is(err, webhooks.ErrStorageAway) {
		t.Errorf("saved %d, %v", saved, err)
	}
	if got := replayed(t, s); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("got %v", got)
	}
}

func TestASpoolBelongsToOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := spool(t, dir, 1<<20)
	if _, err := webhooks.OpenSpool(dir, 1<<20); err == nil {
		t.Error("it was opened twice")
	}
	_ = s.Close()
	_ = spool(t, dir, 1<<20)
}

func TestAppendsAndReplaysMayCross(t *testing.T) {
	t.Parallel()
	s := spool(t, t.TempDir(), 1<<30)
	var (
		mu  sync.Mutex
		got = map[string]int{}
		all sync.WaitGroup
	)
	save := func(some []integration.Delivery) error {
		mu.Lock()
		defer mu.Unlock()
		for _, d := range some {
			got[d.Event.Key]++
		}
		return nil
	}
	for w := range 4 {
		all.Go(func() {
			for n := range 25 {
				if err := s.Append([]integration.Delivery{delivery(fmt.Sprint(w, n))}); err != nil {
					t.Error(err)
				}
				if n%5 == 0 {
					_, _ = s.Replay(3, save)
				}
			}
		})
	}
	all.Wait()
	if _, err := s.Replay(3, save); err != nil || len(got) != 100 {
		t.Errorf("%d of 100 came out, %v", len(got), err)
	}
}

func TestWhileStorageIsAwayTheSpoolAnswersAndLaterEmptiesItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := spool(t, dir, 1<<20)
		b := &box{away: fmt.Errorf("dial: %w", webhooks.ErrStorageAway)}
		woken := 0
		i, stop := start(t, webhooks.IntakeOptions{Inbox: b, Spool: s, Woken: func([]integration.PortalID) { woken++ }})
		for _, k := range keys(60) { // a minute's outage
			if err := i.Accept(t.Context(), delivery(k)); err != nil {
				t.Fatal(err)
			}
			<-time.After(time.Second) // of the bubble
		}
		if n, _ := s.Waiting(); n != 60 || b.count() != 0 || woken != 0 {
			t.Errorf("%d spooled, %d stored, %d woken", n, b.count(), woken)
		}
		b.set(nil)
		<-time.After(3 * time.Second)
		synctest.Wait()
		if n, _ := s.Waiting(); n != 0 || b.count() != 60 || woken == 0 {
			t.Errorf("%d spooled, %d stored, %d woken", n, b.count(), woken)
		}
		if err := i.Accept(t.Context(), delivery("after")); err != nil || b.count() != 61 {
			t.Errorf("after the outage: %v, %d stored", err, b.count())
		}
		stop()
		_ = s.Close()
	})
}

func TestAStorageThatHangsIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := spool(t, dir, 1<<20)
		b := &box{gate: make(chan struct{})}
		i, stop := start(t, webhooks.IntakeOptions{Inbox: b, Spool: s, Flushers: 1, Timeout: 3 * time.Second, Pause: time.Minute})
		began := time.Now()
		for _, k := range keys(10) {
			if err := i.Accept(t.Context(), delivery(k)); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 3*time.Second {
			t.Errorf("ten deliveries took %v, want one timeout", took)
		}
		stop()
		_ = s.Close()
	})
}

func TestAPoisonousRowDoesNotBlockTheReplay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := spool(t, dir, 1<<20)
		appendKeys(t, s, "good", "bad", "fine")
		b := &box{poison: map[string]error{"bad": errors.New("value too long")}}
		_, stop := start(t, webhooks.IntakeOptions{Inbox: b, Spool: s})
		synctest.Wait()
		stop()
		if n, _ := s.Waiting(); n != 0 || b.count() != 2 {
			t.Errorf("%d spooled, %d stored", n, b.count())
		}
		aside, err := os.ReadFile(filepath.Join(dir, "rejected.spool"))
		if err != nil || !strings.Contains(string(aside), `"key":"bad"`) {
			t.Errorf("put aside: %q, %v", aside, err)
		}
		_ = s.Close()
	})
}
