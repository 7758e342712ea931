package settings

import (
	"encoding/json"
	"fmt"
	"sync"

	"omniconnector/integration"
)

// Compiler makes stored documents ready to decide with. It does not look anything up in the
// directory: what a portal lost meanwhile must not lose the call, and the default is used then
// (T-13). Its zero value is ready, and safe for concurrent use.
type Compiler struct {
	mu    sync.Mutex
	cache map[cacheKey]*integration.Settings
}

type cacheKey struct {
	tenant  integration.TenantID
	portal  integration.PortalID
	version int64
}

// maxCached bounds the memory; a version can always be compiled again.
const maxCached = 4096

// Compile reads and compiles a document once per version, because a version never changes. Fields
// that are not known are passed over: a newer release may have saved the document.
func (c *Compiler) Compile(t integration.TenantID, p integration.PortalID, d integration.Document) (*integration.Settings, error) {
	key := cacheKey{t, p, d.Version}
	c.mu.Lock()
	s, ok := c.cache[key]
	c.mu.Unlock()
	if ok {
		return s, nil
	}
	s, err := compile(d)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cache == nil || len(c.cache) >= maxCached {
		c.cache = map[cacheKey]*integration.Settings{}
	}
	c.cache[key] = s
	return s, nil
}

func compile(d integration.Document) (*integration.Settings, error) {
	s := integration.Defaults()
	if err := json.Unmarshal(d.Body, &s); err != nil {
		return nil, fmt.Errorf("read settings version %d: %w", d.Version, err)
	}
	if err := s.Compile(d.Version); err != nil {
		return nil, fmt.Errorf("compile settings version %d: %w", d.Version, err)
	}
	return &s, nil
}
