package store_test

import (
	"testing"

	"omniconnector/internal/store"
	"omniconnector/webhooks"
)

// Whoever compares webhooks makes sums as storage does.
func TestWebhooksAreKnownByTheirSums(t *testing.T) {
	t.Parallel()
	if got, want := webhooks.BasicLogin("login", "пароль"), store.BasicAuth("login", "пароль").Sum; got.Sum != want {
		t.Errorf("Basic: %x, stored %x", got.Sum, want)
	}
	if got, want := webhooks.BearerLogin("token"), store.BearerAuth("token").Sum; got.Sum != want {
		t.Errorf("Bearer: %x, stored %x", got.Sum, want)
	}
}
