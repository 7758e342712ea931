package emulator

import (
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// pasted is a notification as people paste it into the cabinet, with the names that settings pages use.
type pasted struct {
	Event       string `json:"event"`
	Method      string `json:"method"`
	URL         string `json:"url"`
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
}

// cabinet is the page of an account's owner: the key of the interfaces, and where notifications go. The real cabinet takes
// one notification at a time; ours takes a list as well, to spare whoever tries things fourteen forms.
func (p *Platform) cabinet(w http.ResponseWriter, r *http.Request) {
	p.showCabinet(w, r, http.StatusOK, "")
}

type cabinetAccount struct {
	App             int64
	Name, Zone      string
	Key             string
	Login, Password string
	Employees       []Employee
	Numbers         []string
	Notifications   []Template
	Channels        []Channel
	Connected       []connected
	ChatAPI         string
}

func (p *Platform) showCabinet(w http.ResponseWriter, _ *http.Request, status int, trouble string) {
	var all []cabinetAccount
	p.mu.Lock()
	for _, c := range p.accounts {
		all = append(all, cabinetAccount{App: c.account.AppID, Name: c.account.Name, Zone: c.account.Timezone, Employees: c.account.Employees, Numbers: c.account.Numbers, Notifications: slices.Clone(c.templates), Channels: c.account.Channels, ChatAPI: ChatAPIURL(c.account.Records) + "/v1/adapter"})
	}
	p.mu.Unlock()
	slices.SortFunc(all, func(a, b cabinetAccount) int { return int(a.App - b.App) })
	for i := range all {
		access := p.Access(all[i].App)
		all[i].Key = access.Key()
		all[i].Login, all[i].Password = access.User()
		all[i].Connected = p.connectedOf(all[i].App)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
	w.WriteHeader(status)
	_ = cabinetPage.Execute(w, map[string]any{"Accounts": all, "Events": Events(), "Trouble": trouble})
}

// setNotifications stores what was pasted: a list replaces all notifications of the account, a form adds one or replaces the
// event's.
func (p *Platform) setNotifications(w http.ResponseWriter, r *http.Request) {
	app, err := strconv.ParseInt(r.FormValue("app"), 10, 64)
	p.mu.Lock()
	c := p.accounts[app]
	p.mu.Unlock()
	if err != nil || c == nil {
		p.showCabinet(w, r, http.StatusNotFound, "Нет такого аккаунта.")
		return
	}
	var list []pasted
	replace := true
	if text := strings.TrimSpace(r.FormValue("list")); text != "" {
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			p.showCabinet(w, r, http.StatusBadRequest, "Список не прочитан: "+err.Error())
			return
		}
	} else {
		replace = false
		list = []pasted{{Event: r.FormValue("event"), Method: r.FormValue("method"), URL: r.FormValue("url"), ContentType: r.FormValue("content_type"), Body: r.FormValue("body")}}
	}
	fresh, trouble := notifications(list)
	if trouble != "" {
		p.showCabinet(w, r, http.StatusBadRequest, trouble)
		return
	}
	p.with(app, func(c *configured) {
		if !replace {
			event := fresh[0].Event
			fresh = append(slices.DeleteFunc(slices.Clone(c.templates), func(t Template) bool { return t.Event == event }), fresh...)
		}
		c.templates = fresh
	})
	http.Redirect(w, r, "/cabinet", http.StatusSeeOther)
}

// notifications checks what was pasted as the real cabinet would: events that it knows, and whole addresses.
func notifications(list []pasted) (all []Template, trouble string) {
	for _, n := range list {
		switch {
		case !slices.Contains(Events(), n.Event):
			return nil, "Нет события «" + n.Event + "»."
		case n.Method != http.MethodGet && n.Method != http.MethodPost:
			return nil, "Метод уведомления «" + n.Event + "» — GET или POST."
		case !strings.HasPrefix(n.URL, "http://") && !strings.HasPrefix(n.URL, "https://"):
			return nil, "Адрес уведомления «" + n.Event + "» начинается с http:// или https://."
		}
		all = append(all, Template{Event: n.Event, Method: n.Method, URL: n.URL, ContentType: n.ContentType, Body: n.Body})
	}
	if len(all) == 0 {
		return nil, "Уведомлений нет."
	}
	return all, ""
}

var cabinetPage = template.Must(template.New("cabinet").Parse(`<!doctype html>
<html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Кабинет платформы</title>
<style>` + emulatorStyle + `
dt{color:#5b6b82;font-size:12.5px}dd{margin:0 0 .6em}textarea,input,select{font:inherit;width:100%;box-sizing:border-box;padding:.4em .6em;border:1px solid #cfd8e4;border-radius:8px}
label{display:block;margin:0 0 .7em}fieldset{border:1px solid #cfd8e4;border-radius:8px;margin:0 0 .7em}.tick{display:inline-block;margin-right:1em}.tick input{width:auto}
.sheet{padding:1em;margin:0 0 1em}.sheet dl{margin:0}.told{color:#b02525}summary{cursor:pointer;margin:0 0 .7em;color:#5b6b82}
</style>
<h1>Кабинет платформы</h1>
<p><a href="/">Звонки</a> · <a href="/chats">Чаты</a> · Здесь то, что у настоящей платформы в личном кабинете.</p>
{{with .Trouble}}<p class="told" role="alert">{{.}}</p>{{end}}
{{range $a := .Accounts}}<h2>{{.Name}} (app_id {{.App}})</h2>
<div class="sheet"><dl><dt>Ключ API</dt><dd><code id="key">{{.Key}}</code></dd><dt>Вход API</dt><dd>{{.Login}} / {{.Password}}</dd><dt>Часовой пояс</dt><dd>{{.Zone}}</dd>
<dt>Виртуальные номера</dt><dd>{{range .Numbers}}{{.}} {{end}}</dd><dt>Сотрудники</dt><dd>{{range .Employees}}{{.Name}} ({{.Extension}}, {{.Email}}); {{end}}</dd></dl></div>
<h2>Уведомления: {{len .Notifications}}</h2>
<div class="sheet"><form method="post" action="/cabinet/notifications"><input type="hidden" name="app" value="{{.App}}">
<label>Список, как его копирует коннектор («Скопировать все»)<textarea name="list" rows="5" spellcheck="false"></textarea></label><button>Сохранить список</button></form></div>
<div class="sheet"><form method="post" action="/cabinet/notifications"><input type="hidden" name="app" value="{{.App}}">
<label>Событие<select name="event">{{range $.Events}}<option>{{.}}</option>{{end}}</select></label>
<label>Метод<select name="method"><option>POST</option><option>GET</option></select></label>
<label>Адрес<input name="url"></label><label>Content-Type<input name="content_type" value="application/json"></label>
<label>Тело<textarea name="body" rows="4" spellcheck="false"></textarea></label><button>Сохранить уведомление</button></form></div>
{{if .Notifications}}<div class="sheet"><table><tr><th>событие<th>метод<th>адрес</tr>
{{range .Notifications}}<tr><td>{{.Event}}<td>{{.Method}}<td><code>{{.URL}}</code></tr>{{end}}</table></div>{{end}}
` + cabinetChats + `{{end}}</html>`))
