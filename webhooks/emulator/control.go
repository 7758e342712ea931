package emulator

import (
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// scene is a script that the control page can start; it is made anew for each start.
type scene struct {
	name  string
	write func() Script
}

// AddScene offers a script on the control page. What write returns decides whether playing it
// again repeats the same calls or makes new ones.
func (p *Platform) AddScene(name string, write func() Script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.scenes = append(p.scenes, scene{name, write})
}

// AddScenes offers Scenes, Conversations and a Morning of an account; each start makes new calls,
// numbered by the clock.
func (p *Platform) AddScenes(a *Account) {
	start := func() (time.Time, int64) {
		now := p.o.Now()
		return now, now.Unix() % 10_000_000 * 100
	}
	p.AddScene("morning", func() Script {
		now, first := start()
		return Morning(a, now, first)
	})
	for i, s := range Scenes(a, p.o.Now(), 1) {
		p.AddScene(s.Name, func() Script {
			now, first := start()
			return Scenes(a, now, first+int64(i)*10)[i]
		})
	}
	for i, s := range Conversations(a, p.o.Now(), 1) {
		p.AddScene(s.Name, func() Script {
			now, first := start()
			// The page starts one conversation: at once, not at its place in the hour.
			one := Conversations(a, now, first+50)[i]
			return Conversations(a, now.Add(now.Sub(one.Start)), first+50)[i]
		})
	}
}

// Handler serves the recordings, the control interface and a status page:
//
//	GET  /records/{session}/{hash}
//	GET  /cabinet                    the account owner's page: the key, and where notifications go
//	POST /cabinet/notifications      app, and a list in JSON or the fields of one notification
//	POST /cabinet/chats              app, url, version, auth…: connects an adapter; …/disconnect ends that
//	GET  /chats                      the page of chats: what is said, and forms to write as a visitor or an employee
//	GET  /files/{id}/{token}/{name}  files of messages
//	GET  /control/sent               what was sent, with every attempt
//	GET  /control/scenes             what can be played
//	POST /control/play?scene=&speed= plays in the background; speed 1 unless said
//	POST /control/trouble?app=       a Trouble in JSON
//	POST /api/add_offline_message/   the endpoint of sites for offline requests
//	POST /callapi/v4.0               the Call API, JSON-RPC
//	POST /dataapi/v2.0               the Data API, JSON-RPC
//	     /chatapi/v1/adapter/…       the Chat API, as adapters call it
//	     /chatlogic/v1/integration/… the accounts' management of adapters; POST /api/auth/json_rpc gives its token
//	GET  /control/requests           requests to both, without tokens
//	GET  /control/started            calls that the Call API started
//	POST /control/fault              an rpc.Fault in JSON: what the next requests meet
//	POST /control/chatfault          an adapter.Fault in JSON
//	POST /control/mend               takes the faults back
//	POST /control/access?app=        limits, whitelist, active, disabled; each optional
//	POST /control/outcome?app=&contact= an Outcome in JSON, durations in nanoseconds
//	POST /control/continue?session=  lets a held call go on
func (p *Platform) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/records/", p.records)
	own := func(pattern string, h http.HandlerFunc) { mux.Handle(pattern, p.guard(h)) }
	own("GET /{$}", p.page)
	own("GET /cabinet", p.cabinet)
	own("POST /cabinet/notifications", p.setNotifications)
	own("POST /cabinet/chats", p.connectAdapter)
	own("POST /cabinet/chats/disconnect", p.disconnectAdapter)
	p.chatPages(own)
	own("GET /control/sent", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, p.Sent()) })
	own("GET /control/scenes", func(w http.ResponseWriter, _ *http.Request) { reply(w, http.StatusOK, p.sceneNames()) })
	own("POST /control/play", p.play)
	own("POST /control/trouble", p.setTrouble)
	mux.HandleFunc("POST /api/add_offline_message/", p.addRequest) // from pages of any site
	p.controlInterfaces(own)
	p.interfaces(mux)
	return mux
}

// guard keeps the controls for this machine: by who asks, by the name asked for (a page elsewhere
// could rebind its own), and by where a form came from.
func (p *Platform) guard(next http.Handler) http.Handler {
	same := http.NewCrossOriginProtection()
	return same.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !p.o.Anywhere && (!loopback(r.RemoteAddr) || !loopback(r.Host)) {
			http.Error(w, "loopback only", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	}))
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func (p *Platform) play(w http.ResponseWriter, r *http.Request) {
	name := r.FormValue("scene")
	speed, err := strconv.ParseFloat(cmp.Or(r.FormValue("speed"), "1"), 64)
	if err != nil {
		reply(w, http.StatusBadRequest, map[string]string{"error": "speed is not a number"})
		return
	}
	p.mu.Lock()
	var found func() Script
	for _, s := range p.scenes {
		if s.name == name {
			found = s.write
		}
	}
	p.mu.Unlock()
	if found == nil {
		reply(w, http.StatusNotFound, map[string]string{"error": "no such scene"})
		return
	}
	script := found()
	p.playing.Go(func() { _, _ = p.Play(p.ctx, script, speed) })
	if strings.Contains(r.Header.Get("Accept"), "text/html") { // a button of the page
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	reply(w, http.StatusAccepted, map[string]any{"scene": name, "steps": len(script.Steps)})
}

func (p *Platform) setTrouble(w http.ResponseWriter, r *http.Request) {
	app, err := strconv.ParseInt(r.FormValue("app"), 10, 64)
	p.mu.Lock()
	_, there := p.accounts[app]
	p.mu.Unlock()
	if err != nil || !there {
		reply(w, http.StatusNotFound, map[string]string{"error": "no such account"})
		return
	}
	var t Trouble
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, enough)).Decode(&t); err != nil {
		reply(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	p.Trouble(app, t)
	reply(w, http.StatusOK, t)
}

func (p *Platform) sceneNames() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := []string{}
	for _, s := range p.scenes {
		out = append(out, s.name)
	}
	return out
}

func reply(w http.ResponseWriter, status int, value any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(value)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
