package page_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"omniconnector/web/webtest"
)

func TestListTellsEveryCallInALine(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	body := b.see("/")
	if n := strings.Count(body, `class="call"`); n != 10 {
		t.Errorf("%d calls, want 10", n)
	}
	for _, want := range []string{
		"12:02:00", // 09:02 UTC in the portal's zone
		"7 900 000-00-01", "7 495 000-01-01", "Тестова Анна", "разговор 1:34", "пропущен", "отфильтрован", "портал отказал", "повторяем", "в работе", "не клиент",
		"https://shop.bitrix24.example/crm/lead/details/", "https://shop.bitrix24.example/crm/deal/details/401/",
		"Обязательное поле «Отдел» не заполнено", "Фильтр звонков не пропустил звонок", "Есть уведомления, которые не удалось прочитать: 1.",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("the list has no %q", want)
		}
	}
}

func TestCallIsToldFromTopToBottom(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	body := b.see("/calls/910000001")
	at := 0
	for _, want := range []string{
		"Пришло", "Звонок поступил", "&#34;call_session_id&#34;: 910000001", "0:02", "Звонит телефон", "Известно", "Решено", "T-7", "Фильтр звонков пропустил",
		`<li class="yes">`, "Сделано", "Создать", "/crm/lead/details/", "Зарегистрировать звонок", "externalCall.", "Прикрепить запись разговора",
	} {
		next := strings.Index(body[at:], want)
		if next < 0 {
			t.Fatalf("no %q after the first %d bytes", want, at)
		}
		at += next
	}
	if _, done, _ := strings.Cut(body, "Сделано"); strings.Contains(done, "token=1234") {
		t.Error("a record's address is shown with its credential")
	}
	refused := b.see("/calls/910000006")
	if !strings.Contains(refused, "Обязательное поле «Отдел» не заполнено (CRM_FIELD_ERROR_REQUIRED)") || !strings.Contains(refused, `<li class="no">`) {
		t.Error("the portal's words or the filter's crosses are missing")
	}
	if known := b.see("/calls/910000004"); !strings.Contains(known, "Ирина Петрова") || !strings.Contains(known, "ответственный Пётр Примеров") {
		t.Error("what the CRM knew is missing")
	}
}

func TestHostileTextIsShownAsText(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	for _, path := range []string{"/", "/live", "/calls/910000009", "/unreadable", `/?phone="><script>alert(1)</script>`} {
		body := b.see(path)
		for _, sign := range []string{"<script>", "<img src=x", "<b>oops", "javascript:"} {
			if strings.Contains(body, sign) {
				t.Errorf("%s has %q as markup", path, sign)
			}
		}
	}
	if !strings.Contains(b.see("/calls/910000009"), "&lt;script&gt;alert(") {
		t.Error("the hostile name is not shown")
	}
	if resp, _ := b.ask("GET", "/calls/910000001?portal=%22%3E%3Cscript%3E", nil); resp.status != 200 {
		t.Errorf("a strange portal: status %d", resp.status)
	}
}

var outside = regexp.MustCompile(`(?:src|href|action)="(https?:)?//`)

func TestPagesLoadNothingFromOutside(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	for _, path := range []string{"/", "/calls/910000001", "/unreadable", "/login"} {
		resp, body := b.ask("GET", path, nil)
		csp := resp.header.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'self';") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: Content-Security-Policy %q", path, csp)
		}
		for _, found := range outside.FindAllStringIndex(body, -1) {
			if !strings.HasPrefix(body[found[0]:], `href="https://shop.bitrix24.example/crm/`) {
				t.Errorf("%s points outside: %s", path, body[found[0]:min(len(body), found[0]+80)])
			}
		}
		if strings.Contains(body, " style=") || strings.Contains(body, " onclick=") || strings.Contains(body, "<style") {
			t.Errorf("%s has inline style or script, which the policy blocks", path)
		}
		for _, asset := range regexp.MustCompile(`"(/static/[^"]+)"`).FindAllStringSubmatch(body, -1) {
			if resp, _ := b.ask("GET", asset[1], nil); resp.status != 200 || !strings.Contains(resp.header.Get("Cache-Control"), "immutable") {
				t.Errorf("%s: %s answers %d", path, asset[1], resp.status)
			}
		}
	}
}

func TestLiveListSendsOnlyWhatIsNew(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	resp, _ := b.ask("GET", "/live", nil)
	etag := resp.header.Get("ETag")
	if resp, body := b.ask("GET", "/live", nil, "If-None-Match", etag); resp.status != 304 || body != "" {
		t.Errorf("status %d with %d bytes, want 304 and nothing", resp.status, len(body))
	}
	b.Play(webtest.Story{Tenant: "shop", Portal: b.portal, Session: 920000001, Client: "79000000099", Virtual: "74950000102", Steps: []webtest.Step{
		{Event: "call_incoming", Gap: time.Second},
	}})
	resp, body := b.ask("GET", "/live", nil, "If-None-Match", etag)
	if resp.status != 200 || !strings.Contains(body, "7 900 000-00-99") || strings.Contains(body, "<html") {
		t.Errorf("status %d\n%s", resp.status, body)
	}
}

func TestLanguageIsRememberedAndRussianAtFirst(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	if body := b.see("/"); !strings.Contains(body, `<html lang="ru">`) || !strings.Contains(body, "Сегодня") {
		t.Error("not in Russian at first")
	}
	b.see("/?lang=en")
	if body := b.see("/calls/910000003"); !strings.Contains(body, `<html lang="en">`) || !strings.Contains(body, "The call filter kept the call out") {
		t.Error("English is forgotten")
	}
	if body := b.see("/?lang=en"); regexp.MustCompile(`[а-яА-Я]{4,}`).MatchString(regexp.MustCompile(`(?s)«.*?»|“.*?”|<small>.*?</small>|<span class="tenant">.*?</span>|Обязательное поле.*?заполнено|Русский|сделка`).ReplaceAllString(body, "")) {
		t.Log(body)
		t.Error("the English page has Russian words of its own")
	}
}

func TestCallsAreFoundByNumberInAnySpelling(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	for _, phone := range []string{"79000000001", "%2B7 900 000-00-01", "8 (900) 000-00-01", "9000000001"} {
		body := b.see("/?phone=" + strings.ReplaceAll(phone, " ", "%20"))
		if n := strings.Count(body, `class="call"`); n != 1 || !strings.Contains(body, "910000001") {
			t.Errorf("%s finds %d calls", phone, n)
		}
	}
	if body := b.see("/?phone=101"); !strings.Contains(body, "не похоже на номер") {
		t.Error("an extension is looked for")
	}
}

func TestUnreadableNotificationIsShownWithItsReason(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.signIn(b.token)
	if body := b.see("/unreadable"); !strings.Contains(body, "не разбирается: проверьте шаблон") || !strings.Contains(body, "&lt;b&gt;oops") {
		t.Error("the reason or the body is missing")
	}
}
