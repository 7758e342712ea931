package web_test

import (
	"strings"
	"testing"
)

// S-2: both secrets are drawn in one request, and the notifications that come back can be pasted as they are.
func TestReadyNotificationsHoldBothSecrets(t *testing.T) {
	t.Parallel()
	_, writer, _ := setup(t).tenant("shop")
	for _, variant := range []string{"json", "form", "get"} {
		a := writer.do("POST", "/api/v1/hooks/rotate", map[string]any{"which": "both", "variant": variant}).want(t, 200)
		for _, sign := range []string{"SECRET-OF", `"secret"` + `:"`} {
			if strings.Contains(a.body, sign) {
				t.Errorf("%s: %s in %s", variant, sign, a.body)
			}
		}
	}
	one := writer.do("POST", "/api/v1/hooks/rotate", map[string]any{"which": "path"}).want(t, 200)
	if !strings.Contains(one.body, "SECRET-OF-THE-TEMPLATE") || strings.Contains(one.body, "SECRET-OF-THE-ADDRESS") {
		t.Errorf("one secret drawn: %s", one.body)
	}
}
