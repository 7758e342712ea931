package webtest

import (
	"encoding/base64"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"omniconnector/integration"
	"omniconnector/web"
	"omniconnector/web/embed"
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
