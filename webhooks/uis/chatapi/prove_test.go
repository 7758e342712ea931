package chatapi_test

import (
	"errors"
	"testing"

	"omniconnector/webhooks/uis/chatapi"
)

func TestALoginIsProved(t *testing.T) {
	t.Parallel()
	p, server := start(t, resource)
	if err := client(t, server, "PASSWORD", clock).Prove(t.Context()); err != nil || p.logins.Load() != 1 {
		t.Errorf("%v after %d logins", err, p.logins.Load())
	}
	wrong := client(t, server, "WRONGPASS", clock)
	if err := wrong.Prove(t.Context()); !errors.Is(err, chatapi.ErrLogin) {
		t.Errorf("a wrong password: %v", err)
	}
	server.Close()
	if err := wrong.Prove(t.Context()); err == nil || errors.Is(err, chatapi.ErrLogin) {
		t.Errorf("away: %v", err)
	}
}
