package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// starts is how often the connector is started on a new folder, and how often again on the same one.
const starts = 5

// start times the real binary on embedded SQLite from fork to the moment it is ready: first on an empty folder, where it
// makes its keys and tables, then on what it left.
func (b *bench) start(ctx context.Context) (map[string]float64, error) {
	binary, err := b.connectorBinary(ctx)
	if err != nil {
		return nil, err
	}
	var first, again []float64
	for range starts {
		dir, err := b.folder("start")
		if err != nil {
			return nil, err
		}
		for _, times := range []*[]float64{&first, &again} {
			took, err := startOnce(ctx, binary, dir)
			if err != nil {
				return nil, err
			}
			*times = append(*times, float64(took)/float64(time.Millisecond))
		}
	}
	return map[string]float64{"start_ready_ms": median(first), "start_ready_ms_again": median(again)}, nil
}

// connectorBinary is what the flag names, or what is built now.
func (b *bench) connectorBinary(ctx context.Context) (string, error) {
	if b.Binary != "" {
		return filepath.Abs(b.Binary)
	}
	binary := filepath.Join(b.dir, "omniconnector")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags=nomsgpack", "-ldflags=-s -w", "-o", binary, "omniconnector/cmd/omniconnector") // #nosec G204 -- fixed words
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the connector (or name one by --binary): %w\n%s", err, out)
	}
	return binary, nil
}

// startOnce starts the binary, waits until it is ready, and stops it.
func startOnce(ctx context.Context, binary, dir string) (_ time.Duration, err error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return 0, err
	}
	cmd := exec.CommandContext(ctx, binary, "serve", "--listen", address, "--data", dir, "--log-level", "error") // #nosec G204 -- our own binary
	cmd.Dir, cmd.Env = dir, []string{"HOME=" + dir, "TZ=UTC"}
	cmd.Stderr = os.Stderr
	cmd.WaitDelay = 10 * time.Second
	from := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	took, err := awaitReady(ctx, "http://"+address+"/readyz", from, ended)
	if err != nil {
		_ = cmd.Process.Kill()
		return 0, err
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, err
	}
	return took, <-ended
}

// freeAddress is an address of which nobody listens.
func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// awaitReady asks every millisecond. An address that answers but has no /readyz is ready too.
func awaitReady(ctx context.Context, url string, from time.Time, ended <-chan error) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	client := &http.Client{Timeout: time.Second}
	defer client.CloseIdleConnections()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return 0, err
		}
		if answer, err := client.Do(req); err == nil {
			took := time.Since(from)
			_ = answer.Body.Close()
			if answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusNotFound {
				return took, nil
			}
		}
		select {
		case <-ctx.Done():
			return 0, errors.New("the connector did not become ready")
		case err := <-ended:
			return 0, errors.Join(errors.New("the connector ended"), err)
		case <-look.C:
		}
	}
}
