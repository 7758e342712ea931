package uis

import (
	"os"
	"testing"

	"golang.org/x/tools/txtar"

	"omniconnector/webhooks"
)

func BenchmarkRead(b *testing.B) {
	raw, err := os.ReadFile("testdata/requests/03-finished-answered.txtar")
	if err != nil {
		b.Fatal(err)
	}
	request := section(txtar.Parse(raw), "request")
	r := webhooks.Request{Body: request[indexBody(request):], Received: received, Location: moscow}
	for b.Loop() {
		if _, err := (Source{}).Read(r); err != nil {
			b.Fatal(err)
		}
	}
}

func indexBody(request []byte) int {
	for i := range request {
		if request[i] == '{' {
			return i
		}
	}
	return 0
}
