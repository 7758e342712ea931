package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"omniconnector/internal/testpg"
)

// postgres is a private server with its disk, as in production.
type postgres struct {
	cluster *testpg.Cluster
	pid     int
}

// database makes an empty database on the run's own server, which is started on first use.
func (b *bench) database(ctx context.Context) (dsn string, err error) {
	if b.pg == nil {
		if b.pg, err = startPostgres(); err != nil { //nolint:contextcheck // a server outlives who asked for it first
			return "", err
		}
	}
	dsn, _, err = b.pg.cluster.Database(ctx) // it goes with the server
	return dsn, err
}

func startPostgres() (*postgres, error) {
	cluster, err := testpg.Start(testpg.Options{Durable: true})
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(cluster.DSN())
	if err != nil {
		return nil, errors.Join(err, cluster.Stop())
	}
	// The server listens in its own folder, and leaves its process id beside its data.
	text, err := os.ReadFile(filepath.Join(config.Host, "data", "postmaster.pid")) // #nosec G304 -- our own folder
	if err != nil {
		return nil, errors.Join(err, cluster.Stop())
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(first))
	if err != nil {
		return nil, errors.Join(err, cluster.Stop())
	}
	return &postgres{cluster, pid}, nil
}

func (b *bench) stopPostgres() error {
	if b.pg == nil {
		return nil
	}
	return b.pg.cluster.Stop()
}

// serverCPU is what the database server has used so far, with all that it started; nothing before it runs.
func (b *bench) serverCPU() (time.Duration, error) {
	if b.pg == nil {
		return 0, nil
	}
	sum, err := processCPU(b.pg.pid, true)
	if err != nil {
		return 0, err
	}
	all, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	for _, path := range all {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil {
			continue
		}
		stat, err := readStat(pid)
		if err != nil || stat.parent != b.pg.pid {
			continue // it ended meanwhile, and is among what its parent counts
		}
		sum += stat.own
	}
	return sum, nil
}

// stat is what the kernel says of a process.
type stat struct {
	parent       int
	own, waited  time.Duration // of the process; of its children that ended
	residentPage int64
}

// ticks is the kernel's clock in a second; Linux shows this one to programs on every machine.
const ticks = 100

// Places in /proc/N/stat, counted after the process's name in brackets.
const (
	atParent = 1
	atUser   = 11
	atSystem = 12
	atKids   = 13
	atKidSys = 14
	atPages  = 21
)

func readStat(pid int) (stat, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return stat{}, err
	}
	_, rest, _ := strings.Cut(string(text), ") ") // a name may hold spaces
	fields := strings.Fields(rest)
	if len(fields) <= atPages {
		return stat{}, fmt.Errorf("/proc/%d/stat has %d fields", pid, len(fields))
	}
	numbers := make([]int64, len(fields))
	for i, f := range fields[1:] {
		numbers[i+1], _ = strconv.ParseInt(f, 10, 64) // some are too large for us, and not ours to read
	}
	tick := func(at ...int) time.Duration {
		var sum int64
		for _, i := range at {
			sum += numbers[i]
		}
		return time.Duration(sum) * time.Second / ticks
	}
	return stat{
		parent: int(numbers[atParent]), own: tick(atUser, atSystem), waited: tick(atKids, atKidSys), residentPage: numbers[atPages],
	}, nil
}

// processCPU is what a process has used; with all, also what its children had used when they ended.
func processCPU(pid int, all bool) (time.Duration, error) {
	s, err := readStat(pid)
	if all {
		s.own += s.waited
	}
	return s.own, err
}

// ownCPU is what this process has used.
func ownCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
