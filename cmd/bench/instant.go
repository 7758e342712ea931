package main

import (
	"context"
	"fmt"
	"io"
	"sync/atomic"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// instant is a portal that answers at once, and to all of it knows nothing of anybody. What a lane needs with it is the
// lane's own.
type instant struct{ made atomic.Int64 }

var _ crm.Portal = (*instant)(nil)

// fits is how many commands go into one request, as with the vendor.
const fits = 50

// Fit packs by number.
func (*instant) Fit(chains [][]crm.Call) int {
	commands := 0
	for i, chain := range chains {
		if commands += len(chain); i > 0 && commands > fits {
			return i
		}
	}
	return len(chains)
}

// Perform answers everything with success.
func (p *instant) Perform(_ context.Context, chains [][]crm.Call, _ crm.Answers) []crm.Outcome {
	var all []crm.Outcome
	for _, chain := range chains {
		for _, call := range chain {
			all = append(all, crm.Outcome{Key: call.Key, Result: p.result(call.Do)})
		}
	}
	return all
}

func (p *instant) result(do crm.Command) any {
	switch do.(type) {
	case crm.Find:
		return crm.Customer{}
	case crm.Create:
		return crm.Made{ID: p.made.Add(1)}
	case crm.Update:
		return crm.Updated{}
	case crm.AddActivity:
		return crm.Made{ID: p.made.Add(1)}
	case crm.Comment, crm.EditComment:
		return crm.Commented{ID: p.made.Add(1)}
	case crm.Register:
		return crm.Registered{CallID: fmt.Sprintf("externalCall.%032d", p.made.Add(1))}
	case crm.Finish:
		return crm.Finished{Activity: p.made.Add(1)}
	case crm.AttachRecord:
		return crm.UploadTo{Have: true} // carrying bytes is not the lane's work
	default:
		return nil
	}
}

// LookUp finds nothing: nothing is ever in doubt here.
func (*instant) LookUp(_ context.Context, calls []crm.Call, _ crm.Answers) []crm.Outcome {
	all := make([]crm.Outcome, len(calls))
	for i, c := range calls {
		all[i] = crm.Outcome{Key: c.Key, Err: &crm.Error{Kind: crm.NotFound, Method: c.Do.Name(), Text: "nothing is in doubt here"}}
	}
	return all
}

// Upload takes a record.
func (*instant) Upload(_ context.Context, _ crm.UploadTo, _ string, _ int64, record io.Reader) *crm.Error {
	if _, err := io.Copy(io.Discard, record); err != nil {
		return &crm.Error{Kind: crm.Unavailable, Method: "upload", Text: err.Error()}
	}
	return nil
}

// Directory gives the directory of the decided call.
func (*instant) Directory(context.Context, func(context.Context) error) (crm.Directory, *crm.Error) {
	return theDirectory(), nil
}

// Prepare has nothing to make ready.
func (*instant) Prepare(context.Context, func(context.Context) error, crm.Prepare) *crm.Error {
	return nil
}

// Presence knows nobody's working day.
func (*instant) Presence(context.Context, func(context.Context) error, []crm.UserID) (map[crm.UserID]crm.Presence, *crm.Error) {
	return nil, nil
}

// Usage tells nothing.
func (*instant) Usage() crm.Usage { return crm.Usage{} }

// everywhere opens the same portal for every lane.
type everywhere struct{ portal crm.Portal }

// Open gives the portal, with a budget that is never used up.
func (e everywhere) Open(context.Context, integration.TenantID, integration.PortalID) (crm.Portal, lane.Budget, error) {
	return e.portal, plenty(), nil
}

// noRecordings has no records.
type noRecordings struct{}

// Fetch finds nothing.
func (noRecordings) Fetch(context.Context, string) (io.ReadCloser, int64, error) {
	return nil, 0, lane.ErrNotReady
}
