//go:build unix

package testpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// keeper runs the server and waits for the end of its own input, which comes when this
// process ends, however it ends. Then it stops the server and removes the folder: unlike
// a death signal this also works when a thread ends early, and leaves nothing behind.
const keeper = `
"$1" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=400 -c fsync="$3" -c full_page_writes="$3" \
	-c timezone=UTC -c log_min_messages=error >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -QUIT $server 2>/dev/null
wait $server
rm -rf "$2"`

// Start runs a private cluster. It listens in its own folder only, so that it never
// meets another server, and it ends when this process ends, even by kill -9.
func Start(o Options) (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return nil, err
	}
	as, err := owner(dir)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	initdb := exec.CommandContext(context.Background(), filepath.Join(bin, "initdb"), "-D", filepath.Join(dir, "data"), // #nosec G204 -- found by us
		"-U", "postgres", "--auth=trust", "--locale=C", "-E", "UTF8", "--no-sync")
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	initdb.Dir = dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w\n%s", err, out), os.RemoveAll(dir))
	}
	fsync := "off"
	if o.Durable {
		fsync = "on"
	}
	server := exec.CommandContext(context.Background(), "/bin/sh", "-c", keeper, "sh", filepath.Join(bin, "postgres"), dir, fsync) // #nosec G204 -- found by us
	// Its own group: a terminal's or a test runner's kill of ours must not reach the keeper.
	server.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	server.Dir = dir
	alive, err := server.StdinPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start postgres: %w", err), os.RemoveAll(dir))
	}
	c := &Cluster{
		dsn:  fmt.Sprintf("host=%s user=postgres dbname=postgres sslmode=disable", dir),
		stop: func() error { return errors.Join(alive.Close(), server.Wait(), os.RemoveAll(dir)) },
	}
	if err := c.await(); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log")) // #nosec G304 -- our own folder
		return nil, errors.Join(fmt.Errorf("start postgres: %w\n%s", err, log), c.stop())
	}
	// The pipe must live as long as the process, whatever becomes of the Cluster.
	kept.Store(dir, alive)
	return c, nil
}

var kept sync.Map

// await asks until the server answers.
func (c *Cluster) await() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, c.dsn)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

// binaries finds the folder of the server's own programs.
func binaries() (string, error) {
	candidates := []string{os.Getenv("PG_BIN")}
	if path, err := exec.LookPath("postgres"); err == nil {
		if target, err := filepath.EvalSymlinks(path); err == nil {
			candidates = append(candidates, filepath.Dir(target))
		}
		candidates = append(candidates, filepath.Dir(path))
	}
	installed, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil {
		return "", err
	}
	slices.Reverse(installed)
	for _, dir := range append(candidates, installed...) {
		if dir != "" && exists(filepath.Join(dir, "postgres")) && exists(filepath.Join(dir, "initdb")) {
			return dir, nil
		}
	}
	return "", errors.New("PostgreSQL is not installed and its tests are never skipped: " +
		"run `apt-get install -y postgresql` (or make postgres), or set PG_BIN, or TEST_POSTGRES_DSN to a server")
}

func exists(path string) bool {
	_, err := os.Stat(path) // #nosec G703 -- the developer's own PG_BIN
	return err == nil
}

// owner says as whom the server runs: it refuses root, so the folder is then given to the user postgres.
func owner(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // no other user is needed
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("postgres does not run as root and there is no user for it: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	if err := os.Chown(dir, int(uid), int(gid)); err != nil { // #nosec G115 -- 32 bits
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
