package emulator

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"omniconnector/webhooks/emulator/rpc"
	"omniconnector/webhooks/emulator/session"
	"omniconnector/webhooks/emulator/table"
)

func TestEveryMethodAnswersWithItsFields(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	d.play(Morning(d.shop, eight, 910000001))
	d.started("start.simple_call", callback(nil))
	check := func(method string, schema table.Schema, params object) {
		a := d.ask(rpc.DataAPI, method, params)
		rows := a.rows(t)
		if len(rows) == 0 || a.Result.Metadata["total_items"] != float64(len(rows)) || a.Result.Metadata["limits"] == nil {
			t.Errorf("%s: %d rows, metadata %v", method, len(rows), a.Result.Metadata)
		}
		for _, row := range rows {
			for _, f := range schema {
				value, there := row[f.Name]
				if there == f.Asked || !fits(f.Kind, value) {
					t.Errorf("%s: %s is %v (%t)", method, f.Name, value, there)
				}
				delete(row, f.Name)
			}
			if len(row) > 0 {
				t.Errorf("%s: more fields: %v", method, slices.Collect(maps.Keys(row)))
			}
		}
	}
	for method, one := range dictionaries {
		check(method, one.schema, nil)
	}
	check("get.calls_report", session.Calls, day(nil))
	check("get.call_legs_report", session.Legs, day(nil))
}

// fits tells whether a value from JSON is of a kind.
func fits(k table.Kind, value any) bool {
	switch k {
	case table.Text:
		_, ok := value.(string)
		return ok || value == nil
	case table.Integer:
		_, ok := value.(float64)
		return ok || value == nil
	case table.Flag:
		_, ok := value.(bool)
		return ok || value == nil
	case table.List:
		_, ok := value.([]any)
		return ok
	default:
		return true
	}
}

func TestTheShopsDictionaries(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	if a := d.ask(rpc.DataAPI, "get.account", nil).rows(t)[0]; a["app_id"] != 5001.0 || a["timezone"] != "Europe/Moscow" {
		t.Errorf("account %v", a)
	}
	people := d.ask(rpc.DataAPI, "get.employees", nil).rows(t)
	anna, vera := people[0], people[4]
	phones := anna["phone_numbers"].([]any)
	if len(people) != 5 || anna["last_name"] != "Тестова" || anna["first_name"] != "Анна" || anna["patronymic"] != nil || anna["status"] != "available" ||
		len(phones) != 2 || phones[0].(object)["phone_number"] != "0001234" || anna["extension"].(object)["extension_phone_number"] != "101" ||
		anna["operator"].(object)["operator_chat_enabled"] != true {
		t.Errorf("Anna %v", anna)
	}
	if vera["phone_numbers"].([]any)[0].(object)["status"] != "inactive" || len(vera["extension"].(object)) != 0 || len(vera["groups"].([]any)) != 0 {
		t.Errorf("Vera %v", vera)
	}
	lines := d.ask(rpc.DataAPI, "get.sip_lines", nil).rows(t)
	if len(lines) != 4 || lines[1]["virtual_phone_number"] != "74950000102" || lines[0]["virtual_phone_number"] != "74950000101" || lines[0]["employee_id"] != 7001.0 {
		t.Errorf("SIP lines %v", lines)
	}
	groups := d.ask(rpc.DataAPI, "get.group_employees", nil).rows(t)
	if len(groups) != 2 || len(groups[0]["members"].([]any)) != 2 {
		t.Errorf("groups %v", groups)
	}
	scenarios := d.ask(rpc.DataAPI, "get.scenarios", object{"fields": []string{"id", "operations"}}).rows(t)
	if ops := scenarios[0]["operations"].([]any); len(ops) != 2 || ops[1].(object)["id"] != 3005.0 || len(scenarios[0]) != 2 {
		t.Errorf("scenarios %v", scenarios)
	}
	gone := d.ask(rpc.DataAPI, "get.statuses", object{"is_deleted": true}).rows(t)
	there := d.ask(rpc.DataAPI, "get.statuses", object{"is_deleted": false}).rows(t)
	if len(gone) != 1 || gone[0]["mnemonic"] != nil || len(there) != 7 {
		t.Errorf("statuses: gone %v, there %v", gone, there)
	}
}

func TestPagesOfACrowd(t *testing.T) {
	t.Parallel()
	d := open(t, func(a *Account) { *a = a.Crowd(2500) })
	seen := map[any]bool{}
	for offset := 0; offset < 3000; offset += 1000 {
		a := d.ask(rpc.DataAPI, "get.employees", object{"offset": offset, "fields": []string{"id"}})
		if a.Result.Metadata["total_items"] != 2505.0 {
			t.Fatalf("metadata %v", a.Result.Metadata)
		}
		for _, row := range a.rows(t) {
			seen[row["id"]] = true
		}
	}
	if len(seen) != 2505 {
		t.Errorf("%d employees", len(seen))
	}
	if a := d.ask(rpc.DataAPI, "get.employees", object{"offset": 5000}); string(a.Result.Data) != "[]" {
		t.Errorf("behind the end: %.80s", a.Result.Data)
	}
}

func TestQuestionsThatAreNotAllowed(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	simple := func(field, operator string, value any) object {
		return object{"filter": object{"field": field, "operator": operator, "value": value}}
	}
	deep := object{"field": "id", "operator": "=", "value": 1}
	for range 3 {
		deep = object{"condition": "and", "filters": []any{deep}}
	}
	for name, c := range map[string]struct {
		params   object
		mnemonic string
	}{
		"a limit of 10001":      {object{"limit": 10001}, "invalid_parameter_value"},
		"a limit of 0":          {object{"limit": 0}, "invalid_parameter_value"},
		"a limit as text":       {object{"limit": "10"}, "data_type_error"},
		"the largest limit":     {object{"limit": 10000, "offset": 100000, "user_id": 1}, "ok"},
		"a large offset":        {object{"offset": 100001}, "invalid_parameter_value"},
		"an unknown field":      {object{"fields": []string{"nickname"}}, "invalid_parameter_value"},
		"fields as text":        {object{"fields": "id"}, "data_type_error"},
		"a number as field":     {object{"fields": []any{1}}, "data_type_error"},
		"an unknown parameter":  {object{"date_from": "2026-05-12 00:00:00"}, "unexpected_parameters"},
		"sort by nothing":       {object{"sort": []any{object{"order": "asc"}}}, "required_parameter_missed"},
		"sort by a stranger":    {object{"sort": []any{object{"field": "nickname"}}}, "sort_prohibited"},
		"sort by a list":        {object{"sort": []any{object{"field": "phone_numbers"}}}, "sort_prohibited"},
		"sort up and down":      {object{"sort": []any{object{"field": "id", "order": "up"}}}, "invalid_parameter_value"},
		"filter as text":        {object{"filter": "id=1"}, "data_type_error"},
		"filter by a stranger":  {simple("nickname", "=", "x"), "filter_prohibited"},
		"an unknown operator":   {simple("id", "==", 1), "filter_prohibited"},
		"like of a number":      {simple("id", "like", "7%"), "filter_prohibited"},
		"= of a list":           {simple("phone_numbers", "=", "7"), "filter_prohibited"},
		"a number as text":      {simple("id", "=", "7001"), "data_type_error"},
		"a text as number":      {simple("last_name", "=", 5), "data_type_error"},
		"in without list":       {simple("id", "in", 7001), "data_type_error"},
		"no value":              {object{"filter": object{"field": "id", "operator": "="}}, "required_parameter_missed"},
		"no operator":           {object{"filter": object{"field": "id", "value": 1}}, "required_parameter_missed"},
		"a broken regexp":       {simple("last_name", "regexp", "("), "invalid_parameter_value"},
		"a broken jsquery":      {simple("groups", "jsquery", "#"), "invalid_parameter_value"},
		"three levels":          {object{"filter": deep}, "ok"},
		"four levels":           {object{"filter": object{"condition": "or", "filters": []any{deep}}}, "invalid_parameter_value"},
		"a tree without and":    {object{"filter": object{"filters": []any{}}}, "required_parameter_missed"},
		"a tree with xor":       {object{"filter": object{"filters": []any{}, "condition": "xor"}}, "invalid_parameter_value"},
		"a tree of texts":       {object{"filter": object{"filters": []any{"x"}, "condition": "or"}}, "data_type_error"},
		"a tree without leaves": {object{"filter": object{"condition": "or"}}, "required_parameter_missed"},
	} {
		if got := d.ask(rpc.DataAPI, "get.employees", c.params).mnemonic(); got != c.mnemonic {
			t.Errorf("%s: got %s, want %s", name, got, c.mnemonic)
		}
	}
}

func TestFiltersAndSorting(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	f := func(field, operator string, value any) object {
		return object{"field": field, "operator": operator, "value": value}
	}
	tree := func(condition string, all ...object) object { return object{"condition": condition, "filters": all} }
	for name, c := range map[string]struct {
		filter object
		want   string
	}{
		"=":           {f("id", "=", 7002), "7002"},
		"!=":          {f("id", "!=", 7002), "7001 7003 7004 7009"},
		"<":           {f("id", "<", 7002), "7001"},
		">=":          {f("id", ">=", 7004), "7004 7009"},
		"in":          {f("id", "in", []int{7001, 7004, 1}), "7001 7004"},
		"not_in":      {f("last_name", "not_in", []string{"Тестова"}), "7002 7003 7004 7009"},
		"like":        {f("last_name", "like", "%ова"), "7001 7003 7009"},
		"ilike":       {f("last_name", "ilike", "т_СТОВА"), "7001"},
		"not_like":    {f("last_name", "not_like", "%ова"), "7002 7004"},
		"regexp":      {f("email", "regexp", "^(anna|vera)@"), "7001 7009"},
		"flag":        {f("calls_available", "=", false), "7004"},
		"is_null":     {object{"field": "patronymic", "operator": "is_null"}, "7001 7002 7003 7004 7009"},
		"is_not_null": {object{"field": "groups", "operator": "is_not_null"}, "7001 7002 7003"},
		"null is not": {f("patronymic", "!=", "x"), ""},
		"overlap":     {f("in_external_allowed_call_directions", "overlap", []string{"in", "x"}), "7001 7002 7003 7004 7009"},
		"jsquery":     {f("groups", "jsquery", `#.group_id = 12`), "7002 7003"},
		"jsquery one": {f("extension", "jsquery", `extension_phone_number = "103"`), "7003"},
		"and":         {tree("and", f("id", ">", 7001), f("id", "<", 7004)), "7002 7003"},
		"or":          {tree("or", f("id", "=", 7001), tree("and", f("id", ">", 7003), f("status_id", "=", 4))), "7001 7009"},
	} {
		rows := d.ask(rpc.DataAPI, "get.employees", object{"filter": c.filter}).rows(t)
		if got := ids(rows); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
	sorted := object{"sort": []any{object{"field": "status_id", "order": "desc"}, object{"field": "last_name"}}, "limit": 4, "offset": 1}
	if got := ids(d.ask(rpc.DataAPI, "get.employees", sorted).rows(t)); got != "7009 7003 7002 7001" {
		t.Errorf("sorted %s", got)
	}
	last := object{"sort": []any{object{"field": "mnemonic"}}, "fields": []string{"id", "mnemonic"}, "offset": 6}
	if got := ids(d.ask(rpc.DataAPI, "get.statuses", last).rows(t)); got != "21 22" {
		t.Errorf("nulls are not last: %s", got)
	}
}

func ids(rows []object) string {
	var all []string
	for _, r := range rows {
		all = append(all, itoa(int64(r["id"].(float64))))
	}
	return strings.Join(all, " ")
}

func TestUpdateEmployees(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	phone := func(number string) object { return object{"phone_number": number} }
	change := func(more object) object {
		p := object{"id": 7001, "last_name": "Тестова", "phone_numbers": []any{phone("0001234")}}
		maps.Copy(p, more)
		for k, v := range p {
			if v == "absent" {
				delete(p, k)
			}
		}
		return p
	}
	eleven := slices.Repeat([]any{phone("79000009999")}, 11)
	for name, c := range map[string]struct {
		params   object
		mnemonic string
	}{
		"no last_name":         {change(object{"last_name": "absent"}), "required_parameter_missed"},
		"no phone_numbers":     {change(object{"phone_numbers": "absent"}), "required_parameter_missed"},
		"no id":                {change(object{"id": "absent"}), "required_parameter_missed"},
		"an empty last_name":   {change(object{"last_name": ""}), "invalid_parameter_value"},
		"null as last_name":    {change(object{"last_name": nil}), "data_type_error"},
		"phones as texts":      {change(object{"phone_numbers": []string{"0001234"}}), "data_type_error"},
		"a phone that is not":  {change(object{"phone_numbers": []any{object{}}}), "required_parameter_missed"},
		"a colleague's phone":  {change(object{"phone_numbers": []any{phone("0001235")}}), "already_in_use"},
		"eleven phones":        {change(object{"phone_numbers": eleven}), "data_limit_exceeded"},
		"nobody":               {change(object{"id": 1}), "entity_not_found"},
		"no such status":       {change(object{"status_id": 99}), "invalid_parameter_value"},
		"a deleted status":     {change(object{"status_id": 22}), "invalid_parameter_value"},
		"one not to choose":    {change(object{"status_id": 6}), "invalid_parameter_value"},
		"a status as text":     {change(object{"status_id": "2"}), "data_type_error"},
		"an unknown parameter": {change(object{"status": "break"}), "unexpected_parameters"},
	} {
		if got := d.ask(rpc.DataAPI, "update.employees", c.params).mnemonic(); got != c.mnemonic {
			t.Errorf("%s: got %s, want %s", name, got, c.mnemonic)
		}
	}
	anna := func() object {
		return d.ask(rpc.DataAPI, "get.employees", only("id", 7001)).rows(t)[0]
	}
	if d.StatusOf(5001, 7001) != 1 || len(anna()["phone_numbers"].([]any)) != 2 {
		t.Fatalf("a refusal changed %v", anna())
	}
	// Sent back as it came, only the status is another.
	same := d.ask(rpc.DataAPI, "update.employees", change(object{"status_id": 21, "phone_numbers": anna()["phone_numbers"], "patronymic": "Ивановна"}))
	var out struct{ ID int64 }
	if same.into(t, &out); out.ID != 7001 || d.StatusOf(5001, 7001) != 21 {
		t.Errorf("updated %+v to %d", out, d.StatusOf(5001, 7001))
	}
	if now := anna(); now["status"] != "unknown" || now["full_name"] != "Тестова Анна Ивановна" || len(now["phone_numbers"].([]any)) != 2 {
		t.Errorf("got %v", now)
	}
	// An array that is not whole loses the rest.
	d.ask(rpc.DataAPI, "update.employees", change(object{"patronymic": nil}))
	if now := anna(); len(now["phone_numbers"].([]any)) != 1 || now["patronymic"] != nil || now["status_id"] != 21.0 {
		t.Errorf("got %v", now)
	}
	d.SetStatus(5001, 7001, 2)
	if anna()["status"] != "break" {
		t.Errorf("got %v", anna()["status"])
	}
	d.ask(rpc.DataAPI, "update.employees", change(object{"phone_numbers": []any{}}))
	if got := d.ask(rpc.CallAPI, "start.employee_call", click(nil)).mnemonic(); got != "no_active_phone_number" {
		t.Errorf("without phones: %s", got)
	}
}
