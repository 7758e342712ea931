package emulator

import (
	"math"
	"net"
	"net/http"
	"strings"
	"time"
)

// bucket is the request counter of one source address (contract §1.4).
type bucket struct {
	level float64
	at    time.Time
}

// admit counts a request; a full bucket refuses it before anything is executed.
func (p *Portal) admit(source string) *apiError {
	now := p.cloud.opt.clock()
	b := p.bucket[source]
	if b == nil {
		b = &bucket{at: now}
		p.bucket[source] = b
	}
	b.level = math.Max(0, b.level-now.Sub(b.at).Seconds()*p.state.Tariff.PerSecond)
	b.at = now
	if b.level+1 > p.state.Tariff.Burst {
		p.stats.LimitErrors++
		return refuse(http.StatusServiceUnavailable, "QUERY_LIMIT_EXCEEDED", "Too many requests")
	}
	b.level++
	return nil
}

// source is the address a request is counted under: all that come from one share a bucket.
func source(r *http.Request) string {
	if f := r.Header.Get("X-Forwarded-For"); f != "" {
		first, _, _ := strings.Cut(f, ",")
		return strings.TrimSpace(first)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// operating is the time one application used in one method, in one-minute buckets (contract §1.5).
type operating struct{ minutes []minute }

type minute struct {
	start int64
	first time.Time
	sum   float64
}

const operatingWindow = 10 * time.Minute

// A minute leaves ten minutes after its first call, not after its start (contract §1.5).
func (o *operating) prune(now time.Time) {
	for len(o.minutes) > 0 && !now.Before(o.minutes[0].first.Add(operatingWindow)) {
		o.minutes = o.minutes[1:]
	}
}

func (o *operating) sum() float64 {
	total := 0.0
	for _, m := range o.minutes {
		total += m.sum
	}
	return total
}

// When the oldest minute leaves; the sum may still be over the limit then (contract §1.5).
func (o *operating) resetAt(now time.Time) int64 {
	if len(o.minutes) == 0 {
		return now.Add(operatingWindow).Unix()
	}
	return o.minutes[0].first.Add(operatingWindow).Unix()
}

// Calls are charged when they are done: a slow last call may take the sum far over the limit.
func (o *operating) charge(now time.Time, seconds float64) {
	start := now.Unix() / 60
	if n := len(o.minutes); n == 0 || o.minutes[n-1].start != start {
		o.minutes = append(o.minutes, minute{start: start, first: now})
	}
	o.minutes[len(o.minutes)-1].sum += seconds
}

// Application, portal and method together: one method's excess stops neither the others nor other applications (contract §1.5).
func (p *Portal) operatingOf(key, method string) *operating {
	key += "|" + method
	o := p.oper[key]
	if o == nil {
		o = &operating{}
		p.oper[key] = o
	}
	return o
}

// operatingAllows is asked before a call: the call that crosses the limit still completes.
func (p *Portal) operatingAllows(key, method string) *apiError {
	limit := p.cloud.opt.operatingLimit
	if limit <= 0 {
		return nil
	}
	o := p.operatingOf(key, method)
	o.prune(p.cloud.opt.clock())
	if o.sum() >= limit {
		p.stats.OperatingErrors++
		return refuse(http.StatusTooManyRequests, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")
	}
	return nil
}

// spent is the simulated duration of every method, in seconds, as peers measured them on
// live portals; what is not here takes 0.05.
var spent = map[string]float64{
	"telephony.externalcall.searchcrmentities": 0.40,
	"telephony.externalcall.register":          1.12,
	"telephony.externalcall.show":              1.20,
	"telephony.externalcall.hide":              0.81,
	"telephony.externalcall.finish":            2.30,
	"telephony.externalcall.attachrecord":      0.38,
	"crm.item.add":                             0.1,
	"crm.item.update":                          0.1,
	"crm.item.get":                             0.1,
	"crm.item.list":                            0.1,
	"crm.item.delete":                          0.1,
}

func duration(method string) float64 {
	if s, ok := spent[method]; ok {
		return s
	}
	return 0.05
}

// timing is the "time" block of an answer (contract §1.2).
func (p *Portal) timing(key, method string, seconds float64) map[string]any {
	now := p.cloud.opt.clock().In(p.cloud.opt.zone)
	end := now.Add(time.Duration(seconds * float64(time.Second)))
	t := map[string]any{
		"start": unixFloat(now), "finish": unixFloat(end),
		"duration": round6(seconds), "processing": round6(seconds * 0.9),
		"date_start": stamp(now), "date_finish": stamp(end),
	}
	// On portals where the limiter is off both keys are absent.
	if p.cloud.opt.operatingLimit > 0 {
		o := p.operatingOf(key, method)
		t["operating"] = round6(o.sum())
		t["operating_reset_at"] = o.resetAt(now)
	}
	return t
}

func unixFloat(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }

func round6(f float64) float64 { return math.Round(f*1e6) / 1e6 }
