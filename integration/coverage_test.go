package integration_test

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// notDecided are outcomes and reasons that no decision gives: storage writes them for events that were decided with a later
// one, or that could not be read at all.
var notDecided = []string{string(integration.Together), string(integration.Invalid), "together", "unreadable", "defect", "card_passed", "card_kept"}

// TestTheStoriesTellEverything makes sure that every exit, every reason and every command has a story in which it happens.
func TestTheStoriesTellEverything(t *testing.T) {
	t.Parallel()
	told := map[string]bool{}
	for _, s := range stories(t) {
		_, plans := s.Tell()
		for _, r := range s.Routes() {
			for _, reason := range r.Reasons {
				told[reason.Code] = true
			}
		}
		for _, p := range plans {
			told[string(p.Outcome)] = true
			for _, r := range p.Reasons {
				told[r.Code] = true
			}
			for _, a := range p.Actions {
				told[a.Do.Name()] = true
			}
		}
	}
	want := integration.ReasonCodes()
	for _, o := range integration.Outcomes() {
		want = append(want, string(o))
	}
	for _, c := range []crm.Command{
		crm.Create{},
		crm.Update{},
		crm.Register{},
		crm.ShowCard{},
		crm.HideCard{},
		crm.Finish{},
		crm.SetActivity{},
		crm.BindActivity{},
		crm.AttachRecord{},
		crm.AddActivity{},
		crm.Comment{},
		crm.Transcribe{},
		centre.Dial{},
		centre.Reread{},
		crm.EditComment{},
		crm.Notify{},
		centre.ReadChat{},
	} {
		want = append(want, c.Name())
	}
	for _, code := range want {
		if !told[code] && !slices.Contains(notDecided, code) {
			t.Errorf("no story tells %q", code)
		}
	}
}

// TestEverySentenceIsFilledInBothLanguages reads every reason of every story aloud.
func TestEverySentenceIsFilledInBothLanguages(t *testing.T) {
	t.Parallel()
	for path, s := range stories(t) {
		_, plans := s.Tell()
		for _, p := range plans {
			for _, r := range p.Reasons {
				russian, english := r.Sentence(integration.Russian), r.Sentence(integration.English)
				for _, sentence := range []string{russian, english} {
					if strings.ContainsAny(sentence, "{}") || sentence == r.Code || !strings.HasSuffix(strings.TrimRight(sentence, ")"), ".") {
						t.Errorf("%s: %s is said as %q", filepath.Base(path), r.Code, sentence)
					}
				}
				if russian == english {
					t.Errorf("%s: %s is not translated: %q", filepath.Base(path), r.Code, russian)
				}
			}
		}
	}
	for _, code := range []string{"together", "unreadable", "defect", "card_passed", "card_kept"} {
		r := integration.Reason{Code: code, Args: map[string]string{"problem": "no JSON", "conversations": "2"}}
		if said := r.Sentence(integration.Russian) + r.Sentence(integration.English); strings.ContainsAny(said, "{}") {
			t.Errorf("%s is said as %q", code, said)
		}
	}
}

// rows are the rules of the specification that this package decides.
var rows = []string{
	"T-0", "T-0.1", "T-0.5", "T-1", "T-2", "T-3", "T-4", "T-5", "T-6", "T-7", "T-8", "T-9", "T-10", "T-11", "T-12", "T-13", "T-15", "T-14.P1", "T-14.P2", "T-14.P3", "T-14.P4", "T-14.P5",
	"T-14.R1", "T-14.R2", "T-14.R3", "T-14.E1", "T-14.E2", "T-14.E3", "T-14.E4", "T-14.E5", "T-14.E6", "T-14.E7",
	"C-2", "C-3", "C-4", "C-5", "C-6", "C-7", "C-8", "C-9", "C-10", "C-11", "C-12", "C-13", "C-14", "C-16",
}

func TestEveryRowOfTheSpecificationHasAStory(t *testing.T) {
	t.Parallel()
	all := slices.Collect(maps.Keys(stories(t)))
	for _, row := range rows {
		if !slices.ContainsFunc(all, func(path string) bool { return strings.HasPrefix(filepath.Base(path), row+"_") }) {
			t.Errorf("%s has no story", row)
		}
	}
	t.Logf("%d stories", len(all))
}
