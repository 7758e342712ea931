package embed

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"omniconnector/integration"
)

const (
	// Longest is how long a token may live, from nbf to exp.
	Longest = 15 * time.Minute
	// Skew is how far the SaaS's clock may be from ours.
	Skew = time.Minute
	// maxPerson bounds what an audit entry takes as its author.
	maxPerson = 200
)

// ErrRefused means that a token is not one of the SaaS's, or not for us, or not for now. What it wraps says which,
// for the log; whoever sent the token learns nothing of it.
var ErrRefused = errors.New("the embed token is refused")

// Config is what the SaaS and the installation agree on. All of it is required.
type Config struct {
	// Keys are the SaaS's, "id:hs256:BASE64" or "id:eddsa:BASE64" (a public key); several, so that they can be rotated.
	Keys integration.Secret
	// Issuer is how the SaaS names itself in iss.
	Issuer string
	// Audience is the public address of the installation; a token for another one is refused.
	Audience string
	Now      func() time.Time
}

// Claims are what a token says.
type Claims struct {
	// Person is the subject: who works in the SaaS's cabinet, for the audit.
	Person string
	// Tenant need not exist.
	Tenant integration.TenantID
	// Write allows changes too.
	Write bool
}

// Verifier recognises the SaaS's tokens. It is safe for concurrent use.
type Verifier struct {
	keys   map[string]key
	parser *jwt.Parser
}

// New checks the configuration. Errors never repeat a key.
func New(c Config) (*Verifier, error) {
	if c.Issuer == "" || c.Audience == "" || c.Now == nil {
		return nil, errors.New("embed: Issuer, Audience and Now are required")
	}
	keys, err := parseKeys(string(c.Keys))
	if err != nil {
		return nil, err
	}
	return &Verifier{keys: keys, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg(), jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(c.Issuer), jwt.WithAudience(c.Audience), jwt.WithExpirationRequired(), jwt.WithNotBeforeRequired(),
		jwt.WithLeeway(Skew), jwt.WithTimeFunc(c.Now), jwt.WithStrictDecoding(),
	)}, nil
}

// Shaped tells whether a bearer token has the form of a signed one: three parts divided by points, which tenants'
// own tokens never have.
func Shaped(token integration.Secret) bool { return strings.Count(string(token), ".") == 2 }

// claims are the token's own words.
type claims struct {
	jwt.RegisteredClaims
	Tenant string `json:"tenant"`
	Scope  string `json:"scope"`
}

// Verify tells what a token says, or ErrRefused.
func (v *Verifier) Verify(token integration.Secret) (Claims, error) {
	var said claims
	if _, err := v.parser.ParseWithClaims(string(token), &said, v.key); err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err := said.check(); err != nil {
		return Claims{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return Claims{Person: said.Subject, Tenant: integration.TenantID(said.Tenant), Write: said.Scope == "write"}, nil
}

// key chooses by kid. The key says which algorithm it is for, never the token alone.
func (v *Verifier) key(t *jwt.Token) (any, error) {
	if _, there := t.Header["crit"]; there {
		return nil, errors.New("crit names extensions, and none is understood")
	}
	id, _ := t.Header["kid"].(string)
	k, known := v.keys[id]
	if !known {
		return nil, errors.New("kid is unknown")
	}
	if t.Method.Alg() != k.method.Alg() {
		return nil, errors.New("alg is not the one of the key")
	}
	return k.value, nil
}

// check looks at what the library does not. The parser has seen that both moments are there.
func (c *claims) check() error {
	said := c.ExpiresAt.Sub(c.NotBefore.Time)
	return cmp.Or(
		wrong(said <= 0 || said > Longest, "it lives too long"),
		wrong(c.Tenant == "", "it names no tenant"),
		wrong(c.Scope != "read" && c.Scope != "write", "scope is neither read nor write"),
		wrong(!plain(c.Subject), "sub is empty, too long or no plain text"),
	)
}

func wrong(is bool, why string) error {
	if is {
		return errors.New(why)
	}
	return nil
}

// plain tells whether a name can be shown in a line of the audit.
func plain(name string) bool {
	return name != "" && len(name) <= maxPerson && utf8.ValidString(name) && strings.TrimSpace(name) == name &&
		strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}
