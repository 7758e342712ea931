package inside

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"omniconnector/integration"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func posted(query string, form url.Values) (Opening, bool) {
	r := httptest.NewRequest(http.MethodPost, "/app/bitrix24?"+query, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if err := r.ParseForm(); err != nil {
		return Opening{}, false
	}
	return readOpening(r, noon)
}

// Contract bitrix24 §2.3.
func TestOpeningIsRead(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"AUTH_ID": {"access"}, "AUTH_EXPIRES": {"600"}, "REFRESH_ID": {"refresh"}, "member_id": {"m1"}, "APPLICATION_TOKEN": {"application"},
		"SERVER_ENDPOINT": {"https://oauth.bitrix.info/rest/"}, "PLACEMENT": {"CALL_CARD"}, "PLACEMENT_OPTIONS": {`{"CALL_ID":"c1","URI":"x"}`},
	}
	o, ok := posted("DOMAIN=shop.bitrix24.ru&PROTOCOL=1&LANG=ru&APP_SID=1", form)
	if !ok || o.Endpoint() != "https://shop.bitrix24.ru/rest/" || o.Origin() != "https://shop.bitrix24.ru" || o.Lang != integration.Russian ||
		!o.Proof.Equal(noon.Add(10*time.Minute)) || string(o.Options) != `{"CALL_ID":"c1","URI":"x"}` || o.Placement != "CALL_CARD" {
		t.Errorf("%+v, %t", o, ok)
	}
	plain, err := o.seal(noon)
	if err != nil {
		t.Fatal(err)
	}
	back, at, err := unseal(plain)
	if err != nil || !at.Equal(noon) || back.Access != "access" || back.Refresh != "refresh" || back.Application != "application" || back.Domain != o.Domain {
		t.Errorf("unsealed %+v at %v, %v", back, at, err)
	}
	for name, c := range map[string]struct{ query, field, value string }{
		"no person":        {"DOMAIN=a.b", "AUTH_ID", ""},
		"no portal":        {"DOMAIN=a.b", "member_id", ""},
		"a long member":    {"DOMAIN=a.b", "member_id", strings.Repeat("m", maxMember+1)},
		"a long token":     {"DOMAIN=a.b", "REFRESH_ID", strings.Repeat("m", maxToken+1)},
		"a long domain":    {"DOMAIN=" + strings.Repeat("m", maxDomain+1), "PLACEMENT", "DEFAULT"},
		"a long placement": {"DOMAIN=a.b", "PLACEMENT", strings.Repeat("P", maxMember+1)},
	} {
		wrong := url.Values{}
		maps.Copy(wrong, form)
		wrong.Set(c.field, c.value)
		if _, ok := posted(c.query, wrong); ok {
			t.Errorf("%s is taken", name)
		}
	}
}

// What strangers write into DOMAIN never gets into a header or beyond a host.
func FuzzOpening(f *testing.F) {
	f.Add("shop.bitrix24.ru", "1", `{"ID":"5"}`, "3600")
	f.Add("127.0.0.1:8080/p/shop", "0", "[]", "-1")
	f.Add("evil.example; frame-ancestors *", "", "{", "x")
	f.Add("user:password@evil.example", "1", "{}", "99999999999")
	f.Fuzz(func(t *testing.T, domain, protocol, options, expires string) {
		o, ok := posted(url.Values{"DOMAIN": {domain}, "PROTOCOL": {protocol}}.Encode(), url.Values{
			"AUTH_ID": {"a"}, "member_id": {"m"}, "PLACEMENT_OPTIONS": {options}, "AUTH_EXPIRES": {expires},
		})
		if !ok {
			return
		}
		origin := o.Origin()
		if strings.ContainsAny(origin, " ;,*'\"\r\n@") || origin == "" && o.Endpoint() != "" {
			t.Errorf("origin %q of %q", origin, domain)
		}
		if o.Proof.Before(noon) || o.Proof.After(noon.Add(longestProof)) {
			t.Errorf("proof %v of %q", o.Proof, expires)
		}
		if u, err := url.Parse(o.Endpoint()); err != nil || u.User != nil {
			t.Errorf("endpoint %q of %q", o.Endpoint(), domain)
		}
	})
}
