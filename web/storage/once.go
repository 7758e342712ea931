package storage

import (
	"context"
	"crypto/sha256"

	"omniconnector/integration"
	"omniconnector/internal/store"
	"omniconnector/web"
)

// ClaimKey takes an idempotency key, or gives the answer that the same request had.
func (s Store) ClaimKey(ctx context.Context, t integration.TenantID, key string, request [sha256.Size]byte) (web.Claim, *web.Answer, error) {
	claim, had, err := s.in.ClaimKey(ctx, t, key, request)
	return web.Claim(claim), (*web.Answer)(had), outward(err)
}

// KeepAnswer stores what a claimed request was answered.
func (s Store) KeepAnswer(ctx context.Context, c web.Claim, a web.Answer) error {
	return outward(s.in.KeepAnswer(ctx, store.Claim(c), store.Answer(a)))
}

// ReleaseKey gives a key back that was not answered.
func (s Store) ReleaseKey(ctx context.Context, c web.Claim) error {
	return outward(s.in.ReleaseKey(ctx, store.Claim(c)))
}
