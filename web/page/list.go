package page

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/integration"
	"omniconnector/web"
)

const (
	eventsRead = 400 // events looked at for one page of calls
	callsShown = 50
)

// listing is the list of calls.
type listing struct {
	Days       []day
	Phone      string // what was searched for
	Problem    string
	Unreadable int
	Cursor     string // of this page; only the first one is live
	Next       string
}

// day holds the calls that began on one day.
type day struct {
	Title string
	Calls []summary
}

func (p *Page) list(c *gin.Context) {
	content, err := p.calls(c)
	if err != nil {
		p.fail(c, err)
		return
	}
	p.show(c, http.StatusOK, "list.html", say(language(c), "calls"), content)
}

// live is the list alone, for the page that asks every second. Its ETag lets nothing be sent while nothing
// happens; a connection that breaks is simply asked again.
func (p *Page) live(c *gin.Context) {
	l := language(c)
	content, err := p.calls(c)
	if err != nil {
		p.fail(c, err)
		return
	}
	body, err := p.render(l, "calls", content)
	if err != nil {
		p.fail(c, err)
		return
	}
	sum := sha256.Sum256(body)
	etag := `"` + hex.EncodeToString(sum[:12]) + `"`
	c.Header("ETag", etag)
	if c.GetHeader("If-None-Match") == etag {
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(http.StatusOK, "text/html; charset=utf-8", body)
}

// calls gathers one page of calls, newest first.
func (p *Page) calls(c *gin.Context) (*listing, error) {
	l, t := language(c), signedIn(c).tenant.ID
	out := &listing{Phone: c.Query("phone"), Cursor: c.Query("cursor")}
	var filter web.EventFilter
	if out.Phone != "" {
		phone, problem := integration.ParsePhone(out.Phone, "RU")
		if problem != integration.PhoneFine {
			out.Problem = say(l, "bad_phone")
			return out, nil
		}
		filter.Customer = integration.CustomerKey(phone)
	}
	rows, next, err := p.cfg.Store.Events(c.Request.Context(), t, filter, out.Cursor, eventsRead)
	if err != nil {
		return nil, err
	}
	out.Next = next
	keys, unreadable := sessions(rows)
	out.Unreadable = unreadable
	portals := map[integration.PortalID]*portal{}
	var calls []summary
	for _, k := range keys {
		of := portals[k.portal]
		if of == nil {
			if of, err = p.portalOf(c.Request.Context(), t, k.portal); err != nil {
				return nil, err
			}
			portals[k.portal] = of
		}
		s, shown, err := p.summary(c.Request.Context(), t, k, of, l, out.Cursor != "")
		if err != nil {
			return nil, err
		}
		if shown {
			calls = append(calls, s)
		}
	}
	slices.SortStableFunc(calls, func(a, b summary) int { return b.order.Compare(a.order) })
	out.Days = days(calls, p.cfg.Now(), l)
	return out, nil
}

// callKey names a call as its events tell of it.
type callKey struct {
	portal  integration.PortalID
	session integration.SessionID
	newest  integration.EventID
}

// sessions lists the calls of events in the order of their newest events, and counts what could not be read.
func sessions(rows []web.EventRow) (keys []callKey, unreadable int) {
	seen := map[callKey]bool{}
	for _, r := range rows {
		if r.Event.Kind == integration.Unreadable {
			unreadable++
		}
		k := callKey{portal: r.Portal, session: r.Event.Session}
		if k.session == "" || seen[k] || len(keys) >= callsShown {
			continue
		}
		seen[k] = true
		k.newest = r.Event.ID
		keys = append(keys, k)
	}
	return keys, unreadable
}

// summary tells one call in a line. On a later page, a call whose newest event was on a page before is not shown again.
func (p *Page) summary(
	ctx context.Context, t integration.TenantID, k callKey, of *portal, l integration.Lang, later bool,
) (s summary, shown bool, err error) {
	at := settledKey{t, k, l}
	if s, ok := p.settled.get(at, p.cfg.Now()); ok && !later {
		return s, true, nil
	}
	story, err := p.cfg.Store.Call(ctx, t, k.portal, k.session)
	if err != nil || len(story.Events) == 0 {
		return summary{}, false, err
	}
	newest := slices.MaxFunc(story.Events, func(a, b web.EventRow) int { return a.Event.Received.Compare(b.Event.Received) })
	if later && newest.Event.ID > k.newest {
		return summary{}, false, nil
	}
	s = summarise(&story, of, l)
	if s.settled {
		p.settled.put(at, s, p.cfg.Now())
	}
	return s, true, nil
}

// days puts calls under the days on which they began.
func days(calls []summary, now time.Time, l integration.Lang) []day {
	var out []day
	for _, s := range calls {
		title := dayTitle(s.At, now.In(s.At.Location()), l)
		if len(out) == 0 || out[len(out)-1].Title != title {
			out = append(out, day{Title: title})
		}
		out[len(out)-1].Calls = append(out[len(out)-1].Calls, s)
	}
	return out
}

var months = []string{
	"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
}

func dayTitle(at, now time.Time, l integration.Lang) string {
	date := at.Format("2006-01-02")
	switch date {
	case now.Format("2006-01-02"):
		return say(l, "today")
	case now.AddDate(0, 0, -1).Format("2006-01-02"):
		return say(l, "yesterday")
	}
	if l == integration.English {
		return at.Format("2 January 2006")
	}
	return at.Format("2 ") + months[at.Month()-1] + at.Format(" 2006")
}

// settledCalls remembers the lines of calls to which nothing more happens, for a little while: a page that is
// asked every second must not read fifty calls each time.
type settledCalls struct {
	mu    sync.Mutex
	known map[settledKey]settledCall
}

type settledKey struct {
	tenant integration.TenantID
	call   callKey
	lang   integration.Lang
}

type settledCall struct {
	summary summary
	until   time.Time
}

const (
	settledFor = 15 * time.Second // a dead letter may be tried again by hand
	settledMax = 5000
)

func (s *settledCalls) get(k settledKey, now time.Time) (summary, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.known[k]
	return c.summary, ok && now.Before(c.until)
}

func (s *settledCalls) put(k settledKey, v summary, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.known == nil || len(s.known) >= settledMax {
		s.known = map[settledKey]settledCall{}
	}
	s.known[k] = settledCall{v, now.Add(settledFor)}
}
