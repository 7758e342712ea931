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
	// SessionLife is how long a page may call the API; it renews its token, or is opened anew, afterwards.
	SessionLife = time.Hour
	// RenewWithin is how long after its end a token still tells whose renewal is asked for; the person is proven anew then.
	RenewWithin = 12 * time.Hour
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
	// Proof is when what the portal proved of the person ends; no token outlives it. Zero: not told.
	Proof time.Time
}

// Sessions signs and recognises sessions. It is safe for concurrent use.
type Sessions struct {
	key    []byte
	now    func() time.Time
	parser *jwt.Parser
	late   *jwt.Parser // takes tokens that ended up to RenewWithin ago
}

// NewSessions makes keys of its own from a secret of at least 32 bytes.
func NewSessions(secret []byte, now func() time.Time) (*Sessions, error) {
	if len(secret) < leastKey || now == nil {
		return nil, fmt.Errorf("inside: a secret of %d bytes and a clock are needed", leastKey)
	}
	m := hmac.New(sha256.New, secret)
	m.Write([]byte("omniconnector portal session v1"))
	parser := func(more ...jwt.ParserOption) *jwt.Parser {
		return jwt.NewParser(append(more,
			jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithIssuer(party), jwt.WithAudience(party),
			jwt.WithExpirationRequired(), jwt.WithTimeFunc(now), jwt.WithStrictDecoding(),
		)...)
	}
	return &Sessions{key: m.Sum(nil), now: now, parser: parser(), late: parser(jwt.WithLeeway(RenewWithin))}, nil
}

type claims struct {
	jwt.RegisteredClaims
	Tenant integration.TenantID `json:"tenant"`
	Portal integration.PortalID `json:"portal"`
	Admin  bool                 `json:"admin"`
	Proof  *jwt.NumericDate     `json:"proof,omitempty"`
}

// Sign makes the token of a session that begins now, and tells when it ends.
func (s *Sessions) Sign(of Session) (token integration.Secret, ends time.Time, err error) {
	now := s.now()
	ends = now.Add(SessionLife).Truncate(time.Second)
	var proof *jwt.NumericDate
	if !of.Proof.IsZero() {
		proof = jwt.NewNumericDate(of.Proof)
		if of.Proof.Before(ends) {
			ends = of.Proof
		}
	}
	text, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: party, Audience: jwt.ClaimStrings{party}, Subject: strconv.FormatInt(int64(of.User), 10),
			IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(ends),
		},
		Tenant: of.Tenant, Portal: of.Portal, Admin: of.Admin, Proof: proof,
	}).SignedString(s.key)
	if err != nil {
		return "", time.Time{}, fmt.Errorf("sign session: %w", err)
	}
	return integration.Secret(text), ends, nil
}

// Recognise reads a token that Sign made and that has not ended, or answers ErrSession.
func (s *Sessions) Recognise(token integration.Secret) (Session, error) {
	return s.read(s.parser, token)
}

// Remember reads also a token that has ended, up to RenewWithin ago. It proves whose page it was and opens nothing.
func (s *Sessions) Remember(token integration.Secret) (Session, error) { return s.read(s.late, token) }

func (s *Sessions) read(parser *jwt.Parser, token integration.Secret) (Session, error) {
	var said claims
	if _, err := parser.ParseWithClaims(string(token), &said, func(*jwt.Token) (any, error) { return s.key, nil }); err != nil {
		return Session{}, fmt.Errorf("%w: %w", ErrSession, err)
	}
	user, err := strconv.ParseInt(said.Subject, 10, 64)
	if err != nil || user <= 0 || said.Tenant == "" || said.Portal == "" {
		return Session{}, fmt.Errorf("%w: it names nobody", ErrSession)
	}
	of := Session{Tenant: said.Tenant, Portal: said.Portal, User: crm.UserID(user), Admin: said.Admin}
	if said.Proof != nil {
		of.Proof = said.Proof.UTC()
	}
	return of, nil
}
