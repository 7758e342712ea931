package outbound

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrNotReady means that the source has no record to give at the moment; it may have one later.
var ErrNotReady = errors.New("the record is not ready")

// Recordings fetches records of talks from the platform.
type Recordings struct {
	client *http.Client
	policy Policy
	limit  int64
}

const redirectsAtMost = 3

// NewRecordings makes a fetcher that refuses records of more than limit bytes.
func NewRecordings(p Policy, limit int64) *Recordings {
	r := &Recordings{policy: p, limit: limit}
	r.client = &http.Client{
		Transport: p.Transport(),
		Timeout:   30 * time.Minute, // hundreds of megabytes over a slow line
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) >= redirectsAtMost {
				return ErrRefused
			}
			return p.Allowed(req.URL)
		},
	}
	return r
}

// Fetch opens a record as a stream; size is -1 when the source does not tell it. The address may hold a
// credential, so that it is in no error.
func (r *Recordings) Fetch(ctx context.Context, address string) (record io.ReadCloser, size int64, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, 0, fmt.Errorf("record: %w: unreadable", ErrRefused)
	}
	if err := r.policy.Allowed(u); err != nil {
		return nil, 0, fmt.Errorf("record: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return nil, 0, fmt.Errorf("record: %w: unreadable", ErrRefused)
	}
	req.Header.Set("User-Agent", "omniconnector")
	answer, err := r.client.Do(req)
	if err != nil {
		return nil, 0, fmt.Errorf("record: %w", withoutAddress(err))
	}
	if answer.StatusCode != http.StatusOK || answer.ContentLength == 0 {
		answer.Body.Close()
		return nil, 0, fmt.Errorf("record: %w: the source answers %d", ErrNotReady, answer.StatusCode)
	}
	if answer.ContentLength > r.limit {
		answer.Body.Close()
		return nil, 0, fmt.Errorf("record: %w: larger than %d bytes", ErrRefused, r.limit)
	}
	record = &capped{ReadCloser: answer.Body, left: r.limit}
	if record, err = sound(record); err != nil {
		return nil, 0, fmt.Errorf("record: %w", err)
	}
	return record, answer.ContentLength, nil
}

// sound looks at the beginning: a page that excuses itself with 200 is not a record (contract uis §4.3).
func sound(record io.ReadCloser) (io.ReadCloser, error) {
	const enough = 512
	ahead := bufio.NewReaderSize(record, enough)
	head, err := ahead.Peek(enough)
	if len(head) == 0 || err != nil && !errors.Is(err, io.EOF) || strings.HasPrefix(http.DetectContentType(head), "text/") {
		record.Close()
		return nil, fmt.Errorf("%w: the source answers with something that is no sound", ErrNotReady)
	}
	return struct {
		io.Reader
		io.Closer
	}{ahead, record}, nil
}

// withoutAddress drops the URL that net/http puts into its errors.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// capped fails, instead of ending quietly, when a source sends more than it may.
type capped struct {
	io.ReadCloser
	left int64
}

// Read reads on until the cap.
func (c *capped) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, fmt.Errorf("%w: the record is larger than allowed", ErrRefused)
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.ReadCloser.Read(p)
	c.left -= int64(n)
	return n, err
}
