package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	platform "omniconnector/webhooks/emulator"
)

// connections is how many senders there are; each sends its next notification when the last was answered.
const connections = 64

// The session and the customer of the requests as they are written first, of a fixed width; every call puts its own
// digits in their places.
const (
	sampleSession = 1_000_000_000
	samplePhone   = "79009999999"
	phoneDigits   = 7
)

// shot is one request as bytes, with the places where the call's own digits go. Writing bytes costs the generator, which
// shares the machine with what it measures, less than a client would.
type shot struct {
	text             []byte
	sessions, phones []int
}

// load sends the notifications of one call after another to a server.
type load struct {
	address string
	shots   []shot
	calls   atomic.Int64
}

// newLoad writes the six notifications of the usual call as the platform sends them.
func newLoad(p *process) *load {
	l := &load{address: p.Address}
	templates := map[string]platform.Template{}
	for _, t := range platform.Templates("http://"+p.Address+"/hooks/uis/"+p.Path, p.Body, platform.JSON) {
		templates[t.Event] = t
	}
	shop := platform.Shop("http://127.0.0.1")
	script := shop.Incoming(sampleSession, time.Now(), samplePhone).Answered(shop.Employees[0], usualWait, usualTalk)
	for _, step := range script.Steps {
		r := templates[step.Event].Render(step.Vars, nil)
		text := fmt.Appendf(nil, "POST /hooks/uis/%s/%s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
			p.Path, step.Event, p.Address, r.ContentType, len(r.Body), r.Body)
		l.shots = append(l.shots, shot{text, places(text, strconv.Itoa(sampleSession)), places(text, samplePhone)})
	}
	return l
}

// places are the indexes at which a word begins.
func places(text []byte, word string) []int {
	var all []int
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(word))
		if i < 0 {
			return all
		}
		all = append(all, from+i)
		from += i + len(word)
	}
}

// run sends for so long and answers how many notifications were accepted.
func (l *load) run(ctx context.Context, d time.Duration) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var stopped atomic.Bool
	defer context.AfterFunc(ctx, func() { stopped.Store(true) })()
	var wg sync.WaitGroup
	accepted, failed := make([]int, connections), make([]error, connections)
	for c := range connections {
		wg.Go(func() { accepted[c], failed[c] = l.sender(&stopped) })
	}
	wg.Wait()
	sum := 0
	for _, n := range accepted {
		sum += n
	}
	return sum, errors.Join(failed...)
}

// sender is one connection.
func (l *load) sender(stopped *atomic.Bool) (accepted int, err error) {
	conn, err := net.Dial("tcp", l.address) //nolint:noctx // loopback, and the load ends by itself
	if err != nil {
		return 0, err
	}
	defer conn.Close() //nolint:errcheck // everything was answered
	in := bufio.NewReaderSize(conn, 4<<10)
	texts := make([][]byte, len(l.shots))
	for i, s := range l.shots {
		texts[i] = bytes.Clone(s.text)
	}
	var digits []byte
	for !stopped.Load() {
		digits = strconv.AppendInt(digits[:0], sampleSession+l.calls.Add(1), 10)
		for i, s := range l.shots {
			for _, at := range s.sessions {
				copy(texts[i][at:], digits)
			}
			for _, at := range s.phones {
				copy(texts[i][at+len(samplePhone)-phoneDigits:], digits[len(digits)-phoneDigits:])
			}
			if _, err := conn.Write(texts[i]); err != nil {
				return accepted, err
			}
			if _, err := readAnswer(in); err != nil {
				return accepted, err
			}
			accepted++
		}
	}
	return accepted, nil
}

var (
	okStatus      = []byte("HTTP/1.1 200")
	contentLength = []byte("Content-Length: ")
)

// readAnswer reads one answer and wants it to be 200. What it said is good until the next one.
func readAnswer(in *bufio.Reader) (body []byte, err error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(line, okStatus) {
		return nil, fmt.Errorf("the server answers %q", bytes.TrimSpace(line))
	}
	length := 0
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return nil, err
		}
		if value, ok := bytes.CutPrefix(line, contentLength); ok {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return nil, err
			}
		}
		if len(bytes.TrimSpace(line)) == 0 {
			break
		}
	}
	if body, err = in.Peek(length); err != nil {
		return nil, err
	}
	_, err = in.Discard(length)
	return body, err
}
