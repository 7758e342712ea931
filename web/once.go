package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
)

const (
	keyHeader = "Idempotency-Key"
	maxKey    = 255
)

// repeatable tells which operations take an Idempotency-Key: all POSTs that change something.
func repeatable(op *huma.Operation) bool {
	return op.Method == http.MethodPost && accessOf(op) != byRead
}

// keyParam describes the header.
func keyParam() *huma.Param {
	shortest, longest := 1, maxKey
	return &huma.Param{
		Name: keyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, MinLength: &shortest, MaxLength: &longest},
		Description: "Makes the request safe to repeat: within 24 hours the same request with the same key is answered as it was the first time, " +
			"with Idempotency-Replayed: true, and nothing is done twice. A refused request leaves its key free.",
		Example: "9f1c2a52-7d0e-4c39-8d0e-4f6f5d0b7c11",
	}
}

// once does a request with an Idempotency-Key a single time (S-2). What is shown once may be shown again so long as the
// request may have been lost on the way; the answers are kept sealed, for a day.
func (a *API) once(hc huma.Context, next func(huma.Context)) {
	key := hc.Header(keyHeader)
	if key == "" || !repeatable(hc.Operation()) {
		next(hc)
		return
	}
	claim, body, had, err := a.claimKey(hc, key)
	switch {
	case err != nil:
		a.answer(hc, err)
	case had != nil:
		hc.SetHeader("Idempotency-Replayed", "true")
		a.write(hc, *had)
	default:
		a.write(hc, a.perform(hc, next, claim, body))
	}
}

// claimKey reads the body and takes the key, or gives the answer that the same request had.
func (a *API) claimKey(hc huma.Context, key string) (claim Claim, body []byte, had *Answer, err error) {
	if len(key) > maxKey || strings.IndexFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) >= 0 {
		return claim, nil, nil, refuse("bad_key")
	}
	body, err = io.ReadAll(io.LimitReader(hc.BodyReader(), maxBody+1))
	if err != nil {
		return claim, nil, nil, refuse("too_slow")
	}
	if len(body) > maxBody {
		return claim, nil, nil, refuse("too_large")
	}
	address := hc.URL()
	request := sha256.New()
	for _, part := range []string{hc.Method(), address.RequestURI(), string(body)} { // neither of the first two has a line's end
		io.WriteString(request, part+"\n") //nolint:errcheck // a hash takes everything
	}
	claim, had, err = a.cfg.Store.ClaimKey(hc.Context(), caller(hc.Context()).Tenant.ID, key, [sha256.Size]byte(request.Sum(nil)))
	switch {
	case errors.Is(err, ErrDuplicate):
		err = refuse("key_reused")
	case errors.Is(err, ErrConflict):
		err = &refusal{code: "under_way", retry: time.Second}
	}
	return claim, body, had, err
}

// perform lets the request through and keeps what it is to be answered. A refusal is not kept: it changed nothing, and what was
// wrong may be mended under the same key.
func (a *API) perform(hc huma.Context, next func(huma.Context), claim Claim, body []byte) Answer {
	var kept *Answer
	defer func() { a.settle(hc, claim, kept) }() // after a panic too
	r := &recorder{asked: hc, body: bytes.NewReader(body)}
	next(r)
	told := Answer{Status: r.status, ContentType: r.kind, Body: r.answer.Bytes()}
	if told.Status >= http.StatusOK && told.Status < http.StatusMultipleChoices {
		kept = &told
	}
	return told
}

// settle keeps an answer, or gives the key back when there is none. Whoever asked may be gone by then, and that is when the
// answer is needed. A key that cannot be settled is held until its request is thought dead.
func (a *API) settle(hc huma.Context, claim Claim, kept *Answer) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(hc.Context()), patience)
	defer cancel()
	var err error
	if kept != nil {
		err = a.cfg.Store.KeepAnswer(ctx, claim, *kept)
	} else {
		err = a.cfg.Store.ReleaseKey(ctx, claim)
	}
	if err != nil {
		a.log.LogAttrs(ctx, slog.LevelWarn, "key.unsettled", slog.String("operation", hc.Operation().OperationID), slog.Any("error", err))
	}
}

// write sends an answer.
func (a *API) write(hc huma.Context, told Answer) {
	if told.ContentType != "" {
		hc.SetHeader("Content-Type", told.ContentType)
	}
	hc.SetStatus(told.Status)
	if len(told.Body) == 0 {
		return
	}
	if _, err := hc.BodyWriter().Write(told.Body); err != nil {
		a.log.LogAttrs(hc.Context(), slog.LevelDebug, "api.gone", slog.Any("error", err))
	}
}

// asked is a request; the name keeps the method Context free.
type asked huma.Context

// recorder gives a body that was read already to be read again, and keeps the answer instead of sending it.
type recorder struct {
	asked
	body   io.Reader
	status int
	kind   string
	answer bytes.Buffer
}

// BodyReader reads the body from its beginning.
func (r *recorder) BodyReader() io.Reader { return r.body }

// BodyWriter keeps the answer.
func (r *recorder) BodyWriter() io.Writer { return &r.answer }

// SetStatus keeps the status.
func (r *recorder) SetStatus(code int) { r.status = code }

// Status is the one that was set.
func (r *recorder) Status() int { return r.status }

// SetHeader keeps the content type; the other headers go out as they are.
func (r *recorder) SetHeader(name, value string) {
	if strings.EqualFold(name, "Content-Type") {
		r.kind = value
		return
	}
	r.asked.SetHeader(name, value)
}
