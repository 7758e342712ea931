package emulator

import (
	"net/http"
	"regexp"
	"strings"
)

// maxBatch is contract §1.7; requestLimit is the time after which the front server gives up on a request (§1.5).
const (
	maxBatch     = 50
	requestLimit = 60.0
	codeCut      = "\x00cut" // never leaves the package
)

// batch runs up to 50 commands one after another (contract §1.7).
func (p *Portal) batch(a actor, req *request) (map[string]any, float64, *apiError) {
	cmd, ok := req.in.get("cmd").(*array)
	if !ok {
		return nil, 0, argument("cmd", "Argument 'cmd' is null or empty")
	}
	b := &batch{
		result: newArray(), errors: newArray(), total: newArray(), next: newArray(), time: newArray(),
	}
	halt := phpBool(req.in.get("halt"))
	limit := cmd.len()
	if req.fault != nil && req.fault.Kind == FaultCutHalf {
		limit /= 2
	}
	for i, key := range cmd.keys {
		if i >= limit {
			break
		}
		bad := b.step(p, a, req, i, key, phpString(cmd.vals[key]))
		if p.cloud.opt.chargeBatch {
			p.operatingOf(a.key, "batch").charge(p.cloud.opt.clock(), max(0.1, b.last))
		}
		// What the portal did until the front server hung up stays done.
		if b.seconds > requestLimit {
			p.stats.Cuts++
			return nil, requestLimit, refuse(http.StatusBadGateway, codeCut, "")
		}
		if bad && halt {
			break
		}
	}
	return map[string]any{
		"result": map[string]any{
			"result": b.result, "result_error": b.errors, "result_total": b.total,
			"result_next": b.next, "result_time": b.time,
		},
		"time": p.timing(a.key, "batch", b.seconds),
	}, b.seconds, nil
}

type batch struct {
	result, errors, total, next, time *array
	seconds, last                     float64
}

// step runs one command and tells whether it failed.
func (b *batch) step(p *Portal, a actor, req *request, i int, key, cmd string) bool {
	name, query, _ := strings.Cut(cmd, "?")
	name = strings.TrimSuffix(lower(strings.TrimSpace(name)), ".json")
	var out outcome
	switch {
	case i >= maxBatch:
		out.bad = refuse(http.StatusBadRequest, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
	case name == "batch":
		out.bad = refuse(http.StatusMethodNotAllowed, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
	default:
		in := parseForm(query)
		b.resolve(in)
		out = p.command(a, req, name, in, true)
	}
	b.last = out.cost
	b.seconds += out.cost
	if out.bad != nil {
		b.errors.set(key, out.bad.body())
		return true
	}
	b.result.set(key, out.result)
	b.time.set(key, out.time)
	if pg := out.page; pg != nil && !pg.bare {
		b.total.set(key, pg.total)
		if pg.next > 0 {
			b.next.set(key, pg.next)
		}
	}
	return false
}

var reference = regexp.MustCompile(`\$result((?:\[[^\[\]]*\])+)`)

// resolve replaces $result[key][field] in values by what earlier commands answered.
// What cannot be found stays literal text, on which PHP's casts then do their work.
func (b *batch) resolve(in *array) {
	for _, k := range in.keys {
		switch v := in.vals[k].(type) {
		case *array:
			b.resolve(v)
		case string:
			if strings.Contains(v, "$result[") {
				in.vals[k] = b.substitute(v)
			}
		}
	}
}

// A reference that is the whole value keeps its type, an array too; inside other text only scalars
// are put in, since PHP has no text for an array but "Array".
func (b *batch) substitute(text string) any {
	if m := reference.FindStringSubmatchIndex(text); m != nil && m[0] == 0 && m[1] == len(text) {
		if v, ok := b.lookup(text[m[2]:m[3]]); ok {
			return v
		}
		return text
	}
	return reference.ReplaceAllStringFunc(text, func(ref string) string {
		v, ok := b.lookup(strings.TrimPrefix(ref, "$result"))
		if _, nested := v.(*array); !ok || nested {
			return ref
		}
		return phpString(v)
	})
}

// Results are walked as PHP would see them: after an error the key is simply not there (contract §1.7).
func (b *batch) lookup(path string) (any, bool) {
	var at any = b.result
	for key := range strings.SplitSeq(strings.Trim(path, "[]"), "][") {
		a, ok := at.(*array)
		if !ok {
			return nil, false
		}
		if at, ok = a.vals[key]; !ok {
			return nil, false
		}
		at = plain(at)
	}
	return at, true
}

// plain turns a Go result into PHP values, so that it can be walked by key.
func plain(v any) any {
	switch v := v.(type) {
	case nil, bool, int64, float64, string, *array:
		return v
	default:
		return fromGo(v)
	}
}
