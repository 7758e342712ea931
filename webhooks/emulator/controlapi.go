package emulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"omniconnector/webhooks/emulator/adapter"
	"omniconnector/webhooks/emulator/rpc"
)

// controlInterfaces adds what can be told to and asked of the two interfaces.
func (p *Platform) controlInterfaces(own func(pattern string, h http.HandlerFunc)) {
	own("GET /control/requests", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, p.Requests()) })
	own("GET /control/started", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, p.Started()) })
	own("POST /control/fault", func(w http.ResponseWriter, r *http.Request) {
		var f rpc.Fault
		obey(w, r, &f, func() error { return p.Fail(f) })
	})
	own("POST /control/chatfault", func(w http.ResponseWriter, r *http.Request) {
		var f adapter.Fault
		obey(w, r, &f, func() error { return p.FailChats(f) })
	})
	own("POST /control/mend", func(w http.ResponseWriter, _ *http.Request) {
		p.Mend()
		p.MendChats()
		reply(w, http.StatusOK, map[string]any{})
	})
	own("POST /control/continue", func(w http.ResponseWriter, r *http.Request) {
		id, _ := strconv.ParseInt(r.FormValue("session"), 10, 64)
		if !p.Continue(id) {
			reply(w, http.StatusNotFound, map[string]string{"error": "no held call of that session"})
			return
		}
		reply(w, http.StatusOK, map[string]any{})
	})
	p.ofAccount(own, "POST /control/access", p.setAccess)
	p.ofAccount(own, "POST /control/outcome", func(w http.ResponseWriter, r *http.Request, app int64) {
		var o Outcome
		obey(w, r, &o, func() error {
			if !o.known() {
				return errors.New("no such outcome")
			}
			p.Outcome(app, r.URL.Query().Get("contact"), o)
			return nil
		})
	})
}

// setting is what /control/access changes; what is left out stays.
type setting struct {
	Limits    map[string]rpc.Limits `json:"limits"` // by interface
	Whitelist []string              `json:"whitelist"`
	Active    *bool                 `json:"active"`
	Disabled  []string              `json:"disabled"`
}

func (p *Platform) setAccess(w http.ResponseWriter, r *http.Request, app int64) {
	var s setting
	a := p.Access(app)
	obey(w, r, &s, func() error {
		for api := range s.Limits {
			if api != rpc.CallAPI && api != rpc.DataAPI {
				return errors.New("limits are of callapi or dataapi")
			}
		}
		if s.Whitelist != nil {
			if err := a.Allow(s.Whitelist...); err != nil {
				return err
			}
		}
		for api, l := range s.Limits {
			a.Limit(api, l)
		}
		if s.Active != nil {
			a.SetActive(*s.Active)
		}
		if s.Disabled != nil {
			a.Disable(s.Disabled...)
		}
		return nil
	})
}

// ofAccount adds a control that names its account by ?app=.
func (p *Platform) ofAccount(
	own func(string, http.HandlerFunc), pattern string, do func(http.ResponseWriter, *http.Request, int64),
) {
	own(pattern, func(w http.ResponseWriter, r *http.Request) {
		app, err := strconv.ParseInt(r.URL.Query().Get("app"), 10, 64)
		p.mu.Lock()
		_, there := p.accounts[app]
		p.mu.Unlock()
		if err != nil || !there {
			reply(w, http.StatusNotFound, map[string]string{"error": "no such account"})
			return
		}
		do(w, r, app)
	})
}

// obey reads an order in JSON, follows it and repeats it.
func obey(w http.ResponseWriter, r *http.Request, order any, do func() error) {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, enough))
	d.DisallowUnknownFields()
	err := d.Decode(order)
	if err == nil {
		err = do()
	}
	if err != nil {
		reply(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	reply(w, http.StatusOK, order)
}
