// Command bench measures what spec 50 promises and prints one line per figure, "name value unit", in the
// order of its table; progress goes to standard error. docs/figures.md says what each figure means and what it was
// last. Everything runs on this machine, in throw-away folders, and ends by itself.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

func main() { os.Exit(exit()) }

// exit is main with a status, so that what is deferred runs.
func exit() int {
	if spec := os.Getenv(childEnv); spec != "" {
		if err := child(spec); err != nil {
			fmt.Fprintln(os.Stderr, "bench child:", err)
			return 1
		}
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

// flags are the words of the command line.
type flags struct {
	Only       []string      `placeholder:"NAME" help:"Measure figures whose names begin so; several are separated by commas."`
	Long       bool          `help:"Also what needs minutes, and longer forms of the rest."`
	Rounds     int           `default:"3" help:"How often interleaved measurements are repeated; medians are printed."`
	Cpuprofile string        `placeholder:"FILE" help:"Write a profile of this process to FILE, and of each child to FILE.<what it serves>."`
	Binary     string        `placeholder:"FILE" help:"The connector to start for start_ready_ms; built from ./cmd/omniconnector when absent."`
	Patience   time.Duration `default:"10m" help:"How long one measurement may take."`
	List       bool          `help:"Print the names of all figures and end."`
}

// bench is one run of the command.
type bench struct {
	flags
	out   io.Writer
	began time.Time
	dir   string
	done  map[*measurement]result
	pg    *postgres
}

type result struct {
	values map[string]float64
	err    error
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	b := &bench{out: out, began: time.Now(), done: map[*measurement]result{}}
	parser, err := kong.New(&b.flags, kong.Name("bench"), kong.Description("Figures of spec 50, one a line: name value unit."))
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil {
		return err
	}
	if b.List {
		for _, f := range table() {
			fmt.Fprintln(out, f.name)
		}
		return nil
	}
	if b.dir, err = os.MkdirTemp("", "bench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.stopPostgres(), os.RemoveAll(b.dir)) }()
	if b.Cpuprofile != "" {
		profiling, err := profile(b.Cpuprofile)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, profiling()) }()
	}
	return b.figures(ctx)
}

// profile writes a profile until the function it answers is called.
func profile(path string) (stop func() error, err error) {
	f, err := os.Create(path) // #nosec G304 -- the developer's own path
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

// figures prints every figure that was asked for, as soon as it is known. One that fails does not keep the others back.
func (b *bench) figures(ctx context.Context) error {
	var failed []error
	asked := false
	for _, f := range table() {
		if !f.wanted(b.Only, b.Long) {
			continue
		}
		asked = true
		known, seen := b.done[f.from]
		if !seen {
			known = b.measure(ctx, f.from)
			if known.err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", f.from.name, known.err))
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if value, ok := known.values[f.name]; ok {
			fmt.Fprintln(b.out, f.line(value))
		}
	}
	if !asked {
		return fmt.Errorf("no figure is called %q; --list names them all", b.Only)
	}
	b.say("all done")
	return errors.Join(failed...)
}

func (b *bench) measure(ctx context.Context, m *measurement) result {
	b.say("%s", m.name)
	ctx, cancel := context.WithTimeoutCause(ctx, b.Patience, fmt.Errorf("%s took longer than %v", m.name, b.Patience))
	defer cancel()
	var r result
	r.values, r.err = m.run(b, ctx)
	if r.err != nil && ctx.Err() != nil {
		r.err = errors.Join(context.Cause(ctx), r.err)
	}
	if r.err != nil {
		b.say("%s failed: %v", m.name, r.err)
	}
	b.done[m] = r
	return r
}

// say tells whoever waits what is going on.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%6.1fs  %s\n", time.Since(b.began).Seconds(), fmt.Sprintf(format, args...))
}

// folder makes a folder of its own for one connector.
func (b *bench) folder(name string) (string, error) { return os.MkdirTemp(b.dir, filepath.Base(name)) }
