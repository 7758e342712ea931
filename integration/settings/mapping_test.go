package settings_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/settings"
)

func TestMappingByHandChangesNothingElse(t *testing.T) {
	t.Parallel()
	stored := settings.Write(settings.Example())
	for name, c := range map[string]struct {
		mapping integration.Mapping
		want    []integration.Mapping
	}{
		"somebody new":       {integration.Mapping{Employee: 13, User: 5}, []integration.Mapping{{Employee: 11, User: 1}, {Employee: 12, User: 7}, {Employee: 13, User: 5}}},
		"somebody else":      {integration.Mapping{Employee: 11, User: 5}, []integration.Mapping{{Employee: 11, User: 5}, {Employee: 12, User: 7}}},
		"taken out":          {integration.Mapping{Employee: 11}, []integration.Mapping{{Employee: 12, User: 7}}},
		"nobody to take out": {integration.Mapping{Employee: 13}, []integration.Mapping{{Employee: 11, User: 1}, {Employee: 12, User: 7}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := settings.Map(stored, c.mapping)
			if err != nil {
				t.Fatal(err)
			}
			want := settings.Example()
			want.Employees = c.want
			if diff := cmp.Diff(string(settings.Write(want)), string(body)); diff != "" {
				t.Errorf("document (-want +got):\n%s", diff)
			}
		})
	}
	if _, err := settings.Map([]byte("{"), integration.Mapping{Employee: 11, User: 1}); err == nil {
		t.Error("a damaged document is mapped in")
	}
}
