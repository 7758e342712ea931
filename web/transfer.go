package web

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/settings"
)

type exportIn struct {
	PortalPath
	Format string `query:"format" enum:"yaml,json" default:"yaml"`
}

type exportOut struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

// exportSettings writes a file without secrets: settings have none, and of the directories only names are taken.
func (a *API) exportSettings(ctx context.Context, in *exportIn) (*exportOut, error) {
	known, err := a.directories(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	t := caller(ctx).Tenant.ID
	p, err := a.cfg.Store.Portal(ctx, t, in.Portal)
	if err != nil {
		return nil, err
	}
	d, err := a.newest(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	f, err := settings.Export(d, settings.FilePortal{ID: p.ID, Name: p.Name}, known, a.cfg.Now())
	if err != nil {
		return nil, err
	}
	out := &exportOut{ContentType: "application/yaml; charset=utf-8"}
	write := f.YAML
	if in.Format == "json" {
		out.ContentType, write = "application/json", f.JSON
	}
	if out.Body, err = write(); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	out.Disposition = `attachment; filename="settings-` + strconv.FormatInt(d.Version, 10) + "." + in.Format + `"`
	return out, a.cfg.Store.Audit(ctx, t, AuditRow{
		Portal: p.ID, Author: author(ctx), Verb: verbExported, Detail: fmt.Appendf(nil, `{"version":%d,"format":%q}`, d.Version, in.Format),
	})
}

// newest is the document in force; before the first save, what a portal starts from.
func (a *API) newest(ctx context.Context, p integration.PortalID) (integration.Document, error) {
	d, err := a.cfg.Store.Document(ctx, caller(ctx).Tenant.ID, p, 0)
	if err == nil && d.Version == 0 {
		d.Body = settings.Defaults()
	}
	return d, err
}

// describeExport says what the generator cannot see: the answer is a file.
func describeExport(doc *huma.OpenAPI) {
	op := doc.Paths["/api/v1/portals/{portal}/settings/export"].Get
	op.Responses["200"].Content = map[string]*huma.MediaType{
		"application/yaml": {Schema: &huma.Schema{Type: "string"}},
		"application/json": {Schema: doc.Components.Schemas.Schema(typeOf[exportedFile](), true, "SettingsFile")},
	}
}

// exportedFile describes a file in the API's reference.
type exportedFile struct {
	settings.File
	Settings SettingsDocument `json:"settings"`
}

// MappingView says by hand what things of a file are in this portal.
type MappingView struct {
	Users      map[string]crm.UserID             `json:"users,omitempty" doc:"Ids of the file to ids of this portal"`
	Employees  map[string]integration.EmployeeID `json:"employees,omitempty" doc:"The same of the telephony platform's employees"`
	Funnels    map[string]int64                  `json:"funnels,omitempty"`
	Stages     map[string]string                 `json:"stages,omitempty" doc:"Codes of the stages of deals"`
	LeadStages map[string]string                 `json:"lead_stages,omitempty"`
	Fields     map[string]map[string]string      `json:"fields,omitempty" doc:"By kind of entity (lead, deal, contact, company), names of fields"`
}

func (m *MappingView) mapping() settings.Mapping {
	out := settings.Mapping{
		Users: decimals(m.Users), Employees: decimals(m.Employees), Funnels: decimals(m.Funnels), Stages: m.Stages, LeadStages: m.LeadStages,
		Fields: map[crm.Kind]map[string]string{},
	}
	for kind, fields := range m.Fields {
		out.Fields[crm.Kind(kind)] = fields
	}
	return out
}

func decimals[N ~int64](ids map[string]N) map[string]string {
	out := make(map[string]string, len(ids))
	for from, to := range ids {
		out[from] = strconv.FormatInt(int64(to), 10)
	}
	return out
}

type importSettingsIn struct {
	PortalPath
	IfMatch string `header:"If-Match" doc:"The ETag of the settings that are replaced; a dry run needs none"`
	Body    struct {
		Document JSONValue    `json:"document" doc:"The exported file: the object of a JSON file, or the text of a JSON or YAML file as a string"`
		Mapping  *MappingView `json:"mapping,omitempty" doc:"What the portal's own emails and names do not tell"`
		DryRun   bool         `json:"dry_run,omitempty" doc:"Report only; nothing is saved"`
	}
}

// MatchView is a thing of the file that this portal has.
type MatchView struct {
	Thing settings.Thing `json:"thing" enum:"user,employee,funnel,stage,lead_stage,field"`
	From  string         `json:"from" doc:"Its id in the file"`
	To    string         `json:"to" doc:"Its id in this portal"`
	Name  string         `json:"name"`
	By    settings.By    `json:"by" enum:"mapping,same,email,name" doc:"How it was found"`
}

// LackView is a thing of the file that this portal does not have, or of which the name finds several.
type LackView struct {
	Thing    settings.Thing `json:"thing" enum:"user,employee,funnel,stage,lead_stage,field"`
	ID       string         `json:"id" doc:"Its id in the file"`
	Name     string         `json:"name"`
	Email    string         `json:"email,omitempty"`
	Pointers []string       `json:"pointers" nullable:"false" doc:"Where the settings name it"`
}

type importSettingsOut struct {
	ETag string `header:"ETag" doc:"The version after it"`
	Body struct {
		Saved    bool           `json:"saved"`
		Version  int64          `json:"version" doc:"In force after it"`
		Matches  []MatchView    `json:"matches" nullable:"false"`
		Lacks    []LackView     `json:"lacks" nullable:"false" doc:"Of a dry run; otherwise lacks refuse the file"`
		Changes  []ChangeView   `json:"changes" nullable:"false" doc:"What differs from the settings before"`
		Errors   []ProblemError `json:"errors" nullable:"false" doc:"Of a dry run: why the file would be refused"`
		Warnings []ProblemError `json:"warnings" nullable:"false"`
	}
}

// filePointer is where the file's settings are in the request's body.
const filePointer = "/document/settings"

// importSettings makes the settings of a file the next version, in the ids of this portal, whole or not at all.
func (a *API) importSettings(ctx context.Context, in *importSettingsIn) (*importSettingsOut, error) {
	known, err := a.directories(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	f, fitted, problems, err := a.fitted(ctx, in, known)
	if err != nil {
		return nil, err
	}
	now, err := a.newest(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	out := &importSettingsOut{ETag: etag(now.Version)}
	out.Body.Version, out.Body.Errors, out.Body.Warnings, out.Body.Changes = now.Version, []ProblemError{}, []ProblemError{}, []ChangeView{}
	out.Body.Matches = each(fitted.Matches, func(m settings.Match) MatchView { return MatchView(m) })
	out.Body.Lacks = each(fitted.Lacks, func(l settings.Lack) LackView { return LackView(l) })
	if fitted.Body != nil {
		changes, err := settings.Diff(now.Body, fitted.Body)
		if err != nil {
			return nil, err
		}
		out.Body.Changes = each(changes, changeView)
	}
	if in.Body.DryRun {
		return out, a.rehearse(ctx, fitted, problems, known, out)
	}
	if len(problems) > 0 {
		return nil, &refusal{code: "import_refused", problems: problems}
	}
	saved, err := a.replace(ctx, replacement{
		portal: in.Portal, match: in.IfMatch, body: fitted.Body, known: known, under: filePointer,
		origin: Origin{Verb: verbImported, Detail: map[string]any{"portal": f.Portal.ID, "portal_name": f.Portal.Name, "from": f.Saved}},
	})
	if err != nil {
		return nil, err
	}
	out.ETag, out.Body.Saved, out.Body.Version, out.Body.Warnings = saved.ETag, true, saved.Body.Version, saved.Body.Warnings
	return out, nil
}

// fitted reads the file and translates it. Problems are those of its form, or of what the portal lacks.
func (a *API) fitted(ctx context.Context, in *importSettingsIn, known settings.Directories) (f *settings.File, fitted settings.Fitted, problems []settings.Problem, err error) {
	text := []byte(in.Body.Document.raw)
	var written string
	if json.Unmarshal(text, &written) == nil {
		text = []byte(written)
	}
	var by settings.Mapping
	if in.Body.Mapping != nil {
		by = in.Body.Mapping.mapping()
	}
	err = a.checking(ctx, func() {
		if f, problems = settings.ReadFile(text); f == nil {
			problems = under("/document", problems)
			return
		}
		fitted, problems = f.Fit(in.Portal, known, by)
		problems = under(filePointer, append(problems, fitted.Problems...))
	})
	return f, fitted, problems, err
}

// rehearse tells what an import would be refused for, or warned of.
func (a *API) rehearse(ctx context.Context, fitted settings.Fitted, problems []settings.Problem, known settings.Directories, out *importSettingsOut) error {
	if len(problems) > 0 {
		out.Body.Errors = fieldErrors(ctx, problems)
		return nil
	}
	checked, err := a.lint(ctx, fitted.Body, known)
	if err != nil {
		return err
	}
	out.Body.Errors, out.Body.Warnings = fieldErrors(ctx, under(filePointer, checked.problems)), fieldErrors(ctx, checked.warnings)
	return nil
}
