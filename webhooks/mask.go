package webhooks

import (
	"bytes"
	"net/url"

	"omniconnector/integration"
)

const masked = "[secret]"

// shortestMasked keeps a tenant's one-letter "secret" from blotting out the whole body.
const shortestMasked = 6

// mask returns raw without secrets: what stands under the key "secret" in JSON or a form, and the given
// values wherever they stand. It runs for every notification, and is written out for that reason:
// a regular expression costs more than all the rest of the intake.
func mask(raw []byte, secrets ...integration.Secret) []byte {
	raw = maskKeys(raw)
	for _, s := range secrets {
		value := string(s)
		if len(value) < shortestMasked {
			continue
		}
		raw = replace(raw, value)
		if quoted := url.QueryEscape(value); quoted != value {
			raw = replace(raw, quoted)
		}
	}
	return raw
}

// replace copies only when there is something to replace.
func replace(raw []byte, value string) []byte {
	if !bytes.Contains(raw, []byte(value)) {
		return raw
	}
	return bytes.ReplaceAll(raw, []byte(value), []byte(masked))
}

func maskKeys(raw []byte) []byte {
	key := []byte("secret")
	var out []byte
	kept := 0
	for at := 0; ; {
		next := bytes.Index(raw[at:], key)
		if next < 0 {
			break
		}
		at += next + len(key)
		if from, to := valueAfter(raw, at); from < to {
			out = append(append(out, raw[kept:from]...), masked...)
			kept, at = to, to
		}
	}
	if kept == 0 {
		return raw
	}
	return append(out, raw[kept:]...)
}

// valueAfter finds the value of a key that ends at at: =value in a form, ":"value" in JSON,
// \":\"value\" in JSON inside a JSON text. An empty range means that there is none.
func valueAfter(raw []byte, at int) (from, to int) {
	if at < len(raw) && raw[at] == '=' {
		return at + 1, until(raw, at+1, "&; \t\r\n")
	}
	at = skip(raw, at, `\"`)
	at = skip(raw, at, " \t\r\n")
	if at >= len(raw) || raw[at] != ':' {
		return 0, 0
	}
	at = skip(raw, at+1, " \t\r\n")
	if at < len(raw) && raw[at] == '\\' { // the quotes are escaped, and so is the one that ends it
		at = skip(raw, at, `\"`)
		return at, until(raw, at, `\"`)
	}
	if at >= len(raw) || raw[at] != '"' {
		return at, until(raw, at, ",} \t\r\n")
	}
	for to = at + 1; to < len(raw) && raw[to] != '"'; to++ {
		if raw[to] == '\\' {
			to++
		}
	}
	return at + 1, min(to, len(raw))
}

// skip passes over the bytes of set.
func skip(raw []byte, at int, set string) int {
	for at < len(raw) && bytes.IndexByte([]byte(set), raw[at]) >= 0 {
		at++
	}
	return at
}

// until finds the next byte of set, or the end.
func until(raw []byte, at int, set string) int {
	if n := bytes.IndexAny(raw[at:], set); n >= 0 {
		return at + n
	}
	return len(raw)
}
