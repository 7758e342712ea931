package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
)

func TestCustomFieldsOfEveryKindAreDescribed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	for _, k := range []emulator.Kind{emulator.Lead, emulator.Deal, emulator.Contact, emulator.Company} {
		w.portal.AddCustomField(k, emulator.CustomField{Name: "UF_CRM_1639669411830", Title: "Кампания"})
		w.portal.AddCustomField(k, emulator.CustomField{Name: "UF_CRM_TAGS", Title: "Метки", Multiple: true, Mandatory: true})
		w.portal.AddCustomField(k, emulator.CustomField{Name: "UF_CRM_SUM", Title: "Сумма", Type: "double"})
		w.portal.AddCustomField(k, emulator.CustomField{Name: "UF_CRM_CITY", Title: "Город", Type: "enumeration", Options: []string{"Омск", "Томск"}})
		fields := w.call("crm.item.fields", m{"entityTypeId": int(k)})
		for name, want := range map[string][]any{
			"ufCrm_1639669411830": {"string", "Кампания", "UF_CRM_1639669411830", false, false},
			"ufCrmTags":           {"string", "Метки", "UF_CRM_TAGS", true, true},
			"ufCrmSum":            {"double", "Сумма", "UF_CRM_SUM", false, false},
			"ufCrmCity":           {"enumeration", "Город", "UF_CRM_CITY", false, false},
		} {
			got := []any{}
			for _, key := range []string{"type", "title", "upperName", "isMultiple", "isRequired"} {
				got = append(got, fields.at("fields", name, key))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s of %v: %s", name, k, diff)
			}
		}
		if fields.str("fields", "ufCrmCity", "items", 1, "VALUE") != "Томск" {
			t.Errorf("options: %v", fields.at("fields", "ufCrmCity", "items"))
		}
	}
}

func TestCustomFieldsAreWrittenUnderTheNameAskedFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	w.portal.AddCustomField(emulator.Deal, emulator.CustomField{Name: "UF_CRM_AD", Title: "Кампания"})
	w.portal.AddCustomField(emulator.Deal, emulator.CustomField{Name: "UF_CRM_TAGS", Title: "Метки", Multiple: true})
	w.portal.AddCustomField(emulator.Deal, emulator.CustomField{Name: "UF_CRM_CITY", Type: "enumeration", Options: []string{"Омск"}})
	a := w.call("crm.item.add", m{"entityTypeId": 2, "fields": m{"ufCrmAd": "x", "ufCrmTags": []any{"a", "b"}, "ufCrmCity": 1, "ufCrmNone": "y"}})
	if a.str("item", "ufCrmAd") != "x" || a.str("item", "ufCrmTags", 1) != "b" || a.num("item", "ufCrmCity") != 1 || strings.Contains(a.Raw, "ufCrmNone") {
		t.Errorf("camelCase: %s", a.Raw)
	}
	ignored := w.call("crm.item.update", m{"entityTypeId": 2, "id": 1, "fields": m{"UF_CRM_AD": "z", "ufCrmCity": 99}})
	if ignored.str("item", "ufCrmAd") != "x" || ignored.at("item", "ufCrmCity") != nil {
		t.Errorf("a UF_ name without the flag, an option that does not exist: %s", ignored.Raw)
	}
	taken := w.call("crm.item.update", m{"entityTypeId": 2, "id": 1, "useOriginalUfNames": "Y", "fields": m{"UF_CRM_AD": "z", "UF_CRM_TAGS": "c"}})
	if taken.str("item", "UF_CRM_AD") != "z" || taken.str("item", "UF_CRM_TAGS", 0) != "c" || taken.at("item", "ufCrmAd") != nil {
		t.Errorf("original names: %s", taken.Raw)
	}
	if page := w.page("/deal/1"); !strings.Contains(page, "Кампания") || !strings.Contains(page, "z") {
		t.Error("the page does not show the custom field")
	}
}

func TestMandatoryFieldCanBeGivenRelaxedOrDeleted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	w.portal.AddUserField(emulator.Contact, "UF_CRM_CITY", "Город", true)
	add := func() answer {
		return w.call("crm.item.add", m{"entityTypeId": 3, "fields": m{"name": "A", "ufCrmCity": ""}})
	}
	if a := add(); a.Status != 400 || !strings.Contains(a.Text, "Город") {
		t.Errorf("empty: %s", a.Raw)
	}
	w.portal.SetFieldCheck(false)
	if a := add(); a.Status != 200 {
		t.Errorf("unchecked: %s", a.Raw)
	}
	w.portal.SetFieldCheck(true)
	w.portal.SetMandatory(emulator.Contact, "UF_CRM_CITY", false)
	if a := add(); a.Status != 200 {
		t.Errorf("no longer mandatory: %s", a.Raw)
	}
	w.call("crm.contact.userfield.update", m{"id": 1, "fields": m{"MANDATORY": "Y"}})
	if a := add(); a.Status != 400 {
		t.Errorf("mandatory again: %s", a.Raw)
	}
	w.call("crm.item.update", m{"entityTypeId": 3, "id": 1, "fields": m{"ufCrmCity": "Омск"}})
	w.portal.RemoveCustomField(emulator.Contact, "UF_CRM_CITY")
	if a := w.call("crm.item.update", m{"entityTypeId": 3, "id": 1, "fields": m{"ufCrmCity": "Томск", "name": "B"}}); a.Status != 200 || a.str("item", "name") != "B" || strings.Contains(a.Raw, "ufCrmCity") {
		t.Errorf("deleted: %s", a.Raw)
	}
	if got := w.portal.Records(); strings.Contains(got, "UF_CRM_CITY") {
		t.Errorf("a deleted field keeps its values:\n%s", got)
	}
	if a := w.call("crm.contact.userfield.get", m{"id": 1}); a.Status != 400 || a.Text != "Not found" {
		t.Errorf("get: %s", a.Raw)
	}
}

func TestTimelineCommentsOfEveryKindKeepTheirText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	text := "Первая строка\n<b>не разметка</b> [B]жирно[/B] «кавычки» & 😀\n  отступ"
	for _, k := range []emulator.Kind{emulator.Lead, emulator.Deal, emulator.Contact, emulator.Company} {
		kind := strings.ToLower(k.String())
		owner := w.portal.Add(k, nil)
		in := m{"ENTITY_ID": owner, "ENTITY_TYPE": kind}
		id := w.call("crm.timeline.comment.add", m{"fields": m{"ENTITY_ID": owner, "ENTITY_TYPE": kind, "COMMENT": text, "AUTHOR_ID": 7}}).Result
		got := w.call("crm.timeline.comment.get", m{"id": id})
		if got.str("COMMENT") != text || got.str("AUTHOR_ID") != "7" || got.num("ENTITY_ID") != owner || got.str("ENTITY_TYPE") != kind {
			t.Errorf("%s: %s", kind, got.Raw)
		}
		if list := w.call("crm.timeline.comment.list", m{"filter": in}); list.Total != 1 || list.str(0, "COMMENT") != text {
			t.Errorf("%s list: %s", kind, list.Raw)
		}
		if page := w.page("/" + kind + "/" + "1"); !strings.Contains(page, "&lt;b&gt;не разметка&lt;/b&gt;") {
			t.Errorf("%s: the page does not show the comment", kind)
		}
		if a := w.call("crm.timeline.comment.update", m{"id": id, "fields": m{"COMMENT": "иначе"}}); a.Result != id {
			t.Errorf("update: %s", a.Raw)
		}
		w.call("crm.timeline.comment.delete", m{"id": id})
		if list := w.call("crm.timeline.comment.list", m{"filter": in}); list.Total != 0 {
			t.Errorf("%s after delete: %s", kind, list.Raw)
		}
	}
	if a := w.call("crm.timeline.comment.add", m{"FIELDS": m{"ENTITY_ID": 1, "ENTITY_TYPE": "lead", "COMMENT": "x"}}); a.Status != 400 {
		t.Errorf("the parameter's name is lower case: %s", a.Raw)
	}
}

func TestItemsAreListedByWhatASyncAsksFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	company := w.portal.Add(emulator.Company, m{"title": "Acme"})
	for i := range 60 {
		f := m{"name": "A", "fm": []any{emulator.Phone("+79160000001")}}
		if i == 3 {
			f["companyId"] = company
		}
		w.portal.Add(emulator.Contact, f)
		w.clock.Advance(30 * time.Second)
	}
	w.portal.Add(emulator.Deal, m{"title": "D", "contactId": 4, "companyId": company})
	ids := func(a answer) []int {
		rows, _ := a.at("items").([]any)
		out := make([]int, len(rows))
		for i := range rows {
			out[i] = int(a.num("items", i, "id"))
		}
		return out
	}
	list := func(kind int, filter m) answer {
		return w.call("crm.item.list", m{"entityTypeId": kind, "select": []any{"*"}, "order": m{"id": "asc"}, "start": -1, "filter": filter})
	}
	first := list(3, m{">id": 0})
	if got := ids(first); len(got) != 50 || got[49] != 50 || first.Total != 0 || first.Next != 0 {
		t.Errorf("first page: %v", got)
	}
	if first.str("items", 0, "fm", 0, "value") != "+79160000001" || first.num("items", 0, "fm", 0, "id") != 1 {
		t.Errorf("fm: %v", first.at("items", 0, "fm"))
	}
	for name, c := range map[string]struct {
		kind   int
		filter m
		want   []int
	}{
		"rest":    {3, m{">id": 50}, []int{51, 52, 53, 54, 55, 56, 57, 58, 59, 60}},
		"ids":     {3, m{"@id": []any{60, "2", 999}}, []int{2, 60}},
		"changed": {3, m{">=updatedTime": "2026-03-10T12:01:00+03:00", "<updatedTime": "2026-03-10T12:02:00+03:00"}, []int{3, 4}},
		"company": {3, m{"companyId": company}, []int{4}},
		"deals":   {2, m{"contactId": 4}, []int{1}},
		"theirs":  {2, m{"companyId": company}, []int{1}},
		"others":  {2, m{"@contactId": []any{5, 6}}, []int{}},
	} {
		if diff := cmp.Diff(c.want, ids(list(c.kind, c.filter))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
