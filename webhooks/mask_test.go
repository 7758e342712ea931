package webhooks

import (
	"bytes"
	"testing"

	"omniconnector/integration"
)

func TestWhatStandsUnderSecretIsMasked(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		``:                                     ``,
		`{"a":1}`:                              `{"a":1}`,
		`{"secret":"abc","x":1}`:               `{"secret":"[secret]","x":1}`,
		`{"secret" : "a\"b" }`:                 `{"secret" : "[secret]" }`,
		`{"secret":123}`:                       `{"secret":[secret]}`,
		`{"secret":"abc`:                       `{"secret":"[secret]`,
		`{"secret":"abc\`:                      `{"secret":"[secret]`,
		`"{\"secret\":\"abc\",\"x\":1}"`:       `"{\"secret\":\"[secret]\",\"x\":1}"`,
		`secret=abc&x=1`:                       `secret=[secret]&x=1`,
		`x=1&secret=%22abc%22`:                 `x=1&secret=[secret]`,
		`secret`:                               `secret`,
		`{"client_secret":"abc","secret":"d"}`: `{"client_secret":"[secret]","secret":"[secret]"}`,
		`{"note":"the VALUE-1 & VALUE-1"}`:     `{"note":"the [secret] & [secret]"}`,
		`note=VALUE%2F1`:                       `note=[secret]`,
	} {
		if got := string(mask([]byte(raw), "VALUE-1", "VALUE/1", "tiny")); got != want {
			t.Errorf("%s became %s, want %s", raw, got, want)
		}
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{`{"secret":"abc"}`, `secret=1&`, `\"secret\":\"x\"`, `secret : `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		before := bytes.Clone(raw)
		out := mask(raw, integration.Secret("S3CRETVALUE"))
		if !bytes.Equal(raw, before) {
			t.Error("the body was changed in place")
		}
		if bytes.Contains(out, []byte("S3CRETVALUE")) {
			t.Errorf("the secret is left in %q", out)
		}
	})
}

func BenchmarkMask(b *testing.B) {
	body := []byte(`{"event":"call_finished","secret":"BODYSECRETBODYSECRET","a":"` + string(bytes.Repeat([]byte("x"), 1500)) + `"}`)
	for b.Loop() {
		mask(body, "BODYSECRETBODYSECRET", "PATHSECRETPATHSECRET")
	}
}
