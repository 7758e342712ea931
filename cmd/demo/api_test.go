package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// What docs/api.md shows is so: its ```sh blocks run in order in one bash against an empty installation, and each says what the ```text
// block below it says, where … stands for anything.
func TestAPIGuideRuns(t *testing.T) {
	t.Parallel()
	guide, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "empty")
	connector, portal, platform := freeAddress(t), freeAddress(t), freeAddress(t)
	serveEmpty(t, "--data", data, "--listen", connector, "--portal", portal, "--platform", platform, "--latency", "0")

	here := strings.NewReplacer("127.0.0.1:8080", connector, "127.0.0.1:8081", portal, "127.0.0.1:8082", platform, "data/empty", data)
	blocks := examples(here.Replace(string(guide)))
	const least = 20
	if len(blocks) < least {
		t.Fatalf("%d examples: they are not found", len(blocks))
	}
	out := t.TempDir()
	var script strings.Builder
	script.WriteString("set -euo pipefail\n")
	for i, b := range blocks {
		fmt.Fprintf(&script, "{\n%s\n} >%s/%d 2>&1\n", b.script, out, i)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	bash := exec.CommandContext(ctx, "bash", "-c", script.String()) // #nosec G204 -- our own guide
	bash.Dir, bash.WaitDelay = t.TempDir(), time.Second
	_, failed := bash.CombinedOutput()
	for i, b := range blocks {
		got, err := os.ReadFile(filepath.Join(out, strconv.Itoa(i)))
		if err != nil {
			break // an example before this one has failed
		}
		if last := i+1 == len(blocks) || missing(filepath.Join(out, strconv.Itoa(i+1))); failed != nil && last {
			t.Fatalf("docs/api.md:%d: %v\n%s\n%s", b.line, failed, b.script, got)
		}
		if b.says != nil && !b.says.Match(got) {
			t.Errorf("docs/api.md:%d says\n%s\nwhere the guide promises %s", b.line, got, b.says)
		}
	}
}

// example is a block of the guide with what it must say.
type example struct {
	line   int
	script string
	says   *regexp.Regexp // nil: anything
}

var fences = regexp.MustCompile("(?ms)^```(sh|text)\n(.*?)^```$")

func examples(guide string) (all []example) {
	for _, at := range fences.FindAllStringSubmatchIndex(guide, -1) {
		kind, body := guide[at[2]:at[3]], guide[at[4]:at[5]]
		if kind == "sh" {
			all = append(all, example{line: 1 + strings.Count(guide[:at[0]], "\n"), script: body})
		} else if n := len(all); n > 0 {
			all[n-1].says = promise(body)
		}
	}
	return all
}

// promise matches lines as they are shown; … stands for the rest of a line, and alone in a line for any lines.
func promise(text string) *regexp.Regexp {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) == "…" {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		pattern.WriteString(strings.ReplaceAll(regexp.QuoteMeta(line), "…", ".*"))
	}
	return regexp.MustCompile(pattern.String() + `\z`)
}

// serveEmpty runs `demo empty` until the test ends.
func serveEmpty(t *testing.T, flags ...string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	told, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := start(ctx, append([]string{"empty", "--told"}, flags...), out)
		_ = out.CloseWithError(fmt.Errorf("it ended: %w", err))
		ended <- err
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	var addresses map[string]string
	if err := json.NewDecoder(told).Decode(&addresses); err != nil {
		t.Fatal(err)
	}
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func missing(file string) bool {
	_, err := os.Stat(file)
	return err != nil
}
