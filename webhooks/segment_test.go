package webhooks

import (
	"testing"

	"omniconnector/integration"
)

func FuzzSegment(f *testing.F) {
	raw, err := encode([]integration.Delivery{{Tenant: "a", Body: []byte("x")}, {Tenant: "b"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)-1])
	f.Add([]byte("\xff\xff\xff\xff\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		all, good := decode(raw)
		if good > int64(len(raw)) {
			t.Fatalf("%d good bytes of %d", good, len(raw))
		}
		again, same := decode(raw[:good])
		if len(again) != len(all) || same != good {
			t.Errorf("what was mended reads differently: %d and %d deliveries", len(all), len(again))
		}
	})
}
