package files

import (
	"html/template"
	"strings"

	"github.com/gin-gonic/gin"
)

// trouble is what people read in place of a file, in both languages: a browser's languages are not always its reader's.
type trouble struct{ RU, RUDo, EN, ENDo string }

var (
	noLink = trouble{
		"Такой ссылки нет", "Проверьте, что адрес скопирован целиком, или откройте ссылку из карточки ещё раз.",
		"There is no such link", "Check that the address was copied whole, or open the link in the record once more.",
	}
	expired = trouble{
		"Срок действия ссылки истёк", "Файл можно открыть в кабинете платформы, в этом же обращении.",
		"The link has expired", "The file can be opened in the platform's cabinet, in the same conversation.",
	}
	gone = trouble{
		"Файла больше нет на платформе", "Попросите собеседника прислать его ещё раз.",
		"The platform no longer has the file", "Ask for it to be sent once more.",
	}
	tooLarge = trouble{
		"Файл больше 100 МБ", "Его можно скачать в кабинете платформы, в этом же обращении.",
		"The file is larger than 100 MB", "It can be downloaded in the platform's cabinet, in the same conversation.",
	}
	away = trouble{
		"Платформа сейчас не отдаёт файл", "Откройте ссылку через минуту. Если не поможет, проверьте подключение чатов в настройках приложения.",
		"The platform does not give the file now", "Open the link in a minute. If that does not help, check how chats are connected in the application's settings.",
	}
)

var page = template.Must(template.New("trouble").Parse(`<!doctype html>
<html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{.RU}}</title>
<style>body{font:16px/1.5 sans-serif;max-width:36em;margin:4em auto;padding:0 1em}h1{font-size:1.3em}</style>
<h1>{{.RU}}</h1><p>{{.RUDo}}</p>
<div lang="en"><h1>{{.EN}}</h1><p>{{.ENDo}}</p></div>
</html>
`))

// show answers with a page that says what happened and what to do.
func show(c *gin.Context, status int, t trouble) {
	var b strings.Builder
	if err := page.Execute(&b, t); err != nil {
		panic(err) // the texts are ours
	}
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	c.Header("Cache-Control", "no-store")
	c.Data(status, "text/html; charset=utf-8", []byte(b.String()))
}
