package integration_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"omniconnector/integration"
	"omniconnector/integration/story"
)

// update rewrites what is wanted: the stories' last sections and docs/decisions.md.
var update = flag.Bool("update", false, "rewrite golden files")

// TestStory tells every call of testdata/decide step by step, and compares what was decided and why.
func TestStory(t *testing.T) {
	t.Parallel()
	for path, s := range stories(t) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			t.Parallel()
			got, _ := s.Tell()
			if *update {
				rewrite(t, path, s, got)
			} else if diff := cmp.Diff(s.Want, got); diff != "" {
				t.Errorf("(-want +got; -update rewrites)\n%s", diff)
			}
			if again, _ := s.Tell(); again != got {
				t.Errorf("told again it differs: a decision depends on more than its facts\n%s", cmp.Diff(got, again))
			}
		})
	}
}

// stories reads all of them, by path.
func stories(t *testing.T) map[string]*story.Story {
	t.Helper()
	paths, err := filepath.Glob("testdata/decide/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	all := make(map[string]*story.Story, len(paths))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lang := integration.English
		if strings.HasSuffix(path, ".ru.txtar") {
			lang = integration.Russian
		}
		if all[path], err = story.Read(text, lang); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
	}
	return all
}

// rewrite puts what was told into the section "want".
func rewrite(t *testing.T, path string, s *story.Story, got string) {
	t.Helper()
	i := slices.IndexFunc(s.Archive.Files, func(f txtar.File) bool { return f.Name == "want" })
	if i < 0 {
		s.Archive.Files = append(s.Archive.Files, txtar.File{Name: "want"})
		i = len(s.Archive.Files) - 1
	}
	s.Archive.Files[i].Data = []byte(got)
	if err := os.WriteFile(path, txtar.Format(s.Archive), 0o644); err != nil {
		t.Fatal(err)
	}
}
