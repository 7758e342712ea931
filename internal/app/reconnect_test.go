package app_test

import (
	"testing"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/internal/world"
)

// T-2: a portal that is disconnected and connected again keeps its settings; its customers are indexed anew.
func TestManagerIsFoundAfterReconnecting(t *testing.T) {
	t.Parallel()
	s := personalManager(t, "", func(w *world.World) {
		w.Portal.Add(bitrix.Contact, map[string]any{"name": "Клиент", "assignedById": int64(7), "fm": []any{bitrix.Phone("+79000000901")}})
	})
	s.routes(t, 901, "79000000901", annaLines, "route_found")
	for _, state := range []integration.PortalState{integration.PortalGone, integration.PortalOK} {
		if err := s.app.Store().SetPortalState(t.Context(), s.at.Tenant, s.at.Portal, state, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.app.PortalConnected(t.Context(), s.at.Tenant, s.at.Portal); err != nil {
		t.Fatal(err)
	}
	s.rest(t)
	s.routes(t, 902, "79000000901", annaLines, "route_found")
}
