// Package keyring seals secrets for storage with AES-256-GCM. A ring holds several
// keys: the newest seals, any opens, so that keys can be rotated without loss. Every
// purpose has a key of its own (HKDF) and is bound to what it seals, so that a value
// moved to another tenant, portal or column does not open.
package keyring

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// ErrOpen means that a value was sealed with a key that the ring does not have, for
// another purpose, or was changed. It does not tell which.
var ErrOpen = errors.New("sealed value does not open")

// Key is one key of a ring. The greatest id is the newest.
type Key struct {
	ID     uint32
	Secret []byte // KeySize random bytes
}

// String hides the key.
func (k Key) String() string { return fmt.Sprintf("key %d", k.ID) }

// GoString hides the key from %#v.
func (k Key) GoString() string { return k.String() }

// Ring seals and opens. Its methods are safe for concurrent use.
type Ring struct {
	keys map[uint32][]byte
	seal uint32
}

// New makes a ring. An empty list, a repeated id or a key of another length is an error.
func New(keys ...Key) (*Ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("a key ring needs a key")
	}
	r := &Ring{keys: make(map[uint32][]byte, len(keys))}
	for _, k := range keys {
		if len(k.Secret) != KeySize {
			return nil, fmt.Errorf("key %d has %d bytes instead of %d", k.ID, len(k.Secret), KeySize)
		}
		if _, again := r.keys[k.ID]; again {
			return nil, fmt.Errorf("key %d is given twice", k.ID)
		}
		r.keys[k.ID] = slices.Clone(k.Secret)
	}
	r.seal = slices.MaxFunc(keys, func(a, b Key) int { return cmp.Compare(a.ID, b.ID) }).ID
	return r, nil
}

// Parse reads "id:base64" items divided by commas, spaces or lines: the form of the
// configuration and of key files. Errors never repeat a key.
func Parse(text string) (*Ring, error) {
	var keys []Key
	for i, item := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
		name, value, ok := strings.Cut(item, ":")
		id, err := strconv.ParseUint(name, 10, 32)
		if !ok || err != nil {
			return nil, fmt.Errorf("key %d of the ring does not read as id:base64", i+1)
		}
		secret, err := base64.StdEncoding.DecodeString(value)
		if err != nil {
			return nil, fmt.Errorf("key %d of the ring is not base64", id)
		}
		keys = append(keys, Key{ID: uint32(id), Secret: secret})
	}
	return New(keys...)
}

// Generate draws a key.
func Generate(id uint32) Key {
	secret := make([]byte, KeySize)
	rand.Read(secret) // never returns an error
	return Key{ID: id, Secret: secret}
}

// Format writes keys in the form that Parse reads, one a line.
func Format(keys ...Key) string {
	var b strings.Builder
	for _, k := range keys {
		fmt.Fprintf(&b, "%d:%s\n", k.ID, base64.StdEncoding.EncodeToString(k.Secret))
	}
	return b.String()
}

const idSize = 4

// Seal encrypts a value for a purpose such as "tenant/portal/column".
func (r *Ring) Seal(purpose string, value []byte) ([]byte, error) {
	aead, err := r.aead(r.seal, purpose)
	if err != nil {
		return nil, err
	}
	sealed := binary.BigEndian.AppendUint32(make([]byte, 0, idSize+len(value)+aead.Overhead()), r.seal)
	return aead.Seal(sealed, nil, value, []byte(purpose)), nil // #nosec G407 -- it draws its nonce itself
}

// SealAlike encrypts as Seal does, but equal values of one purpose come out equal while the newest key stays: for what is compared by its
// sealed form, such as an address. Nothing but their being equal is told by it.
func (r *Ring) SealAlike(purpose string, value []byte) ([]byte, error) {
	marking, err := r.derive(r.seal, "alike/"+purpose)
	if err != nil {
		return nil, err
	}
	block, err := r.block(r.seal, purpose)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	mark := hmac.New(sha256.New, marking)
	mark.Write(value)
	nonce := mark.Sum(nil)[:aead.NonceSize()] // made of the value, so that one nonce never serves two values
	sealed := binary.BigEndian.AppendUint32(make([]byte, 0, idSize+len(nonce)+len(value)+aead.Overhead()), r.seal)
	sealed = append(sealed, nonce...)                            // where Open looks for it
	return aead.Seal(sealed, nonce, value, []byte(purpose)), nil // #nosec G407 -- see above
}

// Open decrypts what Seal or SealAlike made for the same purpose, or answers ErrOpen.
func (r *Ring) Open(purpose string, sealed []byte) ([]byte, error) {
	if len(sealed) < idSize {
		return nil, ErrOpen
	}
	aead, err := r.aead(binary.BigEndian.Uint32(sealed), purpose)
	if err != nil {
		return nil, err
	}
	value, err := aead.Open(nil, nil, sealed[idSize:], []byte(purpose))
	if err != nil {
		return nil, ErrOpen
	}
	return value, nil
}

// Stale reports whether a value was sealed with another key than the newest.
func (r *Ring) Stale(sealed []byte) bool {
	return len(sealed) >= idSize && binary.BigEndian.Uint32(sealed) != r.seal
}

func (r *Ring) aead(id uint32, purpose string) (cipher.AEAD, error) {
	block, err := r.block(id, purpose)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func (r *Ring) block(id uint32, purpose string) (cipher.Block, error) {
	key, err := r.derive(id, purpose)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return block, nil
}

func (r *Ring) derive(id uint32, purpose string) ([]byte, error) {
	secret, ok := r.keys[id]
	if !ok {
		return nil, ErrOpen
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "omniconnector/"+purpose, KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return key, nil
}
