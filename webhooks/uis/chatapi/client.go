package chatapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks/files"
)

// UIS is the base address of the Chat API; CoMagic has the same (contract uis, "Brands / hosts").
const UIS = "https://chat-integration-api-prod.uiscom.ru/v1/adapter"

// ErrLogin means that the platform does not take the adapter's login and password.
var ErrLogin = errors.New("the platform refuses the adapter's login")

// Config is what a Client is made of. All but Log is required.
type Config struct {
	// URL is the base address, such as UIS.
	URL      string
	Username string
	Password integration.Secret
	// Transport carries all requests; where they may go is its matter.
	Transport http.RoundTripper
	Now       func() time.Time
	// Log gets one debug line per request; nothing when nil.
	Log *slog.Logger
}

// Client is one adapter. It is safe for concurrent use; keep it, because it holds the login.
type Client struct {
	base     string
	username string
	password integration.Secret
	http     *http.Client
	session  session
	now      func() time.Time
	log      *slog.Logger
}

// New makes a Client. It sends nothing yet.
func New(cfg Config) (*Client, error) {
	u, err := url.Parse(cfg.URL)
	switch {
	case cfg.Transport == nil || cfg.Now == nil:
		return nil, errors.New("chatapi: Transport and Now are required")
	case cfg.Username == "" || cfg.Password == "":
		return nil, errors.New("chatapi: a login with a password is required")
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, errors.New("chatapi: URL is not the address of an interface, such as " + UIS)
	}
	c := &Client{
		base: strings.TrimRight(u.String(), "/"), username: cfg.Username, password: cfg.Password, now: cfg.Now, log: cfg.Log,
		http: &http.Client{
			Transport: cfg.Transport,
			// A followed redirect would carry the token to whoever asked for it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	return c, nil
}

// String keeps the secrets in a Client's fields out of a careless %v.
func (c *Client) String() string { return "chatapi.Client" }

// GoString keeps them out of %#v.
func (c *Client) GoString() string { return "chatapi.Client" }

// Resource begins to read a file of a message. The errors are those of a files.Opener, ErrLogin, or tell that the platform cannot be asked.
func (c *Client) Resource(ctx context.Context, f integration.File) (files.Payload, error) {
	parts := []string{f.Account, f.Channel, f.ID, f.Token}
	for i, part := range parts {
		if part == "" || part == "." || part == ".." {
			return files.Payload{}, fmt.Errorf("resource: %w: it is not fully named", files.ErrGone)
		}
		parts[i] = url.PathEscape(part)
	}
	answer, err := c.get(ctx, "/resource/"+strings.Join(parts, "/")+"/payload") //nolint:bodyclose // the Payload has it, or Answered closes it
	if err != nil {
		return files.Payload{}, fmt.Errorf("resource: %w", err)
	}
	p, err := files.Answered(answer)
	if err != nil {
		return files.Payload{}, fmt.Errorf("resource: %w", err)
	}
	return p, nil
}

// get asks with a token, once more with a new one when that is refused.
func (c *Client) get(ctx context.Context, path string) (*http.Response, error) {
	refused := integration.Secret("")
	for {
		token, err := c.token(ctx, refused)
		if err != nil {
			return nil, err
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, http.NoBody)
		if err != nil {
			return nil, errors.New("the address cannot be written")
		}
		req.Header.Set("Authorization", "Bearer "+string(token))
		answer, err := c.do(req)
		if err != nil || answer.StatusCode != http.StatusUnauthorized || refused != "" {
			return answer, err
		}
		answer.Body.Close()
		refused = token
	}
}

func (c *Client) do(req *http.Request) (*http.Response, error) {
	req.Header.Set("User-Agent", "omniconnector/1")
	began := c.now()
	answer, err := c.http.Do(req) // #nosec G704 -- the transport says where it may go
	status := 0
	if err == nil {
		status = answer.StatusCode
	}
	step, _, _ := strings.Cut(strings.TrimPrefix(req.URL.String(), c.base+"/"), "/") // the rest may open a file
	c.log.LogAttrs(req.Context(), slog.LevelDebug, "platform.requested", slog.String("interface", "chatapi"), slog.String("method", step),
		slog.Int("status", status), slog.Duration("took", c.now().Sub(began)))
	if err != nil {
		return nil, files.WithoutAddress(err)
	}
	return answer, nil
}
