package web

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"omniconnector/integration"
	"omniconnector/integration/settings"
)

// JSONValue is any JSON value, written as it is.
type JSONValue struct{ raw json.RawMessage }

// MarshalJSON writes the value.
func (v JSONValue) MarshalJSON() ([]byte, error) { return v.raw, nil }

// UnmarshalJSON keeps the value as it was written.
func (v *JSONValue) UnmarshalJSON(raw []byte) error {
	v.raw = bytes.Clone(raw)
	return nil
}

// Schema takes anything.
func (JSONValue) Schema(huma.Registry) *huma.Schema { return &huma.Schema{} }

func jsonValue(raw json.RawMessage) *JSONValue {
	if len(raw) == 0 {
		return nil
	}
	return &JSONValue{raw}
}

// VersionView is one version of the settings without the document.
type VersionView struct {
	Version int64     `json:"version"`
	Author  string    `json:"author"`
	Created time.Time `json:"created_at"`
}

func versionView(d integration.Document) VersionView {
	return VersionView{Version: d.Version, Author: d.Author, Created: d.Created}
}

type listVersionsIn struct {
	PortalPath
	Cursor string `query:"cursor" maxLength:"20" doc:"The next of the page before"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listVersionsOut struct {
	Body struct {
		Versions []VersionView `json:"versions" nullable:"false" doc:"Newest first"`
		Next     string        `json:"next" doc:"What to send as cursor; empty at the end"`
	}
}

func (a *API) listVersions(ctx context.Context, in *listVersionsIn) (*listVersionsOut, error) {
	t := caller(ctx).Tenant.ID
	below := int64(0)
	if in.Cursor != "" {
		var err error
		if below, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil || below <= 0 {
			return nil, wrongParameter("query.cursor", "cursor", speaks(ctx))
		}
	}
	if _, err := a.cfg.Store.Portal(ctx, t, in.Portal); err != nil {
		return nil, err
	}
	list, err := a.cfg.Store.Versions(ctx, t, in.Portal, below, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listVersionsOut{}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		out.Body.Next = strconv.FormatInt(list[in.Limit-1].Version, 10)
	}
	out.Body.Versions = each(list, versionView)
	return out, nil
}

// VersionPath is a version of the settings in an address.
type VersionPath struct {
	PortalPath
	Version string `path:"version" maxLength:"20" doc:"The version's number"`
}

// version gives the document that the address names.
func (a *API) version(ctx context.Context, at VersionPath) (integration.Document, error) {
	n, err := strconv.ParseInt(at.Version, 10, 64)
	if err != nil || n <= 0 {
		return integration.Document{}, ErrNotFound
	}
	return a.cfg.Store.Document(ctx, caller(ctx).Tenant.ID, at.Portal, n)
}

type getVersionOut struct {
	ETag string `header:"ETag"`
	Body struct {
		VersionView
		Settings SettingsDocument `json:"settings"`
	}
}

func (a *API) getVersion(ctx context.Context, in *VersionPath) (*getVersionOut, error) {
	d, err := a.version(ctx, *in)
	if err != nil {
		return nil, err
	}
	out := &getVersionOut{ETag: etag(d.Version)}
	out.Body.VersionView, out.Body.Settings = versionView(d), SettingsDocument{d.Body}
	return out, nil
}

type diffIn struct {
	PortalPath
	From int64 `query:"from" minimum:"0" doc:"The earlier version; the one before the later when absent. The first is compared with what a new portal starts from"`
	To   int64 `query:"to" minimum:"0" doc:"The later version; the newest when absent"`
}

// ChangeView is one difference between two documents.
type ChangeView struct {
	Pointer string     `json:"pointer" doc:"The place in the later document; of what was removed, the place in the earlier one"`
	Kind    string     `json:"kind" enum:"changed,added,removed"`
	From    *JSONValue `json:"from,omitempty" doc:"Absent for what was added"`
	To      *JSONValue `json:"to,omitempty" doc:"Absent for what was removed"`
}

func changeView(c settings.Change) ChangeView {
	v := ChangeView{Pointer: c.Pointer, Kind: "changed", From: jsonValue(c.From), To: jsonValue(c.To)}
	switch {
	case v.From == nil:
		v.Kind = "added"
	case v.To == nil:
		v.Kind = "removed"
	}
	return v
}

type diffOut struct {
	Body struct {
		From    int64        `json:"from"`
		To      int64        `json:"to"`
		Changes []ChangeView `json:"changes" nullable:"false" doc:"In the order of the document; nothing inside an added or removed item is told again"`
	}
}

func (a *API) diffSettings(ctx context.Context, in *diffIn) (*diffOut, error) {
	t := caller(ctx).Tenant.ID
	if _, err := a.cfg.Store.Portal(ctx, t, in.Portal); err != nil {
		return nil, err
	}
	to, err := a.cfg.Store.Document(ctx, t, in.Portal, in.To)
	if err != nil {
		return nil, err
	}
	if in.From == 0 {
		in.From = to.Version - 1
	}
	from := integration.Document{Body: settings.Defaults()}
	if in.From > 0 {
		if from, err = a.cfg.Store.Document(ctx, t, in.Portal, in.From); err != nil {
			return nil, err
		}
	}
	if to.Version == 0 {
		to.Body = settings.Defaults()
	}
	changes, err := settings.Diff(from.Body, to.Body)
	if err != nil {
		return nil, err
	}
	out := &diffOut{}
	out.Body.From, out.Body.To, out.Body.Changes = from.Version, to.Version, each(changes, changeView)
	return out, nil
}

type restoreIn struct {
	VersionPath
	IfMatch string `header:"If-Match" doc:"The ETag of the settings that are replaced"`
}

// restoreVersion saves an old version as the next one, if it is still right by what the portal has today.
func (a *API) restoreVersion(ctx context.Context, in *restoreIn) (*saveSettingsOut, error) {
	known, err := a.directories(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	old, err := a.version(ctx, in.VersionPath)
	if err != nil {
		return nil, err
	}
	return a.replace(ctx, replacement{
		portal: in.Portal, match: in.IfMatch, body: old.Body, known: known,
		origin: Origin{Verb: verbRestored, Detail: map[string]any{"from": old.Version}},
	})
}

// replacement is a whole document that is to be the next version.
type replacement struct {
	portal integration.PortalID
	match  string // If-Match
	body   []byte
	known  settings.Directories
	under  string // the pointer of the document in the request's body
	origin Origin
}

// replace checks a document as it is checked on save, and saves it.
func (a *API) replace(ctx context.Context, r replacement) (*saveSettingsOut, error) {
	if strings.TrimSpace(r.match) == "" {
		return nil, refuse("no_condition")
	}
	who := caller(ctx)
	expected, err := a.expected(ctx, r.portal, r.match)
	if err != nil {
		return nil, err
	}
	checked, err := a.lint(ctx, r.body, r.known)
	if err != nil {
		return nil, err
	}
	if len(checked.problems) > 0 {
		return nil, &refusal{code: "settings_invalid", problems: under(r.under, checked.problems)}
	}
	r.origin.Author = author(ctx)
	version, err := a.cfg.Store.SaveSettingsFrom(ctx, who.Tenant.ID, r.portal, expected, settings.Write(checked.settings), r.origin)
	if err != nil {
		return nil, err
	}
	a.saved(ctx, r.portal, checked.settings)
	out := &saveSettingsOut{ETag: etag(version)}
	out.Body.Version, out.Body.Warnings = version, fieldErrors(ctx, checked.warnings)
	return out, nil
}

// saved asks for what new settings make necessary.
func (a *API) saved(ctx context.Context, p integration.PortalID, s *integration.Settings) {
	if err := a.cfg.Scheduler.SettingsSaved(ctx, caller(ctx).Tenant.ID, p, s); err != nil {
		// The settings are saved; what they make necessary is asked for with the next save, or by hand.
		a.log.LogAttrs(ctx, slog.LevelWarn, "settings.schedule", slog.String("portal_id", string(p)), slog.Any("error", err))
	}
}

// under moves problems to where the document is in the request's body.
func under(pointer string, problems []settings.Problem) []settings.Problem {
	if pointer == "" {
		return problems
	}
	return each(problems, func(p settings.Problem) settings.Problem { return p.Under(pointer) })
}
