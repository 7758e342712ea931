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

var status = template.Must(template.New("status").Parse(`<!doctype html>
<html lang="ru"><meta charset="utf-8"><meta http-equiv="refresh" content="5"><title>Emulated platform</title>
<style>body{font:14px system-ui;margin:2em}td,th{padding:.2em .6em;text-align:left;vertical-align:top}
.bad{color:#b00}form{display:inline}button{margin:0 .4em .4em 0}code{font-size:12px}</style>
<h1>Эмулятор платформы</h1>
{{range .Scenes}}<form method="post" action="/control/play"><input type="hidden" name="scene" value="{{.}}"><button>{{.}}</button></form>{{end}}
<table><tr><th>#<th>событие<th>сеанс<th>адрес<th>ответы</tr>
{{range .Sent}}<tr{{if not .Delivered}} class="bad"{{end}}><td>{{.Number}}<td>{{.Event}}<td>{{.Session}}<td><code>{{.Method}} {{.URL}}</code>
<td>{{if .Lost}}потеряно{{end}}{{range .Attempts}}{{if .Status}}{{.Status}}{{else}}{{.Error}}{{end}} {{end}}</tr>
{{end}}</table>
{{if .Started}}<h2>Звонки, начатые через Call API</h2>
<table><tr><th>сеанс<th>метод<th>кому<th>номер<th>направление<th>external_id<th>исход<th>состояние</tr>
{{range .Started}}<tr><td>{{.Session}}<td>{{.Method}}<td>{{.Contact}}<td>{{.Number}}<td>{{.Direction}}<td>{{.External}}<td>{{with .Outcome.How}}{{.}}{{else}}talked{{end}}<td>{{.State}}</tr>
{{end}}</table>{{end}}
{{if .Requests}}<h2>Запросы к API</h2>
<table><tr><th>#<th>API<th>метод<th>параметры<th>итог</tr>
{{range .Requests}}<tr{{if ne .Result "ok"}} class="bad"{{end}}><td>{{.Number}}<td>{{.API}}<td>{{.Method}}<td><code>{{.Text}}</code><td>{{.Result}}</tr>
{{end}}</table>{{end}}</html>`))
