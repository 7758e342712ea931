package adapter

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"omniconnector/webhooks/emulator/chat"
	"omniconnector/webhooks/emulator/session"
)

// nothing is a platform without chats.
type nothing struct{}

func (nothing) Chat(int64, int64) *chat.Chat                { return nil }
func (nothing) Find(int64, int64, chat.Visitor) *chat.Chat  { return nil }
func (nothing) Do(int64, int64, chat.Act) (chat.Act, bool)  { return chat.Act{}, false }
func (nothing) Operator(int64, int64) (session.Named, bool) { return session.Named{ID: 7001}, true }
func (nothing) File(int64, int64) (chat.File, bool)         { return chat.File{}, false }
func (nothing) Number() int64                               { return 1 }
func (nothing) Begin(app int64, on chat.Channel, v chat.Visitor, initiator string, opened chat.Act) *chat.Chat {
	return &chat.Chat{App: app, ID: 1, Channel: on, Visitor: v, Initiator: initiator, Acts: []chat.Act{opened}}
}

// FuzzREST sends anything to the calls of an adapter that is logged in: it is refused with a detail, or answered.
func FuzzREST(f *testing.F) {
	at := time.Date(2026, 5, 12, 9, 0, 0, 0, time.UTC)
	b := NewBook(func() time.Time { return at })
	a, err := b.Add(Adapter{})
	if err != nil {
		f.Fatal(err)
	}
	b.Connect(b.Number(5001, a.ID, "x", []chat.Channel{{ID: 74001, Type: "whatsapp"}}))
	token, _, _ := b.enter(a.Login, a.Password)
	s := NewServer(b, nothing{})
	for _, path := range []string{"/chat", "/message", "/chat/close", "/chat/transfer", "/resource", "/login"} {
		for _, body := range []string{
			`{"account_id":286001,"channel_id":35801,"chat_id":1,"operator_id":7001,"source":"operator","text":"a","created_at":"2026-05-12T09:00:00Z"}`,
			`{"account_id":286001,"channel_id":35801,"operator_id":7001,"initiator":"operator","visitor_phone":"7","created_at":"2026-05-12T09:00:00Z"}`,
			`{"resource":{"id":"x"}}`, `[1]`, `{`, "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../a\"\r\n\r\nx\r\n--b--\r\n", `username=a&password=b`,
		} {
			f.Add(path, "application/json", body)
			f.Add(path, "multipart/form-data; boundary=b", body)
			f.Add(path, "application/x-www-form-urlencoded", body)
		}
	}
	known := map[string]bool{"/chat": true, "/message": true, "/chat/close": true, "/chat/transfer": true, "/resource": true, "/login": true}
	f.Fuzz(func(t *testing.T, path, kind, body string) {
		if !known[path] {
			t.Skip("no such call")
		}
		r := httptest.NewRequest(http.MethodPost, "/v1/adapter"+path, strings.NewReader(body))
		r.Header["Content-Type"] = []string{kind}
		r.Header.Set("Authorization", "Bearer "+token)
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		refused := strings.Contains(w.Body.String(), `"detail"`)
		if ok := w.Code == http.StatusOK; ok == refused || w.Code >= http.StatusInternalServerError {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	})
}
