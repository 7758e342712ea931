package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"omniconnector/integration"
	"omniconnector/web/webtest"
)

// rows are the calls of a page.
func (a answer) rows(tb testing.TB) []map[string]any {
	tb.Helper()
	var rows []map[string]any
	for _, r := range a.json(tb)["calls"].([]any) {
		rows = append(rows, r.(map[string]any))
	}
	return rows
}

func TestJournalByCallsTellsEachInALine(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	whole := reader.speaking("ru").get("/api/v1/calls").want(t, 200)
	rows := whole.rows(t)
	if len(rows) != 11 { // ten calls, and a notification that could not be read
		t.Fatalf("%d rows, want 11", len(rows))
	}
	for i, row := range rows[1:] {
		if row["received"].(string) > rows[i]["received"].(string) {
			t.Errorf("row %d is newer than the one before", i+1)
		}
	}
	for _, want := range []string{
		`"client":"+7 900 000-00-01"`, `"virtual":"+7 495 000-01-01"`, "Тестова Анна", "разговор 1:34", "пропущен", "отфильтрован", "портал отказал",
		"повторяем", "в работе", "не клиент", "bitrix24.example/crm/lead/details/", "bitrix24.example/crm/deal/details/401/",
		"Обязательное поле «Отдел» не заполнено", "Фильтр звонков не пропустил звонок", `"row":"notice"`, `"time_zone":"Europe/Moscow"`,
	} {
		if !strings.Contains(whole.body, want) {
			t.Errorf("the list has no %s", want)
		}
	}
	for _, secret := range []string{"token=1234", "oops"} {
		if strings.Contains(whole.body, secret) {
			t.Errorf("the list shows %q of a payload", secret)
		}
	}
}

func TestJournalByCallsIsReadByPages(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	var ids, paged []string
	for _, row := range reader.get("/api/v1/calls").want(t, 200).rows(t) {
		ids = append(ids, row["id"].(string))
	}
	for cursor, more := "", true; more; more = cursor != "" {
		page := reader.get("/api/v1/calls?limit=3&cursor="+url.QueryEscape(cursor)).want(t, 200)
		for _, row := range page.rows(t) {
			paged = append(paged, row["id"].(string))
		}
		cursor = page.json(t)["next"].(string)
	}
	if !slices.Equal(ids, paged) {
		t.Errorf("by pages %v, at once %v", paged, ids)
	}
	if _, mistakes := reader.get("/api/v1/calls?cursor=x").want(t, 422).problem(t); len(mistakes) != 1 || mistakes[0] != "query.cursor cursor" {
		t.Errorf("mistakes %v", mistakes)
	}
}

func TestCallsAreFoundByAnyOfTheirEvents(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	for query, want := range map[string]string{
		"phone=8%20900%20000-00-01": "910000001", "text=910000002": "910000002", "kind=call_lost": "910000002", "outcome=filtered": "910000003",
		"text=deal+401": "910000004", "action=dead&text=79000000006": "910000006", "session=910000005": "910000005", "portal=other": "",
		"text=%D0%BF%D1%80%D0%B8%D0%BC%D0%B5%D1%80%D0%BE%D0%B2&kind=call_outgoing": "910000005", "kind=invalid": " ",
		"sessions=910000002&sessions=910000001&sessions=unknown": "910000002,910000001", "sessions=910000002&portal=other": "",
		"until=2026-11-23T09:00:00Z": "",
	} {
		var got []string
		for _, row := range reader.get("/api/v1/calls?"+query).want(t, 200).rows(t) {
			got = append(got, row["session"].(string)+strings.Repeat(" ", strings.Count(row["row"].(string), "notice")))
		}
		if strings.Join(got, ",") != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{"phone=101": "query.phone phone", "text=a": "query.text search_too_short"} {
		if _, mistakes := reader.get("/api/v1/calls?"+query).want(t, 422).problem(t); len(mistakes) != 1 || mistakes[0] != want {
			t.Errorf("%s: %v, want %s", query, mistakes, want)
		}
	}
}

func TestCallIsToldFromTopToBottom(t *testing.T) {
	t.Parallel()
	c := setup(t)
	reader, _, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	call := func(session string) map[string]any {
		t.Helper()
		return reader.speaking("ru").get("/api/v1/calls/"+session).want(t, 200).json(t)["calls"].([]any)[0].(map[string]any)
	}
	first := call("910000001")
	titles := func(list any) []string {
		var all []string
		for _, v := range list.([]any) {
			all = append(all, v.(map[string]any)["title"].(string))
		}
		return all
	}
	if got := titles(first["events"]); !slices.Equal(got, []string{"Звонок поступил", "Звонит телефон", "Начался разговор", "Звонок завершён", "Запись готова"}) {
		t.Errorf("came in: %q", got)
	}
	if got := titles(first["plans"]); len(got) == 0 || got[0] != "Звонок поступил" {
		t.Errorf("decided: %q", got)
	}
	if got := strings.Join(titles(first["actions"]), "; "); !strings.HasPrefix(got, "Создать лид «") || !strings.Contains(got, "Зарегистрировать звонок: +7 900 000-00-01 → ") {
		t.Errorf("done: %q", got)
	}
	if known := first["known"].(map[string]any); len(known["records"].([]any)) != 0 {
		t.Errorf("known of a stranger: %v", known)
	}
	if known := call("910000004")["known"].(map[string]any); known["missed"] != 1.0 || known["records"].([]any)[0].(map[string]any)["responsible"] != "Пётр Примеров" {
		t.Errorf("known: %v", known)
	}
	if call("910000003")["known"] != nil {
		t.Error("the CRM was not asked of a call that the filter kept out")
	}
}

// S-1: who works inside a portal sees the journal of that portal, and another portal's calls do not exist.
func TestPortalUserSeesTheJournalOfTheOwnPortal(t *testing.T) {
	t.Parallel()
	c := setup(t)
	_, writer, portal := c.tenant("shop")
	c.Morning("shop", integration.PortalID(portal))
	writer.do("POST", "/api/v1/portals", credentials("member_id", "second")).want(t, 201)
	var second string
	for _, p := range writer.get("/api/v1/portals").want(t, 200).json(t)["portals"].([]any) {
		if id := p.(map[string]any)["id"].(string); id != portal {
			second = id
		}
	}
	event, session := writer.ids()
	letters := len(writer.get("/api/v1/dead-letters").want(t, 200).json(t)["dead_letters"].([]any))
	at := func(p string) client { return c.as(c.Inside("shop", integration.PortalID(p), 21, false)) }
	mine, other := at(portal), at(second)
	if n := len(mine.get("/api/v1/calls").want(t, 200).rows(t)); n != 11 {
		t.Errorf("%d rows, want 11", n)
	}
	mine.get("/api/v1/events/"+event).want(t, 200)
	mine.get("/api/v1/calls/"+session).want(t, 200)
	mine.get("/api/v1/calls?portal="+portal).want(t, 200)
	if n := len(mine.get("/api/v1/dead-letters").want(t, 200).json(t)["dead_letters"].([]any)); n != letters || n == 0 {
		t.Errorf("%d dead letters, want %d", n, letters)
	}
	for _, path := range []string{
		"/events/" + event, "/events/" + event + "?portal=" + portal, "/calls/" + session, "/events?portal=" + portal, "/calls?portal=" + portal,
		"/calls?portal=" + portal + "&sessions=" + session, "/dead-letters?portal=" + portal, "/events/stream?portal=" + portal,
	} {
		if code, _ := other.get("/api/v1"+path).want(t, 404).problem(t); code != "not_found" {
			t.Errorf("%s: %q", path, code)
		}
	}
	for _, path := range []string{"/events", "/calls", "/dead-letters", "/calls?sessions=" + session, "/events?session=" + session, "/calls?text=79000000001"} {
		if a := other.get("/api/v1"+path).want(t, 200); strings.Contains(a.body, session) || strings.Contains(a.body, portal) {
			t.Errorf("%s shows another portal's calls", path)
		}
	}
	if code, _ := mine.get("/api/v1/audit").want(t, 403).problem(t); code != "portal_only" {
		t.Errorf("the audit: %q", code)
	}
	c.as(webtest.AdminToken).get("/api/v1/calls").want(t, 403)
}
