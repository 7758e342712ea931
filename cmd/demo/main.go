// Command demo is the connector in an emulated world on this machine: `demo run` plays a morning of a
// contact centre slowly enough to watch it in the browser, `demo morning` plays it once, fast,
// and checks the portal's records. It is for trying things; nothing real connects to it.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() { os.Exit(exit()) }

// exit is main with a status, so that what is deferred runs.
func exit() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := start(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		return 1
	}
	return 0
}

// commands are the words of the command line.
type commands struct {
	Run     run     `cmd:"" default:"withargs" help:"Connector, emulated portal and platform, and a morning to watch."`
	Empty   empty   `cmd:"" help:"An installation where nothing was done yet, with a portal and a platform to connect: for the administrator's guide."`
	Morning morning `cmd:"" help:"The same morning once, fast; prints the portal's records and fails when they are not as promised."`
}

func start(ctx context.Context, args []string, out io.Writer) error {
	var c commands
	parser, err := kong.New(&c, kong.Name("demo"), kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*io.Writer)(nil)))
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run()
}
