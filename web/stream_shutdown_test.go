package web_test

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"omniconnector/web/webtest"
)

// Open streams do not hold a shutdown up, and leave nothing behind. It is not parallel: the goroutines of others would be seen.
//
//nolint:paralleltest // see above
func TestShutdownDoesNotWaitForStreams(t *testing.T) {
	c := live(t, webtest.New(t), hasty)
	reader, _, portal := c.tenant("shop")
	other, _, _ := c.tenant("other")
	streams := []*listener{reader.listen(""), reader.listen("after=0"), other.listen("")}
	c.save(c.Store, told("shop", portal, "1"))
	streams[1].want(t, "position")
	streams[1].want(t, "received")
	if running := feeding(); running != 2 {
		t.Errorf("%d feeds of 2 tenants", running)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := c.server.Config.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	for _, s := range streams {
		s.ended(0)
	}
	if running := feeding(); running != 0 {
		t.Errorf("%d feeds are left", running)
	}
}

// feeding counts the goroutines that read changes.
func feeding() int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return strings.Count(string(stacks), "created by omniconnector/web.(*feeds).join")
}
