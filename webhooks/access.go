package webhooks

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"
	"time"

	"omniconnector/integration"
)

// ErrUnknownTenant is what Access answers for a tenant that does not exist.
var ErrUnknownTenant = errors.New("unknown tenant")

// Access tells who may report events for a tenant.
type Access interface {
	// HookAccess returns ErrUnknownTenant for a stranger. Any other error means that it
	// cannot be told now, and the sender is asked to come again.
	HookAccess(ctx context.Context, tenant integration.TenantID) (HookAccess, error)
}

// HookAccess is what the receiver must know of a tenant.
type HookAccess struct {
	// State is not looked at here: the events of a suspended tenant are kept, and wait.
	State integration.TenantState
	// PathSecrets are valid all at once, so that an address can be changed without loss.
	PathSecrets []SecretHash
	// BodySecrets likewise; none means that the template needs no secret.
	BodySecrets []SecretHash
	// Logins are what the platform's chats must show besides the address (contract uis §5.1, webhook_auth): BasicLogin, BearerLogin.
	// They are valid all at once; none means that the address is enough.
	Logins  []SecretHash
	Portals []integration.PortalID
	// Location is the account's time zone, in which the platform writes times.
	Location *time.Location
}

// SecretHash recognises a secret without holding it.
type SecretHash struct {
	Sum     [sha256.Size]byte
	Expires time.Time // zero means never
}

// HashSecret makes the hash to store for a secret. A fast hash is enough, because
// NewSecret draws 130 bits.
func HashSecret(s integration.Secret) SecretHash {
	return SecretHash{Sum: sha256.Sum256([]byte(string(s)))}
}

// Until returns the hash with an end: the old secret of a rotation.
func (h SecretHash) Until(t time.Time) SecretHash {
	h.Expires = t
	return h
}

// NewSecret draws a secret for an address or a template: capital letters and digits,
// so that it survives JSON, forms and addresses unquoted.
func NewSecret() integration.Secret { return integration.Secret(rand.Text()) }

// Token is the secret segment of a tenant's address.
func Token(tenant integration.TenantID, secret integration.Secret) string {
	return string(tenant) + "." + string(secret)
}

// Reason says why a request is unauthentic; it goes to the counter and the log, never to the sender.
type Reason string

// The reasons of a refusal.
const (
	BadToken      Reason = "bad_token"      // not of the form tenant.secret
	StrangeTenant Reason = "unknown_tenant" // no such tenant
	BadPath       Reason = "path_secret"    // wrong or expired
	BadBody       Reason = "body_secret"    // wrong, expired or missing
	BadLogin      Reason = "login"          // the Authorization header is wrong, expired or missing
)

// UnauthenticError refuses a sender.
type UnauthenticError struct{ Reason Reason }

// Error names the reason and nothing that the sender sent.
func (e *UnauthenticError) Error() string { return "unauthentic: " + string(e.Reason) }

// Gate checks the secrets of requests. Other receivers below /hooks (the routing
// question, contract uis §2) use it too.
type Gate struct {
	Access Access
	Now    func() time.Time
}

// Enter checks the token of an address. It takes the same time for a wrong secret
// and for a tenant that does not exist. The error is *UnauthenticError, or that of Access.
func (g Gate) Enter(ctx context.Context, token string) (integration.TenantID, HookAccess, error) {
	tenant, secret, ok := strings.Cut(token, ".")
	if !ok || tenant == "" || secret == "" {
		return "", HookAccess{}, &UnauthenticError{BadToken}
	}
	access, err := g.Access.HookAccess(ctx, integration.TenantID(tenant))
	if errors.Is(err, ErrUnknownTenant) {
		matches(nobody, secret, g.Now())
		return "", HookAccess{}, &UnauthenticError{StrangeTenant}
	}
	if err != nil {
		return "", HookAccess{}, err
	}
	if !matches(access.PathSecrets, secret, g.Now()) {
		return "", HookAccess{}, &UnauthenticError{BadPath}
	}
	return integration.TenantID(tenant), access, nil
}

// Body checks the secret found in a body, if the tenant wants one there.
func (g Gate) Body(a HookAccess, secret integration.Secret) error {
	if len(a.BodySecrets) > 0 && !matches(a.BodySecrets, string(secret), g.Now()) {
		return &UnauthenticError{BadBody}
	}
	return nil
}

// nobody is compared with when there is no tenant, so that strangers learn nothing from the time it takes.
var nobody = []SecretHash{HashSecret(NewSecret())}

// matches looks at every candidate, whichever fits.
func matches(candidates []SecretHash, given string, now time.Time) bool {
	sum := sha256.Sum256([]byte(given))
	found := 0
	for _, c := range candidates {
		valid := 1
		if !c.Expires.IsZero() && !now.Before(c.Expires) {
			valid = 0
		}
		found |= valid & subtle.ConstantTimeCompare(sum[:], c.Sum[:])
	}
	return found == 1
}
