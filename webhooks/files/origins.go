package files

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"omniconnector/integration"
)

// Addresses reads files that are told by their address (contract uis §4.6, file_url).
type Addresses struct {
	client  *http.Client
	allowed func(*url.URL) error
}

const redirectsAtMost = 3

// NewAddresses makes a reader. All requests go through the transport; allowed refuses addresses before they are asked, those of
// redirects too. An address comes from outside: where it may lead is their matter.
func NewAddresses(transport http.RoundTripper, allowed func(*url.URL) error) *Addresses {
	return &Addresses{allowed: allowed, client: &http.Client{
		Transport: transport,
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > redirectsAtMost {
				return errors.New("too many redirects")
			}
			return allowed(req.URL)
		},
	}}
}

// Open begins to read what is at the file's address.
func (a *Addresses) Open(ctx context.Context, _ integration.TenantID, f integration.File) (Payload, error) {
	u, err := url.Parse(f.URL)
	if err != nil {
		return Payload{}, errors.New("the file's address is unreadable")
	}
	if err := a.allowed(u); err != nil {
		return Payload{}, fmt.Errorf("the file's address: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), http.NoBody)
	if err != nil {
		return Payload{}, errors.New("the file's address is unreadable")
	}
	req.Header.Set("User-Agent", "omniconnector/1")
	answer, err := a.client.Do(req)
	if err != nil {
		return Payload{}, fmt.Errorf("the file's address: %w", WithoutAddress(err))
	}
	return Answered(answer)
}

// WithoutAddress drops the address that net/http puts into its errors: it may open the file.
func WithoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// Origins opens a file where it is: at its address when it has one, else as a resource of the adapter.
type Origins struct{ Addresses, Resources Opener }

// Open opens a file.
func (o Origins) Open(ctx context.Context, tenant integration.TenantID, f integration.File) (Payload, error) {
	if f.URL != "" {
		return o.Addresses.Open(ctx, tenant, f)
	}
	return o.Resources.Open(ctx, tenant, f)
}
