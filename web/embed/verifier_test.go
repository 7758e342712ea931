package embed_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"omniconnector/integration"
	"omniconnector/web/embed"
)

const (
	issuer = "cabinet.example"
	here   = "https://omni.example"
)

var (
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	secret = []byte(strings.Repeat("s", 32))
	older  = []byte(strings.Repeat("o", 40))
	signer = ed25519.NewKeyFromSeed([]byte(strings.Repeat("e", ed25519.SeedSize)))
	public = signer.Public().(ed25519.PublicKey)
)

func keys() integration.Secret {
	return integration.Secret("new:hs256:" + base64.StdEncoding.EncodeToString(secret) + ",old:hs256:" +
		base64.StdEncoding.EncodeToString(older) + "\npub:EdDSA:" + base64.StdEncoding.EncodeToString(public))
}

func verifier(tb testing.TB) *embed.Verifier {
	tb.Helper()
	v, err := embed.New(embed.Config{Keys: keys(), Issuer: issuer, Audience: here, Now: func() time.Time { return noon }})
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// token is one that is good until it is changed.
type token struct {
	method jwt.SigningMethod
	header map[string]any
	claims jwt.MapClaims
	key    any
}

func good() *token {
	return &token{jwt.SigningMethodHS256, map[string]any{"kid": "new"}, jwt.MapClaims{
		"iss": issuer, "aud": here, "sub": "Анна 17", "tenant": "shop", "scope": "write",
		"nbf": noon.Unix(), "exp": noon.Add(10 * time.Minute).Unix(),
	}, secret}
}

func (k *token) sign(tb testing.TB) integration.Secret {
	tb.Helper()
	t := jwt.NewWithClaims(k.method, k.claims)
	maps.Copy(t.Header, k.header)
	text, err := t.SignedString(k.key)
	if err != nil {
		tb.Fatal(err)
	}
	return integration.Secret(text)
}

func (k *token) at(nbf, exp time.Duration) {
	k.claims["nbf"], k.claims["exp"] = noon.Add(nbf).Unix(), noon.Add(exp).Unix()
}

func (k *token) eddsa() {
	k.method, k.key, k.header["kid"] = jwt.SigningMethodEdDSA, signer, "pub"
}

func TestTokensOfTheCabinetAreRecognised(t *testing.T) {
	t.Parallel()
	v := verifier(t)
	for name, change := range map[string]func(*token){
		"by the newest key":                func(*token) {},
		"by a key that is being retired":   func(k *token) { k.key, k.header["kid"] = older, "old" },
		"by a public key":                  func(k *token) { k.eddsa() },
		"for us and for others":            func(k *token) { k.claims["aud"] = []string{"https://other.example", here} },
		"with an id and more":              func(k *token) { k.claims["jti"], k.claims["colour"] = "1", "red" },
		"of the longest life":              func(k *token) { k.at(0, embed.Longest) },
		"of a clock that is slow":          func(k *token) { k.at(-embed.Longest-30*time.Second, -30*time.Second) },
		"of a clock that is fast":          func(k *token) { k.at(embed.Skew, 5*time.Minute) },
		"issued in a future that is close": func(k *token) { k.claims["iat"] = noon.Add(30 * time.Second).Unix() },
	} {
		k := good()
		change(k)
		got, err := v.Verify(k.sign(t))
		if want := (embed.Claims{Person: "Анна 17", Tenant: "shop", Write: true}); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	k := good()
	k.claims["scope"] = "read"
	if got, err := v.Verify(k.sign(t)); err != nil || got.Write {
		t.Errorf("a reader: %+v, %v", got, err)
	}
}

func TestOtherTokensAreRefused(t *testing.T) {
	t.Parallel()
	v := verifier(t)
	for name, change := range map[string]func(*token){
		"unsigned":                    func(k *token) { k.method, k.key = jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType },
		"of the public key as secret": func(k *token) { k.key, k.header["kid"] = []byte(public), "pub" },
		"EdDSA in a secret's name":    func(k *token) { k.eddsa(); k.header["kid"] = "new" },
		"HS512 by the right secret":   func(k *token) { k.method = jwt.SigningMethodHS512 },
		"by another secret":           func(k *token) { k.key = []byte(strings.Repeat("x", 32)) },
		"by another key's secret":     func(k *token) { k.key = older },
		"kid unknown":                 func(k *token) { k.header["kid"] = "gone" },
		"kid absent":                  func(k *token) { delete(k.header, "kid") },
		"kid is a number":             func(k *token) { k.header["kid"] = 1 },
		"crit":                        func(k *token) { k.header["crit"] = []string{"b64"} },
		"another issuer":              func(k *token) { k.claims["iss"] = "other" },
		"no issuer":                   func(k *token) { delete(k.claims, "iss") },
		"another installation":        func(k *token) { k.claims["aud"] = "https://test.example" },
		"no audience":                 func(k *token) { delete(k.claims, "aud") },
		"without an end":              func(k *token) { delete(k.claims, "exp") },
		"without a beginning":         func(k *token) { delete(k.claims, "nbf") },
		"expired":                     func(k *token) { k.at(-10*time.Minute, -embed.Skew-time.Second) },
		"not valid yet":               func(k *token) { k.at(embed.Skew+time.Second, 5*time.Minute) },
		"too long a life":             func(k *token) { k.at(0, embed.Longest+time.Second) },
		"too long, begun long ago":    func(k *token) { k.at(-time.Hour, 10*time.Minute) },
		"ends before it begins":       func(k *token) { k.at(30*time.Second, 20*time.Second) },
		"an end beyond all times":     func(k *token) { k.claims["exp"] = 1e300 },
		"an end in words":             func(k *token) { k.claims["exp"] = "tomorrow" },
		"no tenant":                   func(k *token) { delete(k.claims, "tenant") },
		"two tenants":                 func(k *token) { k.claims["tenant"] = []string{"shop", "rival"} },
		"no scope":                    func(k *token) { delete(k.claims, "scope") },
		"another scope":               func(k *token) { k.claims["scope"] = "admin" },
		"nobody":                      func(k *token) { delete(k.claims, "sub") },
		"a subject of two lines":      func(k *token) { k.claims["sub"] = "Anna\napi: root" },
		"a subject without end":       func(k *token) { k.claims["sub"] = strings.Repeat("a", 201) },
	} {
		k := good()
		change(k)
		if got, err := v.Verify(k.sign(t)); !errors.Is(err, embed.ErrRefused) || got != (embed.Claims{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	whole := string(good().sign(t))
	for _, text := range []string{"", "..", "a.b.c", whole + ".x", whole + "=", whole[:len(whole)-4], "oc_shop_AAAA"} {
		if _, err := v.Verify(integration.Secret(text)); !errors.Is(err, embed.ErrRefused) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestConfigurationIsCheckedAndNeverRepeated(t *testing.T) {
	t.Parallel()
	short := base64.StdEncoding.EncodeToString([]byte("hidden-and-short"))
	for name, text := range map[string]string{
		"empty": "", "no parts": "hidden", "no algorithm": "a:" + short, "short secret": "a:hs256:" + short, "short public key": "a:eddsa:" + short,
		"not BASE64": "a:hs256:hidden!", "another algorithm": "a:rs256:" + short, "twice": string(keys() + "," + keys()), "odd id": "a b:hs256:" + short,
	} {
		_, err := embed.New(embed.Config{Keys: integration.Secret(text), Issuer: issuer, Audience: here, Now: time.Now})
		if err == nil || strings.Contains(err.Error(), "hidden") || strings.Contains(err.Error(), short) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]embed.Config{
		"no issuer": {Keys: keys(), Audience: here, Now: time.Now}, "no audience": {Keys: keys(), Issuer: issuer, Now: time.Now},
	} {
		if _, err := embed.New(c); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// Whatever comes in, only what the keys have signed comes through.
func FuzzVerify(f *testing.F) {
	whole := string(good().sign(f))
	k := good()
	k.eddsa()
	for _, seed := range []string{whole, string(k.sign(f)), "", "..", "eyJhbGciOiJub25lIiwia2lkIjoibmV3In0.e30.", whole[:40]} {
		f.Add(seed)
	}
	signed := map[string]bool{whole: true, string(k.sign(f)): true}
	v := verifier(f)
	f.Fuzz(func(t *testing.T, text string) {
		got, err := v.Verify(integration.Secret(text))
		if (err == nil) != signed[text] {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	})
}
