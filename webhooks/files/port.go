package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"omniconnector/integration"
)

// MaxSize is the largest file that is served, in bytes.
const MaxSize = 100 << 20

// What an Opener's error may wrap; any other error means that the file cannot be had now.
var (
	// ErrGone means that the platform no longer has the file, or never had it.
	ErrGone = errors.New("the file is gone")
	// ErrTooLarge means that the file has more than MaxSize bytes.
	ErrTooLarge = errors.New("the file is too large")
)

// Payload is a file as a stream.
type Payload struct {
	Body io.ReadCloser
	Type string // the media type its keeper names; empty when it does not
	Size int64  // in bytes, -1 when not told
}

// Opener finds files where they are kept.
type Opener interface {
	// Open begins to read a file of a tenant's conversation; the caller closes its Body. No error holds a token or an address.
	Open(ctx context.Context, tenant integration.TenantID, f integration.File) (Payload, error)
}

// Answered makes a Payload of the answer to a request for a file, or says why there is none and closes it. What is read of the Payload ends
// with ErrTooLarge after MaxSize bytes.
func Answered(a *http.Response) (Payload, error) {
	p := Payload{Body: &capped{ReadCloser: a.Body, left: MaxSize}, Type: a.Header.Get("Content-Type"), Size: a.ContentLength}
	var err error
	switch {
	case a.StatusCode == http.StatusNotFound || a.StatusCode == http.StatusGone:
		err = ErrGone
	case a.StatusCode != http.StatusOK:
		err = fmt.Errorf("the keeper of the file answers %d", a.StatusCode)
	case a.ContentLength > MaxSize:
		err = ErrTooLarge
	default:
		return p, nil
	}
	a.Body.Close()
	return Payload{}, err
}

// capped fails, instead of ending quietly, when there is more than may be.
type capped struct {
	io.ReadCloser
	left int64
}

// Read reads on until the cap.
func (c *capped) Read(p []byte) (int, error) {
	if c.left < 0 {
		return 0, ErrTooLarge
	}
	if int64(len(p)) > c.left+1 { // one byte more tells whether there is more
		p = p[:c.left+1]
	}
	n, err := c.ReadCloser.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return n - 1, ErrTooLarge
	}
	return n, err
}
