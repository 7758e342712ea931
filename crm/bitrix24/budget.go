package bitrix24

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"omniconnector/crm"
)

const (
	// operatingLimit is what the vendor's SDK takes for the unpublished number (contract §1.5).
	operatingLimit  = 480 * time.Second
	operatingWindow = 10 * time.Minute
	slowFrom        = operatingLimit * 8 / 10
	pauseOperating  = 10 * time.Second
	pauseMost       = 5 * time.Minute
	smoothing       = 0.2
	unknownMethod   = 300 * time.Millisecond
)

// firstGuess is how long methods took in the vendor's own examples; measurements replace it.
var firstGuess = map[string]time.Duration{
	methodRegister:   1120 * time.Millisecond,
	methodShow:       1200 * time.Millisecond,
	methodHide:       810 * time.Millisecond,
	methodFinish:     2300 * time.Millisecond,
	methodAttach:     380 * time.Millisecond,
	methodFindByComm: 100 * time.Millisecond,
	methodItemList:   100 * time.Millisecond,
	methodStatistic:  150 * time.Millisecond,
}

// meter remembers what the portal said of its patience and how long its methods take.
type meter struct {
	now     func() time.Time
	mu      sync.Mutex
	methods map[string]*usage
	quiet   time.Time // the whole portal wants to be left alone until then
}

type usage struct {
	average     time.Duration
	operating   time.Duration
	resetAt     time.Time
	pausedUntil time.Time
	strikes     int
}

func newMeter(now func() time.Time) *meter {
	return &meter{now: now, methods: map[string]*usage{}}
}

func (m *meter) of(method string) *usage {
	u := m.methods[method]
	if u == nil {
		u = &usage{average: cmp.Or(firstGuess[method], unknownMethod)}
		m.methods[method] = u
	}
	return u
}

// expect is how long the portal will probably work on the methods.
func (m *meter) expect(methods []string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	var sum time.Duration
	for _, name := range methods {
		if u := m.methods[name]; u != nil {
			sum += u.average
		} else {
			sum += cmp.Or(firstGuess[name], unknownMethod)
		}
	}
	return sum
}

// spent is what one request used of one method.
type spent struct {
	took      time.Duration
	count     int
	operating time.Duration
	resetAt   time.Time
}

func (s *spent) add(t timing) {
	s.took += t.took()
	s.count++
	if t.ResetAt > 0 {
		s.operating, s.resetAt = seconds(t.Operating), time.Unix(int64(t.ResetAt), 0)
	}
}

// took takes note of an answer and, from 80 % of the budget on, spreads what is left of it
// over what is left of the window: after a request that cost so much, that long a pause.
func (m *meter) took(method string, s spent) {
	if s.count == 0 {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	u := m.of(method)
	u.strikes = 0
	each := s.took / time.Duration(s.count)
	u.average += time.Duration(smoothing * float64(each-u.average))
	if s.resetAt.IsZero() {
		return
	}
	now := m.now()
	u.operating, u.resetAt = s.operating, s.resetAt
	window := min(u.resetAt.Sub(now), operatingWindow)
	left := operatingLimit - u.operating
	switch {
	case window <= 0 || u.operating < slowFrom:
	case left <= 0:
		u.pausedUntil = now.Add(window)
	default:
		pause := time.Duration(float64(s.took) / float64(left) * float64(window))
		u.pausedUntil = now.Add(min(pause, window))
	}
}

// exceeded takes note of OPERATION_TIME_LIMIT and says how long to wait. The refusal carries no
// time of its own: the reset that was told last counts, a growing guess when there was none.
func (m *meter) exceeded(method string) time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	now, u := m.now(), m.of(method)
	until := u.resetAt
	if !until.After(now) {
		until = now.Add(min(pauseOperating<<min(u.strikes, 5), pauseMost))
		u.strikes++
	}
	u.pausedUntil = until
	return until.Sub(now)
}

// hush leaves the whole portal alone for a while.
func (m *meter) hush(wait time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if until := m.now().Add(wait); until.After(m.quiet) {
		m.quiet = until
	}
}

// refuse answers for the portal while it wants to be left alone, so that nothing is sent in vain.
// Without methods it speaks of the portal as a whole.
func (m *meter) refuse(methods ...string) *crm.Error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if wait := m.quiet.Sub(now); wait > 0 {
		return &crm.Error{
			Kind: crm.Limited, Method: methodBatch, Code: "QUERY_LIMIT_EXCEEDED", Text: "not sent yet", Wait: wait, Whole: true,
		}
	}
	var worst *crm.Error
	for _, name := range methods {
		u := m.methods[name]
		if u == nil {
			continue
		}
		if wait := u.pausedUntil.Sub(now); wait > 0 && (worst == nil || wait > worst.Wait) {
			worst = &crm.Error{
				Kind: crm.Limited, Method: name, Code: "OPERATION_TIME_LIMIT", Text: "not sent yet", Wait: wait,
				Whole: name == methodBatch,
			}
		}
	}
	return worst
}

// usage reports all methods the portal told its operating time of, the fullest first.
func (m *meter) usage() crm.Usage {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	var out crm.Usage
	for name, u := range m.methods {
		row := crm.MethodUsage{Method: name}
		if u.resetAt.After(now) {
			row.Operating, row.ResetAt = u.operating, u.resetAt
		}
		if u.pausedUntil.After(now) {
			row.PausedUntil = u.pausedUntil
		}
		if row.Operating > 0 || !row.PausedUntil.IsZero() {
			out.Methods = append(out.Methods, row)
		}
	}
	slices.SortFunc(out.Methods, func(a, b crm.MethodUsage) int {
		return cmp.Or(cmp.Compare(b.Operating, a.Operating), cmp.Compare(a.Method, b.Method))
	})
	return out
}
