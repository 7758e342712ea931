package integration_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"omniconnector/integration"
)

func TestEverySpellingOfANumberIsTheSameKey(t *testing.T) {
	t.Parallel()
	for want, spellings := range map[integration.Phone][]string{
		"+79261234567": {
			"79261234567", "+79261234567", "89261234567", "9261234567", "8 926 123-45-67", "8(926)1234567", "8 (926) 123 45 67",
			"+7 (926) 123-45-67", "+7-926-123-45-67", "7.926.123.45.67", "007 926 123 45 67", "8107 926 123 45 67", "tel:+79261234567",
			"TEL:89261234567", "+7 926 123 45 67 доб. 101", "89261234567 ext 101", "89261234567 x101", "79261234567,,101#",
			"79261234567;ext=101", "89261234567...101", "89261234567доб101", "моб. 8 926 123-45-67", " 79261234567\t", "8/926/1234567",
			"(926) 123-45-67", "8-926-123-45-67", "+7(926)123-45-67", "tel:8-926-1234567", "８９２６１２３４５６７", "+7 926 123‑45‑67", "+7 926 123–45–67",
		},
		"+74950000101":   {"74950000101", "8 495 000-01-01", "+7(495)0000101"},
		"+12125550123":   {"12125550123", "+1 212 555 0123", "1 (212) 555-0123", "0012125550123"},
		"+8613812345678": {"8613812345678", "+86 138 1234 5678", "810 86 138 1234 5678"},
		"+4930123456":    {"+49 30 123456", "810 49 30 123456", "+49 (30) 123456 ext. 12"},
		"+375291234567":  {"375291234567", "+375 29 123-45-67"},
		"+77011234567":   {"77011234567", "8 701 123 45 67"},
	} {
		for _, raw := range spellings {
			t.Run(raw, func(t *testing.T) {
				t.Parallel()
				if got, problem := integration.ParsePhone(raw, "RU"); got != want || problem != integration.PhoneFine {
					t.Errorf("got %q (%s), want %q", got, problem, want)
				}
			})
		}
	}
}

func TestTheCountryReadsNationalNumbers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		raw, country string
		want         integration.Phone
	}{
		{"(212) 555-0123", "US", "+12125550123"},
		{"020 7946 0018", "GB", "+442079460018"},
		{"8 701 123 45 67", "KZ", "+77011234567"},
		{"8 029 123-45-67", "BY", "+375291234567"},
		{"030 123456", "de", "+4930123456"},
		{"9261234567", "", ""},
		{"9261234567", "XX", ""},
		{"+79261234567", "", "+79261234567"},
	} {
		if got, _ := integration.ParsePhone(c.raw, c.country); got != c.want {
			t.Errorf("%s in %s: got %q, want %q", c.raw, c.country, got, c.want)
		}
	}
}

func TestTwoCountriesWithEqualLastTenDigitsStayApart(t *testing.T) {
	t.Parallel()
	russia, _ := integration.ParsePhone("+7 212 555 0123", "RU")
	america, _ := integration.ParsePhone("+1 212 555 0123", "RU")
	if russia == america || russia == "" || america == "" {
		t.Fatalf("got %q and %q", russia, america)
	}
	for _, s := range russia.Spellings() {
		if got, _ := integration.ParsePhone(s, "RU"); got == america {
			t.Errorf("%q finds the American", s)
		}
	}
	for _, s := range america.Spellings()[:3] {
		if got, _ := integration.ParsePhone(s, "RU"); got == russia {
			t.Errorf("%q finds the Russian", s)
		}
	}
}

func TestWhatIsNoNumberSaysWhy(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]integration.PhoneProblem{
		"": integration.PhoneAbsent, "  ": integration.PhoneAbsent, "anonymous": integration.PhoneAbsent, "Anonymous": integration.PhoneAbsent,
		"Unknown": integration.PhoneAbsent, "restricted": integration.PhoneAbsent, "-": integration.PhoneAbsent, "+": integration.PhoneAbsent,
		"101": integration.PhoneExtension, "7": integration.PhoneExtension, "12345": integration.PhoneExtension, "*101": integration.PhoneExtension,
		"ivanov": integration.PhoneName, "sip:ivanov@pbx.example": integration.PhoneName, "79261234567@pbx.example": integration.PhoneName,
		"SIP:79261234567": integration.PhoneName, "user01": integration.PhoneName, "Отдел продаж": integration.PhoneName, "line-1": integration.PhoneName,
		"1234567": integration.PhoneMalformed, "1234567890123456": integration.PhoneMalformed, "+999999999999": integration.PhoneMalformed,
		"000000000000": integration.PhoneMalformed, "+7926": integration.PhoneExtension, "112112": integration.PhoneMalformed,
	} {
		t.Run(raw, func(t *testing.T) {
			t.Parallel()
			if got, problem := integration.ParsePhone(raw, "RU"); got != "" || problem != want {
				t.Errorf("got %q (%s), want %s", got, problem, want)
			}
		})
	}
}

func TestSpellingsAreWhatPeopleWriteIntoACRM(t *testing.T) {
	t.Parallel()
	for phone, want := range map[integration.Phone][]string{
		"+79261234567":  {"+79261234567", "79261234567", "89261234567", "+7 926 123-45-67", "8 (926) 123-45-67"},
		"+442079460018": {"+442079460018", "442079460018", "+44 20 7946 0018", "020 7946 0018", "02079460018"},
		"":              nil,
	} {
		if diff := cmp.Diff(want, phone.Spellings()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", phone, diff)
		}
	}
}

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{7,14}$`)

func FuzzParsePhone(f *testing.F) {
	for _, raw := range []string{"+7 926 123-45-67", "89261234567", "anonymous", "101", "sip:a@b", "доб", "00", "810", "+1 (212) 555-0123 x5", "８９２６", ";ext=", "+٧٩٢٦١٢٣٤٥٦٧"} {
		for _, country := range []string{"RU", "US", "DE", "", "xx"} {
			f.Add(raw, country)
		}
	}
	f.Fuzz(func(t *testing.T, raw, country string) {
		p, problem := integration.ParsePhone(raw, country)
		if (p == "") == (problem == integration.PhoneFine) {
			t.Fatalf("%q in %q: number %q, problem %q", raw, country, p, problem)
		}
		if p == "" {
			return
		}
		if !e164.MatchString(string(p)) {
			t.Fatalf("%q in %q: %q is not E.164", raw, country, p)
		}
		if again, _ := integration.ParsePhone(string(p), country); again != p {
			t.Fatalf("%q in %q: %q becomes %q", raw, country, p, again)
		}
		if s := p.Spellings(); s[0] != string(p) {
			t.Fatalf("%q: spellings begin with %q", p, s[0])
		}
	})
}

func FuzzNameTemplate(f *testing.F) {
	for _, text := range []string{integration.DefaultIncomingName, "{{", "}}", "{{}}", "{{ app_name }}", "{{{{app_name}}}}", "{{unknown}}", "{{app_name}} {{", ""} {
		f.Add(text, "value {{app_name}}")
	}
	f.Fuzz(func(t *testing.T, text, value string) {
		err := integration.CheckTemplate(text)
		got := integration.Render(text, map[string]string{"app_name": value})
		if err != nil && got != text {
			t.Fatalf("a template that is refused (%v) is shown as it is, got %q", err, got)
		}
		if err == nil && !strings.Contains(text, "{{") && got != strings.Join(strings.Fields(text), " ") {
			t.Fatalf("a plain name changes: %q to %q", text, got)
		}
	})
}

func TestTemplatesAreCheckedBeforeTheyAreUsed(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		integration.DefaultIncomingName: "", integration.DefaultOutgoingName: "", "": "", "plain": "", "{{ app_name }}": "",
		"{{call_id}}": `unknown variable "call_id"`, "{{}}": `unknown variable ""`, "{{app_name": "name template: a placeholder is not closed",
	} {
		got := ""
		if err := integration.CheckTemplate(text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
