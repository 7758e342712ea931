package rules_test

import (
	"testing"

	"omniconnector/rules"
)

func names(p rules.Parameter, value string) string {
	if p == "employee" {
		return map[string]string{"7": "Анна Тестова", "8": "Борис Пробный"}[value]
	}
	return ""
}

func TestDescribeSaysWhatTheFilterMeans(t *testing.T) {
	t.Parallel()
	many := include("virtual_number", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12")
	named := and(include("site", "1"), free("seconds > 5"))
	named.Name = "Сайты"
	for name, c := range map[string]struct {
		filter rules.Filter
		ru, en string
	}{
		"nothing": {or(and()), "Без условий: подходит всё", "No conditions: everything passes"},
		"a_condition": {
			include("virtual_number", "74950000101"),
			"Виртуальный номер — 74950000101", "Virtual number — 74950000101",
		},
		"an_and_with_an_exclusion": {
			and(include("virtual_number", "74950000101", "74950000102"), exclude("employee", "7")),
			"Виртуальный номер — один из 74950000101, 74950000102, и не (Сотрудник — Анна Тестова)",
			"Virtual number — one of 74950000101, 74950000102, and not (Employee — Анна Тестова)",
		},
		"a_group_inside": {
			or(include("site", "1"), and(include("employee", "7", "9"), exclude("source", "ads"))),
			"Сайт — 1, или (Сотрудник — один из Анна Тестова, 9, и не (Источник — ads))",
			"Site — 1, or (Employee — one of Анна Тестова, 9, and not (Source — ads))",
		},
		"many_values": {
			many, "Виртуальный номер — один из 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 и ещё 2",
			"Virtual number — one of 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more",
		},
		"a_lone_group":             {and(or(include("site", "1"))), "Сайт — 1", "Site — 1"},
		"a_lone_exclusion_inside":  {and(or(exclude("site", "1"))), "не (Сайт — 1)", "not (Site — 1)"},
		"an_or_with_an_open_door":  {or(include("site", "1"), and()), "подходит всё", "everything passes"},
		"an_and_with_an_empty_one": {and(include("site", "1"), or()), "Сайт — 1", "Site — 1"},
		"a_named_group": {
			or(named, exclude("site", "2")),
			"(«Сайты»: Сайт — 1, и условие `seconds > 5`), или не (Сайт — 2)",
			"(«Сайты»: Site — 1, and the expression `seconds > 5`), or not (Site — 2)",
		},
		"an_unknown_parameter_shows_itself": {include("colour", "red"), "colour — red", "colour — red"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.filter.Describe("ru", words, names); got != c.ru {
				t.Errorf("ru\ngot  %s\nwant %s", got, c.ru)
			}
			if got := c.filter.Describe("en", words, names); got != c.en {
				t.Errorf("en\ngot  %s\nwant %s", got, c.en)
			}
		})
	}
}

func TestSentencesSayWhyInTheTenantsWords(t *testing.T) {
	t.Parallel()
	s := rules.Subject{"virtual_number": {"74950000101"}, "employee": {"7", "Анна Тестова", "8"}}
	named := exclude("employee", "7")
	named.Name = "Не Анна"
	for name, c := range map[string]struct {
		filter rules.Filter
		ru, en string
	}{
		"T7_a_value_that_is_there": {
			include("virtual_number", "74950000101"),
			"Подходит: «Виртуальный номер» включает 74950000101 — да (значение: 74950000101)",
			"Passes: «Virtual number» includes 74950000101 — yes (value: 74950000101)",
		},
		"T7_the_condition_that_decided_is_named": {
			and(include("virtual_number", "74950000101"), named),
			"Не подходит: Не Анна: «Сотрудник» исключает Анна Тестова — нет (значение: Анна Тестова, Борис Пробный)",
			"Does not pass: Не Анна: «Employee» excludes Анна Тестова — no (value: Анна Тестова, Борис Пробный)",
		},
		"an_identifier_and_its_name_are_told_once": {
			include("employee", "Анна Тестова"), "Подходит: «Сотрудник» включает Анна Тестова — да (значение: Анна Тестова, Борис Пробный)",
			"Passes: «Employee» includes Анна Тестова — yes (value: Анна Тестова, Борис Пробный)",
		},
		"an_absent_value": {
			include("site", "1"), "Не подходит: «Сайт» включает 1 — нет (значения нет)", "Does not pass: «Site» includes 1 — no (no value)",
		},
		"what_is_pending": {
			and(include("group", "5"), include("virtual_number", "74950000101")),
			"Пока не решено: «Выбранная посетителем группа» включает 5 — пока неизвестно",
			"Not decided yet: «Group chosen by the visitor» includes 5 — not known yet",
		},
		"all_that_failed_in_an_or": {
			or(include("site", "1"), free("1 % seconds == 0")),
			"Не подходит: «Сайт» включает 1 — нет (значения нет); Условие `1 % seconds == 0` — нет, ошибка: деление на ноль",
			"Does not pass: «Site» includes 1 — no (no value); The expression `1 % seconds == 0` — no, an error: division by zero",
		},
		"no_conditions": {rules.Filter{}, "Подходит: условий нет", "Passes: there are no conditions"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := compile(t, c.filter).Match(s, "group")
			if got := v.Sentence("ru", names); got != c.ru {
				t.Errorf("ru\ngot  %s\nwant %s", got, c.ru)
			}
			if got := v.Sentence("en", names); got != c.en {
				t.Errorf("en\ngot  %s\nwant %s", got, c.en)
			}
		})
	}
	group := and(include("site", "1"))
	group.Name = "Сайты"
	if got, want := compile(t, group).Match(s).Root.Sentence("ru", nil), "Группа «Сайты»: выполнены все условия — нет"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestProblemsCanBeMovedBelowAField(t *testing.T) {
	t.Parallel()
	p := problems(t, include("site"))[0].Under("/incoming/filter")
	if p.Pointer != "/incoming/filter/values" || p.Sentence("ru") != "Укажите хотя бы одно значение." || p.Sentence("en") != "Give at least one value." {
		t.Errorf("got %+v", p)
	}
}
