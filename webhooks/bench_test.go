package webhooks_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"golang.org/x/tools/txtar"

	"omniconnector/integration"
	"omniconnector/webhooks"
	"omniconnector/webhooks/uis"
)

// nowhere is an Inbox that costs nothing.
type nowhere struct{}

func (nowhere) SaveDeliveries(context.Context, []integration.Delivery) error { return nil }

// BenchmarkReceive is a notification from request to answer, without network and storage:
// compare it with BenchmarkBareHandler.
func BenchmarkReceive(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	intake := webhooks.NewIntake(webhooks.IntakeOptions{Inbox: nowhere{}, Now: clock})
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	go func() { _ = intake.Run(ctx) }()
	engine := gin.New()
	webhooks.NewReceiver(webhooks.ReceiverOptions{
		Access:  tenants{"shop": {PathSecrets: []webhooks.SecretHash{webhooks.HashSecret(pathSecret)}}},
		Sources: []webhooks.Source{uis.Source{}}, Inbox: intake, Now: clock,
	}).Mount(engine)
	drive(b, engine, http.StatusOK)
}

// BenchmarkBareHandler reads the body and answers.
func BenchmarkBareHandler(b *testing.B) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.POST("/hooks/:source/:token/:event", func(c *gin.Context) {
		_, _ = io.ReadAll(c.Request.Body)
		c.Data(http.StatusOK, "application/json", []byte("{}"))
	})
	drive(b, engine, http.StatusOK)
}

func drive(b *testing.B, h http.Handler, want int) {
	b.Helper()
	raw, err := os.ReadFile("uis/testdata/requests/03-finished-answered.txtar")
	if err != nil {
		b.Fatal(err)
	}
	_, body, _ := strings.Cut(string(txtar.Parse(raw).Files[0].Data), "\n\n")
	b.ReportAllocs()
	b.SetParallelism(32)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			req := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/hooks/uis/shop.PATHSECRET/call_finished", strings.NewReader(body))
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, req); w.Code != want {
				b.Errorf("got %d", w.Code)
			}
		}
	})
}
