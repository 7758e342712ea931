package inside

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"omniconnector/crm"
	"omniconnector/integration"
)

const (
	// SessionLife is how long a page may call the API; it is opened anew afterwards.
	SessionLife = time.Hour
	party       = "omniconnector/portal" // both issuer and audience: nobody else reads these tokens
	leastKey    = 32
)

// ErrSession means that a token is no session of ours, or ended.
var ErrSession = errors.New("no portal session")

// Session is one person in one portal of one tenant.
type Session struct {
	Tenant integration.TenantID
	Portal integration.PortalID
	User   crm.UserID
	// Admin may change what belongs to the portal; all others only look (S-1).
	Admin bool
}

// Sessions signs and recognises sessions. It is safe for concurrent use.
type Sessions struct {
	key    []byte
	now    func() time.Time
	parser *jwt.Parser
}

// NewSessions makes keys of its own from a secret of at least 32 bytes.
func NewSessions(secret []byte, now func() time.Time) (*Sessions, error) {
	if len(secret) < leastKey || now == nil {
		return nil, fmt.Errorf("inside: a secret of %d bytes and a clock are needed", leastKey)
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("omniconnector portal session v1"))
	return &Sessions{key: m.Sum(nil), now: now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(party), jwt.WithAudience(party),
		jwt.WithExpirationRequired(), jwt.WithTimeFunc(now), jwt.WithStrictDecoding(),
	)}, nil
}

type claims struct {
	jwt.RegisteredClaims
	Tenant integration.TenantID `json:"tenant"`
	Portal integration.PortalID `json:"portal"`
	Admin  bool                 `json:"admin"`
}

// Sign makes the token of a session that begins now.
func (s *Sessions) Sign(of Session) (integration.Secret, error) {
	now := s.now()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: party, Audience: jwt.ClaimStrings{party}, Subject: strconv.FormatInt(int64(of.User), 10),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(SessionLife)),
		},
		Tenant: of.Tenant, Portal: of.Portal, Admin: of.Admin,
	}).SignedString(s.key)
	if err != nil {
		return "", fmt.Errorf("sign session: %w", err)
	}
	return integration.Secret(token), nil
}

// Recognise reads a token that Sign made and that has not ended, or answers ErrSession.
func (s *Sessions) Recognise(token integration.Secret) (Session, error) {
	var said claims
	if _, err := s.parser.ParseWithClaims(string(token), &said, func(*jwt.Token) (any, error) { return s.key, nil }); err != nil {
		return Session{}, fmt.Errorf("%w: %w", ErrSession, err)
	}
	user, err := strconv.ParseInt(said.Subject, 10, 64)
	if err != nil || user <= 0 || said.Tenant == "" || said.Portal == "" {
		return Session{}, fmt.Errorf("%w: it names nobody", ErrSession)
	}
	return Session{Tenant: said.Tenant, Portal: said.Portal, User: crm.UserID(user), Admin: said.Admin}, nil
}
