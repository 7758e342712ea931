package bitrix24

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"strings"
	"sync"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// Portals tells who has connected an account of the vendor.
type Portals interface {
	// PortalsOf lists the portals with this member_id, of all tenants; none is no error. An error
	// means that it cannot be told now.
	PortalsOf(ctx context.Context, member string) ([]PortalAccess, error)
}

// PortalAccess is what must be known of a portal to believe its events.
type PortalAccess struct {
	Tenant integration.TenantID
	Portal integration.PortalID
	// State is looked at for one thing: a disconnected portal proves nothing. The events of one that refuses us
	// are kept, and wait.
	State integration.PortalState
	// Endpoint is where the portal is thought to be.
	Endpoint string
	// Application is the application_token (contract §2.5). Without one no event of the portal is believed.
	Application integration.Secret
}

// The reasons of a refusal; they go to the counter and the log, never to the sender.
const (
	NoProof       webhooks.Reason = "no_application_token"
	StrangeMember webhooks.Reason = "unknown_member"
	BadProof      webhooks.Reason = "application_token"
)

// proven are the portals whose application token the sender knows: several tenants may have connected the same account
// with applications of their own. The error is *webhooks.UnauthenticError, or that of Portals.
func (r *Receiver) proven(ctx context.Context, f form) ([]PortalAccess, error) {
	member, token := f.auth("member_id"), f.auth("application_token")
	if !plausible(member) || token == "" {
		return nil, &webhooks.UnauthenticError{Reason: NoProof}
	}
	all, err := r.portals.of(ctx, member)
	if err != nil {
		return nil, err
	}
	given, reason := sha256.Sum256([]byte(token)), BadProof
	var out []PortalAccess
	for _, p := range all {
		want := sha256.Sum256([]byte(string(p.Application)))
		if subtle.ConstantTimeCompare(given[:], want[:]) == 1 && p.State != integration.PortalGone {
			out = append(out, p)
		}
	}
	if len(all) == 0 {
		subtle.ConstantTimeCompare(given[:], nobody[:]) // strangers learn nothing from the time it takes
		reason = StrangeMember
	}
	if len(out) == 0 {
		return nil, &webhooks.UnauthenticError{Reason: reason}
	}
	return out, nil
}

var nobody = sha256.Sum256([]byte(rand.Text()))

// longestMember is longer than any member_id, which has 32 hexadecimal digits (contract §0.1).
const longestMember = 64

// plausible keeps texts that can be nobody's member_id away from storage.
func plausible(member string) bool {
	strange := func(c rune) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') }
	return member != "" && len(member) <= longestMember && !strings.ContainsFunc(member, strange)
}

const (
	// fresh is how long an answer of Portals is believed: a token that was revoked elsewhere works for so long.
	fresh = time.Second
	// patience is how long a request waits for storage to tell of a portal.
	patience = 2 * time.Second
	// mostRemembered bounds the memory that strangers who guess members can take.
	mostRemembered = 50_000
)

// remembered answers for Portals from memory: a portal that reports a thousand changes costs one query a second,
// and an outage of storage turns no known portal away, because it would not come again.
type remembered struct {
	portals Portals
	now     func() time.Time

	mu    sync.Mutex
	known map[string]memory // by member
}

type memory struct {
	portals []PortalAccess
	checked time.Time
}

func (r *remembered) of(ctx context.Context, member string) ([]PortalAccess, error) {
	now := r.now()
	r.mu.Lock()
	m, known := r.known[member]
	if known && now.Sub(m.checked) < fresh {
		r.mu.Unlock()
		return m.portals, nil
	}
	if known { // the others go on with the old answer while this one asks
		m.checked = now
		r.known[member] = m
	}
	r.mu.Unlock()

	ask, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	all, err := r.portals.PortalsOf(ask, member)
	if err != nil {
		if known && len(m.portals) > 0 {
			return m.portals, nil
		}
		return nil, err
	}
	r.keep(member, memory{portals: all, checked: now})
	return all, nil
}

// forget makes the next request of the member ask again: after its token changed.
func (r *remembered) forget(member string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, member)
}

func (r *remembered) keep(member string, m memory) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.known) >= mostRemembered {
		for name, old := range r.known { // strangers first; they are the ones without bound
			if len(old.portals) == 0 {
				delete(r.known, name)
			}
		}
		if len(m.portals) == 0 && len(r.known) >= mostRemembered {
			return
		}
	}
	r.known[member] = m
}
