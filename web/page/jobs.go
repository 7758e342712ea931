package page

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/lane"
	"omniconnector/web"
)

// errands are the jobs of all portals, and what was refused for good.
type errands struct {
	Portals []portalJobs
	Refused []refusal
}

// portalJobs are the jobs of one portal.
type portalJobs struct {
	Name string
	Jobs []job
}

// job is one errand in a line.
type job struct {
	Name, Key string
	Badge     badge
	Due       string // when it runs next; empty when it is over
	Progress  string
	Part      int    // of a hundred that is done; 0 when nobody knows
	Words     string // of the last failure
}

// refusal is an action that was refused for good.
type refusal struct {
	Clock, Name, Words string
	Session            integration.SessionID
	Portal             integration.PortalID
}

func (p *Page) jobs(c *gin.Context) {
	l, t := language(c), signedIn(c).tenant.ID
	content, err := p.errands(c.Request.Context(), t, l)
	if err != nil {
		p.fail(c, err)
		return
	}
	p.show(c, http.StatusOK, "jobs.html", say(l, "jobs"), content)
}

func (p *Page) errands(ctx context.Context, t integration.TenantID, l integration.Lang) (*errands, error) {
	out := &errands{}
	ids, err := web.Everywhere(ctx, p.cfg.Store, t)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		of, err := p.portalOf(ctx, t, id)
		if err != nil {
			return nil, err
		}
		list, err := p.cfg.Store.Jobs(ctx, t, id)
		if err != nil {
			return nil, err
		}
		one := portalJobs{Name: of.name}
		for i := range list {
			one.Jobs = append(one.Jobs, jobOf(&list[i], of, p.cfg.Now(), l))
		}
		out.Portals = append(out.Portals, one)
		if err := p.refused(ctx, t, of, out, l); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// refused adds a portal's latest dead letters.
func (p *Page) refused(ctx context.Context, t integration.TenantID, of *portal, out *errands, l integration.Lang) error {
	const most = 50
	rows, _, err := p.cfg.Store.DeadLetters(ctx, t, of.id, "", most)
	for i := range rows {
		r := refusal{Clock: momentOf(rows[i].Updated.In(of.zone), p.cfg.Now(), l), Name: commandWord(rows[i].Command, l), Session: rows[i].Session, Portal: of.id}
		if rows[i].Err != nil {
			r.Words = wordsOf(rows[i].Err)
		}
		out.Refused = append(out.Refused, r)
	}
	return err
}

func jobOf(j *web.Job, of *portal, now time.Time, l integration.Lang) job {
	out := job{Key: string(j.Key), Badge: stateBadge(j.State, l)}
	if j.Do != nil {
		out.Name = commandWord(j.Do.Name(), l)
	}
	if j.State == lane.StatePlanned && j.DueAt.After(now) {
		out.Badge, out.Due = badge{"quiet", say(l, "next_run")}, momentOf(j.DueAt.In(of.zone), now, l)
	}
	out.Progress, out.Part = progress(j, l)
	if j.Err != nil && j.Err.Kind != crm.Skipped {
		out.Words = wordsOf(j.Err)
	}
	return out
}

// momentOf is a time of day, with the day unless it is today.
func momentOf(at, now time.Time, l integration.Lang) string {
	clock := at.Format("15:04:05")
	if day := dayTitle(at, now.In(at.Location()), l); day != say(l, "today") {
		return day + ", " + clock
	}
	return clock
}

// progress says how far an errand has come, and how many hundredths that is.
func progress(j *web.Job, l integration.Lang) (text string, part int) {
	var n struct{ Done, Total, Found, Changed int }
	if len(j.Result) == 0 || json.Unmarshal(j.Result, &n) != nil {
		return "", 0
	}
	count := func(word string, n int) string { return say(l, word) + ": " + strconv.Itoa(n) }
	word := "progress_calls"
	switch j.Do.(type) {
	case centre.Sweep:
		return count("progress_found", n.Found), 0
	case centre.ImportStatuses:
		return count("progress_statuses", n.Changed), 0
	case crm.Index:
		word = "progress_customers"
	case centre.Import:
	default:
		return "", 0
	}
	if n.Total == 0 {
		return count(word, n.Done), 0
	}
	return count(word, n.Done) + " / " + strconv.Itoa(n.Total), min(100, 100*n.Done/n.Total)
}
