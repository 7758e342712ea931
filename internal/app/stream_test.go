package app_test

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"omniconnector/internal/store"
)

// S-2: somebody who watches the journal while a call is dealt with sees every change in its order, and does not hold up the stop.
func TestJournalIsWatchedLive(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, database string) {
		t.Helper()
		w := newWorld(t, "shop")
		a, p, stop := connect(t, database, t.TempDir(), w)
		token, _, err := a.Store().CreateSecret(t.Context(), "shop", store.NewSecret{Purpose: store.API, Name: "reader", Scope: store.Read})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.Address()+"/api/v1/events/stream?after=0", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+string(token))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		play(t, w, answered(w, 1, "79000000001"))
		quiet(t, a, p[0])
		last, err := a.Store().LastChange(ctx, "shop")
		if err != nil || last < 5 {
			t.Fatal(last, err)
		}
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, 1<<20)
		id, kinds := int64(0), ""
		for id < last && lines.Scan() {
			kind, is := strings.CutPrefix(lines.Text(), "event: ")
			if !is || kind == "position" {
				continue
			}
			kinds += kind + " "
			if id++; !lines.Scan() || !strings.Contains(lines.Text(), fmt.Sprintf(`"number":%d,`, id)) {
				t.Fatalf("change %d after %s: %s", id, kinds, lines.Text())
			}
		}
		if id != last || !strings.Contains(kinds, "received") || !strings.Contains(kinds, "decided") || !strings.Contains(kinds, "acted") {
			t.Errorf("%d of %d told: %s", id, last, kinds)
		}
		stopping, stopped := context.WithTimeout(t.Context(), 5*time.Second)
		defer stopped()
		stop()
		if stopping.Err() != nil {
			t.Error("the stop waited for the stream")
		}
		for lines.Scan() {
			continue
		}
	})
}
