package web_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestDescriptionIsValidOpenAPI31(t *testing.T) {
	t.Parallel()
	c := setup(t)
	a := c.get("/api/openapi.json").want(t, 200)
	doc, err := openapi3.NewLoader().LoadFromData([]byte(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	if doc.OpenAPI != "3.1.0" {
		t.Errorf("OpenAPI %s, want 3.1.0", doc.OpenAPI)
	}
	if doc.Components.Schemas["ErrorModel"] != nil || doc.Components.Schemas["Problem"] == nil {
		t.Error("errors are not described as what they are")
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			if op.Summary == "" || op.OperationID == "" || op.Security == nil || op.Responses.Default() == nil {
				t.Errorf("%s %s is not fully described", method, path)
			}
		}
	}
	save := doc.Paths.Find("/api/v1/portals/{portal}/settings").Put.RequestBody.Value.Content["application/json"].Schema
	if len(save.Value.Properties) == 0 || len(save.Value.Required) != 0 {
		t.Errorf("a settings document is described with %d fields, %d required", len(save.Value.Properties), len(save.Value.Required))
	}
}

func TestReferenceNamesEveryOperationAndLoadsNothingFromOutside(t *testing.T) {
	t.Parallel()
	c := setup(t)
	a := c.get("/api/").want(t, 200)
	for _, o := range c.operations() {
		if !strings.Contains(a.body, o.path) {
			t.Errorf("%s is not in the reference", o.path)
		}
	}
	for _, sign := range []string{"http://", "https://", "//cdn", "<script", "style="} {
		if strings.Contains(a.body, sign) && sign != "https://" {
			t.Errorf("the reference has %q", sign)
		}
	}
	if csp := a.header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") {
		t.Errorf("Content-Security-Policy %q", csp)
	}
	if !strings.Contains(a.body, `id="problem-stale"`) {
		t.Error("the kinds of problems are not explained")
	}
	c.get("/api/reference.css").want(t, 200)
}

func TestHealthIsToldToEverybodyAndReasonsToNobody(t *testing.T) {
	t.Parallel()
	c := setup(t)
	c.get("/livez").want(t, 200)
	c.get("/readyz").want(t, 200)
	if a := c.get("/metrics").want(t, 200); !strings.Contains(a.body, "tests_total 0") {
		t.Errorf("metrics: %s", a.body)
	}
}
