package webtest

import (
	"encoding/base64"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/web"
	"omniconnector/web/embed"
	"omniconnector/web/inside"
)

// PublicURL is the address of every world.
const PublicURL = "https://hooks.example"

const (
	cabinetIssuer = "cabinet.example"
	cabinetSecret = "the secret of the tests' cabinet, and of no other"
)

// cabinet recognises the tokens that Embed signs.
func (w *World) cabinet() *embed.Verifier {
	w.Helper()
	v, err := embed.New(embed.Config{
		Keys:   integration.Secret("one:hs256:" + base64.StdEncoding.EncodeToString([]byte(cabinetSecret))),
		Issuer: cabinetIssuer, Audience: PublicURL, Now: w.Now,
	})
	w.must(err)
	return v
}

// sessions recognise the tokens that Inside signs.
func (w *World) sessions() *inside.Sessions {
	w.Helper()
	s, err := inside.NewSessions([]byte(cabinetSecret), w.Now)
	w.must(err)
	return s
}

// Inside signs the session of a person at the page inside a portal.
func (w *World) Inside(t integration.TenantID, p integration.PortalID, user crm.UserID, admin bool) string {
	w.Helper()
	token, _, err := w.sessions().Sign(inside.Session{Tenant: t, Portal: p, User: user, Admin: admin})
	w.must(err)
	return string(token)
}

// Embed signs a token as the SaaS's cabinet does. It begins now and lives for life.
func (w *World) Embed(tenant, person string, scope web.Scope, life time.Duration) string {
	w.Helper()
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": cabinetIssuer, "aud": PublicURL, "sub": person, "tenant": tenant, "scope": scope,
		"nbf": w.Now().Unix(), "exp": w.Now().Add(life).Unix(),
	})
	t.Header["kid"] = "one"
	token, err := t.SignedString([]byte(cabinetSecret))
	w.must(err)
	return token
}
