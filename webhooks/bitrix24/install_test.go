package bitrix24_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const pair = "&auth[access_token]=ACCESS&auth[refresh_token]=REFRESH&auth[client_endpoint]=https://shop.example/rest/&auth[server_endpoint]=https://oauth.example/rest/"

// S-5, contract §2.4: a new installation of a connected portal is handed on to be proven; all others say nothing to us.
func TestAnInstallationIsHandedOnWhenItIsNews(t *testing.T) {
	t.Parallel()
	told := func(at string) string {
		return at + ": installed in " + member + " at https://shop.example/rest/ with new ACCESS REFRESH, https://oauth.example/rest/"
	}
	for name, c := range map[string]struct {
		body    string
		status  int
		counted string
		done    []string
	}{
		"new":                       {pair + proof(member, "new"), 200, "bitrix24 accepted", []string{told("shop/p1"), told("mall/p2")}},
		"known by its page":         {pair + proof(member, token), 200, "bitrix24 ignored", nil},
		"of nobody's portal":        {pair + proof(other, "new"), 200, "bitrix24 ignored", nil},
		"without tokens":            {proof(member, "new"), 200, "bitrix24 ignored", nil},
		"of no portal at all":       {pair, 200, "bitrix24 ignored", nil},
		"with tokens nobody proves": {pair + "&auth[access_token]=FORGED" + proof(member, "new"), 401, "bitrix24 application_token", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := open(t)
			w := d.send("event=ONAPPINSTALL&data[VERSION]=1" + c.body)
			if diff := cmp.Diff(c.done, d.done); diff != "" || w.Code != c.status || d.counted[c.counted] != 1 {
				t.Errorf("%d %s, counted %v\n%s", w.Code, w.Body, d.counted, diff)
			}
		})
	}
}

// S-5, contract §2.7: a proven portal that says to be elsewhere is looked for, at most once a minute; a stranger is not heard.
func TestARenamedPortalIsLookedFor(t *testing.T) {
	t.Parallel()
	d := open(t)
	d.portals[member][0].Endpoint = "https://shop.example/rest/"
	send := func(at, by string) {
		t.Helper()
		d.send("event=ONCRMLEADADD&data[FIELDS][ID]=5&auth[client_endpoint]=" + at + proof(member, by))
	}
	for _, s := range [][2]string{
		{"https://shop.example/rest", token},
		{"HTTPS://shop.example/rest/", token},
		{"", token},
		{"https://new.example/rest/", "wrong"},
		{"https://new.example/rest/", token},
		{"https://new.example/rest/", token},
	} {
		send(s[0], s[1])
	}
	d.mu.Lock()
	d.now = d.now.Add(time.Minute)
	d.mu.Unlock()
	send("https://new.example/rest/", token)
	renamed := 0
	for _, what := range d.done {
		if what == "shop/p1: renamed" {
			renamed++
		}
	}
	if renamed != 2 {
		t.Errorf("looked for %d times: %v", renamed, d.done)
	}
}
