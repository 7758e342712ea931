package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"omniconnector/integration"
	"omniconnector/integration/settings"
)

// SettingsDocument is a settings document as it is stored.
type SettingsDocument struct{ body json.RawMessage }

// MarshalJSON writes the document as it is.
func (d SettingsDocument) MarshalJSON() ([]byte, error) { return d.body, nil }

// Schema is that of the settings.
func (SettingsDocument) Schema(r huma.Registry) *huma.Schema { return settingsSchema(r) }

// settingsSchema says that no field of the document is required by its form: what is absent has
// its default. What is required by its meaning, package settings knows.
func settingsSchema(r huma.Registry) *huma.Schema {
	ref := r.Schema(typeOf[integration.Settings](), true, "Settings")
	optional(r, ref, map[string]bool{})
	return ref
}

func optional(r huma.Registry, s *huma.Schema, seen map[string]bool) {
	if s == nil {
		return
	}
	if s.Ref != "" {
		if seen[s.Ref] {
			return
		}
		seen[s.Ref] = true
		optional(r, r.SchemaFromRef(s.Ref), seen)
		return
	}
	s.Required = nil
	for _, p := range s.Properties {
		optional(r, p, seen)
	}
	optional(r, s.Items, seen)
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

type getSettingsIn struct {
	PortalPath
	Version int64 `query:"version" minimum:"0" doc:"An older version; the newest when absent"`
}

type getSettingsOut struct {
	ETag string `header:"ETag" doc:"The version; \"0\" before the first save"`
	Body SettingsDocument
}

func (a *API) getSettings(ctx context.Context, in *getSettingsIn) (*getSettingsOut, error) {
	t := caller(ctx).Tenant.ID
	if _, err := a.cfg.Store.Portal(ctx, t, in.Portal); err != nil {
		return nil, err
	}
	d, err := a.cfg.Store.Document(ctx, t, in.Portal, in.Version)
	if err != nil {
		return nil, err
	}
	if d.Version == 0 {
		d.Body = settings.Defaults()
	}
	return &getSettingsOut{ETag: etag(d.Version), Body: SettingsDocument{d.Body}}, nil
}

// documentIn is read raw: package settings reports more than a schema can.
type documentIn struct {
	PortalPath
	RawBody []byte `contentType:"application/json"`
}

type saveSettingsIn struct {
	PortalPath
	RawBody []byte `contentType:"application/json"`
	IfMatch string `header:"If-Match" doc:"The ETag of the document this one was made from"`
}

type saveSettingsOut struct {
	ETag string `header:"ETag"`
	Body struct {
		Version  int64          `json:"version"`
		Warnings []ProblemError `json:"warnings" nullable:"false" doc:"What the tenant should know of settings that are in force now"`
	}
}

func (a *API) saveSettings(ctx context.Context, in *saveSettingsIn) (*saveSettingsOut, error) {
	known, err := a.directories(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(in.IfMatch) == "" {
		return nil, refuse("no_condition")
	}
	who := caller(ctx)
	expected, err := a.expected(ctx, in.Portal, in.IfMatch)
	if err != nil {
		return nil, err
	}
	checked, err := a.lint(ctx, in.RawBody, known)
	if err != nil {
		return nil, err
	}
	if len(checked.problems) > 0 {
		return nil, &refusal{code: "settings_invalid", problems: checked.problems}
	}
	version, err := a.cfg.Store.SaveSettings(ctx, who.Tenant.ID, in.Portal, expected, settings.Write(checked.settings), author(ctx))
	if err != nil {
		return nil, err
	}
	a.saved(ctx, in.Portal, checked.settings)
	out := &saveSettingsOut{ETag: etag(version)}
	out.Body.Version, out.Body.Warnings = version, fieldErrors(ctx, checked.warnings)
	return out, nil
}

// checksAtOnce bounds how many documents are read at a time: one of a megabyte takes a second of a processor, which
// one tenant must not take from the calls of the others.
const checksAtOnce = 2

func (a *API) read(ctx context.Context, body []byte, known settings.Directories) (s *integration.Settings, problems []settings.Problem, err error) {
	err = a.checking(ctx, func() { s, problems = settings.Read(bytes.Clone(body), known) })
	return s, problems, err
}

// linted is a document that was read, with what the tenant should know of it (S-3); settings is nil when it has problems.
type linted struct {
	settings *integration.Settings
	problems []settings.Problem
	warnings []settings.Problem
}

// lint reads a document and looks for warnings in the same turn: many rules cost as much to compare as to read.
func (a *API) lint(ctx context.Context, body []byte, known settings.Directories) (l linted, err error) {
	err = a.checking(ctx, func() {
		if l.settings, l.problems = settings.Read(bytes.Clone(body), known); l.settings != nil {
			l.warnings = settings.Warnings(l.settings, known)
		}
	})
	return l, err
}

// checking does the work of reading a document when it is its turn.
func (a *API) checking(ctx context.Context, work func()) error {
	select {
	case a.checks <- struct{}{}:
		defer func() { <-a.checks }()
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrAway, ctx.Err())
	}
	work()
	return nil
}

// expected reads the version that the caller saw. A star stands for any, the newest there is.
func (a *API) expected(ctx context.Context, p integration.PortalID, match string) (int64, error) {
	d, err := a.cfg.Store.Document(ctx, caller(ctx).Tenant.ID, p, 0)
	if err != nil {
		return 0, err
	}
	for one := range strings.SplitSeq(match, ",") {
		if one = strings.TrimSpace(one); one == "*" || one == etag(d.Version) {
			return d.Version, nil
		}
	}
	return 0, refuse("stale")
}

func etag(version int64) string { return `"` + strconv.FormatInt(version, 10) + `"` }

type validateSettingsOut struct {
	Body struct {
		Valid    bool           `json:"valid"`
		Errors   []ProblemError `json:"errors" nullable:"false"`
		Warnings []ProblemError `json:"warnings" nullable:"false"`
	}
}

func (a *API) validateSettings(ctx context.Context, in *documentIn) (*validateSettingsOut, error) {
	known, err := a.directories(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	checked, err := a.lint(ctx, in.RawBody, known)
	if err != nil {
		return nil, err
	}
	out := &validateSettingsOut{}
	out.Body.Valid = checked.settings != nil
	out.Body.Errors, out.Body.Warnings = fieldErrors(ctx, checked.problems), fieldErrors(ctx, checked.warnings)
	return out, nil
}

func fieldErrors(ctx context.Context, problems []settings.Problem) []ProblemError {
	l := speaks(ctx)
	return each(problems, func(p settings.Problem) ProblemError { return fieldError(p, l) })
}

// isNotFound is for looking in several places.
func isNotFound(err error) bool { return errors.Is(err, ErrNotFound) }
