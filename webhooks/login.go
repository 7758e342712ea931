package webhooks

import (
	"encoding/base64"
	"strings"

	"omniconnector/integration"
)

// BasicLogin makes the hash to store for a login with a password, which the platform sends as "Authorization: Basic" (contract uis §5.1).
// The password is one of ours (NewSecret): a fast hash is not enough for one that a person thought of.
func BasicLogin(login string, password integration.Secret) SecretHash {
	return HashSecret(integration.Secret("basic " + login + ":" + string(password)))
}

// BearerLogin makes the hash to store for a token that the platform sends as "Authorization: Bearer". It is one of ours (NewSecret).
func BearerLogin(token integration.Secret) SecretHash {
	return HashSecret("bearer " + token)
}

// Login checks an Authorization header against what may be shown, in constant time. The error is *UnauthenticError; without anything that
// may be shown nobody comes in.
func (g Gate) Login(may []SecretHash, header string) error {
	if !matches(may, shown(header), g.Now()) {
		return &UnauthenticError{BadLogin}
	}
	return nil
}

// shown writes what a header shows in the one way in which it was hashed. The scheme's case is the sender's own (RFC 9110 §11.1).
func shown(header string) string {
	scheme, credentials, _ := strings.Cut(strings.TrimSpace(header), " ")
	scheme, credentials = strings.ToLower(scheme), strings.TrimSpace(credentials)
	if scheme == "basic" {
		plain, err := base64.StdEncoding.DecodeString(credentials)
		if err != nil {
			return ""
		}
		credentials = string(plain)
	}
	return scheme + " " + credentials
}
