package rpc

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Way is how an answer goes wrong below JSON-RPC.
type Way string

// The ways of faults.
const (
	Page Way = "html" // a page in HTML with Status, 500 unless said
	Drop Way = "drop" // the connection is cut before an answer
	Cut  Way = "cut"  // the connection is cut in the middle of the answer
	Hang Way = "hang" // no answer until the client gives up
)

// Fault makes the next requests fail: with Mnemonic, or in a Way below JSON-RPC.
type Fault struct {
	App      int64  `json:"app"`    // 0: any, also requests without a valid token
	API      string `json:"api"`    // CallAPI, DataAPI or any
	Method   string `json:"method"` // any when empty
	Times    int    `json:"times"`  // so many requests; 0 is one
	Mnemonic string `json:"mnemonic"`
	Way      Way    `json:"way"`
	Status   int    `json:"status"` // of Page; 200 is a page that says so
	// Executed lets the method do its work first: only the answer goes wrong. Requests that
	// are refused anyway do not use such a fault up.
	Executed bool `json:"executed"`
}

// Fail adds a fault; several are used up one after the other. The error tells of a fault that does nothing.
func (g *Gate) Fail(f Fault) error {
	switch f.Way {
	case "", Page, Drop, Cut, Hang:
	default:
		return fmt.Errorf("no way %q of failing: html, drop, cut, hang", f.Way)
	}
	if (f.Mnemonic == "") == (f.Way == "") {
		return errors.New("a fault has either a mnemonic or a way")
	}
	if f.Status != 0 && (f.Status < 200 || f.Status > 599) {
		return fmt.Errorf("no HTTP status %d", f.Status)
	}
	f.Times = max(1, f.Times)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = append(g.faults, &f)
	return nil
}

// Mend takes back all faults that are left.
func (g *Gate) Mend() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.faults = nil
}

// next takes the fault that a request meets; g.mu is held.
func (g *Gate) next(app int64, api, method string, executed bool) *Fault {
	for _, f := range g.faults {
		if f.Times > 0 && f.Executed == executed && (f.App == 0 || f.App == app) && (f.API == "" || f.API == api) &&
			(f.Method == "" || f.Method == method) {
			f.Times--
			return f
		}
	}
	return nil
}

// name is how the journal calls a fault.
func (f *Fault) name() string {
	switch {
	case f.Mnemonic != "":
		return f.Mnemonic
	case f.Way == Page:
		return fmt.Sprintf("HTTP %d, html", f.status())
	default:
		return string(f.Way)
	}
}

func (f *Fault) status() int {
	if f.Status == 0 {
		return http.StatusInternalServerError
	}
	return f.Status
}

// show spoils an answer. stop ends hanging when the platform closes.
func (f *Fault) show(w http.ResponseWriter, r *http.Request, answer []byte, stop <-chan struct{}) {
	switch f.Way {
	case Page:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(f.status())
		_, _ = io.WriteString(w, "<html><body><h1>Сервис временно недоступен</h1></body></html>")
	case Hang:
		select {
		case <-r.Context().Done():
		case <-stop:
		}
		panic(http.ErrAbortHandler)
	case Cut:
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer[:len(answer)/2]) // #nosec G705 -- JSON, and half of it
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	default:
		panic(http.ErrAbortHandler)
	}
}
