package integration_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/centre"
)

// A visitor is known by every name that is told of them, the strongest first; the tenant's own numbers are nobody's (C-16).
func TestIdentitiesOfAVisitor(t *testing.T) {
	t.Parallel()
	s := testSettings()
	s.OwnNumbers = []string{"74950000101"}
	if err := s.Compile(1); err != nil {
		t.Fatal(err)
	}
	platform := &centre.Directory{Numbers: []centre.Number{{Number: "74950000102", Active: true}}}
	for name, c := range map[string]struct {
		visitor integration.Visitor
		want    []integration.CustomerKey
	}{
		"nothing": {},
		"everything": {
			integration.Visitor{
				ID: "9", Phones: []string{"8 926 123-45-67", "79261234567"}, Emails: []string{" Irina@Example.test ", "no mail"},
				Messengers: []crm.Messenger{{Network: "telegram", Value: "@Irina"}, {Network: "telegram"}},
			},
			[]integration.CustomerKey{"+79261234567", "mail:irina@example.test", "im:telegram:@irina", "visitor:9"},
		},
		"own number by the settings":   {integration.Visitor{ID: "9", Phones: []string{"74950000101"}}, []integration.CustomerKey{"visitor:9"}},
		"own number at the platform":   {integration.Visitor{ID: "9", Phones: []string{"74950000102"}}, []integration.CustomerKey{"visitor:9"}},
		"no number and somebody's own": {integration.Visitor{Phones: []string{"101", "79261234567"}}, []integration.CustomerKey{"+79261234567"}},
	} {
		f := integration.Facts{Chat: &integration.Conversation{Visitor: c.visitor}, Settings: s, Centre: platform}
		if got := f.Identities(); !slices.Equal(got, c.want) {
			t.Errorf("%s: known by %v, want %v", name, got, c.want)
		}
	}
}

func TestTheStrongerNameWins(t *testing.T) {
	t.Parallel()
	ordered := []integration.CustomerKey{"+79261234567", "mail:a@b.c", "im:telegram:x", "visitor:9", "session:chat:1", ""}
	for i, strong := range ordered {
		for _, weak := range ordered[i:] {
			if got := integration.Stronger(weak, strong); got != strong {
				t.Errorf("of %q and %q it is %q", weak, strong, got)
			}
			if got := integration.Stronger(strong, weak); got != strong {
				t.Errorf("of %q and %q it is %q", strong, weak, got)
			}
		}
	}
	if got := integration.Stronger("+79261234567", "+79000000001"); got != "+79261234567" {
		t.Errorf("another number takes the place of the first: %q", got)
	}
}

// A visitor's card tells to how many conversations it was passed.
func TestACardIsPassed(t *testing.T) {
	t.Parallel()
	for conversations, code := range map[int]string{0: "card_kept", 2: "card_passed"} {
		p := integration.PassCard(conversations, integration.Memory{})
		if p.Outcome != integration.Nothing || !p.Memory.Closed || len(p.Reasons) != 1 || p.Reasons[0].Code != code {
			t.Errorf("passed to %d: %+v", conversations, p)
		}
	}
}

// FuzzEmail reads addresses of visitors, as they typed them.
func FuzzEmail(f *testing.F) {
	for _, raw := range []string{"a@b.c", " A@B.C ", "a@", "@b", "a b@c", "a@b,c@d", "\xff@b.c", strings.Repeat("a", 300) + "@b.c", "a@b@c"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got := integration.ParseEmail(raw)
		if got == "" {
			return
		}
		if again := integration.ParseEmail(got); again != got {
			t.Errorf("%q is read as %q, and that as %q", raw, got, again)
		}
		if len(got) > 254 || !strings.Contains(got, "@") || strings.ContainsAny(got, " \n\t,;<>\"\x00") || !utf8.ValidString(got) {
			t.Errorf("%q is read as %q", raw, got)
		}
	})
}
