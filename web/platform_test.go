package web_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlatformIsProvedBeforeItIsStored(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, writer, portal := c.tenant("shop")
	none := reader.get("/api/v1/platform").want(t, 200)
	if none.json(t)["connected"] != false || none.header.Get("ETag") != `"0"` {
		t.Errorf("before: %s %s", none.header.Get("ETag"), none.body)
	}
	for token, want := range map[string]struct {
		status int
		code   string
	}{"wrong": {422, "platform_refuses"}, "away": {502, "platform_away"}} {
		a := writer.do("PUT", "/api/v1/platform", map[string]any{"brand": "uis", "token": token}).want(t, want.status)
		if code, _ := a.problem(t); code != want.code || strings.Contains(a.body, "token wrong") {
			t.Errorf("%s: %s", token, a.body)
		}
	}
	if reader.get("/api/v1/platform").want(t, 200).json(t)["connected"] != false {
		t.Error("a refused access is stored")
	}
	a := writer.do("PUT", "/api/v1/platform", map[string]any{"brand": "comagic", "login": "s3cret-login", "password": "s3cret-password", "user_id": 77}).want(t, 200)
	account := a.json(t)["account"].(map[string]any)
	if account["app_id"] != 5001.0 || account["time_zone"] != "Europe/Moscow" || strings.Contains(a.body, "s3cret") {
		t.Errorf("connected: %s", a.body)
	}
	shown := reader.get("/api/v1/platform").want(t, 200)
	want := map[string]any{
		"connected": true, "brand": "comagic", "sign_in": "password", "user_id": 77.0, "app_id": 5001.0,
		"data_url": "https://dataapi.comagic.ru/v2.0", "call_url": "https://callapi.comagic.ru/v4.0",
	}
	got := shown.json(t)
	delete(got, "saved")
	delete(got, "$schema")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("platform (-want +got):\n%s", diff)
	}
	stored, err := c.Web.Platform(t.Context(), "shop")
	if err != nil || string(stored.Password) != "s3cret-password" || string(stored.Login) != "s3cret-login" {
		t.Errorf("stored: %v (%v)", stored, err)
	}
	if keys := reader.jobKeys(t, portal); !slices.Contains(keys, "every/centre") {
		t.Errorf("the directory is not asked for: %v", keys)
	}
}

func TestPlatformIsReplacedOnlyAsItWasRead(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, _ := c.tenant("shop")
	body := map[string]any{"brand": "uis", "token": "key"}
	first := writer.do("PUT", "/api/v1/platform", body, "If-Match", `"0"`).want(t, 200).header.Get("ETag")
	c.Advance(1e9)
	if code, _ := writer.do("PUT", "/api/v1/platform", body, "If-Match", `"0"`).want(t, 412).problem(t); code != "stale" {
		t.Errorf("code %q", code)
	}
	second := writer.do("PUT", "/api/v1/platform", body, "If-Match", first).want(t, 200).header.Get("ETag")
	if second == first {
		t.Error("the tag did not change")
	}
	writer.do("POST", "/api/v1/platform/test", nil).want(t, 200)
	writer.do("DELETE", "/api/v1/platform", nil).want(t, 204)
	if code, _ := writer.do("POST", "/api/v1/platform/test", nil).want(t, 409).problem(t); code != "no_platform" {
		t.Errorf("code %q", code)
	}
}

func TestMistakesOfAnAccessAreListedTogether(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, _ := c.tenant("shop")
	for name, x := range map[string]struct {
		body map[string]any
		want []string
	}{
		"nothing":          {map[string]any{}, []string{"/data_url required", "/call_url required", "/token required"}},
		"both ways":        {map[string]any{"brand": "uis", "token": "k", "login": "l"}, []string{"/token token_or_password"}},
		"half a way":       {map[string]any{"brand": "uis", "login": "l"}, []string{"/password required"}},
		"the other half":   {map[string]any{"brand": "uis", "password": "p"}, []string{"/login required"}},
		"no address":       {map[string]any{"brand": "uis", "token": "k", "data_url": "ftp://x", "call_url": "https://u:p@x/"}, []string{"/data_url platform_address", "/call_url platform_address"}},
		"an unknown brand": {map[string]any{"brand": "bell", "token": "k"}, []string{"/brand one_of"}},
		"an unknown field": {map[string]any{"brand": "uis", "tokn": "k"}, []string{"/tokn unknown_field"}},
	} {
		_, mistakes := writer.do("PUT", "/api/v1/platform", x.body).want(t, 422).problem(t)
		if diff := cmp.Diff(x.want, mistakes); diff != "" {
			t.Errorf("%s: mistakes (-want +got):\n%s", name, diff)
		}
	}
	a := writer.do("PUT", "/api/v1/platform", map[string]any{"brand": "uis", "token": "poor"}).want(t, 200)
	if !strings.Contains(a.body, "no_call_api") {
		t.Errorf("what will not work is not told: %s", a.body)
	}
}
