package rpc

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/tidwall/gjson"

	"omniconnector/crm"
	"omniconnector/webhooks/uis"
)

// The codes of failures that the platform has no mnemonic for.
const (
	codeStrange = "unreadable_answer"
	codeLate    = "too_late"
	codeZone    = "unknown_time_zone"
	codeAbsent  = "call_not_found"
)

const (
	pause            = time.Minute // points are counted by the minute (contract uis §3)
	longestPause     = 24 * time.Hour
	maxText, maxCode = 300, 64
)

// kinds types the mnemonics; what is not here will be refused however often it is sent (contract uis §3.4, §4).
var kinds = map[string]crm.ErrorKind{
	"limit_exceeded": crm.Limited,
	"internal_error": crm.Ambiguous, // of what only reads: Unavailable

	"auth_error": crm.Denied, "access_token_invalid": crm.Denied, "access_token_expired": crm.Denied, "access_token_blocked": crm.Denied,
	"ip_not_whitelisted": crm.Denied, "forbidden": crm.Denied, "account_inactive": crm.Denied,
	"component_disabled": crm.Denied, "method_component_disabled": crm.Denied, "parameter_component_disabled": crm.Denied,

	"entity_not_found": crm.NotFound, "call_session_not_found": crm.NotFound,
}

// mnemonicOf names the codes of JSON-RPC that mean one thing only, for answers without a mnemonic (contract uis §3.4).
var mnemonicOf = map[int64]string{
	-32700: "parse_error", -32600: "invalid_request", -32601: "method_not_found", -32603: "internal_error", -32001: "auth_error",
	-32003: "forbidden", -32004: "invalid_state", -32008: "component_disabled", -32009: "account_inactive", -32029: "limit_exceeded",
}

// read tells result from refusal by the body and not by the status (contract uis §3). Secrets appear in no error.
func read(r request, status int, retryAfter string, body []byte, secrets []string) (result, *refusal) {
	if !json.Valid(body) {
		return result{}, &refusal{Error: unreadable(r, status, retryAfter)}
	}
	answer := gjson.ParseBytes(body)
	if !answer.IsObject() {
		return result{}, &refusal{Error: unreadable(r, status, retryAfter)}
	}
	if failure := answer.Get("error"); failure.Exists() && failure.Type != gjson.Null {
		return result{}, refused(r, failure, answer, secrets)
	}
	found := answer.Get("result")
	if !found.IsObject() && !found.IsArray() {
		return result{}, &refusal{Error: unreadable(r, status, retryAfter)}
	}
	out := result{data: found}
	if data := found.Get("data"); found.IsObject() && data.Exists() {
		out.data = data
	}
	out.total = int(uis.ReadRow(found.Get("metadata")).Number("total_items"))
	return out, nil
}

// refused types the platform's own words.
func refused(r request, failure, answer gjson.Result, secrets []string) *refusal {
	own, data := uis.ReadRow(failure), uis.ReadRow(failure.Get("data"))
	code := strings.ToLower(cmp.Or(data.Text("mnemonic"), own.Text("mnemonic"), mnemonicOf[own.Number("code")]))
	e := &crm.Error{Kind: crm.Invalid, Method: r.method, Code: cut(conceal(code, secrets), maxCode), Whole: true}
	if kind, ok := kinds[code]; ok {
		e.Kind = kind
	}
	if e.Kind == crm.Ambiguous && !r.writes {
		e.Kind = crm.Unavailable
	}
	if e.Kind == crm.Limited {
		e.Wait = wait(failure.Get("data.metadata.limits"), answer.Get("result.metadata.limits"), answer.Get("metadata.limits"))
	}
	said := conceal(own.Text("message"), secrets)
	e.Text = cut(text(e.Kind, e.Code, said), maxText)
	return &refusal{Error: e, field: data.Text("field"), value: data.Text("value")}
}

// text is what a person reads: our words for a mnemonic that we know, the platform's for others, with the mnemonic. What concerns
// one call alone is short and in Russian, for the portal shows it to the employee (T-8).
func text(kind crm.ErrorKind, code, said string) string {
	ru, en, known := Words(code)
	if !known {
		ru, en = "телефония отказала", "the telephony refused"
	}
	words := ru
	if kind != crm.Invalid && kind != crm.NotFound {
		words = pair(ru, en)
	}
	if !known && said != "" {
		words += ": " + said
	}
	if code == "" {
		return words
	}
	return words + " (" + code + ")"
}

// pair is how one text tells the same in both languages.
func pair(ru, en string) string { return ru + " / " + en }

// wait is how long there are no points: until the end of the day when the day's are spent, else of the minute.
func wait(places ...gjson.Result) time.Duration {
	for _, limits := range places {
		row := uis.ReadRow(limits)
		column := "minute_reset"
		if row.Has("day_remaining") && row.Number("day_remaining") <= 0 && row.Has("day_reset") {
			column = "day_reset"
		}
		if seconds := row.Number(column); seconds > 0 {
			return min(time.Duration(min(seconds, int64(longestPause/time.Second)))*time.Second, longestPause)
		}
	}
	return pause
}

// unreadable types an answer that is no JSON-RPC: a front server's page, or half an answer.
func unreadable(r request, status int, retryAfter string) *crm.Error {
	e := &crm.Error{Kind: crm.Unavailable, Method: r.method, Code: codeStrange, Whole: true}
	e.Text = pair("телефония недоступна, HTTP "+strconv.Itoa(status), "the telephony is unavailable, HTTP "+strconv.Itoa(status))
	switch {
	case status == http.StatusTooManyRequests:
		e.Kind, e.Wait = crm.Limited, pause
		if seconds, err := strconv.Atoi(retryAfter); err == nil && seconds > 0 {
			e.Wait = min(time.Duration(min(seconds, 1<<20))*time.Second, longestPause)
		}
		return e
	case status < http.StatusMultipleChoices:
		e.Text = pair("ответ телефонии оборван или нечитаем", "the telephony's answer is cut off or unreadable")
	case status < http.StatusInternalServerError: // a server in front refused: the platform's code did not run
		return e
	}
	if r.writes {
		e.Kind = crm.Ambiguous
	}
	return e
}

// broken types a request that got no answer. Sent tells that the platform may have received it; what only reads may be
// asked again anyway.
func broken(method string, err error, sent, writes bool) *crm.Error {
	e := &crm.Error{Kind: crm.Unavailable, Method: method, Text: cause(err), Whole: true}
	if sent && writes {
		e.Kind = crm.Ambiguous
	}
	return e
}

// cause names a network failure in words for people, without its address.
func cause(err error) string {
	var network net.Error
	isNet := errors.As(err, &network)
	switch {
	case errors.Is(err, context.Canceled):
		return pair("запрос к телефонии отменён", "the request to the telephony was cancelled")
	case errors.Is(err, context.DeadlineExceeded), isNet && network.Timeout():
		return pair("телефония не ответила вовремя", "the telephony did not answer in time")
	case neverResolved(err):
		return pair("адрес телефонии не найден: проверьте его в настройках подключения", "the telephony's address was not found: check it in the connection settings")
	case untrusted(err):
		return pair("сертификат телефонии не принят", "the telephony's certificate was refused")
	case errors.Is(err, syscall.ECONNREFUSED):
		return pair("телефония не принимает соединений", "the telephony refuses connections")
	case neverDialled(err):
		return pair("нет соединения с телефонией", "there is no connection to the telephony")
	}
	return pair("соединение с телефонией оборвалось", "the connection to the telephony was lost")
}

func neverResolved(err error) bool {
	_, ok := errors.AsType[*net.DNSError](err)
	return ok
}

// untrusted tells failures of the handshake.
func untrusted(err error) bool {
	_, verification := errors.AsType[*tls.CertificateVerificationError](err)
	_, authority := errors.AsType[x509.UnknownAuthorityError](err)
	return verification || authority
}

// neverDialled tells errors that prove by themselves that nothing was sent.
func neverDialled(err error) bool {
	op, ok := errors.AsType[*net.OpError](err)
	return neverResolved(err) || ok && op.Op == "dial"
}

// conceal takes secrets out of the platform's words.
func conceal(s string, secrets []string) string {
	for _, secret := range secrets {
		s = strings.ReplaceAll(s, secret, "…")
		s = strings.ReplaceAll(s, strings.ToLower(secret), "…")
	}
	return s
}

// cut keeps foreign words short and in one line.
func cut(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if r := []rune(s); len(r) > most {
		return string(r[:most])
	}
	return s
}

// absent is the answer to a question for one call that is not there.
func absent(method string) *crm.Error {
	return &crm.Error{Kind: crm.NotFound, Method: method, Code: codeAbsent, Text: pair("телефония не знает такого звонка", "the telephony knows no such call")}
}

// strange is an answer that misses what it must have.
func strange(r request, what string) *crm.Error {
	e := &crm.Error{Kind: crm.Unavailable, Method: r.method, Code: codeStrange, Text: pair("телефония не сообщила "+what, "the telephony did not tell "+what)}
	if r.writes {
		e.Kind = crm.Ambiguous
	}
	return e
}
