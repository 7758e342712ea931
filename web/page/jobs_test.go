package page_test

import (
	"strings"
	"testing"
)

// The page of jobs tells what was refused for good, in the portal's words, with the call.
func TestJobsTellRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	body := b.see("/jobs")
	for _, want := range []string{"Отказы", "Обязательное поле «Отдел» не заполнено", "/calls/910000006?portal=", "Создать"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page of jobs has no %q", want)
		}
	}
}
