package web

import (
	"context"
	"crypto/sha256"
	"time"

	"omniconnector/integration"
)

// Claim is a request's hold on an idempotency key.
type Claim struct {
	Tenant integration.TenantID // empty: the operator
	Key    string
	At     time.Time
}

// Answer is what a request was answered.
type Answer struct {
	Status      int
	ContentType string
	Body        []byte
}

// Idempotency keeps what requests with an Idempotency-Key were answered, sealed, for a day (S-2).
type Idempotency interface {
	// ClaimKey takes a key for a request of a tenant, or of the operator when it is empty, or gives the answer that the same
	// request had. ErrDuplicate means that the key was used for another request, ErrConflict that the same one is under way.
	ClaimKey(ctx context.Context, t integration.TenantID, key string, request [sha256.Size]byte) (Claim, *Answer, error)
	// KeepAnswer stores what a claimed request was answered; ErrNotFound means that the claim is held no more.
	KeepAnswer(ctx context.Context, c Claim, a Answer) error
	// ReleaseKey gives a key back that was not answered.
	ReleaseKey(ctx context.Context, c Claim) error
}
