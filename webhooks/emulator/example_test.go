package emulator

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"
)

func ExamplePlatform_Play() {
	receiver := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	defer receiver.Close()

	p := New(Options{Now: time.Now})
	defer p.Close()
	shop := p.AddAccount(Shop("http://localhost:8090"))
	p.Configure(shop.AppID, Templates(receiver.URL+"/hooks/uis/shop.SECRET", "BODYSECRET", JSON)...)

	start := time.Date(2026, 5, 12, 7, 0, 0, 0, time.UTC)
	anna, petr := shop.Employees[0], shop.Employees[1]
	call := shop.Incoming(910000003, start, "79000000003").Transferred(anna, petr, 14*time.Second, 45*time.Second, 2*time.Minute)
	for _, s := range call.Steps {
		fmt.Println(s.Due, s.Event, s.Vars["employee_full_name"])
	}
	played, err := p.Play(context.Background(), call.Repeated(2), 0)
	fmt.Println(played.Delivered, played.Failed, err)
	// Output:
	// 0s call_incoming <nil>
	// 2s call_ringing Тестова Анна
	// 14s call_talk_started Тестова Анна
	// 58s call_ringing Пробный Пётр
	// 59s call_talk_finished Тестова Анна
	// 59s call_talk_started Пробный Пётр
	// 1m19s record_ready Тестова Анна
	// 2m59s call_talk_finished Пробный Пётр
	// 2m59s call_finished Пробный Пётр
	// 3m19s record_ready Пробный Пётр
	// 20 0 <nil>
}
