package simulate_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
	"omniconnector/integration/simulate"
	"omniconnector/integration/story"
)

// lived is one session of a story as it would be read back from storage.
type lived struct {
	past     simulate.Past
	settings *integration.Settings
	actions  []integration.Action
	outcomes []integration.Outcome
	changed  bool // the settings or the portal, between two of its decisions
}

func (l *lived) was(tb testing.TB) simulate.Effects {
	tb.Helper()
	return simulate.Describe(stored(tb, l.actions), l.outcomes, l.names())
}

func (l *lived) would(s *integration.Settings) (simulate.Effects, simulate.Result) {
	r := simulate.Replay(l.past, s)
	return r.Effects(l.names()), r
}

func (l *lived) names() simulate.Names {
	return simulate.Names{Portal: l.past.Directory, Centre: l.past.Centre}
}

// stored are actions as they come back from the ledger.
func stored(tb testing.TB, actions []integration.Action) []integration.Action {
	tb.Helper()
	back := slices.Clone(actions)
	for i := range back {
		body, err := json.Marshal(back[i].Do)
		if err == nil {
			back[i].Do, err = integration.ReadCommand(back[i].Do.Name(), body)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	return back
}

// sessions are a story's sessions.
func sessions(s *story.Story) map[integration.SessionID]*lived {
	all := map[integration.SessionID]*lived{}
	for _, d := range s.Decisions() {
		id := d.Events[0].Session
		if d.Facts.Chat != nil {
			continue // conversations are not simulated
		}
		l := all[id]
		if l == nil {
			l = &lived{settings: d.Facts.Settings, past: simulate.Past{Directory: d.Facts.Directory}}
			all[id] = l
		}
		f := d.Facts
		l.changed = l.changed || l.settings != f.Settings || !cmp.Equal(l.past.Directory, f.Directory)
		l.past.Steps = append(l.past.Steps, simulate.Step{Events: d.Events, Now: f.Now})
		if f.Known != nil {
			l.past.Known, l.past.AskedAt = f.Known, f.AskedAt
		}
		l.past.Directory, l.past.Centre = f.Directory, f.Centre
		l.past.Missed, l.past.Dialled, l.past.Writes, l.past.Until = f.Missed, f.Dialled, f.Writes, f.Now
		l.actions = append(l.actions, d.Plan.Actions...)
		l.outcomes = append(l.outcomes, d.Plan.Outcome)
	}
	return all
}

func read(tb testing.TB, path string) *story.Story {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := story.Read(text, integration.English)
	if err != nil {
		tb.Fatalf("%s: %v", path, err)
	}
	return s
}

func paths(tb testing.TB) []string {
	tb.Helper()
	all, err := filepath.Glob("../testdata/decide/*.txtar")
	if err != nil || len(all) < 100 {
		tb.Fatalf("%d stories, %v", len(all), err)
	}
	return all
}

// The law: what was decided and what would be decided by the same settings are the same.
func TestTheSameSettingsMakeNoDifferenceToAnyStory(t *testing.T) {
	t.Parallel()
	seen, compared := map[simulate.What]bool{}, 0
	for _, path := range paths(t) {
		for id, l := range sessions(read(t, path)) {
			if l.changed {
				continue // replayed by newer settings, or somebody was dismissed meanwhile: what was is of both
			}
			compared++
			was := l.was(t)
			would, result := l.would(l.settings)
			if diff := cmp.Diff(was, would); diff != "" || len(simulate.Compare(was, would)) != 0 {
				t.Errorf("%s, session %s (-was +would)\n%s", filepath.Base(path), id, diff)
			}
			if result.Assumed {
				t.Errorf("%s, session %s: the story tells what the CRM has", filepath.Base(path), id)
			}
			for _, e := range was {
				seen[e.What] = true
				for _, lang := range []integration.Lang{integration.Russian, integration.English} {
					if text := e.Sentence(lang); strings.HasPrefix(text, ":") || strings.HasSuffix(text, ": ") {
						t.Errorf("%s: no words for %+v: %q", filepath.Base(path), e, text)
					}
				}
			}
		}
	}
	if compared < 300 {
		t.Errorf("only %d sessions were compared", compared)
	}
	for _, w := range simulate.Whats() {
		if !seen[w] {
			t.Errorf("no story leaves %q", w)
		}
	}
}
