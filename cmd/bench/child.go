package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// childEnv holds what a child process is told. What is measured runs in processes of its own, so that what measures
// it does not count as its work.
const childEnv = "OMNI_BENCH_CHILD"

// spec is what a child process is told, as JSON.
type spec struct {
	Serve    string // a key of services
	Data     string // its own folder
	Database string
	OAuth    string // a host, for connectors that speak to an emulated portal
	Profile  string
}

// ready is what it answers on its standard output once it serves.
type ready struct {
	Address string // of its HTTP server
	Path    string // the secret segment of the tenant's address
	Body    string // the secret in the tenant's templates
	Failed  string
}

// services are what a child may be. Each serves until ctx ends, and says once that it is ready.
var services = map[string]func(ctx context.Context, s spec, say func(ready)) error{
	"bare": serveBare, "group": serveGroup, "single": serveSingle, "gorm": serveGorm, "connector": serveConnector,
}

// child is main of a child process. It ends when its standard input does, and so with its parent in any case.
func child(text string) (err error) {
	var s spec
	if err := json.Unmarshal([]byte(text), &s); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	if s.Profile != "" {
		profiling, err := profile(s.Profile + "." + s.Serve)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, profiling()) }()
	}
	say := func(r ready) {
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
			stop()
		}
	}
	serve, ok := services[s.Serve]
	if !ok {
		return fmt.Errorf("nothing is called %q", s.Serve)
	}
	return serve(ctx, s, say)
}

// process is a child at work.
type process struct {
	ready
	cmd   *exec.Cmd
	leash io.WriteCloser
	ended chan error
	once  sync.Once
}

// spawn starts a child and waits until it serves.
func (b *bench) spawn(ctx context.Context, s spec) (*process, error) {
	var err error
	if s.Data = cmp.Or(s.Data, ""); s.Data == "" {
		if s.Data, err = b.folder(s.Serve); err != nil {
			return nil, err
		}
	}
	s.Profile = b.Cpuprofile
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{cmd: exec.CommandContext(ctx, self), ended: make(chan error, 1)} // #nosec G204 -- this very program
	p.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	p.cmd.Stderr = os.Stderr
	p.cmd.WaitDelay = time.Second
	if p.leash, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	go func() { p.ended <- p.cmd.Wait() }()
	if err == nil {
		err = json.Unmarshal([]byte(strings.TrimSpace(line)), &p.ready)
	}
	if err == nil && p.Failed != "" {
		err = errors.New(p.Failed)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", s.Serve, err), p.stop())
	}
	return p, nil
}

// stop lets the child end by itself.
func (p *process) stop() (err error) {
	p.once.Do(func() { err = errors.Join(p.leash.Close(), <-p.ended) })
	return err
}

// kill ends it as a power cut would.
func (p *process) kill() {
	p.once.Do(func() {
		_ = p.cmd.Process.Signal(syscall.SIGKILL)
		<-p.ended //nolint:errcheck // the reason for its end is ours
	})
}

// cpu is what the child has used so far.
func (p *process) cpu() (time.Duration, error) { return processCPU(p.cmd.Process.Pid, false) }
