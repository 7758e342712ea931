package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"

	"omniconnector/internal/store"
	"omniconnector/internal/world"
)

// paints is how often each page is loaded with nothing cached.
const paints = 9

// paint has a browser load the pages of a connector that knows a morning of calls: what is fetched for the first page, when something
// is seen of it, and when the journal shows its first call. The UI is the one that this command was built with.
func (b *bench) paint(ctx context.Context) (_ map[string]float64, err error) {
	st, err := b.play(ctx, set{world: world.Options{Tariff: unlimited()}, budget: plenty(), whole: true})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	for _, step := range st.world.Morning().Steps {
		if err := st.tell(ctx, step); err != nil {
			return nil, err
		}
	}
	if err := st.settled(ctx); err != nil {
		return nil, err
	}
	token, _, err := st.app.Store().CreateSecret(ctx, world.Tenant, store.NewSecret{Purpose: store.API, Name: "bench", Scope: store.Write})
	if err != nil {
		return nil, err
	}
	node := exec.CommandContext(ctx, "node", "web/ui/browser/paint.mjs", "http://"+st.app.Address(), string(token), strconv.Itoa(paints)) // #nosec G204 -- our own script
	node.Stderr = os.Stderr
	out, err := node.Output()
	if err != nil {
		return nil, fmt.Errorf("the browser (run from the project's folder, after make ui browser): %w", err)
	}
	var seen struct {
		Paint, Rows []float64
		JS, CSS     float64
	}
	if err := json.Unmarshal(out, &seen); err != nil {
		return nil, err
	}
	return map[string]float64{
		"ui_bundle_js_gzip_kb": seen.JS, "ui_bundle_css_gzip_kb": seen.CSS, "ui_first_paint_ms": median(seen.Paint), "ui_first_rows_ms": median(seen.Rows),
	}, nil
}
