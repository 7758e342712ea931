package emulator

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Fault is one way in which a request for a recording fails.
type Fault string

// The faults of recordings.
const (
	NotThere Fault = "404"
	Broken   Fault = "503"
	Reset    Fault = "reset" // the connection goes before an answer
	Cut      Fault = "cut"   // the connection goes in the middle
	Empty    Fault = "empty" // 200 and nothing
	Page     Fault = "page"  // 200 and a page in HTML
)

// Record is how a recording behaves. The zero Record is there at once and five seconds long.
type Record struct {
	Length time.Duration // of the tone
	Size   int64         // of the file in bytes, over Length
	Late   int           // so many requests find nothing yet
	From   time.Time     // before this nothing is found
	Faults []Fault       // what the next requests meet, one each
	Rate   int64         // bytes a second; 0 is as fast as it goes
}

func (r Record) size() int64 {
	switch {
	case r.Size > 0:
		return max(r.Size, header)
	case r.Length > 0:
		return header + int64(r.Length.Seconds()*rate)
	default:
		return header + 5*rate
	}
}

// Records serves recordings at /records/{session}/{hash}. Any session has some, unless it is told otherwise.
type Records struct {
	o Options

	mu       sync.Mutex
	any      Record
	set      map[string]*Record // by path
	requests map[string]int
}

func newRecords(o Options) *Records {
	return &Records{o: o, set: map[string]*Record{}, requests: map[string]int{}}
}

// Default sets how recordings behave that were not Set.
func (r *Records) Default(record Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.any = record
}

// Set tells how the n-th recording of a session behaves from now on.
func (r *Records) Set(session int64, n int, record Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.set[RecordPath(session, n)] = &record
}

// Requests tells how often the n-th recording of a session was asked for.
func (r *Records) Requests(session int64, n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.requests[RecordPath(session, n)]
}

// next counts a request and takes its fault.
func (r *Records) next(path string) (Record, Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests[path]++
	record := r.set[path]
	if record == nil {
		own := r.any
		record = &own
		r.set[path] = record
	}
	switch {
	case r.o.Now().Before(record.From):
		return *record, NotThere
	case record.Late > 0:
		record.Late--
		return *record, NotThere
	case len(record.Faults) > 0:
		fault := record.Faults[0]
		record.Faults = record.Faults[1:]
		return *record, fault
	}
	return *record, ""
}

// ServeHTTP answers a request for a recording, or fails as it was told to.
func (r *Records) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	path := strings.TrimSuffix(req.URL.Path, ".wav")
	if strings.Count(path, "/") != 3 || req.Method != http.MethodGet && req.Method != http.MethodHead {
		http.NotFound(w, req)
		return
	}
	record, fault := r.next(path)
	switch fault {
	case NotThere:
		http.NotFound(w, req)
	case Broken:
		http.Error(w, "recordings are away", http.StatusServiceUnavailable)
	case Reset:
		panic(http.ErrAbortHandler)
	case Empty:
		w.WriteHeader(http.StatusOK)
	case Page:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<html><body>Войдите в личный кабинет</body></html>")
	case Cut:
		w.Header().Set("Content-Type", "audio/wav")
		half := &tone{size: record.size()}
		w.Header().Set("Content-Length", itoa(half.size))
		_, _ = io.CopyN(w, half, half.size/2)
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		panic(http.ErrAbortHandler)
	default:
		w.Header().Set("Content-Type", "audio/wav")
		var content io.ReadSeeker = &tone{size: record.size()}
		if record.Rate > 0 {
			content = &slowly{ReadSeeker: content, rate: record.Rate, wait: r.o.Wait, ctx: req.Context()}
		}
		http.ServeContent(w, req, "record.wav", time.Time{}, content)
	}
}

// slowly lets a tenth of a second's bytes through, ten times a second.
type slowly struct {
	io.ReadSeeker
	rate int64
	wait func(context.Context, time.Duration) error
	ctx  context.Context // of the request that reads
}

func (s *slowly) Read(p []byte) (int, error) {
	if err := s.wait(s.ctx, 100*time.Millisecond); err != nil {
		return 0, err
	}
	return s.ReadSeeker.Read(p[:min(int64(len(p)), max(1, s.rate/10))])
}
