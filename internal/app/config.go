package app

import (
	"cmp"
	"log/slog"
	"path/filepath"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/integration/lane"
)

// Config is everything an installation may set. Zero values take defaults that suit one
// process on embedded SQLite.
type Config struct {
	// Listen is the address of the HTTP server.
	Listen string
	// PublicURL is how the platform and the portals reach us; slashes at its end do not count.
	PublicURL string
	// Data is the folder of the embedded database, its key file and the spool.
	Data string
	// Database is a PostgreSQL address or the path of an SQLite file; empty means Data/omniconnector.db.
	Database string
	// Keys are the key ring that seals secrets, newest last; empty means the file Data/keys.
	Keys integration.Secret
	// AdminToken lets the operator of the installation create tenants; empty switches that off.
	AdminToken integration.Secret
	// SessionKey signs the sessions of pages; empty draws one at start.
	SessionKey integration.Secret
	// EmbedKeys verify the tokens of the SaaS's own cabinet, "id:hs256:BASE64" or "id:eddsa:BASE64"; empty takes none.
	EmbedKeys integration.Secret
	// EmbedIssuer is how the SaaS names itself in them. Their audience is PublicURL.
	EmbedIssuer string
	// Bitrix24ClientID and Bitrix24Secret are the keys of the installation's own application of the vendor's marketplace, and Bitrix24Code is
	// the code that app.info tells of it, when that is not the ClientID. Without them portals connect by applications of their own.
	Bitrix24ClientID string
	Bitrix24Secret   integration.Secret
	Bitrix24Code     string
	// ChatAdapter is the installation's own adapter of the platform's Chat API, for all tenants that have none of their own.
	ChatAdapter ChatAdapter
	// FrameAncestors are the origins that may frame the pages beside our own: the SaaS's cabinet.
	FrameAncestors []string
	// AllowPrivate permits portals and records at private addresses and without https.
	AllowPrivate bool
	// OAuthHosts may receive client secrets besides the vendor's own.
	OAuthHosts []string
	// SpoolLimit caps the spool in bytes.
	SpoolLimit int64
	// RecordLimit caps a record in bytes.
	RecordLimit int64
	// DemoTenant is signed in without a token on loopback addresses; for the demo only.
	DemoTenant integration.TenantID
	// Receive, Work and Web switch parts of a process off, so that replicas may share the work out.
	NoReceive, NoWork bool
	// Lane tunes the lanes; its Store, Portals, Recordings, Settings, Now, Log and Owner are filled in.
	Lane lane.Config
	Log  *slog.Logger
	Now  func() time.Time
}

func (c Config) withDefaults() Config {
	c.Listen = cmp.Or(c.Listen, "127.0.0.1:8080")
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	c.Data = cmp.Or(c.Data, "data")
	c.Database = cmp.Or(c.Database, filepath.Join(c.Data, "omniconnector.db"))
	c.SpoolLimit = cmp.Or(c.SpoolLimit, 1<<30)
	c.RecordLimit = cmp.Or(c.RecordLimit, 1<<30)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = func() time.Time { return time.Now().UTC() } //nolint:forbidigo // the one clock of the process
	}
	return c
}

// ChatAdapter is an adapter of the platform's Chat API (contract uis §5). Zero means that there is none.
type ChatAdapter struct {
	URL      string // of the adapter's REST API; the platform's own when empty
	Login    string
	Password integration.Secret
	// The platform proves its webhooks by HookToken (Bearer), or by HookLogin with HookPassword (Basic).
	HookToken    integration.Secret
	HookLogin    string
	HookPassword integration.Secret
}
