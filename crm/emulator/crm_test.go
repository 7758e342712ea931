package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"omniconnector/crm/emulator"
)

type m = map[string]any

func TestFmUpdateIsAPatchByValueID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	id := w.call("crm.item.add", m{"entityTypeId": 3, "fields": m{"name": "A", "fm": []any{
		m{"typeId": "PHONE", "valueType": "WORK", "value": "+79161234567"}, m{"typeId": "EMAIL", "valueType": "WORK", "value": "a@x.test"},
	}}}).num("item", "id")
	read := func() any {
		return w.call("crm.item.list", m{"entityTypeId": 3, "filter": m{"id": id}, "select": []any{"*"}}).at("items", 0, "fm")
	}
	w.call("crm.item.update", m{"entityTypeId": 3, "id": id, "fields": m{"fm": m{
		"1": m{"value": "+79160000000"}, "2": m{"value": ""}, "n0": m{"typeId": "PHONE", "value": "+79160000000"},
	}}})
	want := []any{
		m{"id": 1.0, "typeId": "PHONE", "valueType": "WORK", "value": "+79160000000"},
		m{"id": 3.0, "typeId": "PHONE", "valueType": "WORK", "value": "+79160000000"}, // re-adding duplicates
	}
	if diff := cmp.Diff(want, read()); diff != "" {
		t.Error(diff)
	}
	if got := w.call("crm.item.list", m{"entityTypeId": 3}).at("items", 0).(m)["fm"]; got != nil {
		t.Errorf("fm without a star: %v", got)
	}
	if got := w.call("crm.duplicate.findbycomm", m{"type": "PHONE", "values": []any{"+79161234567", "a@x.test"}}).Result; !cmp.Equal(got, []any{}) {
		t.Errorf("a removed number is still found: %v", got)
	}
}

func TestStageDecidesWhatIsDerived(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Funnels: []emulator.Funnel{{ID: 5, Name: "Опт"}}})
	add := w.call("crm.item.add", m{"entityTypeId": 2, "fields": m{"title": "D", "stageSemanticId": "S", "id": 99, "nonsense": 1}})
	if add.num("item", "id") != 1 || add.str("item", "stageSemanticId") != "P" || add.str("item", "closed") != "N" || add.str("item", "stageId") != "NEW" {
		t.Errorf("read-only fields must be ignored: %s", add.Raw)
	}
	won := w.call("crm.item.update", m{"entityTypeId": 2, "id": 1, "fields": m{"categoryId": 5, "stageId": "C5:WON"}})
	if won.str("item", "stageSemanticId") != "S" || won.str("item", "closed") != "Y" || won.num("item", "categoryId") != 5 {
		t.Errorf("won: %s", won.Raw)
	}
	foreign := w.call("crm.item.update", m{"entityTypeId": 2, "id": 1, "fields": m{"stageId": "NEW"}})
	if foreign.str("item", "stageId") != "C5:WON" {
		t.Errorf("a stage of another funnel was taken: %s", foreign.Raw)
	}
	lead := w.call("crm.item.add", m{"entityTypeId": 1, "fields": m{"statusId": "JUNK"}})
	if lead.str("item", "stageId") != "JUNK" || lead.str("item", "stageSemanticId") != "F" {
		t.Errorf("statusId is an alias of stageId: %s", lead.Raw)
	}
	old := w.call("crm.lead.get", m{"id": 1})
	if old.str("STATUS_SEMANTIC_ID") != "F" || old.str("ID") != "1" || old.str("ASSIGNED_BY_ID") != "1" {
		t.Errorf("old style: %s", old.Raw)
	}
}

func TestFiltersNestCastAndCompare(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	contact := w.portal.Add(emulator.Contact, m{"name": "A"})
	for i, title := range []string{"alpha", "beta", "gamma", "delta"} {
		f := m{"title": title, "opportunity": i * 100}
		if i == 1 {
			f["contactId"] = contact
		}
		w.portal.Add(emulator.Deal, f)
		w.clock.Advance(10 * time.Minute)
	}
	ids := func(filter m) []any {
		t.Helper()
		a := w.call("crm.item.list", m{"entityTypeId": 2, "filter": filter, "order": m{"id": "desc"}})
		if a.Status != 200 {
			return []any{a.Code}
		}
		out := []any{}
		for _, row := range a.at("items").([]any) {
			out = append(out, row.(m)["id"])
		}
		return out
	}
	for _, c := range []struct {
		name   string
		filter m
		want   []any
	}{
		{"in", m{"@id": []any{1, "3"}}, []any{3.0, 1.0}},
		{"not in", m{"!@id": []any{1, 3}}, []any{4.0, 2.0}},
		{"range", m{">=opportunity": 100, "<opportunity": "300"}, []any{3.0, 2.0}},
		{"substring", m{"%title": "ELT"}, []any{4.0}},
		{"like", m{"=%title": "%a"}, []any{4.0, 3.0, 2.0, 1.0}},
		{"or", m{"logic": "OR", "0": m{"title": "alpha"}, "1": m{"title": "gamma"}}, []any{3.0, 1.0}},
		{"or inside and", m{">id": 1, "0": m{"logic": "OR", "0": m{"title": "alpha"}, "1": m{"title": "gamma"}}}, []any{3.0}},
		{"date", m{">createdTime": "2026-03-10T12:15:00+03:00"}, []any{4.0, 3.0}},
		{"contact", m{"contactId": contact}, []any{2.0}},
		{"literal reference is cast to 0", m{"contactId": "$result[x][id]"}, []any{4.0, 3.0, 1.0}},
		{"fm cannot be filtered", m{"fm": "x"}, []any{"INVALID_ARG_VALUE"}},
	} {
		if diff := cmp.Diff(c.want, ids(c.filter)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestListsComeInPagesOfFifty(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	for range 120 {
		w.portal.Add(emulator.Lead, nil)
	}
	page := w.call("crm.lead.list", m{"start": 50})
	if len(page.Result.([]any)) != 50 || page.Total != 120 || page.Next != 100 {
		t.Errorf("second page: total %v next %v", page.Total, page.Next)
	}
	last := w.call("crm.item.list", m{"entityTypeId": 1, "start": 100})
	if len(last.at("items").([]any)) != 20 || last.Next != 0 {
		t.Errorf("last page: next %v", last.Next)
	}
	bare := w.call("crm.item.list", m{"entityTypeId": 1, "start": -1, "filter": m{">id": 100}})
	if len(bare.at("items").([]any)) != 20 || bare.Total != 0 {
		t.Errorf("start=-1: total %v", bare.Total)
	}
}

func TestPortalWithoutLeadsConvertsThem(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{Mode: emulator.Simple})
	lead := w.call("crm.item.add", m{"entityTypeId": 1, "fields": m{"title": "L", "name": "Ann", "fm": []any{m{"typeId": "PHONE", "value": "+7916"}}}})
	if lead.str("item", "stageId") != "CONVERTED" {
		t.Errorf("lead: %s", lead.Raw)
	}
	if w.portal.Field(emulator.Deal, 1, "leadId") != "1" || w.portal.Field(emulator.Deal, 1, "contactId") != "1" || w.portal.Field(emulator.Contact, 1, "name") != "Ann" {
		t.Errorf("records:\n%s", w.portal.Records())
	}
}

func TestMandatoryFieldIsNamedByTheRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	w.portal.AddUserField(emulator.Deal, "UF_CRM_CITY", "Город", true)
	a := w.call("crm.item.add", m{"entityTypeId": 2, "fields": m{"title": "D"}})
	if a.Status != 400 || a.Text != `Field "Город" (ufCrmCity) is required` || w.portal.Count(emulator.Deal) != 0 {
		t.Errorf("without: %s", a.Raw)
	}
	b := w.call("crm.item.add", m{"entityTypeId": 2, "fields": m{"title": "D", "ufCrmCity": "Омск"}})
	if b.str("item", "ufCrmCity") != "Омск" {
		t.Errorf("with: %s", b.Raw)
	}
	fields := w.call("crm.item.fields", m{"entityTypeId": 2})
	if fields.str("fields", "ufCrmCity", "upperName") != "UF_CRM_CITY" || fields.at("fields", "ufCrmCity", "isRequired") != true {
		t.Errorf("fields: %v", fields.at("fields", "ufCrmCity"))
	}
}

func TestTimelineAndBindingsBelongToTheirRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	c := w.portal.Add(emulator.Contact, m{"name": "A"})
	d := w.portal.Add(emulator.Deal, m{"title": "D", "contactId": c})
	act := w.call("crm.activity.add", m{"fields": m{
		"OWNER_TYPE_ID": 3, "OWNER_ID": c, "TYPE_ID": 1, "SUBJECT": "Встреча", "RESPONSIBLE_ID": 7,
		"COMMUNICATIONS": []any{m{"VALUE": "+7916", "ENTITY_ID": c, "ENTITY_TYPE_ID": 3, "TYPE": "PHONE"}},
	}}).Result
	if got := w.call("crm.activity.binding.add", m{"activityId": act, "entityTypeId": 2, "entityId": d}).Result; got != true {
		t.Fatalf("binding = %v", got)
	}
	found := w.call("crm.activity.list", m{"filter": m{"BINDINGS": []any{m{"OWNER_TYPE_ID": 2, "OWNER_ID": d}}, "COMPLETED": "N"}})
	if found.str(0, "SUBJECT") != "Встреча" || found.str(0, "ID") != "1" {
		t.Errorf("list: %s", found.Raw)
	}
	w.call("crm.activity.update", m{"id": act, "fields": m{"COMPLETED": "Y"}})
	if got := w.call("crm.activity.get", m{"id": act}); got.str("STATUS") != "2" || got.str("COMPLETED") != "Y" {
		t.Errorf("completed: %s", got.Raw)
	}
	note := w.call("crm.timeline.comment.add", m{"fields": m{"ENTITY_ID": d, "ENTITY_TYPE": "deal", "COMMENT": "hi"}}).Result
	list := w.call("crm.timeline.comment.list", m{"filter": m{"ENTITY_ID": d, "ENTITY_TYPE": "deal"}})
	if note != 1.0 || list.str(0, "COMMENT") != "hi" {
		t.Errorf("comments: %s", list.Raw)
	}
	if got := w.call("crm.timeline.comment.delete", m{"id": note}); got.Status != 200 || got.Result != nil {
		t.Errorf("delete answers null: %s", got.Raw)
	}
}

func TestRepeatedTagReplacesTheNotice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	for _, text := range []string{"one", "two"} {
		w.call("im.notify.system.add", m{"USER_ID": 7, "MESSAGE": text, "TAG": "call-1"})
	}
	if got, want := w.portal.Records(), "notice to 7: two\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := w.call("im.notify.delete", m{"TAG": "call-1"}).Result; got != true || w.portal.Records() != "" {
		t.Errorf("delete = %v", got)
	}
}

func TestCommentIsRewrittenReadAndCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	d := w.portal.Add(emulator.Deal, m{"title": "D"})
	add := func(text string) any {
		return w.call("crm.timeline.comment.add", m{"fields": m{"ENTITY_ID": d, "ENTITY_TYPE": "deal", "COMMENT": text}}).Result
	}
	id := add("one")
	edit := func(p m) answer { p["id"] = id; return w.call("crm.timeline.comment.update", p) }
	if got := edit(m{"fields": m{"COMMENT": "two"}, "ownerTypeId": 2, "ownerId": d}); got.Result != id {
		t.Errorf("update answers the id: %s", got.Raw)
	}
	if got := w.call("crm.timeline.comment.get", m{"id": id}); got.str("COMMENT") != "two" || got.num("ENTITY_ID") != d || got.str("ENTITY_TYPE") != "deal" {
		t.Errorf("get: %s", got.Raw)
	}
	for _, c := range []struct {
		params m
		code   string
	}{
		{m{"fields": m{"COMMENT": ""}}, "INVALID_ARG_VALUE"},
		{m{"Fields": m{"COMMENT": "x"}}, "100"},
		{m{"fields": m{"COMMENT": "x"}, "ownerTypeId": 2, "ownerId": d + 1}, "OWNER_NOT_FOUND"},
	} {
		if got := edit(c.params); got.Code != c.code {
			t.Errorf("%v: %s", c.params, got.Raw)
		}
	}
	edit(m{"fields": m{"COMMENT": "[B]Анна:[/B] <script>да</script>"}})
	if page := w.page("/deal/1"); !strings.Contains(page, "<b>Анна:</b> &lt;script&gt;да&lt;/script&gt;") {
		t.Error("the page does not show the comment as it should")
	}
	long := strings.Repeat("щ", 40_000)
	edit(m{"fields": m{"COMMENT": long}})
	for _, which := range []any{id, add(long)} {
		if got := w.call("crm.timeline.comment.get", m{"id": which}).str("COMMENT"); got != long[:65_534] {
			t.Errorf("%d bytes are kept", len(got))
		}
	}
	w.call("crm.timeline.comment.delete", m{"id": id})
	for _, method := range []string{"update", "get", "delete"} {
		got := w.call("crm.timeline.comment."+method, m{"id": id, "fields": m{"COMMENT": "x"}})
		if got.Status != 400 || got.Code != "" || got.Text != "Not found" {
			t.Errorf("%s after deletion: %s", method, got.Raw)
		}
	}
}

func TestWhatHangsInADeletedRecordGoesWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	lead, other := w.portal.Add(emulator.Lead, m{"title": "L"}), w.portal.Add(emulator.Lead, m{"title": "M"})
	activity := func() any {
		return w.call("crm.activity.add", m{"fields": m{
			"OWNER_TYPE_ID": 1, "OWNER_ID": lead, "TYPE_ID": 6, "PROVIDER_ID": "REST_APP", "PROVIDER_TYPE_ID": "CHAT", "SUBJECT": "Чат", "RESPONSIBLE_ID": 7,
		}}).Result
	}
	own, shared := activity(), activity()
	w.call("crm.activity.binding.add", m{"activityId": shared, "entityTypeId": 1, "entityId": other})
	note := w.call("crm.timeline.comment.add", m{"fields": m{"ENTITY_ID": lead, "ENTITY_TYPE": "lead", "COMMENT": "hi"}}).Result
	w.portal.Remove(emulator.Lead, lead)
	if got := w.call("crm.timeline.comment.get", m{"id": note}); got.Text != "Not found" {
		t.Errorf("comment: %s", got.Raw)
	}
	if got := w.call("crm.activity.get", m{"id": own}); got.Text != "Activity is not found." {
		t.Errorf("activity: %s", got.Raw)
	}
	if got := w.call("crm.activity.get", m{"id": shared}); got.str("OWNER_ID") != "2" {
		t.Errorf("shared activity: %s", got.Raw)
	}
}

func TestActivityOfAProviderNeedsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	fields := m{"OWNER_TYPE_ID": 1, "OWNER_ID": w.portal.Add(emulator.Lead, nil), "TYPE_ID": 6, "SUBJECT": "Чат", "RESPONSIBLE_ID": 7}
	if got := w.call("crm.activity.add", m{"fields": fields}); got.Status != 400 {
		t.Errorf("without a provider: %s", got.Raw)
	}
	fields["PROVIDER_ID"] = "REST_APP"
	if got := w.call("crm.activity.add", m{"fields": fields}); got.Result != 1.0 {
		t.Errorf("an application's own: %s", got.Raw)
	}
}

func TestNoticesBelongToTheirUserAndApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.PortalSpec{})
	w.call("im.notify.system.add", m{"USER_ID": 7, "MESSAGE": " раз\nдва ", "TAG": "t"})
	w.call("im.notify.personal.add", m{"USER_ID": 1, "MESSAGE": "раз", "TAG": "t"})
	got := w.portal.Notices(0)
	if len(got) != 2 || got[0].Text != "раз\nдва" || got[0].From != 0 || got[1].From != 1 || !strings.HasPrefix(got[0].Tag, "MP|") || !strings.HasSuffix(got[0].Tag, "|t") {
		t.Errorf("notices: %+v", got)
	}
	if want := "notice to 7: раз | два\nnotice to 1: раз\n"; w.portal.Records() != want {
		t.Errorf("records %q", w.portal.Records())
	}
	w.call("im.notify.system.add", m{"USER_ID": 7, "MESSAGE": "[URL=/crm/lead/details/5/]Лид[/URL]", "TAG": "t"})
	if page := w.page("/messages"); !strings.Contains(page, `/lead/5">Лид</a>`) {
		t.Error("the page shows no link")
	}
	if got := w.call("im.notify.system.add", m{"USER_ID": 99, "MESSAGE": "x"}); got.Result != false {
		t.Errorf("to nobody: %s", got.Raw)
	}
	if got := w.call("im.notify.system.add", m{"USER_ID": 7, "MESSAGE": " "}); got.Code != "MESSAGE_EMPTY" {
		t.Errorf("of nothing: %s", got.Raw)
	}
}
