package bitrix24

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"time"
	"unicode"

	"omniconnector/crm"
)

// level tells whether the portal refused the request or one method in it. It matters because the
// same code, ACCESS_DENIED above all, suspends a portal in one case and loses one action in the other.
type level int

const (
	ofRequest level = iota
	ofCommand
)

const (
	pauseQueryLimit  = 2 * time.Second
	pauseConfirm     = 10 * time.Minute
	codeMoved        = "MOVED"
	codeLate         = "TOO_LATE"
	codeStrange      = "UNREADABLE_ANSWER"
	codeMember       = "MEMBER_MISMATCH"
	codeFull         = "REQUEST_FULL"
	codeReference    = "BAD_REFERENCE"
	codeNoRecord     = "NO_RECORD"
	codeSource       = "SOURCE_FAILED"
	methodBatch      = "batch"
	maxText, maxCode = 300, 64
)

// kinds types the portal's codes in lower case, whichever status they come with (contract §1.3).
var kinds = map[string]crm.ErrorKind{
	"query_limit_exceeded":  crm.Limited,
	"operation_time_limit":  crm.Limited,
	"overload_limit":        crm.Overloaded,
	"expired_token":         crm.Unavailable, // refused before execution; the next request refreshes
	"invalid_token":         crm.Denied,
	"no_auth_found":         crm.Denied,
	"authorization_error":   crm.Denied,
	"user_access_error":     crm.Denied,
	"insufficient_scope":    crm.Denied,
	"invalid_scope":         crm.Denied,
	"wrong_auth_type":       crm.Denied,
	"application_not_found": crm.Denied,
	"not_installed":         crm.Denied,
	"error_oauth":           crm.Denied,
	"payment_required":      crm.Denied,
	"portal_deleted":        crm.Denied,
	"invalid_grant":         crm.Denied,
	"invalid_client":        crm.Denied,
	"wrong_client":          crm.Denied,

	"method_confirm_waiting": crm.Limited, // an administrator is being asked
	"method_confirm_denied":  crm.Invalid,

	"internal_server_error":   crm.Ambiguous,
	"error_unexpected_answer": crm.Ambiguous,

	"not_found":                           crm.NotFound,
	"owner_not_found":                     crm.NotFound,
	"error_method_not_found":              crm.Invalid,
	"error_batch_method_not_allowed":      crm.Invalid,
	"error_batch_length_exceeded":         crm.Unavailable, // this command was left out
	"invalid_request":                     crm.Invalid,
	"invalid_arg_value":                   crm.Invalid,
	"invalid_argument":                    crm.Invalid,
	"error_argument":                      crm.Invalid,
	"100":                                 crm.Invalid,
	"crm_field_error_value_not_valid":     crm.Invalid,
	"entity_type_not_supported":           crm.Invalid,
	"create_dynamic_item_restricted":      crm.Invalid,
	"update_dynamic_item_restricted":      crm.Invalid,
	"error_core":                          crm.Invalid,
	"crm_field_error_required":            crm.Invalid,
	"crm_field_error_value_not_monetary":  crm.Invalid,
	"crm_field_error_value_not_allowable": crm.Invalid,
}

// wholly are codes that refuse the whole portal when they refuse the request, and one action otherwise.
var wholly = map[string]bool{
	"access_denied": true, "invalid_credentials": true, "allowed_only_intranet_user": true,
}

// refusal types the portal's own words.
func refusal(at level, method string, status int, f failure, known redactor) *crm.Error {
	code := strings.ToLower(strings.TrimSpace(f.code))
	e := &crm.Error{
		Method: method, Code: known.code(f.code), Text: named(known.text(f.text)), Whole: at == ofRequest,
	}
	kind, ok := kinds[code]
	switch {
	case ok && kind == crm.Invalid && at == ofRequest && method == methodBatch:
		e.Kind = crm.Unavailable // no reason to give up fifty actions of which none was looked at
	case ok:
		e.Kind = kind
	case wholly[code] && at == ofRequest:
		e.Kind = crm.Denied
	case wholly[code]:
		e.Kind = crm.Invalid
	case status >= http.StatusInternalServerError || (at == ofRequest && status < http.StatusBadRequest):
		e.Kind = crm.Ambiguous
	case at == ofRequest && method == methodBatch:
		e.Kind = crm.Unavailable
	default:
		e.Kind = crm.Invalid
	}
	wordless := code == "" || code == "0" || code == "error_core"
	if e.Kind == crm.Invalid && wordless && saysNotFound(f.text) {
		e.Kind = crm.NotFound // old methods say it in words only (contract §4.5, §4.6, §5.3)
	}
	switch code {
	case "query_limit_exceeded":
		e.Wait = pauseQueryLimit
	case "method_confirm_waiting":
		e.Wait = pauseConfirm
	}
	return e
}

// saysNotFound leaves the unknown employee out: that is a mistake of ours, not a record that went away.
func saysNotFound(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "not found") && !strings.Contains(text, "user is not found")
}

// unreadable types an answer that is no JSON: a front server's page, or half an answer.
func unreadable(method string, status int) *crm.Error {
	e := &crm.Error{Kind: crm.Ambiguous, Method: method, Code: codeStrange, Whole: true}
	switch {
	case status == http.StatusTooManyRequests:
		e.Kind, e.Wait = crm.Limited, pauseQueryLimit
	case status >= http.StatusInternalServerError:
		e.Text = "HTTP " + http.StatusText(status)
	case status >= http.StatusBadRequest: // nginx in front refused: the portal's code did not run
		e.Kind, e.Text = crm.Unavailable, "HTTP "+http.StatusText(status)
	default:
		e.Text = "the answer is cut off or no JSON"
	}
	return e
}

// broken types a request that got no answer. Sent tells that the portal may have received it.
func broken(method string, err error, sent bool) *crm.Error {
	e := &crm.Error{Kind: crm.Ambiguous, Method: method, Text: cause(err), Whole: true}
	if !sent {
		e.Kind = crm.Unavailable
	}
	return e
}

// cause names a network failure without its address.
func cause(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok && !dns.IsTimeout {
		return "name not resolved"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "certificate refused"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "certificate refused"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "no TLS on the other side"
	}
	network, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.Is(err, context.DeadlineExceeded), isNet && network.Timeout():
		return "no answer in time"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "connection closed"
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return "not connected"
	}
	return "connection failed"
}

// neverDialled tells errors that prove by themselves that nothing was sent.
func neverDialled(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

func invalid(method, code, text string) *crm.Error {
	return &crm.Error{Kind: crm.Invalid, Method: method, Code: code, Text: text}
}

func skipped(method, text string) *crm.Error {
	return &crm.Error{Kind: crm.Skipped, Method: method, Code: codeReference, Text: text}
}

func strange(method, text string) *crm.Error {
	return &crm.Error{Kind: crm.Ambiguous, Method: method, Code: codeStrange, Text: text}
}

// redactor takes known secrets and everything that looks like an address out of the portal's words.
type redactor []string

func redactorOf(t Token) redactor {
	var known redactor
	for _, s := range []string{string(t.Access), string(t.Refresh), string(t.ClientSecret), host(t.Endpoint)} {
		if len(s) >= 4 {
			known = append(known, s)
		}
	}
	return known
}

var (
	addresses = regexp.MustCompile(`(?i)\b(?:https?|ftp)\\?:\\?/\\?/[^\s"'<>]+`)
	tags      = regexp.MustCompile(`<[^>]*>`)
	// Whatever is long and has no word in it is a token that somebody echoed.
	tokens = regexp.MustCompile(`[A-Za-z0-9+/=_-]{40,}`)
)

func (known redactor) text(s string) string {
	s = tags.ReplaceAllString(s, " ")
	s = addresses.ReplaceAllString(s, "[address]")
	for _, secret := range known {
		s = strings.ReplaceAll(s, secret, hidden)
	}
	s = tokens.ReplaceAllStringFunc(s, func(word string) string {
		if fieldName.MatchString(word) { // up to 50 letters, which a tenant needs to know (contract §5.6)
			return word
		}
		return hidden
	})
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
	}), " ")
	return cut(s, maxText)
}

var (
	fieldName = regexp.MustCompile(`^(?:UF_CRM_[A-Z0-9_]{1,43}|ufCrm[A-Za-z0-9_]{1,45})$`)
	camelName = regexp.MustCompile(`\bufCrm([A-Za-z0-9_]+)`)
	camelPart = regexp.MustCompile(`[A-Z][a-z]*|_?[0-9]+|[a-z]+`)
)

// named adds the name that people and settings know to a refusal that names a custom field as crm.item does: ufCrm2_1639 is
// UF_CRM_2_1639 (contract §5.2). The portal's own words stay.
func named(text string) string {
	for _, m := range camelName.FindAllStringSubmatch(text, -1) {
		parts := camelPart.FindAllString(m[1], -1)
		for i, part := range parts {
			parts[i] = strings.ToUpper(strings.TrimPrefix(part, "_"))
		}
		name := "UF_CRM_" + strings.Join(parts, "_")
		if !strings.Contains(text, name) {
			text += " — " + name
		}
	}
	return text
}

func (known redactor) code(s string) string {
	for _, secret := range known {
		s = strings.ReplaceAll(s, secret, hidden)
	}
	return cut(strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || r == ' ' || unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s), maxCode)
}

func cut(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return s
}
