package crash

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// relay stands before the connector's processes as an operator's front server does: it takes events and tries each again until a
// process has taken it, one after another. Without it an event of the portal that meets a dead process would be gone, which
// the portal never repeats (contract bitrix24 §3.2); with it what is lost was lost by the connector.
type relay struct {
	server   *httptest.Server
	to       []string
	waiting  chan taken
	left     atomic.Int64
	repeated atomic.Int64
}

// taken is an event on its way.
type taken struct {
	in   *http.Request // read already; only what was asked counts
	body []byte
}

func newRelay(t *testing.T, to ...string) *relay {
	t.Helper()
	r := &relay{to: to, waiting: make(chan taken, 10_000)}
	r.server = httptest.NewServer(r)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	t.Cleanup(r.server.Close)
	go func() {
		for e := range r.waiting {
			r.deliver(ctx, e)
			r.left.Add(-1)
		}
	}()
	t.Cleanup(func() { close(r.waiting) })
	return r
}

// ServeHTTP takes an event.
func (r *relay) ServeHTTP(w http.ResponseWriter, in *http.Request) {
	body, err := io.ReadAll(in.Body)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	r.left.Add(1)
	r.waiting <- taken{in, body}
}

func (r *relay) deliver(ctx context.Context, e taken) {
	for i := 0; ctx.Err() == nil; i++ {
		if pass(ctx, e.in, e.body, r.to[i%len(r.to)])/100 == 2 {
			return
		}
		r.repeated.Add(1)
		pause(ctx, 20*time.Millisecond)
	}
}

// pass answers a process's status, 0 when it said nothing.
func pass(ctx context.Context, in *http.Request, body []byte, to string) int {
	out, err := http.NewRequestWithContext(ctx, in.Method, "http://"+to+in.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0
	}
	out.Header = in.Header.Clone()
	answer, err := http.DefaultClient.Do(out)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// pause lets others work for a while.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
