package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/integration/settings"
	"omniconnector/web/embed"
	"omniconnector/web/inside"
)

// Config is what the API is made of. Store, Connector, Platform, Scheduler, Platforms, Meter, Now and Log are required.
type Config struct {
	Store     Store
	Connector Connector
	Platform  PlatformConnector
	Scheduler Scheduler
	Platforms Platforms
	Meter     Meter
	// FileLink gives the address at which a file of a conversation can be opened until a moment; nil gives none.
	FileLink func(t integration.TenantID, f integration.File, until time.Time) string
	// AdminToken opens the routes of the operator; empty closes them.
	AdminToken integration.Secret
	// Embed recognises the tokens of the SaaS's own cabinet; nil takes none.
	Embed *embed.Verifier
	// Sessions recognises persons at the page inside a portal; nil takes none.
	Sessions *inside.Sessions
	// PublicURL is where sources reach the connector, without a slash at the end.
	PublicURL string
	// Chats proves the login of a tenant's own adapter; nil proves nothing.
	Chats ChatConnector
	// SharedChats tells that the installation has an adapter of its own, which serves whoever has none.
	SharedChats bool
	// Marketplace tells that the installation has an application of its own at the CRM vendor's marketplace.
	Marketplace bool
	// Ready reports why the process cannot work: the database does not answer or has an old schema.
	Ready func(context.Context) error
	// Gatherer serves /metrics; nil leaves the route out.
	Gatherer prometheus.Gatherer
	Now      func() time.Time
	Log      *slog.Logger
	Version  string
	// PerSecond and Burst limit the requests of one token; 20 and 60 when zero.
	PerSecond float64
	Burst     int
	// Overlap is how long an old secret of webhooks stays valid; a week when zero.
	Overlap time.Duration
	// Streams bounds the live journal.
	Streams Streams
}

// API is the JSON API.
type API struct {
	cfg       Config
	log       *slog.Logger
	callers   *limits
	strangers *limits
	checks    chan struct{} // documents being read
	compiler  settings.Compiler
	feeds     *feeds
	closing   chan struct{} // closed when streams must end
	closeOnce sync.Once
	huma      huma.API
	document  []byte // OpenAPI
	reference []byte // the page about it
}

// New checks the configuration. Mount adds the routes.
func New(c Config) (*API, error) {
	if c.Store == nil || c.Connector == nil || c.Platform == nil || c.Scheduler == nil || c.Platforms == nil || c.Meter == nil || c.Now == nil || c.Log == nil {
		return nil, errors.New("web: Store, Connector, Platform, Scheduler, Platforms, Meter, Now and Log are required")
	}
	if c.PerSecond <= 0 {
		c.PerSecond = 20
	}
	if c.Burst <= 0 {
		c.Burst = 60
	}
	if c.Overlap <= 0 {
		c.Overlap = 7 * 24 * time.Hour
	}
	if c.Version == "" {
		c.Version = "dev"
	}
	c.PublicURL = strings.TrimSuffix(c.PublicURL, "/")
	const guessesPerSecond, guesses = 1, 30
	log := c.Log.With(slog.String("component", "web"))
	return &API{
		cfg: c, log: log, closing: make(chan struct{}),
		feeds:   &feeds{store: c.Store, cfg: c.Streams.withDefaults(), log: log, all: map[integration.TenantID]*feed{}},
		checks:  make(chan struct{}, checksAtOnce),
		callers: newLimits(c.Now, c.PerSecond, c.Burst), strangers: newLimits(c.Now, guessesPerSecond, guesses),
	}, nil
}

// Mount adds all routes to a router, and answers what no route takes.
func (a *API) Mount(r *gin.Engine) error {
	r.HandleMethodNotAllowed = true
	r.NoRoute(func(c *gin.Context) { a.lost(c, "not_found") })
	r.NoMethod(func(c *gin.Context) { a.lost(c, "wrong_method") })
	a.huma = humagin.New(r, a.humaConfig())
	a.huma.UseMiddleware(a.watch, a.admit, a.once)
	a.routes()
	a.finish(a.huma.OpenAPI())
	var err error
	if a.document, err = json.Marshal(a.huma.OpenAPI()); err != nil {
		return fmt.Errorf("openapi: %w", err)
	}
	if a.reference, err = renderReference(a.huma.OpenAPI()); err != nil {
		return fmt.Errorf("reference: %w", err)
	}
	a.mountPlain(r)
	return nil
}

func (a *API) humaConfig() huma.Config {
	c := huma.DefaultConfig("omniconnector", a.cfg.Version)
	c.Info.Description = apiDescription
	c.OpenAPIPath, c.DocsPath, c.SchemasPath = "", "", "" // served by ourselves, without outside hosts
	c.CreateHooks = nil
	c.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	c.RejectUnknownQueryParameters = true
	c.Formats = map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat}
	c.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", Description: "A tenant's token (oc_<tenant>_…), the operator's, the session of the page inside a portal, or a signed token of the SaaS's cabinet " +
			"(JWT by HS256 or EdDSA with kid, iss, aud, sub, tenant, scope read or write, nbf, and exp at most 15 minutes after nbf)."},
	}
	c.Transformers = []huma.Transformer{func(hc huma.Context, _ string, v any) (any, error) {
		if model, ok := v.(*huma.ErrorModel); ok {
			return reworded(model, languageOf(hc.Header("Accept-Language"))), nil
		}
		return v, nil
	}}
	return c
}

// schemaName keeps the nouns of the platform apart from those of the portal and of calls.
func schemaName(t reflect.Type, hint string) string {
	name := huma.DefaultSchemaNamer(t, hint)
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.PkgPath() == typeOf[centre.Directory]().PkgPath() {
		return "Platform" + name
	}
	return name
}

const apiDescription = "Tenants, portals, settings and the journal of omniconnector. Errors are problem documents (RFC 9457) " +
	"that list every mistake at once; Accept-Language chooses Russian or English. RateLimit-Limit, RateLimit-Remaining and " +
	"RateLimit-Reset (seconds) tell what a token has left; 429 names in Retry-After when to come again."

// route is one line of the table: who may call what, and what it answers.
type route struct {
	method  string
	path    string
	who     access
	status  int
	id      string
	summary string
}

// add registers a route with its handler. Unknown errors are logged here, once, and nowhere else.
func add[I, O any](a *API, r route, handle func(context.Context, *I) (*O, error)) {
	op := huma.Operation{
		Method: r.method, Path: "/api/v1" + r.path, OperationID: r.id, Summary: r.summary, DefaultStatus: r.status,
		Tags: []string{strings.Split(r.path, "/")[1]}, Metadata: map[string]any{"access": r.who},
		Security: []map[string][]string{{"bearer": {}}}, MaxBodyBytes: maxBody,
		Description:      accessWords[r.who],
		SkipValidateBody: r.id == "save-settings" || r.id == "validate-settings", // package settings reads them
	}
	if repeatable(&op) {
		op.Parameters = append(op.Parameters, keyParam())
	}
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err == nil {
			a.record(ctx, r.id, in, out)
			return out, nil
		}
		p := told(err, speaks(ctx))
		if p.Status == http.StatusInternalServerError {
			a.log.LogAttrs(ctx, slog.LevelError, "api.failed", slog.String("operation", r.id),
				slog.String("tenant_id", string(caller(ctx).Tenant.ID)), slog.Any("error", err))
		}
		headers := http.Header{}
		for name, value := range headersOf(p) {
			headers.Set(name, value)
		}
		return nil, huma.ErrorWithHeaders(p, headers)
	})
}

var accessWords = map[access]string{
	byAdmin: "Needs the operator's token.", byAny: "Needs any token.", byRead: "Needs a token of the tenant.",
	byWrite: "Needs a token of the tenant that may write.",
}

// maxBody is far above the largest settings document that a person writes.
const maxBody = 1 << 20

// finish mends what the generator cannot know: the errors are problem documents, and a settings
// document need not be complete.
func (a *API) finish(doc *huma.OpenAPI) {
	schemas := doc.Components.Schemas
	problem := schemas.Schema(typeOf[Problem](), true, "Problem")
	document := settingsSchema(schemas)
	describeExport(doc)
	orNull(schemas.Map()["EmployeeView"], "user")
	describeStream(doc)
	delete(schemas.Map(), "ErrorModel")
	delete(schemas.Map(), "ErrorDetail")
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Put, item.Post, item.Delete} {
			if op == nil {
				continue
			}
			delete(op.Responses, "default")
			op.Responses["default"] = &huma.Response{
				Description: "A problem document",
				Content:     map[string]*huma.MediaType{problemType: {Schema: problem}},
			}
			if op.SkipValidateBody {
				op.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: document}}
			}
		}
	}
}

// orNull says that a field may be null that refers to another schema.
func orNull(s *huma.Schema, name string) {
	field := s.Properties[name]
	s.Properties[name] = &huma.Schema{Description: field.Description, AnyOf: []*huma.Schema{{Ref: field.Ref}, {Type: "null"}}}
}

// answer writes a problem from a middleware.
func (a *API) answer(hc huma.Context, err error) {
	p := told(err, speaks(hc.Context()))
	if p.Status == http.StatusInternalServerError {
		a.log.LogAttrs(hc.Context(), slog.LevelError, "api.failed",
			slog.String("operation", hc.Operation().OperationID), slog.Any("error", err))
	}
	for name, value := range headersOf(p) {
		hc.SetHeader(name, value)
	}
	hc.SetHeader("Content-Type", problemType)
	hc.SetStatus(p.Status)
	if _, err := hc.BodyWriter().Write(encoded(p)); err != nil {
		a.log.LogAttrs(hc.Context(), slog.LevelDebug, "api.gone", slog.Any("error", err))
	}
}

// watch logs changes and catches panics.
func (a *API) watch(hc huma.Context, next func(huma.Context)) {
	defer func() {
		if broken := recover(); broken != nil {
			a.log.LogAttrs(hc.Context(), slog.LevelError, "api.panicked", slog.String("operation", hc.Operation().OperationID),
				slog.Any("panic", broken), slog.String("stack", string(debug.Stack())))
			a.answer(hc, refuse("internal"))
		}
	}()
	next(hc)
	if hc.Method() != http.MethodGet {
		a.log.LogAttrs(hc.Context(), slog.LevelInfo, "api.called",
			slog.String("operation", hc.Operation().OperationID), slog.Int("status", hc.Status()))
	}
}

// lost answers what no route takes.
func (a *API) lost(c *gin.Context, code string) {
	p := (&refusal{code: code}).told(languageOf(c.GetHeader("Accept-Language")))
	c.Header("Cache-Control", "no-store")
	if !strings.HasPrefix(c.Request.URL.Path, "/api/") {
		c.String(p.Status, "%s. %s\n", p.Title, p.Detail)
		return
	}
	c.Data(p.Status, problemType, encoded(p))
}

func encoded(p *Problem) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(p); err != nil {
		return []byte(`{"status":` + strconv.Itoa(p.Status) + `}`)
	}
	return b.Bytes()
}

// codes lists all kinds of errors, for the reference page.
func codes() []string {
	list := make([]string, 0, len(kinds))
	for code := range kinds {
		list = append(list, code)
	}
	slices.SortFunc(list, func(a, b string) int {
		if kinds[a].status != kinds[b].status {
			return kinds[a].status - kinds[b].status
		}
		return strings.Compare(a, b)
	})
	return list
}
