// Command omniconnector is the connector: it serves, migrates, explains and prints what a tenant
// pastes into the platform. It reads the environment and wires; it holds no rule.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones on machines and in images that have none

	"github.com/alecthomas/kong"
)

func main() { os.Exit(exit()) }

// exit is main with a status, so that what is deferred runs.
func exit() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "omniconnector:", err)
		return 1
	}
	return 0
}

// commands are the words of the command line.
type commands struct {
	Serve     serve     `cmd:"" default:"withargs" help:"Run the connector. On one embedded SQLite file unless --database names a PostgreSQL."`
	Migrate   migrate   `cmd:"" help:"Bring the database up to date and exit."`
	Explain   explain   `cmd:"" help:"Decide the call of a story file and say why, touching nothing."`
	Templates templates `cmd:"" help:"Print the notifications that a tenant pastes into the platform."`
	OpenAPI   openapi   `cmd:"" name:"openapi" help:"Print the OpenAPI document of the JSON API."`
	Health    health    `cmd:"" help:"Ask a running connector whether it is ready; for container health checks."`
}

// run is main without the process around it, so that tests can start it.
func run(ctx context.Context, args []string, out io.Writer) error {
	var c commands
	parser, err := kong.New(&c,
		kong.Name("omniconnector"),
		kong.Description("Calls of a contact centre become the right leads, deals, contacts and activities of a CRM."),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.BindTo(out, (*io.Writer)(nil)),
		kong.Writers(out, os.Stderr))
	if err != nil {
		return err
	}
	command, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return command.Run()
}
