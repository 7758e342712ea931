package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	bitrix "omniconnector/crm/emulator"
	"omniconnector/integration"
	"omniconnector/integration/lane"
	"omniconnector/internal/keyring"
	"omniconnector/internal/store"
	"omniconnector/internal/testpg"
	"omniconnector/internal/world"
	platform "omniconnector/webhooks/emulator"
	"omniconnector/webhooks/emulator/rpc"
)

// databases are the two that every test runs on.
var databases = map[string]func(t *testing.T, dir string) string{
	"sqlite":   func(_ *testing.T, dir string) string { return filepath.Join(dir, "omniconnector.db") },
	"postgres": func(t *testing.T, _ string) string { t.Helper(); return testpg.New(t) },
}

// stage is a world with a provisioned tenant who has both sides, and no connector yet.
type stage struct {
	world    *world.World
	relay    *relay
	dir      string
	database string
	portal   world.Provisioned
	listen   []string // of each process
	sweep    time.Duration
	chats    integration.Secret // what proves webhooks of chats
}

// seldom is how often lost calls are looked for where no test waits for that.
const seldom = time.Hour

// The extra fields of the tenant (T-15).
const (
	whoField   = "UF_CRM_WHO"
	firstField = "UF_CRM_FIRST"
)

// tenantSettings have everything on that step by step leaves records.
func tenantSettings() integration.Settings {
	s := world.Settings()
	pairs := []integration.FieldPair{
		{Field: whoField, Parameter: "employee_full_name"}, {Field: firstField, Parameter: integration.FirstCommunication},
	}
	tel := &s.Telephony
	tel.Manager, tel.ChatNotice, tel.ResponsibleAfter = true, true, 1
	tel.Click = integration.Click{On: true, Number: "74950000101", Override: true}
	tel.Callback = integration.Callback{On: true, Number: "74950000102"}
	tel.Fields = integration.ExtraFields{Lead: pairs, Deal: pairs, Contact: pairs, Always: true}
	return s
}

// set sets a stage up for so many processes; swept is how often lost calls are looked for.
func set(t *testing.T, database string, processes int, swept time.Duration) *stage {
	t.Helper()
	s := &stage{dir: t.TempDir(), sweep: swept}
	for range processes {
		s.listen = append(s.listen, freeAddress(t))
	}
	s.relay = newRelay(t, s.listen...)
	s.database = databases[database](t, s.dir)
	var err error
	retries := make([]time.Duration, 600) // the platform of this test never gives up
	for i := range retries {
		retries[i] = 30 * time.Millisecond
	}
	generous := bitrix.Tariff{Name: "enterprise", Burst: 5000, PerSecond: 500} // how requests are shared out is another test's matter
	if s.world, err = world.New(world.Options{Retries: retries, Tariff: generous}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.world.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, k := range []bitrix.Kind{bitrix.Lead, bitrix.Deal, bitrix.Contact} {
		s.world.Portal.AddUserField(k, whoField, "Кто говорил", false)
		s.world.Portal.AddUserField(k, firstField, "ID первой коммуникации", false)
	}
	for _, api := range []string{rpc.CallAPI, rpc.DataAPI} {
		s.world.Platform.Access(s.world.Shop.AppID).Limit(api, rpc.Limits{Minute: 1e6, Day: 1e6})
	}
	s.world.Platform.Outcome(s.world.Shop.AppID, "", platform.Outcome{
		Ring: 10 * time.Millisecond, Wait: 10 * time.Millisecond, Talk: time.Second,
	})
	s.provision(t)
	s.world.Notify(s.portal.HookURL("http://"+s.listen[0]), s.portal.Body, platform.JSON)
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
	if s.portal, err = s.world.Provision(t.Context(), st, tenantSettings()); err != nil {
		t.Fatal(err)
	}
	if err := s.world.ConnectPlatform(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	if _, s.chats, err = s.world.AdmitChats(t.Context(), st); err != nil {
		t.Fatal(err)
	}
	if err := st.SetBudget(t.Context(), s.portal.Tenant, s.portal.Portal, lane.Budget{PerSecond: 400, Burst: 4000}); err != nil {
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
	note    string // where it tells at which boundary it died
	ended   chan struct{}
	mu      sync.Mutex
}

// start starts the connector process of this number.
func (s *stage) start(t *testing.T, number int) *process {
	t.Helper()
	p := &process{control: freeAddress(t), ended: make(chan struct{})}
	data := filepath.Join(s.dir, "replica-"+strconv.Itoa(number))
	p.note = snapped(data)
	text, err := json.Marshal(spec{
		Listen: s.listen[number], Control: p.control, Public: s.relay.server.URL, Data: data, Database: s.database,
		OAuth: s.world.OAuthHost(), Tenant: s.portal.Tenant, Portal: s.portal.Portal, SweepEvery: s.sweep,
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

// ask asks a child; ok means yes.
func (p *process) ask(ctx context.Context, path string) (body []byte, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.control+path, http.NoBody)
	if err != nil {
		return nil, false
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, false
	}
	body, err = io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	return body, err == nil && answer.StatusCode == http.StatusOK
}

// crew are the processes of a stage, each of which is started again when it has died.
type crew struct {
	t     *testing.T
	stage *stage

	mu    sync.Mutex
	alive []*process
	kills int
	where map[string]int // how often one died at each step boundary
}

// hire starts all processes and waits until both sides are connected.
func hire(t *testing.T, s *stage) *crew {
	t.Helper()
	c := &crew{t: t, stage: s, where: map[string]int{}}
	for i := range s.listen {
		c.alive = append(c.alive, s.start(t, i))
	}
	c.insist("/connect")
	c.until("chats are connected", func() bool {
		_, _, err := s.world.AttachChats(t.Context(), s.portal, "http://"+s.listen[0], s.chats)
		return err == nil
	})
	c.until("the portal and the platform are connected", c.rested)
	return c
}

// revive starts the process of this number again when it has died.
func (c *crew) revive(i int) *process {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-c.alive[i].ended:
		if name, err := os.ReadFile(c.alive[i].note); err == nil {
			c.kills++
			c.where[string(name)]++
			_ = os.Remove(c.alive[i].note)
		}
		c.alive[i] = c.stage.start(c.t, i)
	default:
	}
	return c.alive[i]
}

// kill kills a process; whoever waits for something starts it again.
func (c *crew) kill(i int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alive[i].kill()
	c.kills++
}

// died counts the kills.
func (c *crew) died() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kills
}

// insist asks the first process, or those that follow it, until the answer is yes.
func (c *crew) insist(path string) {
	c.t.Helper()
	var last []byte
	defer func() {
		if c.t.Failed() && len(last) > 0 {
			c.t.Logf("%s: %s", path, last)
		}
	}()
	c.until(path, func() (ok bool) {
		last, ok = c.revive(0).ask(c.t.Context(), path)
		return ok
	})
}

// rested reports whether both sides have said everything and the connector has nothing left to do.
func (c *crew) rested() bool {
	ctx, cancel := context.WithTimeout(c.t.Context(), 5*time.Second)
	defer cancel()
	w := c.stage.world
	for range 2 { // what one side says may make the other speak
		if w.Portal.Drain(ctx) != nil || c.stage.relay.left.Load() > 0 || w.Platform.Drain(ctx) != nil {
			return false
		}
		if _, ok := c.revive(0).ask(ctx, "/rest"); !ok {
			return false
		}
	}
	return true
}

// patience is how long anything may take.
const patience = 90 * time.Second

// until waits for something, and starts again whoever has died meanwhile.
func (c *crew) until(what string, holds func() bool) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	for !holds() {
		for i := range c.alive {
			c.revive(i)
		}
		if ctx.Err() != nil {
			c.t.Fatalf("waited in vain: %s\n%s", what, c.stage.world.Records())
		}
		pause(ctx, 15*time.Millisecond)
	}
}

// dismiss ends all processes.
func (c *crew) dismiss() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.alive {
		p.kill()
	}
}
