package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// crowd are askers, each on a connection of its own, who ask a server so often each. With every set each asks once in that time,
// and a wait counts from when the question was due; else the next is asked when the last was answered.
type crowd struct {
	address string
	each    int
	every   time.Duration
}

// ask has everybody ask and tells how long each answer took, in milliseconds.
func (c crowd) ask(ctx context.Context, what func(l *line, asker, n int) error) ([]float64, error) {
	var wg sync.WaitGroup
	waits, failed := make([][]float64, askers), make([]error, askers)
	for a := range askers {
		wg.Go(func() { waits[a], failed[a] = c.asker(ctx, a, what) })
	}
	wg.Wait()
	for _, err := range failed {
		if err != nil { // the others fail alike
			return nil, err
		}
	}
	return slices.Concat(waits...), nil
}

func (c crowd) asker(ctx context.Context, number int, what func(l *line, asker, n int) error) ([]float64, error) {
	l, err := dial(ctx, c.address)
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { _ = l.conn.Close() })()
	defer l.conn.Close() //nolint:errcheck // everything was answered
	waits := make([]float64, 0, c.each)
	due := time.Now().Add(c.every * time.Duration(number) / askers)
	for n := range c.each {
		from := time.Now()
		if c.every > 0 {
			if err := pause(ctx, time.Until(due)); err != nil {
				return nil, err
			}
			from, due = due, due.Add(c.every)
		}
		if err := what(l, number, n); err != nil {
			return nil, err
		}
		waits = append(waits, float64(time.Since(from))/float64(time.Millisecond))
	}
	return waits, nil
}

// line is one connection. What it costs to ask is little beside what is asked.
type line struct {
	conn    net.Conn
	in      *bufio.Reader
	address string
}

func dial(ctx context.Context, address string) (*line, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &line{conn, bufio.NewReader(conn), address}, nil
}

// get answers what the server says, until the next one.
func (l *line) get(path string) ([]byte, error) {
	if _, err := fmt.Fprintf(l.conn, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, l.address); err != nil {
		return nil, err
	}
	return readAnswer(l.in)
}
