package emulator

import (
	"html/template"
	"net/http"
	"slices"
)

// shown is how many notifications, requests and started calls the status page lists.
const shown = 100

func (p *Platform) page(w http.ResponseWriter, _ *http.Request) {
	sent := p.Sent()
	latest := make([]Sent, 0, shown)
	for i := len(sent) - 1; i >= 0 && len(latest) < shown; i-- {
		latest = append(latest, sent[i])
	}
	requests, started := p.Requests(), p.Started()
	slices.Reverse(requests)
	slices.Reverse(started)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
	if err := status.Execute(w, map[string]any{
		"Scenes": p.sceneNames(), "Sent": latest, "Requests": requests[:min(shown, len(requests))], "Started": started[:min(shown, len(started))],
	}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// emulatorStyle is how our pages look.
const emulatorStyle = `
body{font:14px/1.45 system-ui,sans-serif;margin:0 auto;padding:1.5em 1em 3em;max-width:1180px;color:#17233a;background:#f2f5f9}
h1{font-size:22px;margin:0 0 .2em}h2{font-size:16px;margin:1.8em 0 .6em}p{margin:0 0 1em;color:#5b6b82}
form{display:inline}button{font:inherit;margin:0 .3em .5em 0;padding:.4em .8em;border:1px solid #cfd8e4;border-radius:8px;background:#fff;cursor:pointer}
button:hover{border-color:#1f66f2;color:#1f66f2}
.sheet{overflow-x:auto;background:#fff;border-radius:12px;box-shadow:0 1px 4px #17233a14}
table{border-collapse:collapse;width:100%}td,th{padding:.4em .8em;text-align:left;vertical-align:top;border-bottom:1px solid #eef2f7}
th{font-size:12.5px;color:#5b6b82;white-space:nowrap}.bad{color:#b02525}
code{font:12px/1.4 ui-monospace,monospace;display:block;min-width:14em;max-height:5.6em;overflow:auto;overflow-wrap:anywhere}
`

var status = template.Must(template.New("status").Parse(`<!doctype html>
<html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5"><title>Эмулятор платформы</title>
<style>
` + emulatorStyle + `</style>
<h1>Эмулятор платформы</h1>
<p>Начните звонок: уведомления о нём уйдут в коннектор. Страница обновляется сама. Ключ API и куда уходят уведомления — в <a href="/cabinet">кабинете</a>. Переписка — на странице <a href="/chats">«Чаты»</a>.</p>
{{range .Scenes}}<form method="post" action="/control/play"><input type="hidden" name="scene" value="{{.}}"><button>{{.}}</button></form>{{end}}
{{if .Started}}<h2>Звонки, начатые через Call API</h2>
<div class="sheet"><table><tr><th>сеанс<th>метод<th>кому<th>номер<th>направление<th>external_id<th>исход<th>состояние</tr>
{{range .Started}}<tr><td>{{.Session}}<td>{{.Method}}<td>{{.Contact}}<td>{{.Number}}<td>{{.Direction}}<td><code>{{.External}}</code><td>{{with .Outcome.How}}{{.}}{{else}}talked{{end}}<td>{{.State}}</tr>
{{end}}</table></div>{{end}}
<h2>Уведомления</h2>
<div class="sheet"><table><tr><th>#<th>событие<th>сеанс<th>ответы<th>адрес</tr>
{{range .Sent}}<tr{{if not .Delivered}} class="bad"{{end}}><td>{{.Number}}<td>{{.Event}}<td>{{if .Chat}}чат {{.Chat}}{{else}}{{.Session}}{{end}}<td>{{if .Lost}}потеряно{{end}}{{range .Attempts}}{{if .Status}}{{.Status}}{{else}}{{.Error}}{{end}} {{end}}<td><code>{{.Method}} {{.URL}}</code></tr>
{{end}}</table></div>
{{if .Requests}}<h2>Запросы к API</h2>
<div class="sheet"><table><tr><th>#<th>API<th>метод<th>итог<th>параметры</tr>
{{range .Requests}}<tr{{if ne .Result "ok"}} class="bad"{{end}}><td>{{.Number}}<td>{{.API}}<td>{{.Method}}<td>{{.Result}}<td><code>{{.Text}}</code></tr>
{{end}}</table></div>{{end}}</html>`))
