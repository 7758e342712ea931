package embed

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// key verifies tokens of one algorithm and no other.
type key struct {
	method jwt.SigningMethod
	value  any
}

// leastSecret is what RFC 7518 §3.2 asks of a secret of HS256, in bytes.
const leastSecret = 32

var keyID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// parseKeys reads "id:hs256:BASE64" (a shared secret) and "id:eddsa:BASE64" (a public key) items divided by commas,
// spaces or lines. Errors never repeat a key.
func parseKeys(text string) (map[string]key, error) {
	keys := map[string]key{}
	split := func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }
	for i, item := range strings.FieldsFunc(text, split) {
		parts := strings.SplitN(item, ":", 3)
		const fields = 3
		if len(parts) != fields || !keyID.MatchString(parts[0]) {
			return nil, fmt.Errorf("embed keys: item %d is not id:hs256:BASE64 or id:eddsa:BASE64", i+1)
		}
		if _, twice := keys[parts[0]]; twice {
			return nil, fmt.Errorf("embed keys: id %q is there twice", parts[0])
		}
		k, err := newKey(parts[1], parts[2])
		if err != nil {
			return nil, fmt.Errorf("embed keys: %q: %w", parts[0], err)
		}
		keys[parts[0]] = k
	}
	if len(keys) == 0 {
		return nil, errors.New("embed keys: there are none")
	}
	return keys, nil
}

func newKey(algorithm, text string) (key, error) {
	value, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return key{}, errors.New("the key is not BASE64")
	}
	switch strings.ToLower(algorithm) {
	case "hs256":
		if len(value) < leastSecret {
			return key{}, fmt.Errorf("the secret has %d bytes, at least %d are needed", len(value), leastSecret)
		}
		return key{jwt.SigningMethodHS256, value}, nil
	case "eddsa":
		if len(value) != ed25519.PublicKeySize {
			return key{}, fmt.Errorf("the public key has %d bytes, want %d: Ed25519, without any wrapping", len(value), ed25519.PublicKeySize)
		}
		return key{jwt.SigningMethodEdDSA, ed25519.PublicKey(value)}, nil
	}
	return key{}, errors.New("the algorithm must be hs256 or eddsa")
}
