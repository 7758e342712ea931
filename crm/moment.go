package crm

import (
	"context"
	"time"
)

type lastMoment struct{}

// SendBy makes a context under which a Portal sends nothing to the CRM at or after t, however long
// it had to wait for a token or an address before. Waiting for the answer is not bounded by it.
func SendBy(ctx context.Context, t time.Time) context.Context {
	return context.WithValue(ctx, lastMoment{}, t)
}

// MaySend tells whether a request may still be sent at the time now.
func MaySend(ctx context.Context, now time.Time) bool {
	t, ok := ctx.Value(lastMoment{}).(time.Time)
	return !ok || now.Before(t)
}
