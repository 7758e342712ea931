package webhooks

import (
	"fmt"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"
)

// comeAgain is the Retry-After of a refusal, in seconds.
const comeAgain = "5"

// Answer is an answer that never changes.
type Answer struct {
	status int
	body   []byte
}

// Refuse makes an answer that names the trouble in both languages: people read it in the platform's delivery log. The texts must need no
// escaping in JSON.
func Refuse(status int, ru, en string) *Answer {
	return &Answer{status, fmt.Appendf(nil, `{"error":"%s / %s"}`, ru, en)}
}

// The answers that receivers share.
var (
	Taken    = &Answer{http.StatusOK, []byte(`{"accepted":true}`)}
	Stranger = Refuse(http.StatusUnauthorized, "Адрес или секрет неверны", "wrong address or secret")
	Busy     = Refuse(http.StatusServiceUnavailable, "Повторите позже", "come again later")

	halfBody      = Refuse(http.StatusBadRequest, "Тело запроса не дочитано", "the body could not be read")
	wrongMethod   = Refuse(http.StatusMethodNotAllowed, "Только GET и POST", "GET and POST only")
	strangeSource = Refuse(http.StatusNotFound, "Нет такого источника", "no such source")
)

// Send answers a request.
func (a *Answer) Send(c *gin.Context) {
	if a.status == http.StatusServiceUnavailable {
		c.Header("Retry-After", comeAgain)
	}
	c.Data(a.status, "application/json; charset=utf-8", a.body)
}

// ReadBody reads no more than most bytes. When it cannot, it says what to answer; otherwise the answer is nil.
func ReadBody(req *http.Request, most int64) ([]byte, Outcome, *Answer) {
	if req.ContentLength > most {
		return nil, TooLarge, tooLarge(most)
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, most+1))
	switch {
	case err != nil:
		return nil, Malformed, halfBody
	case int64(len(body)) > most:
		return nil, TooLarge, tooLarge(most)
	}
	return body, Accepted, nil
}

func tooLarge(most int64) *Answer {
	return Refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("Тело больше %d КиБ", most>>10), fmt.Sprintf("the body is over %d KiB", most>>10))
}
