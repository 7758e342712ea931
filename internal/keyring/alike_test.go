package keyring_test

import (
	"bytes"
	"errors"
	"testing"

	"omniconnector/internal/keyring"
)

func TestEqualValuesSealAlike(t *testing.T) {
	t.Parallel()
	old := keyring.Generate(1)
	ring, err := keyring.New(old)
	if err != nil {
		t.Fatal(err)
	}
	seal := func(r *keyring.Ring, purpose, value string) []byte {
		sealed, err := r.SealAlike(purpose, []byte(value))
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	first := seal(ring, "files", "value")
	if !bytes.Equal(first, seal(ring, "files", "value")) {
		t.Error("equal values differ")
	}
	for what, other := range map[string][]byte{"another value": seal(ring, "files", "valuf"), "another purpose": seal(ring, "file", "value")} {
		if bytes.Equal(first[4:16], other[4:16]) {
			t.Errorf("%s has the same nonce", what)
		}
	}
	if value, err := ring.Open("files", first); err != nil || string(value) != "value" {
		t.Errorf("opened %q, %v", value, err)
	}
	if _, err := ring.Open("file", first); !errors.Is(err, keyring.ErrOpen) {
		t.Errorf("for another purpose: %v", err)
	}
	rotated, err := keyring.New(old, keyring.Generate(2))
	if err != nil {
		t.Fatal(err)
	}
	if value, err := rotated.Open("files", first); err != nil || string(value) != "value" || bytes.Equal(first, seal(rotated, "files", "value")) {
		t.Errorf("after a rotation: %q, %v", value, err)
	}
}
