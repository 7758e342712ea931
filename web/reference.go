package web

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed reference.html
var referenceHTML string

//go:embed reference.css
var referenceCSS []byte

// reference is what the reference page shows.
type reference struct {
	Title, Version, Description string
	Groups                      []referenceGroup
	Schemas                     []referenceSchema
	Problems                    []referenceProblem
}

type referenceGroup struct {
	Name       string
	Operations []referenceOperation
}

type referenceOperation struct {
	ID, Method, Path, Summary, Access string
	Parameters                        []*huma.Param
	Request, Response                 *referenceType
	Status                            string
}

type referenceSchema struct {
	Name   string
	Fields []referenceField
	Plain  *referenceType
}

type referenceField struct {
	Name, Doc string
	Required  bool
	Type      referenceType
}

// referenceType is a type in words, with a link when it has a name.
type referenceType struct{ Text, Name string }

type referenceProblem struct {
	Code          string
	Status        int
	Title, Detail string
}

// renderReference writes the page once; it changes only with the program.
func renderReference(doc *huma.OpenAPI) ([]byte, error) {
	t, err := template.New("reference").Parse(referenceHTML)
	if err != nil {
		return nil, err
	}
	page := reference{Title: doc.Info.Title, Version: doc.Info.Version, Description: doc.Info.Description}
	page.Groups = groupsOf(doc)
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		page.Schemas = append(page.Schemas, schemaOf(name, schemas[name]))
	}
	for _, code := range codes() {
		k := kinds[code]
		page.Problems = append(page.Problems, referenceProblem{code, k.status, k.title[1], k.detail[1]})
	}
	var b bytes.Buffer
	err = t.Execute(&b, page)
	return b.Bytes(), err
}

func groupsOf(doc *huma.OpenAPI) []referenceGroup {
	byName := map[string][]referenceOperation{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths)) {
		item := doc.Paths[path]
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Delete} {
			if op != nil {
				byName[op.Tags[0]] = append(byName[op.Tags[0]], operationOf(path, op))
			}
		}
	}
	var groups []referenceGroup
	for _, name := range []string{"tenants", "me", "tokens", "overview", "platform", "portals", "hooks", "dead-letters", "events", "calls", "variables", "words"} {
		if ops, ok := byName[name]; ok {
			groups = append(groups, referenceGroup{name, ops})
			delete(byName, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		groups = append(groups, referenceGroup{name, byName[name]})
	}
	return groups
}

func operationOf(path string, op *huma.Operation) referenceOperation {
	o := referenceOperation{
		ID: op.OperationID, Method: op.Method, Path: path, Summary: op.Summary, Access: string(accessOf(op)),
		Parameters: op.Parameters, Status: strconv.Itoa(op.DefaultStatus),
	}
	if op.RequestBody != nil {
		for _, m := range op.RequestBody.Content {
			o.Request = typeIn(m.Schema)
		}
	}
	if answer := op.Responses[o.Status]; answer != nil {
		for _, m := range answer.Content {
			o.Response = typeIn(m.Schema)
		}
	}
	return o
}

func schemaOf(name string, s *huma.Schema) referenceSchema {
	r := referenceSchema{Name: name}
	if len(s.Properties) == 0 {
		r.Plain = typeIn(s)
		return r
	}
	for field, p := range s.Properties {
		r.Fields = append(r.Fields, referenceField{
			Name: field, Doc: p.Description, Required: slices.Contains(s.Required, field), Type: *typeIn(p),
		})
	}
	sort.Slice(r.Fields, func(i, j int) bool { return r.Fields[i].Name < r.Fields[j].Name })
	return r
}

// typeIn says a schema in words.
func typeIn(s *huma.Schema) *referenceType {
	switch {
	case s == nil:
		return &referenceType{Text: "any"}
	case s.Ref != "":
		name := s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]
		return &referenceType{Text: name, Name: name}
	case s.Type == "array":
		of := typeIn(s.Items)
		return &referenceType{Text: "list of " + of.Text, Name: of.Name}
	case len(s.Enum) > 0:
		words := []string{}
		for _, e := range s.Enum {
			words = append(words, fmt.Sprint(e))
		}
		return &referenceType{Text: strings.Join(words, " | ")}
	case s.Type == "":
		return &referenceType{Text: "any"}
	case s.Format != "":
		return &referenceType{Text: s.Type + " (" + s.Format + ")"}
	}
	return &referenceType{Text: s.Type}
}
