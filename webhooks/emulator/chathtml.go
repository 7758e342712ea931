package emulator

import "html/template"

// words of the pages.
var chatWords = template.FuncMap{
	"status": func(s string) string {
		return map[string]string{"new": "новый", "active": "идёт", "lost": "потерян", "succeed": "завершён", "refused": "без ответа посетителя"}[s]
	},
	"side": func(source string) string {
		if source == "visitor" || source == "operator" {
			return source
		}
		return "robot"
	},
}

const chatStyle = emulatorStyle + `
input,select,textarea{font:inherit;padding:.4em .6em;border:1px solid #cfd8e4;border-radius:8px;max-width:100%;box-sizing:border-box}
.sheet{padding:1em;margin:0 0 1em}.sheet label{display:inline-block;margin:0 .8em .6em 0}.told{color:#b02525}
.line{max-width:46em;margin:0 0 .7em;padding:.5em .8em;border-radius:12px;background:#eef2f7;overflow-wrap:anywhere;white-space:pre-wrap}
.line.operator{margin-left:auto;background:#dbe8ff}.line.robot{background:none;color:#5b6b82}
.line small{display:block;color:#5b6b82;white-space:normal}.line img{display:block;max-width:240px;border-radius:8px;margin:.3em 0}
`

var chatsPage = template.Must(template.New("chats").Funcs(chatWords).Parse(`<!doctype html>
<html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Чаты</title>
<style>` + chatStyle + `</style>
<h1>Чаты</h1>
<p><a href="/">Звонки</a> · <a href="/cabinet">Кабинет</a> · Здесь можно написать как посетитель. Коннектор узнаёт о чатах, когда он <a href="/cabinet#chats">подключён в кабинете</a>.</p>
{{with .Trouble}}<p class="told" role="alert">{{.}}</p>{{end}}
{{range $a := .Accounts}}<h2>{{.Name}} (app_id {{.App}})</h2>
<div class="sheet"><form method="post" action="/chats"><input type="hidden" name="app" value="{{.App}}">
<label>Канал <select name="channel">{{range .Channels}}<option value="{{.ID}}">{{.Name}} ({{.Type}})</option>{{end}}</select></label>
<label>Телефон, @имя или почта <input name="contact" placeholder="79000000031"></label>
<label>Имя <input name="name"></label>
<label>Сообщение <input name="text" size="40" required></label><button>Начать чат</button></form></div>
<div class="sheet"><form method="post" action="/chats/request"><input type="hidden" name="app" value="{{.App}}">
<label>Имя <input name="name"></label><label>Телефон <input name="phone" placeholder="79000000034"></label><label>Почта <input name="email"></label>
<label>Сообщение <input name="text" size="40"></label><button>Оставить офлайн-заявку</button></form></div>
{{if .Chats}}<div class="sheet"><table><tr><th>чат<th>канал<th>посетитель<th>сотрудник<th>состояние<th>сообщений<th>последнее</tr>
{{range .Chats}}<tr><td><a href="/chats/{{$a.App}}/{{.ID}}">{{.ID}}</a><td>{{.Channel.Name}}<td>{{.Who}}<td>{{.State.Operator.Name}}<td>{{status .Status}}<td>{{len .State.Lines}}<td>{{.Last}}</tr>
{{end}}</table></div>{{else}}<p>Чатов ещё не было.</p>{{end}}
{{if .Requests}}<h2>Офлайн-заявки</h2><div class="sheet"><table><tr><th>заявка<th>имя<th>телефон<th>почта<th>сообщение</tr>
{{range .Requests}}<tr><td>{{.ID}}<td>{{.Name}}<td>{{.Phone}}<td>{{.Email}}<td>{{.Text}}</tr>
{{end}}</table></div>{{end}}{{end}}</html>`))

var chatPage = template.Must(template.New("chat").Funcs(chatWords).Parse(`<!doctype html>
<html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Чат {{.Chat.ID}}</title>
<style>` + chatStyle + `</style>
<h1>{{.Chat.Who}}</h1>
<p><a href="/chats">Все чаты</a> · <a href="/chats/{{.Account.App}}/{{.Chat.ID}}">Обновить</a> · {{.Chat.Channel.Name}} · чат {{.Chat.ID}} · {{status .Chat.Status}}{{with .Chat.State.Operator.Name}} · {{.}}{{end}}{{with .Chat.State.Reason}} · {{.}}{{end}}</p>
{{with .Trouble}}<p class="told" role="alert">{{.}}</p>{{end}}
<div class="sheet">{{range .Chat.State.Lines}}<div class="line {{side .Source}}">{{if .Deleted}}<i>удалено</i>{{else}}{{with .File}}{{if eq .Type "photo"}}<img src="{{.Path}}" alt="{{.Name}}">{{else}}<a href="{{.Path}}">{{.Name}}</a>
{{end}}{{end}}{{.Text}}{{end}}<small>{{if eq .Source "visitor"}}Посетитель{{else if .Employee.Name}}{{.Employee.Name}}{{else}}{{.Source}}{{end}}{{if .Edited}} · изменено{{end}}{{if .Status}} · {{.Status}}{{end}}</small></div>
{{else}}<p>Сообщений ещё нет.</p>{{end}}</div>
{{if .Chat.State.Closed.IsZero}}<div class="sheet"><form method="post"><label>Посетитель <input name="text" size="50" autofocus></label>
<label><input type="checkbox" name="photo" value="1"> с фото</label><button name="do" value="visitor">Написать как посетитель</button></form></div>
<div class="sheet"><form method="post"><label>Сотрудник <select name="employee">{{range .Account.People}}<option value="{{.ID}}"{{if eq .ID $.Chat.State.Operator.ID}} selected{{end}}>{{.Name}}</option>{{end}}</select></label>
<label>Ответ <input name="text" size="50"></label><button name="do" value="operator">Ответить</button><button name="do" value="close">Закрыть чат</button></form></div>
{{else}}<p>Чат закрыт. Если посетитель пишет снова, это <a href="/chats">новый чат</a>.</p>{{end}}
<div class="sheet"><form method="post"><label>Имя <input name="name"></label><label>Телефон <input name="phone"></label><label>Почта <input name="email"></label>
<button name="do" value="card">Записать в карточку посетителя</button></form></div></html>`))
