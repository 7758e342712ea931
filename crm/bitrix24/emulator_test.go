package bitrix24_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm"
	"omniconnector/crm/bitrix24"
	"omniconnector/crm/emulator"
)

func lead(origin string) crm.Call {
	title := "Лид"
	return crm.Call{Key: origin, Do: crm.Create{Kind: crm.Lead, OriginID: origin, Fields: crm.Fields{Title: &title}}}
}

func single(calls ...crm.Call) [][]crm.Call { return [][]crm.Call{calls} }

func manyUsers(n int) []emulator.User {
	users := []emulator.User{{ID: 1, Name: "Анна", LastName: "Админ", Admin: true}}
	for i := 2; i <= n; i++ {
		users = append(users, emulator.User{
			ID: int64(i), Name: fmt.Sprint("Сотрудник ", i), Inner: strconv.Itoa(100 + i), Email: fmt.Sprintf("u%d@example.test", i), Inactive: i%10 == 0,
		})
	}
	return users
}

func TestTheDirectoryHasAllPagesInTwoRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{
		Name: "acme", Mode: emulator.Simple, Users: manyUsers(171), Sources: map[string]string{"UIS": "UIS"},
		Funnels: []emulator.Funnel{{ID: 5, Name: "Опт", Sort: 900, Stages: []emulator.Stage{{ID: "NEW", Name: "Новая"}, {ID: "DONE", Name: "Готово", Semantics: "S"}, {ID: "BAD", Name: "Отказ", Semantics: "F"}}}},
	})
	var charged int
	d, e := w.client(t).Directory(t.Context(), func(context.Context) error { charged++; return nil })
	if e != nil {
		t.Fatal(e)
	}
	if len(d.Users) != 171 || charged != 2 || w.portal.Requests().HTTP != 2 {
		t.Errorf("%d users, %d charges, %d requests; want 171, 2, 2", len(d.Users), charged, w.portal.Requests().HTTP)
	}
	if d.Mode != crm.Simple || !d.Users[0].Admin || d.Users[1].Admin || d.Users[9].Active || !d.Users[10].Active {
		t.Errorf("mode %s, users %+v", d.Mode, d.Users[:11])
	}
	want := crm.User{ID: 3, Name: "Сотрудник 3", Email: "u3@example.test", Inner: "103", Active: true}
	if diff := cmp.Diff(want, d.Users[2]); diff != "" {
		t.Error(diff)
	}
	last := d.Funnels[len(d.Funnels)-1]
	closed := map[string]bool{}
	for _, s := range last.Stages {
		closed[s.Code] = s.Closed
	}
	if diff := cmp.Diff(map[string]bool{"C5:NEW": false, "C5:DONE": true, "C5:BAD": true}, closed); diff != "" || last.ID != 5 || last.Name != "Опт" {
		t.Errorf("%+v %s", last, diff)
	}
	if got := w.portal.UnknownMethods(); len(got) != 0 {
		t.Errorf("unknown methods %v", got)
	}
}

func TestAnEnterprisesEmployeesTakeOneMoreRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme", Users: manyUsers(2601)})
	charged := 0
	d, e := w.client(t).Directory(t.Context(), func(context.Context) error { charged++; return nil })
	if e != nil || len(d.Users) != 2601 || charged != 3 {
		t.Errorf("%d users in %d requests, %v", len(d.Users), charged, e)
	}
}

func TestAPageOfEmployeesThatFailsFailsTheWholeDirectory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme", Users: manyUsers(120)})
	c := w.client(t)
	requests := 0
	d, e := c.Directory(t.Context(), func(context.Context) error {
		if requests++; requests == 2 {
			w.portal.FailNext("user.get", emulator.Fault{Kind: emulator.FaultError, Status: 500, Code: "INTERNAL_SERVER_ERROR"})
		}
		return nil
	})
	if e == nil || e.Kind != crm.Unavailable || len(d.Users) != 0 {
		t.Errorf("got %d users, %v", len(d.Users), e)
	}
	d, e = c.Directory(t.Context(), func(context.Context) error { return context.Canceled })
	if e == nil || e.Kind != crm.Unavailable || len(d.Users) != 0 {
		t.Errorf("refused by the limiter: got %d users, %v", len(d.Users), e)
	}
	if d, e = c.Directory(t.Context(), nil); e != nil || len(d.Users) != 120 {
		t.Errorf("afterwards: got %d users, %v", len(d.Users), e)
	}
}

func TestCheckTellsWhoWeAreAndWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"})
	app := w.portal.Install(emulator.AppSpec{ClientID: "local.other", Secret: "s", Scope: "crm,user", UserID: 7})
	w.store.token.Access, w.store.token.Refresh = bitrix24.Secret(app.AccessToken), bitrix24.Secret(app.RefreshToken)
	a, e := w.client(t).Check(t.Context())
	if e != nil {
		t.Fatal(e)
	}
	want := bitrix24.Account{
		MemberID: w.portal.MemberID(), UserID: 7, Installed: true, Code: "local.other", Scopes: []string{"crm", "user"}, Missing: []string{"telephony"},
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
}

func TestAnAnswerThatComesTooLateIsAmbiguous(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"})
	release := make(chan struct{})
	defer close(release)
	w.portal.FailNext("batch", emulator.Fault{Kind: emulator.FaultSlowAnswer, Until: release})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	c := w.client(t)
	if e := c.Perform(ctx, single(lead("late")), nil)[0].Err; e == nil || e.Kind != crm.Ambiguous || e.Text != "no answer in time" {
		t.Errorf("got %v", e)
	}
	if got := c.LookUp(t.Context(), []crm.Call{lead("late")}, nil)[0]; got.Err != nil {
		t.Errorf("the look: %v", got.Err)
	}
}

func TestAMethodThatUsedUpItsTimeIsLimitedAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme"}, emulator.WithOperatingLimit(0.5))
	c := w.client(t)
	find := crm.Call{Key: "find", Do: crm.Find{Phones: []string{"+79161234567"}}}
	var limited *crm.Error
	for i := 0; limited == nil && i < 20; i++ {
		outs := c.Perform(t.Context(), [][]crm.Call{{lead(fmt.Sprint("o", i))}, {find}}, nil)
		limited = outs[0].Err
	}
	if limited == nil || limited.Kind != crm.Limited || limited.Whole || limited.Method != "crm.item.add" || limited.Wait <= 0 {
		t.Fatalf("got %+v", limited)
	}
	before := w.portal.Requests().HTTP
	if e := c.Perform(t.Context(), single(lead("x")), nil)[0].Err; e == nil || e.Kind != crm.Limited {
		t.Errorf("got %v", e)
	}
	if w.portal.Requests().HTTP != before {
		t.Error("a paused method was asked for again")
	}
	w.clock.Advance(limited.Wait + time.Minute)
	if e := c.Perform(t.Context(), single(lead("y")), nil)[0].Err; e != nil {
		t.Errorf("after the reset: %v", e)
	}
}

func TestTheBucketOfThePortalLimitsAndRecovers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Name: "acme", Tariff: emulator.Standard})
	c := w.client(t)
	var limited *crm.Error
	sent := 0
	for ; limited == nil && sent < 100; sent++ {
		limited = c.Perform(t.Context(), single(lead(fmt.Sprint("o", sent))), nil)[0].Err
	}
	if limited == nil || limited.Kind != crm.Limited || !limited.Whole {
		t.Fatalf("got %v after %d", limited, sent)
	}
	w.clock.Advance(limited.Wait)
	if e := c.Perform(t.Context(), single(lead("after")), nil)[0].Err; e != nil {
		t.Error(e)
	}
	if n := w.portal.LimitErrors(); n != 1 {
		t.Errorf("ran against the limit %d times", n)
	}
}

func TestNoErrorOfAnEmulatedFaultTellsATokenOrAnAddress(t *testing.T) {
	t.Parallel()
	for _, kind := range []emulator.FaultKind{
		emulator.FaultError, emulator.FaultLimit, emulator.FaultCutBefore, emulator.FaultCutAfter, emulator.FaultCutHalf,
		emulator.FaultHTMLBefore, emulator.FaultHTMLAfter, emulator.FaultExpiredToken, emulator.FaultOverload, emulator.FaultRename,
		emulator.FaultNonsense, emulator.FaultTruncated,
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, emulator.PortalSpec{Name: "acme"})
			secrets := []string{
				string(w.store.token.Access), string(w.store.token.Refresh), string(w.store.token.ClientSecret), w.host, w.portal.Endpoint(),
			}
			fault := emulator.Fault{Kind: kind, Status: 403, Code: "ACCESS_DENIED", Text: strings.Join(secrets, " "), Times: 2}
			var said strings.Builder
			for _, where := range []string{"batch", "crm.item.add", "upload"} {
				w.portal.FailNext(where, fault)
				w.cloud.FailNextToken(fault)
				w.portal.ExpireAccessTokens()
				c := w.client(t)
				fmt.Fprint(&said, c.Perform(t.Context(), single(lead("a"+where)), nil)[0].Err)
				fmt.Fprint(&said, c.LookUp(t.Context(), []crm.Call{lead("b")}, nil)[0].Err)
				_, e := c.Check(t.Context())
				fmt.Fprint(&said, e)
				to := crm.UploadTo{URL: w.portal.Address() + "/upload/" + "0123456789abcdef", Field: "file"}
				fmt.Fprint(&said, c.Upload(t.Context(), to, "a.mp3", 4, strings.NewReader("talk")))
			}
			secrets = append(secrets, string(w.store.token.Access), string(w.store.token.Refresh), "0123456789abcdef", "/p/acme")
			for _, s := range secrets {
				if strings.Contains(said.String(), s) {
					t.Errorf("%q is in %s", s, said.String())
				}
			}
		})
	}
}
