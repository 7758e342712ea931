package webhooks

import (
	"bytes"
	"net/url"
	"regexp"

	"omniconnector/integration"
)

const masked = "[secret]"

// Where a template puts its secret: a JSON key, also inside a quoted JSON text, or a form's key.
var (
	secretInJSON = regexp.MustCompile(`(?i)(\\?"secret\\?"\s*:\s*\\?")(?:[^"\\]|\\[^"])*`)
	secretInBare = regexp.MustCompile(`(?i)(\\?"secret\\?"\s*:\s*)[^\s,}"\\]+`)
	secretInForm = regexp.MustCompile(`(?i)((?:^|[&?;\s])secret=)[^&;\s]*`)
)

// shortestMasked keeps a tenant's one-letter "secret" from blotting out the whole body.
const shortestMasked = 6

// mask returns raw without secrets: what stands under the key "secret", and the given
// values wherever they stand.
func mask(raw []byte, secrets ...integration.Secret) []byte {
	if len(raw) == 0 {
		return raw
	}
	if bytes.Contains(bytes.ToLower(raw), []byte("secret")) {
		raw = secretInJSON.ReplaceAll(raw, []byte("${1}"+masked))
		raw = secretInBare.ReplaceAll(raw, []byte(`${1}"`+masked+`"`))
		raw = secretInForm.ReplaceAll(raw, []byte("${1}"+masked))
	}
	for _, s := range secrets {
		value := string(s)
		if len(value) < shortestMasked {
			continue
		}
		raw = bytes.ReplaceAll(raw, []byte(value), []byte(masked))
		if quoted := url.QueryEscape(value); quoted != value {
			raw = bytes.ReplaceAll(raw, []byte(quoted), []byte(masked))
		}
	}
	return raw
}
