package keyring_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"omniconnector/internal/keyring"
)

func ring(t *testing.T, keys ...keyring.Key) *keyring.Ring {
	t.Helper()
	r, err := keyring.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func seal(t *testing.T, r *keyring.Ring, purpose, value string) []byte {
	t.Helper()
	sealed, err := r.Seal(purpose, []byte(value))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func TestOpensWhatItSealed(t *testing.T) {
	t.Parallel()
	r := ring(t, keyring.Generate(1))
	for _, value := range []string{"", "x", "тайна\x00", strings.Repeat("long", 1000)} {
		a, b := seal(t, r, "t/p/access", value), seal(t, r, "t/p/access", value)
		if bytes.Equal(a, b) {
			t.Error("the same value sealed twice gives the same bytes")
		}
		if value != "" && bytes.Contains(a, []byte(value)) && len(value) > 4 {
			t.Error("the sealed bytes show the value")
		}
		got, err := r.Open("t/p/access", a)
		if err != nil || string(got) != value {
			t.Errorf("Open = %q, %v, want %q", got, err, value)
		}
	}
}

func TestRefusesAnotherPurposeKeyOrChange(t *testing.T) {
	t.Parallel()
	k := keyring.Generate(1)
	r := ring(t, k)
	sealed := seal(t, r, "t/p/access", "secret")
	if _, err := r.Open("t/q/access", sealed); !errors.Is(err, keyring.ErrOpen) {
		t.Errorf("another purpose: %v", err)
	}
	if _, err := ring(t, keyring.Generate(1)).Open("t/p/access", sealed); !errors.Is(err, keyring.ErrOpen) {
		t.Errorf("another key with the same id: %v", err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := r.Open("t/p/access", changed); !errors.Is(err, keyring.ErrOpen) {
			t.Errorf("byte %d changed: %v", i, err)
		}
		if _, err := r.Open("t/p/access", sealed[:i]); !errors.Is(err, keyring.ErrOpen) {
			t.Errorf("cut at %d: %v", i, err)
		}
	}
}

func TestRotatesWithoutLoss(t *testing.T) {
	t.Parallel()
	first, second := keyring.Generate(7), keyring.Generate(300)
	before := seal(t, ring(t, first), "p", "value")
	r := ring(t, second, first)
	got, err := r.Open("p", before)
	if err != nil || string(got) != "value" {
		t.Fatalf("after rotation: %q, %v", got, err)
	}
	if !r.Stale(before) || r.Stale(seal(t, r, "p", "value")) {
		t.Error("Stale must tell the old key from the newest")
	}
	if _, err := ring(t, second).Open("p", before); !errors.Is(err, keyring.ErrOpen) {
		t.Errorf("a ring without the old key: %v", err)
	}
}

func TestParseReadsWhatFormatWrote(t *testing.T) {
	t.Parallel()
	a, b := keyring.Generate(1), keyring.Generate(2)
	r, err := keyring.Parse(strings.ReplaceAll(keyring.Format(a, b), "\n", ","))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ring(t, b).Open("p", seal(t, r, "p", "v")); err != nil || string(got) != "v" {
		t.Errorf("the greatest id must seal: %q, %v", got, err)
	}
	if shown := fmt.Sprintf("%v %+v %#v %s", a, a, a, a); strings.Contains(shown, string(a.Secret)) || len(shown) > 60 {
		t.Errorf("a key shows itself: %s", shown)
	}
	secret := strings.TrimPrefix(strings.TrimSpace(keyring.Format(a)), "1:")
	for _, bad := range []string{"", "nonsense", secret, "x:" + secret, "1:***" + secret, "1:" + secret[:8], keyring.Format(a, a)} {
		if _, err := keyring.Parse(bad); err == nil {
			t.Errorf("Parse(%q) is no error", bad)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
}

func TestLoadMakesOneKeyFileForAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	rings := make([]*keyring.Ring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() {
			r, err := keyring.Load(path)
			if err != nil {
				t.Error(err)
			}
			rings[i] = r
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	sealed := seal(t, rings[0], "p", "v")
	for _, r := range rings {
		if _, err := r.Open("p", sealed); err != nil {
			t.Error(err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
