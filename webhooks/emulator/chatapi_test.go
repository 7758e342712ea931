package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/webhooks/emulator/adapter"
)

// rest calls the Chat API as an adapter would.
func (h *hooked) rest(path, token string, body any) (int, object, http.Header) {
	h.t.Helper()
	var from io.Reader
	kind := "application/json"
	switch b := body.(type) {
	case nil:
	case url.Values:
		from, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	case string:
		from = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			h.t.Fatal(err)
		}
		from = bytes.NewReader(text)
	}
	r, err := http.NewRequest(http.MethodPost, ChatAPIURL(h.web.URL)+"/v1/adapter"+path, from)
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := h.web.Client().Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out object
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		h.t.Fatalf("%s: %d, no JSON: %v", path, resp.StatusCode, err)
	}
	return resp.StatusCode, out, resp.Header
}

func (h *hooked) token() string {
	h.t.Helper()
	status, out, _ := h.rest("/login", "", url.Values{"username": {h.adapter.Login}, "password": {h.adapter.Password}})
	if status != http.StatusOK || out["token_type"] != "bearer" || out["expires_at"] != float64(h.time().Add(24*time.Hour).Unix()) {
		h.t.Fatalf("login: %d %v", status, out)
	}
	return out["access_token"].(string)
}

// settle waits until what is told in the background was told.
func (h *hooked) settle() []hook {
	h.playing.Wait()
	return h.told()
}

// reply17 is sample 17 of contract uis §7.
func reply17(changes object) object {
	out := object{
		"account_id": 286001, "channel_id": 35801, "chat_id": 199000001, "operator_id": 7001, "source": "operator",
		"text": "Спасибо, смотрим", "created_at": "2026-05-12T09:01:00+00:00",
	}
	for k, v := range changes {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

func TestAnAdapterTakesPartInAChat(t *testing.T) {
	t.Parallel()
	h := connect(t, Adapter{}, WhatsApp)
	h.play(h.shop.Chat(199000001, eight, h.shop.Channel(WhatsApp), Visitor{Phone: "79000000008"}).Says("Здравствуйте").Sends(Photo("a.png")).Script())
	token := h.token()
	h.told()

	status, out, _ := h.rest("/message", token, reply17(nil))
	if status != http.StatusOK || out["id"] == nil || out["status"] != nil || out["context"] != nil || out["text"] != "Спасибо, смотрим" {
		t.Fatalf("%d %v", status, out)
	}
	got := h.settle()
	if diff := cmp.Diff([]string{"POST /message/status", "POST /message/status"}, callsOf(got)); diff != "" || got[1].body["status"] != "delivered" || got[1].body["message_id"] != out["id"] {
		t.Errorf("%v", got)
	}
	h.rest("/chat/transfer", token, reply17(object{"from_operator_id": 7001, "to_operator_id": 7002}))
	if status, out, _ := h.rest("/chat/close", token, reply17(object{"reason": "closed_by_operator"})); status != http.StatusOK || out["reason"] != "closed_by_operator" {
		t.Errorf("close: %d %v", status, out)
	}
	if got := h.settle(); len(got) > 0 {
		t.Errorf("its own doings were told back: %v", callsOf(got))
	}
	row := h.dated("get.chats_report", nil)[0]
	if row["status"] != "succeed" || row["employee_id"] != 7002.0 || row["messages_count"] != 3.0 {
		t.Errorf("report %v", row)
	}
	status, out, _ = h.rest("/message", token, reply17(nil))
	if status != http.StatusConflict || out["detail"] == nil {
		t.Errorf("into a closed chat: %d %v", status, out)
	}
}

func TestAnAdapterWritesFirst(t *testing.T) {
	t.Parallel()
	h := connect(t, Adapter{}, WhatsApp, Avito)
	token := h.token()
	h.told()
	first := reply17(object{"chat_id": nil, "initiator": "operator", "visitor_phone": "79000000031"})
	status, out, _ := h.rest("/chat", token, first)
	again, same, _ := h.rest("/chat", token, first)
	if status != 200 || again != 200 || out["chat_id"] == nil || out["chat_id"] != same["chat_id"] || out["visitor_email"] != nil {
		t.Fatalf("%d %v, %d %v", status, out, again, same)
	}
	first["visitor_email"] = "a@example.test"
	if status, _, _ := h.rest("/chat", token, first); status != 422 {
		t.Errorf("two names: %d", status)
	}
	delete(first, "visitor_email")
	first["channel_id"] = 35802
	if status, _, _ := h.rest("/chat", token, first); status != 422 {
		t.Errorf("first contact on Avito: %d", status)
	}
	if got := h.settle(); len(got) > 0 {
		t.Errorf("told back: %v", callsOf(got))
	}
}

func TestRefusalsOfTheChatAPI(t *testing.T) { // contract uis §6
	t.Parallel()
	h := connect(t, Adapter{}, WhatsApp, Avito)
	h.play(h.shop.Chat(199000001, eight, h.shop.Channel(WhatsApp), Visitor{}).Says("?").Script())
	token := h.token()
	for name, c := range map[string]struct {
		path, token string
		body        any
		status      int
		loc, kind   string
	}{
		"no token":              {"/message", "", reply17(nil), 401, "", ""},
		"another token":         {"/message", "guess", reply17(nil), 401, "", ""},
		"a wrong password":      {"/login", "", url.Values{"username": {h.adapter.Login}, "password": {"x"}}, 401, "", ""},
		"no password":           {"/login", "", url.Values{"username": {"x"}}, 422, "body.password", "value_error.missing"},
		"no JSON":               {"/message", token, "{", 422, "body", "value_error.jsondecode"},
		"a list":                {"/message", token, "[]", 422, "body", "type_error.dict"},
		"no chat_id":            {"/message", token, reply17(object{"chat_id": nil}), 422, "body.chat_id", "value_error.missing"},
		"chat_id of letters":    {"/message", token, reply17(object{"chat_id": "x"}), 422, "body.chat_id", "type_error.integer"},
		"no offset":             {"/message", token, reply17(object{"created_at": "2026-05-12 09:00:00"}), 422, "body.created_at", "value_error.datetime"},
		"source visitor":        {"/message", token, reply17(object{"source": "visitor"}), 422, "body.source", "value_error.const"},
		"neither text nor file": {"/message", token, reply17(object{"text": nil}), 422, "body.text", "value_error"},
		"half a resource":       {"/message", token, reply17(object{"resource": object{"id": 1, "type": "photo"}}), 422, "body.resource.token", "value_error.missing"},
		"a foreign account":     {"/message", token, reply17(object{"account_id": 1}), 403, "", ""},
		"an unknown channel":    {"/message", token, reply17(object{"channel_id": 1}), 404, "", ""},
		"another channel":       {"/message", token, reply17(object{"channel_id": 35802}), 404, "", ""},
		"an unknown chat":       {"/message", token, reply17(object{"chat_id": 5}), 404, "", ""},
		"an unknown operator":   {"/message", token, reply17(object{"operator_id": 5}), 404, "", ""},
		"without the right":     {"/message", token, reply17(object{"operator_id": 7004}), 404, "", ""},
		"no such path":          {"/nothing", token, reply17(nil), 404, "", ""},
	} {
		status, out, _ := h.rest(c.path, c.token, c.body)
		if status != c.status || out["detail"] == nil {
			t.Errorf("%s: %d %v", name, status, out)
			continue
		}
		if c.status == 422 {
			first := out["detail"].([]any)[0].(object)
			if loc := strings.Trim(strings.ReplaceAll(fmt.Sprint(first["loc"]), " ", "."), "[]"); loc != c.loc || first["type"] != c.kind || first["msg"] == "" {
				t.Errorf("%s: %v", name, first)
			}
		}
	}
	h.later(24 * time.Hour)
	if status, _, _ := h.rest("/message", token, reply17(nil)); status != 401 {
		t.Errorf("a token of yesterday: %d", status)
	}
}

func TestTheChatAPIIsBusyWhenToldSo(t *testing.T) {
	t.Parallel()
	h := connect(t, Adapter{}, WhatsApp)
	h.play(h.shop.Chat(199000001, eight, h.shop.Channel(WhatsApp), Visitor{}).Says("?").Script())
	token := h.token()
	for _, f := range []adapter.Fault{{Call: "message", Status: 429, RetryAfter: 7}, {Call: "message", Status: 502, Executed: true}} {
		if err := h.FailChats(f); err != nil {
			t.Fatal(err)
		}
	}
	status, _, header := h.rest("/message", token, reply17(nil))
	if status != 429 || header.Get("Retry-After") != "7" {
		t.Errorf("%d %v", status, header)
	}
	if status, _, _ := h.rest("/message", token, reply17(nil)); status != 502 {
		t.Errorf("%d", status)
	}
	if rows := h.ask("dataapi", "get.chat_messages_report", object{"chat_id": 199000001}).rows(t); len(rows) != 2 {
		t.Errorf("messages %v", rows)
	}
}

func TestFilesOfMessages(t *testing.T) {
	t.Parallel()
	h := connect(t, Adapter{}, WhatsApp)
	h.told()
	h.play(h.shop.Chat(199000001, eight, h.shop.Channel(WhatsApp), Visitor{}).Sends(File{Type: "photo", Name: "p.png", Size: 100_000}).Script())
	r := h.told()[1].body["resource"].(object)
	token := h.token()
	get := func(path, token string) (int, []byte) {
		req, _ := http.NewRequest(http.MethodGet, h.web.URL+path, http.NoBody)
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := h.web.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		content, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, content
	}
	path := fmt.Sprintf("%s/v1/adapter/resource/286001/35801/%.0f/%s/payload", ChatAPIPath, r["id"], r["token"])
	if status, content := get(path, token); status != 200 || len(content) != 100_000 || !bytes.HasPrefix(content, []byte("\x89PNG")) {
		t.Errorf("%d, %d bytes", status, len(content))
	}
	for path, want := range map[string]int{path: 401, strings.Replace(path, r["token"].(string), "x", 1): 404, strings.Replace(path, "286001", "1", 1): 403} {
		use := token
		if want == 401 {
			use = ""
		}
		if status, _ := get(path, use); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	row := h.ask("dataapi", "get.chat_messages_report", object{"chat_id": 199000001}).rows(t)[0]
	if status, content := get(strings.TrimPrefix(row["resource"].(object)["file_url"].(string), h.web.URL), ""); status != 200 || len(content) != 100_000 {
		t.Errorf("by the report's address: %d", status)
	}

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for name, value := range map[string]string{"account_id": "286001", "channel_id": "35801", "type": "document"} {
		_ = w.WriteField(name, value)
	}
	part, _ := w.CreateFormFile("file", "../offer.pdf")
	_, _ = part.Write([]byte("%PDF offer"))
	_ = w.Close()
	req, _ := http.NewRequest(http.MethodPost, ChatAPIURL(h.web.URL)+"/v1/adapter/resource", &form)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := h.web.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var up object
	if err := json.NewDecoder(resp.Body).Decode(&up); err != nil || up["name"] != "offer.pdf" || up["size"] != 10.0 || up["type"] != "document" {
		t.Fatalf("uploaded %v, %v", up, err)
	}
	if status, out, _ := h.rest("/message", token, reply17(object{"text": nil, "resource": up})); status != 200 || out["resource"].(object)["id"] != up["id"] {
		t.Errorf("sent %d %v", status, out)
	}
	if status, out, _ := h.rest("/resource", token, "x"); status != 422 {
		t.Errorf("no form: %d %v", status, out)
	}
}

func TestTheManagementOfAdapters(t *testing.T) { // contract uis §5.1
	t.Parallel()
	d := open(t, nil)
	login, password := d.access().User()
	call := func(method, address, token string, body any) (int, any) {
		text, _ := json.Marshal(body)
		r, _ := http.NewRequest(method, d.web.URL+address, bytes.NewReader(text))
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := d.web.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var out any
		if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, out
	}
	_, out := call("POST", CabinetRPCPath+"?method=login", "", object{"jsonrpc": "2.0", "id": "0", "method": "login", "params": object{"login": login, "password": password, "project": "uis2"}})
	token, _ := out.(object)["result"].(object)["jwt"].(string)
	if token == "" {
		t.Fatalf("%v", out)
	}
	if status, _ := call("GET", ChatLogicPath+"/v1/integration/channel", "x", nil); status != 401 {
		t.Errorf("%d", status)
	}
	_, list := call("GET", ChatLogicPath+"/v1/integration/channel", token, nil)
	if all := list.([]any); len(all) != 9 || all[0].(object)["id"] != 74001.0 || all[0].(object)["type"] != "whatsapp" || all[0].(object)["is_active"] != true {
		t.Errorf("channels %v", list)
	}
	status, made := call("POST", ChatLogicPath+"/v1/integration/adapter", token, object{
		"type": "omni", "name": "OMNI", "login": "omni", "password": "SECRET", "webhook_url": d.to.URL + "/w", "webhook_auth": object{"type": "Bearer", "token": "SECRET"},
	})
	if status != 200 || strings.Contains(fmt.Sprint(made), "SECRET") || made.(object)["owner"] != 5001.0 || made.(object)["webhook_version"] != "v2" {
		t.Fatalf("%d %v", status, made)
	}
	status, account := call("POST", ChatLogicPath+"/v1/integration/account", token, object{"name": "Чаты", "adapter_id": made.(object)["id"], "channels": []int{74001, 74006}})
	if status != 200 || len(d.to.got()) != 3 {
		t.Fatalf("%d %v %q", status, account, d.to.got())
	}
	if _, all := call("GET", ChatLogicPath+"/v1/integration/account", token, nil); len(all.([]any)) != 1 {
		t.Errorf("%v", all)
	}
	id := fmt.Sprint(made.(object)["id"])
	if status, _ := call("DELETE", ChatLogicPath+"/v1/integration/adapter/"+id, token, nil); status != 409 {
		t.Errorf("removed in use: %d", status)
	}
	call("DELETE", fmt.Sprintf("%s/v1/integration/account/%.0f", ChatLogicPath, account.(object)["id"]), token, nil)
	if status, _ := call("DELETE", ChatLogicPath+"/v1/integration/adapter/"+id, token, nil); status != 200 {
		t.Errorf("not removed: %d", status)
	}
}
