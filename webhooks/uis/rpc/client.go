package rpc

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// The brands of the platform: separate projects of one make; a key of one is unknown to the others (contract uis, "Brands / hosts").
const (
	UISData      = "https://dataapi.uiscom.ru/v2.0"
	UISCall      = "https://callapi.uiscom.ru/v4.0"
	UISMedia     = "https://media.uiscom.ru"
	CoMagicData  = "https://dataapi.comagic.ru/v2.0"
	CoMagicCall  = "https://callapi.comagic.ru/v4.0"
	CoMagicMedia = "https://media.comagic.ru"
	NovofonData  = "https://dataapi-jsonrpc.novofon.ru/v2.0"
	NovofonCall  = "https://callapi-jsonrpc.novofon.ru/v4.0"
	NovofonMedia = "https://media.novofon.ru"
)

// medias are where the brands keep records, by the host of the Data API.
var medias = map[string]string{
	"dataapi.uiscom.ru": UISMedia, "dataapi.comagic.ru": CoMagicMedia, "dataapi-jsonrpc.novofon.ru": NovofonMedia,
}

const (
	maxAnswer = 64 << 20 // ten thousand calls with all their columns
	userAgent = "omniconnector/1"
)

// Config is what a Client is made of. DataURL, CallURL, Transport, Now, and either Token or Login and Password are required.
type Config struct {
	// DataURL and CallURL are the bases of the two interfaces, such as UISData and UISCall.
	DataURL, CallURL string
	// MediaURL is where records are fetched; that of the brand whose DataURL it is when empty.
	MediaURL string
	// Token is a permanent key. Without one, and only then, Login and Password are exchanged for a token that lives an hour.
	Token    integration.Secret
	Login    string
	Password integration.Secret
	// UserID is the customer for whom an agency asks the Data API; 0 for an account of its own.
	UserID int64
	// Transport carries all requests; where they may go is its matter.
	Transport http.RoundTripper
	Now       func() time.Time
	// Log gets one debug line per request, without parameters; nothing when nil.
	Log *slog.Logger
}

// Client asks one account of the platform. It is safe for concurrent use; keep it, because it holds the login and the
// account's zone, each of which costs a point to get.
type Client struct {
	rest       *resty.Client
	data, call endpoint
	media      string
	login      string
	password   integration.Secret
	user       int64
	now        func() time.Time
	log        *slog.Logger

	mu      sync.Mutex
	zone    *time.Location
	lacking map[string]map[string]bool // columns that the account's tariff or brand does not have, by method
	counted map[string]counted         // by method
}

// endpoint is one of the two interfaces.
type endpoint struct {
	name    string
	address string
	patient time.Duration // how long an answer is waited for
	session *session
}

var _ lane.Platform = (*Client)(nil)

const (
	callWithin = 20 * time.Second // an employee waits for the phone to ring
	dataWithin = time.Minute      // a report of a thousand calls is not made in a moment
)

// New makes a Client. It sends nothing yet.
func New(cfg Config) (*Client, error) {
	switch {
	case cfg.Transport == nil || cfg.Now == nil:
		return nil, errors.New("uis: Transport and Now are required")
	case cfg.Token == "" && (cfg.Login == "" || cfg.Password == ""):
		return nil, errors.New("uis: a token, or a login with a password, is required")
	}
	data, err := base("DataURL", cfg.DataURL)
	if err != nil {
		return nil, err
	}
	call, err := base("CallURL", cfg.CallURL)
	if err != nil {
		return nil, err
	}
	c := &Client{
		data:  endpoint{name: "dataapi", address: data.String(), patient: dataWithin, session: newSession(cfg.Token)},
		call:  endpoint{name: "callapi", address: call.String(), patient: callWithin, session: newSession(cfg.Token)},
		media: strings.TrimRight(cfg.MediaURL, "/"), login: cfg.Login, password: cfg.Password, user: cfg.UserID,
		now: cfg.Now, log: cfg.Log, lacking: map[string]map[string]bool{}, counted: map[string]counted{},
	}
	if c.media == "" {
		c.media = medias[data.Hostname()]
	}
	c.rest = resty.NewWithClient(&http.Client{
		Transport: cfg.Transport,
		// A followed redirect would carry the token to whoever asked for it.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).SetRetryCount(0).SetResponseBodyLimit(maxAnswer).SetDisableWarn(true).SetLogger(silent{}).
		SetHeader("User-Agent", userAgent).SetHeader("Accept", "application/json").
		SetHeader("Content-Type", "application/json; charset=UTF-8")
	return c, nil
}

// base reads the address of an interface. It may hold a credential by mistake, so that it is in no error.
func base(name, address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(address, "/"))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("uis: %s is not the address of an interface, such as %s", name, UISData)
	}
	return u, nil
}

// String keeps the secrets in a Client's fields out of a careless %v.
func (c *Client) String() string { return "rpc.Client" }

// GoString keeps them out of %#v.
func (c *Client) GoString() string { return "rpc.Client" }

// silent keeps resty from writing to standard error.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
