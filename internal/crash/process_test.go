package crash

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"omniconnector/internal/keyring"
	"omniconnector/internal/store"
	"omniconnector/internal/testpg"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
)

// databases are the two that every test runs on.
var databases = map[string]func(t *testing.T, dir string) string{
	"sqlite":   func(_ *testing.T, dir string) string { return filepath.Join(dir, "omniconnector.db") },
	"postgres": func(t *testing.T, _ string) string { t.Helper(); return testpg.New(t) },
}

// stage is a world with a provisioned tenant and no connector yet.
type stage struct {
	world    *world.World
	dir      string
	database string
	portal   world.Provisioned
	listen   string
}

// set sets a stage up.
func set(t *testing.T, database string) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir(), listen: freeAddress(t)}
	s.database = databases[database](t, s.dir)
	var err error
	retries := make([]time.Duration, 600) // the platform of this test never gives up
	for i := range retries {
		retries[i] = 30 * time.Millisecond
	}
	if s.world, err = world.New(world.Options{Retries: retries}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.world.Close(); err != nil {
			t.Error(err)
		}
	})
	s.provision(t)
	s.world.Notify(s.portal.HookURL("http://"+s.listen), s.portal.Body, platform.JSON)
	return s
}

func (s *stage) provision(t *testing.T) {
	t.Helper()
	ring, err := keyring.Load(filepath.Join(s.dir, "keys"))
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), store.Config{DSN: s.database, Keys: ring, Now: time.Now, Migrate: true})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if s.portal, err = s.world.Provision(t.Context(), st, world.Settings()); err != nil {
		t.Fatal(err)
	}
}

// ports hands out addresses below the range from which dialling processes draw their own: a client that
// dials a dead port there could connect to itself and hold it.
var ports atomic.Int32

func freeAddress(t *testing.T) string {
	t.Helper()
	for range 2000 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+(int32(os.Getpid()%97)*101+ports.Add(1))%12000)
		l, err := net.Listen("tcp", address)
		if err == nil {
			_ = l.Close()
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}

// process is a running connector.
type process struct {
	cmd     *exec.Cmd
	control string
	ended   chan struct{}
	mu      sync.Mutex
}

// start starts a connector process; listen may differ from the stage's for a second replica.
func (s *stage) start(t *testing.T, listen string, dieAt int64) *process {
	t.Helper()
	p := &process{control: freeAddress(t), ended: make(chan struct{})}
	data := filepath.Join(s.dir, "replica-"+strings.ReplaceAll(listen, ":", "-"))
	text, err := json.Marshal(spec{
		Listen: listen, Control: p.control, Data: data, Database: s.database, OAuth: s.world.OAuthHost(), Portal: s.portal.Portal, DieAt: dieAt,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.keys(data); err != nil {
		t.Fatal(err)
	}
	p.cmd = exec.Command(os.Args[0])
	p.cmd.Env = append(os.Environ(), childEnv+"="+string(text))
	p.cmd.Stdout, p.cmd.Stderr = os.Stderr, os.Stderr
	leash, err := p.cmd.StdinPipe() // it closes with this process, and the child ends with it
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	go func() {
		_ = p.cmd.Wait()
		_ = leash.Close()
		close(p.ended)
	}()
	return p
}

// keys gives a process's own data folder the installation's key ring.
func (s *stage) keys(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(s.dir, "keys"))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "keys"), text, 0o600)
}

// kill ends a process as a power cut would, and waits until it is gone.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.ended
}

// ask asks a child; ok means 200.
func (p *process) ask(ctx context.Context, path string) (body string, ok bool) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.control+path, http.NoBody)
	if err != nil {
		return "", false
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err == nil && answer.StatusCode == http.StatusOK
}

var errLate = errors.New("the connector did not finish in time")

// quiet waits until a process says that everything is done; ended processes are an error.
func (p *process) quiet(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errLate)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		if _, ok := p.ask(ctx, "/quiet"); ok {
			return nil
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-p.ended:
			return errors.New("the process ended")
		case <-look.C:
		}
	}
}
