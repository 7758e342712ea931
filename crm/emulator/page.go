package emulator

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

//go:embed page
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"initials": initials, "tint": func(id int64) int64 { return id % 6 }, "clock": clockText, "length": lengthText, "money": moneyText,
	"stars":  starsText,
	"markup": markup,
	"number": func(value, kind string, id int64, title string) numberPart { return numberPart{value, kind, title, id} },
	"pair":   func(say map[string]string, portal string, call any) callPart { return callPart{say, portal, call} },
}).ParseFS(pageFiles, "page/*.html"))

// policy lets the pages load nothing but what this server sends, and no inline code at all.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func (c *Cloud) pageRoutes() {
	c.mux.HandleFunc("GET /{$}", c.serveIndex)
	c.mux.HandleFunc("GET /static/{file}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pageFiles, "page/"+r.PathValue("file")) //nolint:gosec // an embedded file system has no outside
	})
}

// frame is what every page shares.
type frame struct {
	Lang    string
	Say     map[string]string
	Portal  *portalView
	Section string
	Title   string
	Cards   []cardView
	Failed  []failedView
	Dial    dialView
	Body    any
}

// numberPart is a number that can be clicked.
type numberPart struct {
	Value, Kind, Title string
	ID                 int64
}

// callPart is what the small templates about one call need.
type callPart struct {
	Say    map[string]string
	Portal string
	Call   any
}

func (c *Cloud) serveIndex(w http.ResponseWriter, r *http.Request) {
	var list []portalView
	for _, p := range c.Portals() {
		list = append(list, p.view())
	}
	lang := language(w, r)
	show(w, "index", frame{Lang: lang, Say: words[lang], Title: words[lang]["portals"], Body: list})
}

// language is chosen once by ?lang= and remembered.
func language(w http.ResponseWriter, r *http.Request) string {
	lang := r.URL.Query().Get("lang")
	if words[lang] != nil {
		http.SetCookie(w, &http.Cookie{Name: "emulator_lang", Value: lang, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode}) //nolint:gosec // no secret, and loopback has no TLS
		return lang
	}
	if k, err := r.Cookie("emulator_lang"); err == nil && words[k.Value] != nil {
		return k.Value
	}
	return "ru"
}

// show renders a page that is in no frame and holds none.
func show(w http.ResponseWriter, name string, data any) { showFramed(w, name, data, "") }

// A page is rendered whole before its first byte, so that an error never leaves half of one.
func showFramed(w http.ResponseWriter, name string, data any, origin string) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if origin != "" {
		framing(h, origin)
	}
	_, _ = w.Write(b.Bytes()) // a reader who has gone is their own business
}

// servePage is everything a person sees of a portal.
func (p *Portal) servePage(w http.ResponseWriter, r *http.Request, rest string) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.Error(w, "GET only", http.StatusMethodNotAllowed)
		return
	}
	section, id, _ := strings.Cut(strings.Trim(rest, "/"), "/")
	switch section {
	case "crm": // the vendor's own addresses: /crm/lead/details/11/
		kind, number, _ := strings.Cut(id, "/details/")
		http.Redirect(w, r, p.Address()+"/"+kind+"/"+number, http.StatusFound)
		return
	case "events":
		p.serveEvents(w, r)
		return
	case "record":
		p.serveRecord(w, r, id)
		return
	case "":
		section = "deals"
		p.mu.Lock()
		if p.state.Mode == Classic {
			section = "leads"
		}
		p.mu.Unlock()
	}
	lang := language(w, r)
	f := frame{Lang: lang, Say: words[lang], Section: section}
	p.mu.Lock()
	tmpl, body := p.section(section, id, r)
	f.Cards, f.Failed, f.Dial = p.cardViews(), p.failedViews(), p.dialView()
	p.mu.Unlock()
	if body == nil {
		http.NotFound(w, r)
		return
	}
	v := p.view()
	f.Portal, f.Body, f.Title = &v, body, f.Say[section]
	switch body := body.(type) {
	case entityView:
		f.Section, f.Title = body.Section, body.Name
	case *frameView:
		f.Section, f.Title = "apps", body.App.Title
		showFramed(w, tmpl, f, body.origin)
		return
	}
	show(w, tmpl, f)
}

// section builds the body of one page; nil is no such page.
func (p *Portal) section(section, id string, r *http.Request) (string, any) {
	number, _ := strconv.ParseInt(id, 10, 64)
	switch section {
	case "leads":
		return "kanban", p.board(Lead, 0)
	case "deals":
		funnel, _ := strconv.ParseInt(r.URL.Query().Get("funnel"), 10, 64)
		return "kanban", p.board(Deal, funnel)
	case "contacts":
		return "people", p.people(Contact)
	case "companies":
		return "people", p.people(Company)
	case "calls":
		return "calls", p.callList()
	case "messages":
		return "messages", p.messageViews()
	case "log":
		return "log", p.logView()
	case "apps":
		return "apps", p.appViews()
	case "app":
		if v := p.frameView(id, r.URL.Query()); v != nil {
			return "app", v
		}
	}
	if k := kindOf(section); k != 0 {
		if e := p.entity(k, number); e != nil {
			return "entity", p.entityView(e)
		}
	}
	return "", nil
}

// serveEvents tells an open page that something changed; the page then asks for itself again.
func (p *Portal) serveEvents(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	change := p.live.add()
	defer p.live.drop(change)
	out := http.NewResponseController(w)
	beat := time.NewTicker(20 * time.Second)
	defer beat.Stop()
	text := "retry: 1000\n\n"
	for {
		if _, err := fmt.Fprint(w, text); err != nil || out.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-change:
			text = "data: changed\n\n"
		case <-beat.C:
			text = ": alive\n\n"
		}
	}
}

// serveRecord plays a call's record when its bytes were kept.
func (p *Portal) serveRecord(w http.ResponseWriter, r *http.Request, id string) {
	n, _ := strconv.ParseInt(id, 10, 64)
	p.mu.Lock()
	path, name := "", ""
	for _, call := range p.state.Calls {
		if call.N == n && call.Record != nil {
			path, name = call.Record.Path, call.Record.Name
		}
	}
	p.mu.Unlock()
	f, err := os.Open(path)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer f.Close() //nolint:errcheck // read only
	w.Header().Set("Content-Type", "audio/mpeg")
	if strings.HasSuffix(lower(name), ".wav") {
		w.Header().Set("Content-Type", "audio/wav")
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, "", time.Time{}, f)
}
