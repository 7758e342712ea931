package bitrix24

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"

	"omniconnector/crm"
)

const methodUpload = "telephony.externalCall.attachRecord/upload"

// Upload posts a record to the address that attachRecord gave (contract §4.6). It holds nothing
// but a buffer of it in memory. A broken source means that nothing was attached: the portal
// never gets the end of the form. LookUp of the AttachRecord tells about an Ambiguous end.
func (c *Client) Upload(ctx context.Context, to crm.UploadTo, filename string, size int64, record io.Reader) *crm.Error {
	if to.Have {
		return nil
	}
	if size > c.maxRecord {
		return tooLarge()
	}
	tok, e := c.token(ctx)
	if e != nil {
		return e
	}
	address, err := url.Parse(to.URL)
	if err != nil || address.Host == "" || (!sameSite(address, tok.Endpoint) && c.allowed(address) != nil) {
		return invalid(methodUpload, "ADDRESS_REFUSED", "the portal gave an address that is not allowed")
	}
	ctx, cancel := context.WithTimeout(ctx, uploadTimeout)
	defer cancel()
	source := &guarded{from: record, left: c.maxRecord, want: size}
	defer source.stop()
	body, length, contentType, err := form(cmp.Or(to.Field, "file"), filename, size, source)
	if err != nil {
		return invalid(methodUpload, "", "the file name cannot be sent")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), io.NopCloser(body))
	if err != nil {
		return invalid(methodUpload, "ADDRESS_REFUSED", "the portal gave an address that is not allowed")
	}
	req.ContentLength = length
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("User-Agent", c.rest.Header.Get("User-Agent"))
	req.Header.Set("Accept", "application/json")
	resp, e := c.post(ctx, methodUpload, req) //nolint:bodyclose // drain closes it on every way out
	if failed := source.verdict(); failed != nil {
		if resp != nil {
			drain(resp.Body)
		}
		return failed
	}
	if e != nil {
		return e
	}
	defer drain(resp.Body)
	if e := c.uploaded(resp, redactorOf(tok)); e != nil {
		return c.note(methodUpload, e)
	}
	return nil
}

// uploaded reads the answer, which the contract knows by analogy only: no error means attached.
func (c *Client) uploaded(resp *http.Response, known redactor) *crm.Error {
	answer := response{status: resp.StatusCode}
	if answer.redirect() {
		return &crm.Error{Kind: crm.Unavailable, Method: methodUpload, Code: codeMoved, Whole: true}
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return broken(methodUpload, err, true)
	}
	answer.body = body
	_, e := answer.read(methodUpload, known)
	var bare struct {
		File ID `json:"FILE_ID"`
	}
	if e != nil && e.Code == codeStrange && json.Unmarshal(body, &bare) == nil && bare.File > 0 {
		return nil
	}
	if e != nil && stale(e.Code) {
		e.Kind = crm.Unavailable // the address was too old: ask for another
	}
	return e
}

// form wraps the record in multipart without copying it. Its length is known when the record's is;
// the portal then notices a record that was cut short.
func form(field, filename string, size int64, record io.Reader) (body io.Reader, length int64, contentType string, err error) {
	var head bytes.Buffer
	w := multipart.NewWriter(&head)
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, filepath.Base(filename))
	contentType = cmp.Or(mime.TypeByExtension(filepath.Ext(name)), "application/octet-stream")
	_, err = w.CreatePart(map[string][]string{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="%s"; filename="%s"`, field, name)},
		"Content-Type":        {contentType},
	})
	if err != nil {
		return nil, 0, "", err
	}
	tail := "\r\n--" + w.Boundary() + "--\r\n"
	length = -1
	if size >= 0 {
		length = int64(head.Len()) + size + int64(len(tail))
	}
	return io.MultiReader(&head, record, strings.NewReader(tail)), length, w.FormDataContentType(), nil
}

// guarded reads the record and remembers whether it was the record's fault that the upload broke. A
// portal that answers early leaves the transport reading; stop ends that before the caller's
// reader is given back.
type guarded struct {
	mu   sync.Mutex
	from io.Reader
	left int64 // of the cap
	want int64 // -1 when the size is unknown
	read int64
	err  error
}

var errTooLarge = errors.New("record too large")

func (g *guarded) Read(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return 0, g.err
	}
	n, err := g.from.Read(p)
	g.read += int64(n)
	g.left -= int64(n)
	switch {
	case g.left < 0:
		g.err = errTooLarge
	case g.want >= 0 && g.read > g.want, errors.Is(err, io.EOF) && g.want >= 0 && g.read < g.want:
		g.err = io.ErrUnexpectedEOF
	case err != nil && !errors.Is(err, io.EOF):
		g.err = err
	}
	if g.err != nil {
		return 0, g.err
	}
	return n, err
}

func (g *guarded) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = io.ErrClosedPipe
	}
}

func (g *guarded) verdict() *crm.Error {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.err == nil:
		return nil
	case errors.Is(g.err, errTooLarge):
		return tooLarge()
	case errors.Is(g.err, context.Canceled), errors.Is(g.err, context.DeadlineExceeded):
		return nil // the upload's own end, seen from the source
	}
	return &crm.Error{Kind: crm.Unavailable, Method: methodUpload, Code: codeSource, Text: "the record cannot be read to its end"}
}

func tooLarge() *crm.Error {
	return invalid(methodUpload, "RECORD_TOO_LARGE", "the record is larger than allowed")
}

// sameSite tells an address of the portal itself.
func sameSite(u *url.URL, endpoint string) bool {
	at, err := url.Parse(endpoint)
	return err == nil && u.Scheme == at.Scheme && strings.EqualFold(u.Host, at.Host) && u.User == nil
}
