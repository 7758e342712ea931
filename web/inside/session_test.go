package inside_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"omniconnector/integration"
	"omniconnector/web/inside"
)

var anna = inside.Session{Tenant: "shop", Portal: "p1", User: 7, Admin: true}

func sessions(tb testing.TB, secret string, now time.Time) *inside.Sessions {
	tb.Helper()
	s, err := inside.NewSessions([]byte(secret), func() time.Time { return now })
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

var (
	noon   = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	secret = strings.Repeat("k", 32)
)

func TestSessionLastsAnHourAndIsOurs(t *testing.T) {
	t.Parallel()
	token, _, err := sessions(t, secret, noon).Sign(anna)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[time.Duration]error{0: nil, inside.SessionLife - time.Second: nil, inside.SessionLife: inside.ErrSession} {
		got, err := sessions(t, secret, noon.Add(at)).Recognise(token)
		if !errors.Is(err, want) || want == nil && got != anna || want != nil && got != (inside.Session{}) {
			t.Errorf("after %v: %+v, %v", at, got, err)
		}
	}
	if _, err := sessions(t, strings.Repeat("x", 32), noon).Recognise(token); !errors.Is(err, inside.ErrSession) {
		t.Errorf("of another installation: %v", err)
	}
	raw := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss": "omniconnector/portal", "aud": "omniconnector/portal", "sub": "7", "tenant": "shop", "portal": "p1", "exp": noon.Add(time.Minute).Unix(),
	})
	bySecret, err := raw.SignedString([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	raw.Method, raw.Header["alg"] = jwt.SigningMethodNone, "none"
	unsigned, err := raw.SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"by the cookies' own key": bySecret, "unsigned": unsigned, "nothing": "", "points": ".."} {
		if _, err := sessions(t, secret, noon).Recognise(integration.Secret(text)); !errors.Is(err, inside.ErrSession) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := inside.NewSessions([]byte("short"), time.Now); err == nil {
		t.Error("a short secret is taken")
	}
}

func TestSessionOfNobodyIsNone(t *testing.T) {
	t.Parallel()
	s := sessions(t, secret, noon)
	for _, of := range []inside.Session{{}, {Tenant: "shop", Portal: "p1"}, {Tenant: "shop", User: 7}, {Portal: "p1", User: 7}, {Tenant: "shop", Portal: "p1", User: -1}} {
		token, _, err := s.Sign(of)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Recognise(token); !errors.Is(err, inside.ErrSession) {
			t.Errorf("%+v is %+v", of, got)
		}
	}
}

func FuzzRecognise(f *testing.F) {
	s := sessions(f, secret, noon)
	token, _, err := s.Sign(anna)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(token))
	f.Add(string(token[:30]))
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := s.Recognise(integration.Secret(text)); (err == nil) != (text == string(token)) {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	})
}

// A token never outlives what the portal proved, and tells for a while after its end whose it was.
func TestSessionEndsWithItsProof(t *testing.T) {
	t.Parallel()
	short := anna
	short.Proof = noon.Add(10 * time.Minute)
	token, ends, err := sessions(t, secret, noon).Sign(short)
	if err != nil || !ends.Equal(short.Proof) {
		t.Fatalf("ends %v, %v", ends, err)
	}
	for at, want := range map[time.Duration][2]error{
		9 * time.Minute:                     {nil, nil},
		10 * time.Minute:                    {inside.ErrSession, nil},
		10*time.Minute + inside.RenewWithin: {inside.ErrSession, inside.ErrSession},
		-time.Hour:                          {nil, nil}, // another replica's clock
	} {
		s := sessions(t, secret, noon.Add(at))
		got, err := s.Recognise(token)
		late, lateErr := s.Remember(token)
		if !errors.Is(err, want[0]) || !errors.Is(lateErr, want[1]) || err == nil && got != short || lateErr == nil && late != short {
			t.Errorf("after %v: %+v, %v; %+v, %v", at, got, err, late, lateErr)
		}
	}
}
