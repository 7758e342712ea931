package emulator

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
)

// order is the body of a control request; each address reads the members it needs.
type order struct {
	Kind     string         `json:"kind"`
	ID       int64          `json:"id"`
	Fields   map[string]any `json:"fields"`
	Phones   []Phone        `json:"phones"`
	Emails   []Email        `json:"emails"`
	ClientID string         `json:"client_id"`
	Clean    bool           `json:"clean"`
	User     int64          `json:"user"`
	Code     string         `json:"code"`
	Scope    string         `json:"scope"`
	Phone    string         `json:"phone"`
	Line     string         `json:"line"`
	Text     string         `json:"text"`
	Handler  string         `json:"handler"`
	Method   string         `json:"method"`
	Fault    Fault          `json:"fault"`
	Into     int64          `json:"into"`
	From     int64          `json:"from"`
	Version  string         `json:"version"`
	On       bool           `json:"on"`
	Mobile   bool           `json:"mobile"`
	Presence
	CustomField
}

// controlRoutes is the control API: what the Go methods do, for those who are not Go (README).
func (c *Cloud) controlRoutes() {
	c.mux.HandleFunc("GET /control/portals", func(w http.ResponseWriter, _ *http.Request) {
		out := []any{}
		for _, p := range c.Portals() {
			out = append(out, p.summary())
		}
		writeJSON(w, http.StatusOK, out)
	})
	c.mux.HandleFunc("POST /control/portals", func(w http.ResponseWriter, r *http.Request) {
		var spec PortalSpec
		if readOrder(w, r, &spec) {
			writeJSON(w, http.StatusOK, c.NewPortal(spec).summary())
		}
	})
	c.mux.HandleFunc("GET /control/portals/{portal}/{what}", c.inspect)
	c.mux.HandleFunc("POST /control/portals/{portal}/{what}", c.command)
}

// summary is what the control API tells of a portal.
func (p *Portal) summary() map[string]any {
	return map[string]any{
		"name": p.Name(), "member_id": p.memberID, "client_endpoint": p.Endpoint(),
		"token_url": p.cloud.TokenURL(), "server_endpoint": p.cloud.ServerEndpoint(), "page": p.Address() + "/",
	}
}

// readOrder insists on JSON, which a foreign web page cannot send here without asking first.
func readOrder(w http.ResponseWriter, r *http.Request, into any) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "application/json" {
		http.Error(w, "Content-Type must be application/json", http.StatusUnsupportedMediaType)
		return false
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err == nil && len(data) > 0 {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return false
	}
	return true
}

// Looking never counts as a request of the portal: the control API has no limit and leaves no trace in the log.
func (c *Cloud) inspect(w http.ResponseWriter, r *http.Request) {
	p := c.Portal(r.PathValue("portal"))
	if p == nil {
		http.NotFound(w, r)
		return
	}
	var out any
	switch r.PathValue("what") {
	case "requests":
		out = p.Requests()
	case "log":
		out = p.RequestLog()
	case "commands":
		out = p.Commands()
	case "faults":
		out = map[string]any{"applied": p.Faults(), "counts": p.FaultCounts()}
	case "calls":
		out = p.Calls()
	case "cards":
		out = p.Cards()
	case "messages":
		out = p.CardMessages()
	case "chat":
		out = p.Chat(0)
	case "notices":
		out = p.Notices(0)
	case "records":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = io.WriteString(w, p.Records()) // a client that has gone is its own business
		return
	default:
		http.NotFound(w, r)
		return
	}
	writeJSON(w, http.StatusOK, out)
}

// command dispatches what changes a portal; the answer is {"ok":true} unless there is more to say.
func (c *Cloud) command(w http.ResponseWriter, r *http.Request) {
	p := c.Portal(r.PathValue("portal"))
	if p == nil {
		http.NotFound(w, r)
		return
	}
	what := r.PathValue("what")
	switch what {
	case "install":
		control(w, r, func(s *AppSpec) any { return p.Install(*s) })
		return
	case "users":
		control(w, r, func(u *User) any { return map[string]any{"id": p.AddUser(*u)} })
		return
	case "funnels":
		control(w, r, func(f *Funnel) any { return map[string]any{"id": p.AddFunnel(*f)} })
		return
	case "tariff":
		control(w, r, func(t *Tariff) any { p.SetTariff(*t); return nil })
		return
	case "mischief":
		control(w, r, func(m *Mischief) any { p.SetMischief(*m); return nil })
		return
	case "open":
		control(w, r, func(o *Opening) any { return p.open(o, r.Host) })
		return
	case "delivery":
		control(w, r, func(k *EventKnobs) any { p.SetEvents(*k); return nil }) //nolint:contextcheck // events outlive the request that lets them go
		return
	}
	run, ok := orders[what]
	if !ok {
		http.NotFound(w, r)
		return
	}
	defer func() { // a seed with a field that does not exist panics in Go; here it is the caller's mistake
		if e := recover(); e != nil {
			if text, ok := e.(string); ok {
				http.Error(w, text, http.StatusBadRequest)
				return
			}
			panic(e)
		}
	}()
	control(w, r, func(o *order) any {
		if o.Kind != "" && kindOf(o.Kind) == 0 {
			return errors.New("unknown kind " + o.Kind)
		}
		return run(p, o)
	})
}

func control[T any](w http.ResponseWriter, r *http.Request, run func(*T) any) {
	in := new(T)
	if !readOrder(w, r, in) {
		return
	}
	out := run(in)
	if err, ok := out.(error); ok {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	if out == nil {
		out = map[string]any{"ok": true}
	}
	writeJSON(w, http.StatusOK, out)
}

var orders = map[string]func(*Portal, *order) any{
	"add": func(p *Portal, o *order) any { return map[string]any{"id": o.by(p).Add(kindOf(o.Kind), o.record())} },
	"edit": func(p *Portal, o *order) any {
		if err := o.by(p).Edit(kindOf(o.Kind), o.ID, o.record()); err != nil {
			return err
		}
		return nil
	},
	"remove": func(p *Portal, o *order) any { o.by(p).Remove(kindOf(o.Kind), o.ID); return nil },
	"merge": func(p *Portal, o *order) any {
		if err := o.by(p).Merge(kindOf(o.Kind), o.Into, o.From); err != nil {
			return err
		}
		return nil
	},
	"convert": func(p *Portal, o *order) any {
		contact, deal, err := o.by(p).Convert(o.ID)
		if err != nil {
			return err
		}
		return map[string]any{"contact": contact, "deal": deal}
	},
	"field": func(p *Portal, o *order) any {
		return map[string]any{"id": p.AddCustomField(kindOf(o.Kind), o.CustomField)}
	},
	"remove_field":   func(p *Portal, o *order) any { p.RemoveCustomField(kindOf(o.Kind), o.Name); return nil },
	"mandatory":      func(p *Portal, o *order) any { p.SetMandatory(kindOf(o.Kind), o.Name, o.Mandatory); return nil },
	"field_check":    func(p *Portal, o *order) any { p.SetFieldCheck(o.On); return nil },
	"presence":       func(p *Portal, o *order) any { p.SetPresence(o.User, o.Presence); return nil },
	"timeman":        func(p *Portal, o *order) any { p.SetTimeman(o.On); return nil },
	"update_app":     func(p *Portal, o *order) any { return p.UpdateApp(o.ClientID, o.Version) },
	"rename":         func(p *Portal, o *order) any { return map[string]any{"name": p.Rename(o.Name)} },
	"expire":         func(p *Portal, _ *order) any { p.ExpireAccessTokens(); return nil },
	"revoke":         func(p *Portal, _ *order) any { p.RevokeTokens(); return nil },
	"uninstall":      func(p *Portal, o *order) any { p.Uninstall(o.ClientID, o.Clean); return nil },
	"reinstall":      func(p *Portal, o *order) any { return p.Reinstall(o.ClientID) },
	"placements":     func(p *Portal, o *order) any { return p.Placements(o.ClientID) },
	"send_install":   func(p *Portal, o *order) any { p.SendInstall(o.ClientID, o.Handler); return nil },
	"finish_install": func(p *Portal, o *order) any { p.FinishInstall(o.ClientID); return nil },
	"code":           func(p *Portal, o *order) any { return map[string]any{"code": p.AuthorizationCode(o.ClientID, o.User)} },
	"webhook":        func(p *Portal, o *order) any { return map[string]any{"url": p.AddWebhook(o.User, o.Code, o.Scope)} },
	"click": func(p *Portal, o *order) any {
		id, err := p.ClickNumber(NumberClick{
			ClientID: o.ClientID, User: o.User, Phone: o.Phone, Line: o.Line, Kind: kindOf(o.Kind), ID: o.ID, Mobile: o.Mobile,
		})
		if err != nil {
			return err
		}
		return map[string]any{"call_id": id}
	},
	"callback": func(p *Portal, o *order) any {
		k, id := p.Callback(o.Phone, o.Text, o.Line)
		return map[string]any{"kind": lower(k.String()), "id": id}
	},
	"fail":          func(p *Portal, o *order) any { p.FailNext(o.Method, o.Fault); return nil },
	"clear":         func(p *Portal, _ *order) any { p.ClearFaults(); return nil },
	"reset":         func(p *Portal, _ *order) any { p.ResetCounters(); return nil },
	"reset_limits":  func(p *Portal, _ *order) any { p.ResetLimits(); return nil },
	"delete_portal": func(p *Portal, _ *order) any { p.Delete(); return nil },
}

// by is who does it: the user named, else the first administrator.
func (o *order) by(p *Portal) Person {
	if o.User != 0 {
		return p.As(o.User)
	}
	return p.someone()
}

// record is an order's fields as Add wants them.
func (o *order) record() map[string]any {
	out := cloneFields(o.Fields)
	if out == nil {
		out = map[string]any{}
	}
	var fm []any
	for _, v := range o.Phones {
		fm = append(fm, v)
	}
	for _, v := range o.Emails {
		fm = append(fm, v)
	}
	if fm != nil {
		out["fm"] = fm
	}
	return out
}

// UnmarshalJSON reads delay_ms, so that people need not write nanoseconds.
func (f *Fault) UnmarshalJSON(data []byte) error {
	type plainFault Fault
	in := struct {
		plainFault
		DelayMS int64 `json:"delay_ms"`
	}{}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*f = Fault(in.plainFault)
	if in.DelayMS > 0 {
		f.Delay = time.Duration(in.DelayMS) * time.Millisecond
	}
	return nil
}

// UnmarshalJSON reads delay_ms likewise.
func (m *Mischief) UnmarshalJSON(data []byte) error {
	type plainMischief Mischief
	in := struct {
		plainMischief
		DelayMS int64 `json:"delay_ms"`
	}{}
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	*m = Mischief(in.plainMischief)
	if in.DelayMS > 0 {
		m.Delay = time.Duration(in.DelayMS) * time.Millisecond
	}
	return nil
}
