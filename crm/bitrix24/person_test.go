package bitrix24_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"testing"

	"omniconnector/crm"
	"omniconnector/crm/crmtest"
	"omniconnector/crm/emulator"
)

var emulated = map[crm.Kind]emulator.Kind{
	crm.Lead: emulator.Lead, crm.Deal: emulator.Deal, crm.Contact: emulator.Contact, crm.Company: emulator.Company,
}

// rest asks the emulated portal past the adapter.
func (w *world) rest(t *testing.T, method string, p map[string]any, out any) {
	t.Helper()
	body := map[string]any{"auth": string(w.store.token.Access)}
	maps.Copy(body, p)
	encoded, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.portal.Endpoint()+method, bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v %s", method, err, answer)
	}
	if err := json.Unmarshal(answer, &struct{ Result any }{out}); err != nil {
		t.Fatalf("%s: %v in %s", method, err, answer)
	}
}

// person adds what people and vendors do in the portal to a harness.
func (w *world) person(t *testing.T, h crmtest.Harness) crmtest.Harness {
	t.Helper()
	h.Click = func(u crm.UserID, phone string) string { return w.portal.Click("local.app", int64(u), phone, "") }
	h.Fill = func(kind crm.Kind, id int64, field, value string) {
		if err := w.portal.Edit(emulated[kind], id, map[string]any{field: value}); err != nil {
			t.Error(err)
		}
	}
	h.Remove = func(kind crm.Kind, id int64) { w.portal.Remove(emulated[kind], id) }
	h.AddField = func(kind crm.Kind, name, title string, mandatory bool) {
		w.portal.AddUserField(emulated[kind], name, title, mandatory)
	}
	h.Comments = func(kind crm.Kind, id int64) []string {
		var all []struct{ Comment string }
		w.rest(t, "crm.timeline.comment.list", map[string]any{"filter": map[string]any{"ENTITY_ID": id, "ENTITY_TYPE": kind}}, &all)
		out := []string{}
		for _, c := range all {
			out = append(out, c.Comment)
		}
		return out
	}
	h.Reach = func(kind crm.Kind, id int64) []string {
		var all struct {
			Items []struct {
				FM []struct{ TypeID, ValueType, Value string }
			}
		}
		w.rest(t, "crm.item.list", map[string]any{"entityTypeId": emulated[kind], "filter": map[string]any{"id": id}, "select": []string{"*"}}, &all)
		var out []string
		for _, m := range all.Items[0].FM {
			out = append(out, m.TypeID+" "+m.ValueType+" "+m.Value)
		}
		return out
	}
	h.Clients = func(kind crm.Kind, id int64) []int64 {
		var all []struct {
			ID int64 `json:"CONTACT_ID"`
		}
		w.rest(t, "crm."+string(kind)+".contact.items.get", map[string]any{"id": id}, &all)
		out := []int64{}
		for _, c := range all {
			out = append(out, c.ID)
		}
		return out
	}
	h.Open = func(kind crm.Kind, id int64) int {
		var all []struct{ ID string }
		bound := []map[string]any{{"OWNER_TYPE_ID": emulated[kind], "OWNER_ID": id}}
		w.rest(t, "crm.activity.list", map[string]any{"filter": map[string]any{"BINDINGS": bound, "COMPLETED": "N"}}, &all)
		return len(all)
	}
	h.Merge = func(kind crm.Kind, into, from int64) {
		if err := w.portal.Merge(emulated[kind], into, from); err != nil {
			t.Error(err)
		}
	}
	h.RemoveComment = func(id int64) { w.rest(t, "crm.timeline.comment.delete", map[string]any{"id": id}, &struct{}{}) }
	h.Notices = func(u crm.UserID) []string {
		out := []string{}
		for _, n := range w.portal.Notices(int64(u)) {
			out = append(out, n.Text)
		}
		return out
	}
	h.Bind = func(event, address string) {
		var ok bool
		w.rest(t, "event.bind", map[string]any{"event": event, "handler": address}, &ok)
	}
	h.Handlers = func() []string {
		var all []struct{ Event, Handler string }
		w.rest(t, "event.get", nil, &all)
		var out []string
		for _, b := range all {
			out = append(out, b.Event+" "+b.Handler)
		}
		slices.Sort(out)
		return out
	}
	h.Lines = func() []string {
		var all []struct{ Number, Name string }
		w.rest(t, "telephony.externalLine.get", nil, &all)
		out := []string{}
		for _, l := range all {
			out = append(out, l.Number+" "+l.Name)
		}
		slices.Sort(out)
		return out
	}
	h.Workday = func(u crm.UserID, day crm.Presence) {
		w.portal.SetPresence(int64(u), emulator.Presence{Workday: map[crm.Presence]string{
			crm.Working: "OPENED", crm.Paused: "PAUSED", crm.Away: "CLOSED",
		}[day]})
	}
	h.NoWorkdays = func() { w.portal.SetTimeman(false) }
	h.Transcripts = func() int { return w.count(func(c emulator.Call) int { return c.Transcripts }) }
	h.Notes = func() int { return w.count(func(c emulator.Call) int { return c.ChatNotes }) }
	return h
}

func (w *world) count(of func(emulator.Call) int) int {
	n := 0
	for _, c := range w.portal.Calls() {
		n += of(c)
	}
	return n
}
