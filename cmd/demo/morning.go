package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration/lane"
	"omniconnector/internal/app"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// The records that the morning's script promises.
var (
	//go:embed classic.want
	classicWant string
	//go:embed simple.want
	simpleWant string
)

var (
	modes = map[string]bitrix.Mode{"classic": bitrix.Classic, "simple": bitrix.Simple}
	wants = map[string]string{"classic": classicWant, "simple": simpleWant}
)

// errBroken means that the portal's records are not those that the script promises.
var errBroken = errors.New("the portal's records are not what the script promises")

// morning is the demo as a check.
type morning struct {
	Database string        `help:"PostgreSQL address instead of a throw-away SQLite file."`
	Mode     string        `default:"classic" enum:"classic,simple" help:"CRM with leads (classic) or without (simple)."`
	Encoding string        `default:"json" help:"How the platform writes: json, text, mislabelled, nested, form, get, bare_get, careless_get."`
	Patience time.Duration `default:"60s" help:"How long the connector may take to finish."`
	Write    string        `help:"Write the records to this file instead of checking them." hidden:""`
}

// Run plays the morning at once, twice, and compares the portal's records with what is promised.
func (m *morning) Run(ctx context.Context, out io.Writer) error {
	dir, err := os.MkdirTemp("", "morning")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)                                                                            //nolint:errcheck // a throw-away folder
	w, err := world.New(world.Options{Mode: modes[m.Mode], Tariff: bitrix.Enterprise, Showcase: true}) //nolint:contextcheck // scenes ask in their own time
	if err != nil {
		return err
	}
	defer w.Close() //nolint:errcheck // nothing is kept
	a, p, err := connector(ctx, w, app.Config{
		Listen: "127.0.0.1:0", Data: dir, Database: m.Database, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Lane: lane.Config{Poll: 20 * time.Millisecond}, // each notification waits until the index has followed the portal
	})
	if err != nil {
		return err
	}
	// A whole morning in seconds needs the limits of the largest tariff.
	if err := a.Store().SetBudget(ctx, p.Tenant, p.Portal, lane.Budget{PerSecond: 5, Burst: 200}); err != nil {
		return errors.Join(err, a.Close())
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- a.Run(running) }()
	w.Notify(p.HookURL("http://"+a.Address()), p.Body, platform.Encoding(m.Encoding))
	if err = chats(ctx, w, a, p); err == nil {
		err = m.play(ctx, w, a, p)
	}
	records := timeless(w.Records())
	stop()
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	return m.judge(out, records, w)
}

var (
	clock = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d|\b\d\d:\d\d:\d\d\b`)
	link  = regexp.MustCompile(`\[URL=http[^\]]*\]`)
	place = regexp.MustCompile(`details/\d+/`)
)

// timeless leaves out of records what is another one in each run: the clock in transcripts, addresses of files, numbers in links.
func timeless(records string) string {
	return place.ReplaceAllString(link.ReplaceAllString(clock.ReplaceAllString(records, "TIME"), "[URL=FILE]"), "details/N/")
}

// play tells the morning twice: the second time nothing may happen. The connector finishes with each notification
// before the next, so that who came first is the same in every run. Then somebody clicks on a number, and somebody fills in
// the callback form.
func (m *morning) play(ctx context.Context, w *world.World, a *app.App, p world.Provisioned) error {
	if err := m.rest(ctx, w, a, p); err != nil {
		return err // the directories are read first
	}
	for range 2 {
		script := platform.Merge("morning", w.Morning(), w.Conversations(w.Began.Add(-2*time.Hour)))
		for _, step := range script.Steps {
			one := platform.Script{Name: script.Name, Steps: []platform.Step{step}}
			if _, err := w.Play(ctx, one, 0); err != nil {
				return err
			}
			if err := world.AwaitQuiet(ctx, a.Store(), p.Portal, m.Patience); err != nil {
				return err
			}
		}
	}
	_, err := w.Portal.ClickNumber(bitrix.NumberClick{ClientID: w.App.ClientID, User: 8, Phone: "+79000000002"}) //nolint:contextcheck // the portal tells in its own time
	if err := errors.Join(err, m.rest(ctx, w, a, p)); err != nil {
		return err
	}
	w.Portal.Callback("+79000000031", "Перезвоните мне", "") //nolint:contextcheck // likewise
	return m.rest(ctx, w, a, p)
}

// rest waits until both sides have said everything and the connector has done everything.
func (m *morning) rest(ctx context.Context, w *world.World, a *app.App, p world.Provisioned) error {
	ctx, cancel := context.WithTimeout(ctx, m.Patience)
	defer cancel()
	for range 3 { // an event of one side may make the connector ask the other, which then has something to tell
		for _, wait := range []func(context.Context) error{w.Portal.Drain, w.Platform.Drain} {
			if err := wait(ctx); err != nil {
				return err
			}
			if err := world.AwaitQuiet(ctx, a.Store(), p.Portal, m.Patience); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *morning) judge(out io.Writer, records string, w *world.World) error {
	if m.Write != "" {
		return os.WriteFile(m.Write, []byte(records), 0o600)
	}
	fmt.Fprint(out, records)
	stats := w.Portal.Requests()
	fmt.Fprintf(out, "\nrequests to the portal: %d, commands: %d, limit errors: %d\n", stats.HTTP, stats.Commands, w.Portal.LimitErrors())
	want := wants[m.Mode]
	if records != want {
		fmt.Fprintf(out, "\nwhat was promised:\n%s\n", want)
		return errBroken
	}
	fmt.Fprintln(out, "the portal's records are exactly what the script promises; playing the morning twice changed nothing")
	return nil
}
