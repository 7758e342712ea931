package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"
)

// snapshot is a whole world on paper.
type snapshot struct {
	Version int
	Portals []portalSnapshot
}

type portalSnapshot struct {
	Name     string
	OldNames []string
	MemberID string
	State    json.RawMessage
}

const snapshotVersion = 1

// Save writes the world's whole state: records, calls, applications and tokens, not counters and limits.
func (c *Cloud) Save(w io.Writer) error {
	s := snapshot{Version: snapshotVersion}
	for _, p := range c.Portals() {
		p.mu.Lock()
		state, err := json.Marshal(p.state)
		p.mu.Unlock()
		if err != nil {
			return fmt.Errorf("portal %s: %w", p.Name(), err)
		}
		c.mu.RLock()
		s.Portals = append(s.Portals, portalSnapshot{Name: p.name, OldNames: p.oldNames, MemberID: p.memberID, State: state})
		c.mu.RUnlock()
	}
	return json.NewEncoder(w).Encode(s)
}

// Load replaces the world's portals by those that Save wrote.
func (c *Cloud) Load(r io.Reader) error {
	var s snapshot
	if err := json.NewDecoder(r).Decode(&s); err != nil {
		return fmt.Errorf("emulator state: %w", err)
	}
	if s.Version != snapshotVersion {
		return fmt.Errorf("emulator state: version %d, want %d", s.Version, snapshotVersion)
	}
	portals := make([]*Portal, 0, len(s.Portals))
	for _, ps := range s.Portals {
		p := &Portal{cloud: c, memberID: ps.MemberID, name: ps.Name, oldNames: ps.OldNames}
		p.initMaps()
		if err := json.Unmarshal(ps.State, &p.state); err != nil {
			return fmt.Errorf("portal %s: %w", ps.Name, err)
		}
		p.restore()
		portals = append(portals, p)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.portals, c.bySlug, c.grants = portals, map[string]*Portal{}, map[string]*Portal{}
	for _, p := range portals {
		for _, n := range p.oldNames {
			c.bySlug[n] = p
		}
		for t := range p.state.Refresh {
			c.grants[t] = p
		}
	}
	for _, p := range portals {
		c.bySlug[p.name] = p // a living name wins over an old one
	}
	return nil
}

// restore rebuilds the indexes and gives values read from JSON their types back.
func (p *Portal) restore() {
	for _, k := range kinds {
		if p.state.Entities[k] == nil {
			p.state.Entities[k] = map[int64]*entity{}
		}
		for _, e := range p.state.Entities[k] {
			for name, v := range e.Fields {
				kind := p.fieldKind(k, name)
				v = fromGo(v)
				if _, multiple := v.(*array); kind != "" && !multiple && v != nil {
					v = p.cast(kind, v)
				}
				e.Fields[name] = v
			}
			p.reindex(e, "")
			p.index.order[k] = append(p.index.order[k], e)
		}
		slices.SortFunc(p.index.order[k], func(a, b *entity) int { return int(a.ID - b.ID) })
	}
	for _, a := range p.state.Activities {
		for name, v := range a.Fields {
			a.Fields[name] = p.cast(activityKinds[name], fromGo(v))
		}
	}
	for _, call := range p.state.Calls {
		p.fileCall(call)
	}
}

// saver writes the state file soon after a change, many changes at once.
type saver struct {
	cloud *Cloud
	path  string
	mu    sync.Mutex
	timer *time.Timer
	write sync.Mutex
}

const saveAfter = 100 * time.Millisecond

func newSaver(c *Cloud, path string) *saver { return &saver{cloud: c, path: path} }

// The first change starts the clock and the next ones ride along: a busy portal is written ten times a second at most.
func (s *saver) touch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer == nil {
		s.timer = time.AfterFunc(saveAfter, func() {
			s.mu.Lock()
			s.timer = nil
			s.mu.Unlock()
			_ = s.save() // Close saves once more and tells of its error
		})
	}
}

// The last save is the one whose error somebody hears.
func (s *saver) close() error {
	s.mu.Lock()
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	s.mu.Unlock()
	return s.save()
}

// save replaces the file in one step, so that a crash leaves the old one or the new one.
func (s *saver) save() error {
	s.write.Lock()
	defer s.write.Unlock()
	f, err := os.OpenFile(s.path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(s.cloud.Save(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(s.path+".new", s.path)
}

// Restore reads the state file given by WithStateFile and tells whether there was one.
func (c *Cloud) Restore() (bool, error) {
	f, err := os.Open(c.opt.stateFile)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer f.Close() //nolint:errcheck // read only
	return true, c.Load(f)
}
