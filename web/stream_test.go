package web_test

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/internal/store/storetest"
	"omniconnector/web/storage"
	"omniconnector/web/webtest"
)

// S-2, the live journal shows what the list shows.
func TestStreamTellsWhatChanges(t *testing.T) {
	t.Parallel()
	c := live(t, webtest.New(t), hasty)
	reader, writer, portal := c.tenant("shop")
	s := reader.listen("")
	if m := s.want(t, "position"); m.data != `{"number":0}` || m.id != 0 {
		t.Errorf("it begins with %+v", m)
	}
	c.Morning("shop", integration.PortalID(portal))
	last, err := c.Store.LastChange(t.Context(), "shop")
	if err != nil || last < 60 {
		t.Fatal(last, err)
	}
	seen, acted := map[string]changed{}, 0
	for n := range last {
		m, err := s.next()
		for err == nil && m.event == "position" {
			m, err = s.next()
		}
		if err != nil || m.id != n+1 {
			t.Fatalf("%+v, %v; want number %d", m, err, n+1)
		}
		v := m.change(t)
		_, known := seen[string(v.Event.ID)]
		if known != (v.Change != "received") {
			t.Errorf("%s of event %s, which was known: %v", v.Change, v.Event.ID, known)
		}
		acted += len(v.Actions)
		seen[string(v.Event.ID)] = v
	}
	list := reader.get("/api/v1/events?limit=200").want(t, 200).json(t)["events"].([]any)
	if len(list) != len(seen) || acted == 0 {
		t.Errorf("%d events listed, %d told, %d actions", len(list), len(seen), acted)
	}
	for _, e := range list {
		listed := e.(map[string]any)
		id := listed["event"].(map[string]any)["id"].(string)
		if v := seen[id]; v.Outcome != listed["outcome"] || v.Pending != listed["pending"] || v.Portal != listed["portal"] {
			t.Errorf("told %+v, listed %v", v, listed)
		}
	}
	c.Advance(time.Minute)
	writer.do("POST", "/api/v1/portals/"+portal+"/calls/910000002/replay", nil).want(t, 202)
	if v := s.want(t, "replayed").change(t); v.Event.Kind != integration.CallReplayed || !v.Pending || v.Number != last+1 {
		t.Errorf("replayed: %+v", v)
	}
}

// S-2: "lost connection of the live journal resumes without gaps".
func TestStreamThatIsCutAnywhereGoesOnWithoutGaps(t *testing.T) {
	t.Parallel()
	const batches = 120
	c := live(t, webtest.New(t), hasty)
	reader, _, portal := c.tenant("shop")
	var total int64
	end, numbers := make(chan int64, 1), make(chan int64, 10*batches)
	done := make(chan error, 1)
	go func() { done <- reader.followThroughCuts(end, numbers) }()
	for i := range batches {
		var all []integration.Delivery
		for j := range 1 + i%7 {
			all = append(all, told("shop", portal, fmt.Sprintf("%d/%d", i, j)))
		}
		total += int64(len(all))
		c.save(c.Store, all...)
	}
	end <- total
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	close(numbers)
	want := int64(0)
	for n := range numbers {
		if want++; n != want {
			t.Fatalf("number %d came where %d was due", n, want)
		}
	}
	if want != total {
		t.Errorf("%d of %d changes were seen", want, total)
	}
}

// followThroughCuts connects again and again, each time for so many bytes, until it has seen the last number.
func (c client) followThroughCuts(end <-chan int64, numbers chan<- int64) error {
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- the same cuts in each run
	last, total := int64(0), int64(-1)
	for cuts := 0; last != total; cuts++ {
		resp := c.open("after=0", "Last-Event-ID", strconv.FormatInt(last, 10))
		l := &listener{resp.Body, bufio.NewReader(io.LimitReader(resp.Body, 100+random.Int64N(6000)))}
		for {
			m, err := l.next()
			if err != nil {
				break
			}
			if last = m.id; m.event != "position" {
				numbers <- m.id
			}
			select {
			case total = <-end:
			default:
			}
			if last == total {
				break
			}
		}
		resp.Body.Close()
		if cuts > 5000 {
			return fmt.Errorf("still at %d of %d after %d cuts", last, total, cuts)
		}
		c.Advance(time.Second) // so many requests at once are too many
		if total < 0 {
			select {
			case total = <-end:
			default:
			}
		}
	}
	return nil
}

// Two processes share a PostgreSQL: what the other one commits is found, in the same order.
func TestStreamFindsWhatOtherProcessesCommit(t *testing.T) {
	t.Parallel()
	w := webtest.New(t)
	dsn := storetest.PostgresDSN(t)
	open := func() *store.Store {
		s, err := store.Open(t.Context(), store.Config{DSN: dsn, Keys: storetest.Keys(t), Now: w.Now, MaxConns: 4})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	w.Store = open()
	w.Web = storage.New(w.Store)
	other := open()
	c := live(t, w, hasty)
	read, _ := c.Tenant("shop")
	s := c.as(read).listen("")
	s.want(t, "position")
	for i := range 20 {
		c.save([]*store.Store{other, c.Store}[i%2], told("shop", "p", strconv.Itoa(i)))
	}
	for n := range 20 {
		if m := s.want(t, "received"); m.id != int64(n+1) {
			t.Fatalf("number %d came where %d was due", m.id, n+1)
		}
	}
}

// Who comes back too late, or with a number of elsewhere, is told to read the journal anew.
func TestStreamOfALostNumberBeginsAnew(t *testing.T) {
	t.Parallel()
	c := live(t, webtest.New(t), hasty)
	reader, _, portal := c.tenant("shop")
	c.save(c.Store, told("shop", portal, "1"), told("shop", portal, "2"))
	for query, want := range map[string]string{"after=0": "received", "after=1": "received", "after=3": "reset", "after=99": "reset"} {
		s := reader.listen(query)
		s.want(t, "position")
		if m := s.want(t, want); want == "reset" && (m.id != 2 || m.data != `{"number":2}`) {
			t.Errorf("%s: %+v", query, m)
		}
	}
	if _, err := c.Store.Prune(t.Context(), "shop", c.Now().Add(time.Hour), 1); err != nil {
		t.Fatal(err)
	}
	s := reader.listen("after=0")
	s.want(t, "position")
	s.want(t, "reset")
	c.save(c.Store, told("shop", portal, "3"))
	if m := s.want(t, "received"); m.id != 3 {
		t.Errorf("after the reset: %+v", m)
	}
	for _, query := range []string{"after=-2", "after=soon", "before=1"} {
		reader.get("/api/v1/events/stream?"+query).want(t, 422).problem(t)
	}
	c.get("/api/v1/events/stream").want(t, 401).problem(t)
	c.as(webtest.AdminToken).get("/api/v1/events/stream").want(t, 403).problem(t)
}

// A stream lives longer than any other answer may take, and shows that it does.
func TestStreamOutlivesTheServersTimes(t *testing.T) {
	t.Parallel()
	c := liveWithin(t, webtest.New(t), hasty, 300*time.Millisecond)
	reader, _, portal := c.tenant("shop")
	s := reader.listen("")
	for beats := 0; beats < 30; {
		line, err := s.lines.ReadString('\n')
		if err != nil {
			t.Fatalf("after %d beats: %v", beats, err)
		}
		if line == ": beat\n" {
			beats++
		}
	}
	c.save(c.Store, told("shop", portal, "1"))
	s.want(t, "received")
}

// A reader that does not read is cut; it disturbs nobody, and can go on from where it was.
func TestSlowReaderIsCutAndDisturbsNobody(t *testing.T) {
	t.Parallel()
	const events = 400
	impatient := hasty
	impatient.Patience = 300 * time.Millisecond
	c := live(t, webtest.New(t), impatient)
	reader, _, portal := c.tenant("shop")
	dialer := net.Dialer{Timeout: time.Second}
	slow, err := dialer.DialContext(t.Context(), "tcp", c.server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer slow.Close()
	if err := slow.(*net.TCPConn).SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(slow, "GET /api/v1/events/stream?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", reader.token)
	quick := reader.listen("after=0")
	quick.want(t, "position")
	for n := int64(0); n < events; {
		var all []integration.Delivery
		for i := range 20 {
			d := told("shop", portal, fmt.Sprint(n, "/", i))
			d.Event.Report.Employee.Name = strings.Repeat("долго ", 4000)
			all = append(all, d)
		}
		c.save(c.Store, all...)
		for range all {
			if m := quick.want(t, "received"); m.id != n+1 {
				t.Fatalf("number %d came where %d was due", m.id, n+1)
			}
			n++
		}
	}
	for beats := 0; beats < 30; { // longer than anybody's patience
		line, err := quick.lines.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == ": beat\n" {
			beats++
		}
	}
	if err := slow.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	s := &listener{slow, bufio.NewReader(slow)}
	last := s.ended(0)
	if last >= events {
		t.Fatal("it was never slow")
	}
	again := reader.listen("", "Last-Event-ID", strconv.FormatInt(last, 10))
	again.want(t, "position")
	if m := again.want(t, "received"); m.id != last+1 {
		t.Errorf("it goes on with %d after %d", m.id, last)
	}
}
