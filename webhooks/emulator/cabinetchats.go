package emulator

import (
	"net/http"
	"strconv"
	"strings"

	"omniconnector/webhooks/emulator/adapter"
)

// connected is an account's connection to an adapter, as the cabinet shows it.
type connected struct {
	adapter.Connection

	To Adapter
}

func (p *Platform) connectedOf(app int64) (all []connected) {
	for _, c := range p.book.Connections(app) {
		a, _ := p.book.Adapter(c.Adapter)
		all = append(all, connected{c, a})
	}
	return all
}

// connectAdapter makes an adapter of the account's own and connects its channels, as people paste it into the cabinet.
func (p *Platform) connectAdapter(w http.ResponseWriter, r *http.Request) {
	app, known := p.accountIn(r)
	if !known {
		p.showCabinet(w, r, http.StatusNotFound, "Нет такого аккаунта.")
		return
	}
	field := func(name string) string { return strings.TrimSpace(r.FormValue(name)) }
	a := Adapter{
		Name: field("name"), URL: strings.TrimSuffix(field("url"), "/"), Version: field("version"), Login: field("adapter_login"), Password: field("adapter_password"),
		Auth: Auth{Type: field("auth"), Login: field("login"), Password: field("password"), Token: field("token")},
	}
	var channels []int64
	for _, one := range r.Form["channel"] {
		id, _ := strconv.ParseInt(one, 10, 64)
		channels = append(channels, id)
	}
	if trouble := wrongAdapter(a); trouble != "" {
		p.showCabinet(w, r, http.StatusBadRequest, trouble)
		return
	}
	if _, _, err := p.ConnectChats(r.Context(), app, a, channels...); err != nil {
		p.showCabinet(w, r, http.StatusBadGateway, "Адаптер не подключён: коннектор не принял вебхук. Проверьте адрес с секретом и вход. ("+hide(err.Error())+")")
		return
	}
	http.Redirect(w, r, "/cabinet#chats", http.StatusSeeOther)
}

func wrongAdapter(a Adapter) string {
	switch {
	case !strings.HasPrefix(a.URL, "http://") && !strings.HasPrefix(a.URL, "https://"):
		return "Адрес вебхуков начинается с http:// или https://."
	case a.Auth.Type == adapter.Basic && (a.Auth.Login == "" || a.Auth.Password == ""):
		return "Для Basic нужны логин и пароль вебхуков."
	case a.Auth.Type == adapter.Bearer && a.Auth.Token == "":
		return "Для Bearer нужен токен вебхуков."
	default:
		return ""
	}
}

// disconnectAdapter ends a connection.
func (p *Platform) disconnectAdapter(w http.ResponseWriter, r *http.Request) {
	app, known := p.accountIn(r)
	id, _ := strconv.ParseInt(r.FormValue("connection"), 10, 64)
	if !known || !p.Detach(r.Context(), app, id) {
		p.showCabinet(w, r, http.StatusNotFound, "Нет такого подключения.")
		return
	}
	http.Redirect(w, r, "/cabinet#chats", http.StatusSeeOther)
}

// accountIn is the account that a form names.
func (p *Platform) accountIn(r *http.Request) (int64, bool) {
	app, err := strconv.ParseInt(r.FormValue("app"), 10, 64)
	p.mu.Lock()
	defer p.mu.Unlock()
	return app, err == nil && p.accounts[app] != nil
}

// cabinetChats is the part of the cabinet's page for one account.
const cabinetChats = `<h2 id="chats">Чаты: подключённые адаптеры</h2>
<p>Адрес Chat API для коннектора: <code>{{.ChatAPI}}</code></p>
{{range .Connected}}<div class="sheet"><dl><dt>Адаптер</dt><dd>{{.To.Name}} (id {{.To.ID}}), вебхуки {{.To.Version}}{{with .To.Auth.Type}}, {{.}}{{end}}</dd>
<dt>Логин адаптера</dt><dd><code>{{.To.Login}}</code></dd><dt>Пароль адаптера</dt><dd><code>{{.To.Password}}</code></dd>
<dt>Аккаунт</dt><dd>{{.ID}}</dd><dt>Каналы</dt><dd>{{range .Lines}}{{.Channel.Name}} ({{.Channel.Type}}, {{.ID}}); {{end}}</dd></dl>
<form method="post" action="/cabinet/chats/disconnect"><input type="hidden" name="app" value="{{$a.App}}"><input type="hidden" name="connection" value="{{.ID}}"><button>Отключить</button></form></div>{{end}}
<div class="sheet"><form method="post" action="/cabinet/chats"><input type="hidden" name="app" value="{{.App}}">
<label>Адрес вебхуков (из коннектора)<input name="url" placeholder="http://127.0.0.1:8080/hooks/uis/…/chats"></label>
<details><summary>Необязательное: версия и вход вебхуков, логин адаптера, каналы</summary>
<label>Версия вебхуков<select name="version"><option>v2</option><option>v1</option></select></label>
<label>Вход вебхуков<select name="auth"><option value="">без входа</option><option>Basic</option><option>Bearer</option></select></label>
<label>Логин (Basic)<input name="login" autocomplete="off"></label><label>Пароль (Basic)<input name="password" autocomplete="off"></label><label>Токен (Bearer)<input name="token" autocomplete="off"></label>
<label>Логин адаптера (пусто — придумает платформа)<input name="adapter_login" autocomplete="off"></label><label>Пароль адаптера<input name="adapter_password" autocomplete="off"></label>
<fieldset><legend>Каналы (не отмечено ничего — все)</legend>{{range .Channels}}<label class="tick"><input type="checkbox" name="channel" value="{{.ID}}"> {{.Name}} ({{.Type}})</label>{{end}}</fieldset></details>
<button>Подключить чаты</button></form></div>
`
