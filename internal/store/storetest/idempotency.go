package storetest

import (
	"crypto/sha256"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/internal/store"
)

var (
	request = sha256.Sum256([]byte("POST /api/v1/portals {}"))
	created = store.Answer{Status: 201, ContentType: "application/json", Body: []byte(`{"token":"shown-this-once"}`)}
)

// claimKey takes a key that must be free.
func (e *exam) claimKey(t integration.TenantID, key string) store.Claim {
	e.Helper()
	c, had, err := e.s.ClaimKey(e.Context(), t, key, request)
	if err != nil || had != nil {
		e.Fatalf("claiming %q: %+v, %v", key, had, err)
	}
	return c
}

// S-2: the same request is answered the same for a day, and its secrets are not to be seen meanwhile.
func (e *exam) answersAreGivenAgain() {
	t := e.T
	ctx := t.Context()
	e.connect("other", "member-2")
	again := func(tenant integration.TenantID, key string, asked [32]byte, want error) {
		t.Helper()
		_, had, err := e.s.ClaimKey(ctx, tenant, key, asked)
		if !errors.Is(err, want) || want == nil && !cmp.Equal(had, &created) || want != nil && had != nil {
			t.Errorf("%q of %q again: %+v, %v", key, tenant, had, err)
		}
	}
	long := strings.Repeat("k", 5000) + "\x00"
	for _, tenant := range []integration.TenantID{"acme", "other", ""} { // each has keys of its own
		for _, key := range []string{"k", "", "ключ / one", long} {
			c := e.claimKey(tenant, key)
			again(tenant, key, request, store.ErrConflict)
			again(tenant, key, sha256.Sum256(nil), store.ErrDuplicate)
			e.must(e.s.KeepAnswer(ctx, c, created))
			again(tenant, key, request, nil)
			again(tenant, key, sha256.Sum256(nil), store.ErrDuplicate)
			e.must(e.s.ReleaseKey(ctx, c)) // too late: it is answered
			again(tenant, key, request, nil)
			if err := e.s.KeepAnswer(ctx, c, created); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("answered twice: %v", err)
			}
		}
	}
	for _, row := range Dump(t, e.s)["idempotency_keys"] {
		if strings.Contains(row, "shown-this-once") {
			t.Errorf("a secret is to be seen: %s", row)
		}
	}
	if _, _, err := e.s.ClaimKey(ctx, "nobody", "k", request); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a key of nobody: %v", err)
	}
	e.Advance(24*time.Hour - time.Microsecond)
	again("acme", "k", request, nil)
	e.Advance(time.Microsecond)
	if n, err := e.s.Prune(ctx, "acme", e.Now(), 9); err != nil || n != 0 {
		t.Errorf("pruned %d, %v", n, err)
	}
	if rows := Dump(t, e.s)["idempotency_keys"]; len(rows) != 4 || !strings.Contains(rows[0], "tenant_id=other ") {
		t.Errorf("after acme's pruning: %q", rows)
	}
	e.claimKey("acme", "k")
	if rows := Dump(t, e.s)["idempotency_keys"]; len(rows) != 1 {
		t.Errorf("after a day: %q", rows)
	}
}

// Of requests that come at once one is done. What its process did not live to answer may be asked for again, and the dead
// one's late answer is not taken.
func (e *exam) oneOfManyClaimsAKey() {
	t := e.T
	ctx := t.Context()
	race := func() (won []store.Claim) {
		t.Helper()
		var mu sync.Mutex
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				c, had, err := e.s.ClaimKey(ctx, "acme", "k", request)
				mu.Lock()
				defer mu.Unlock()
				if err == nil && had == nil {
					won = append(won, c)
				} else if !errors.Is(err, store.ErrConflict) {
					t.Errorf("%+v, %v", had, err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("%d claims of one key", len(won))
		}
		return won
	}
	first := race()[0]
	e.must(e.s.ReleaseKey(ctx, first))
	e.must(e.s.ReleaseKey(ctx, first))
	dead := race()[0]
	e.Advance(5*time.Minute - time.Microsecond)
	if _, _, err := e.s.ClaimKey(ctx, "acme", "k", request); !errors.Is(err, store.ErrConflict) {
		t.Errorf("while it is under way: %v", err)
	}
	e.Advance(time.Microsecond)
	heir := race()[0]
	if err := e.s.KeepAnswer(ctx, dead, store.Answer{Status: 200}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the dead one answers: %v", err)
	}
	e.must(e.s.ReleaseKey(ctx, dead))
	e.must(e.s.KeepAnswer(ctx, heir, created))
	if _, had, err := e.s.ClaimKey(ctx, "acme", "k", request); err != nil || !cmp.Equal(had, &created) {
		t.Errorf("the heir's answer: %+v, %v", had, err)
	}
}
