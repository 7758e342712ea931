package settings_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/integration/settings"
	"omniconnector/rules"
)

func include(p rules.Parameter, values ...string) rules.Filter {
	return rules.Filter{Parameter: p, Mode: rules.Include, Values: values}
}

func exclude(p rules.Parameter, values ...string) rules.Filter {
	return rules.Filter{Parameter: p, Mode: rules.Exclude, Values: values}
}

func all(of ...rules.Filter) rules.Filter { return rules.Filter{Join: rules.And, Of: of} }

func either(of ...rules.Filter) rules.Filter { return rules.Filter{Join: rules.Or, Of: of} }

// S-3: which rules of one list are warned of, and why.
func TestRulesThatTakeCallsFromOneAnotherAreWarnedOf(t *testing.T) {
	t.Parallel()
	const campaign, number, employee = integration.ParamCampaign, integration.ParamVirtualNumber, integration.ParamEmployee
	search, banners, first := include(campaign, "Поиск"), include(campaign, "Баннеры"), include(number, "74950000101")
	for name, c := range map[string]struct {
		rules []rules.Filter
		want  []string
	}{
		"one rule":                      {[]rules.Filter{search}, nil},
		"different values":              {[]rules.Filter{search, banners}, nil},
		"special before general":        {[]rules.Filter{all(search, first), search, {}}, nil},
		"general before special":        {[]rules.Filter{search, all(search, first)}, []string{"1 shadowed 1"}},
		"the same":                      {[]rules.Filter{search, search}, []string{"1 shadowed 1"}},
		"one of the values above":       {[]rules.Filter{include(campaign, "Поиск", "Баннеры"), banners}, []string{"1 shadowed 1"}},
		"two rules take all of a third": {[]rules.Filter{search, banners, include(campaign, "Поиск", "Баннеры")}, []string{"2 shadowed_together"}},
		"a rule and its opposite":       {[]rules.Filter{search, exclude(campaign, "Поиск"), first}, []string{"2 shadowed_together"}},
		"after one without conditions":  {[]rules.Filter{{}, search}, []string{"1 never_wins 1"}},
		"after one that always fits":    {[]rules.Filter{either(search, exclude(campaign, "Поиск")), first}, []string{"1 never_wins 1"}},
		"wants and refuses a value":     {[]rules.Filter{all(search, exclude(campaign, "Поиск", "Баннеры"))}, []string{"0 contradictory"}},
		"two numbers at once":           {[]rules.Filter{all(first, include(number, "74950000102"))}, []string{"0 contradictory"}},
		"two names at once":             {[]rules.Filter{all(search, include(campaign, "51"))}, nil},
		"different parameters":          {[]rules.Filter{search, first}, []string{"1 overlap 1"}},
		"the first of several wins":     {[]rules.Filter{search, first, include(employee, "11")}, []string{"1 overlap 1", "2 overlap 1"}},
		"id and name of one campaign":   {[]rules.Filter{include(campaign, "51"), exclude(campaign, "Поиск")}, nil},
		"expressions are not read":      {[]rules.Filter{{Expression: `len(campaign) > 0`}, search}, nil},
		"the same expression":           {[]rules.Filter{{Expression: `len(campaign) > 0`}, {Expression: `len(campaign) > 0`}}, []string{"1 shadowed 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := settings.Example()
			list := []integration.ResponsibleRule{}
			for i, f := range c.rules {
				list = append(list, integration.ResponsibleRule{User: crm.UserID(100 + i), Where: f})
			}
			s.Telephony.Incoming.Responsible.Rules = list
			const at = "/telephony/incoming/responsible/rules/"
			var got []string
			for _, p := range settings.Warnings(s, known()) {
				if place, ok := strings.CutPrefix(p.Pointer, at); ok && !strings.Contains(place, "/") {
					rule := ""
					if strings.Contains(p.EN, "rule 1 ") {
						rule = " 1"
					}
					got = append(got, place+" "+p.Code+rule)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRulesThatTakeAllTogetherAreNamed(t *testing.T) {
	t.Parallel()
	campaign := func(values ...string) rules.Filter { return include(integration.ParamCampaign, values...) }
	s := settings.Example()
	s.Telephony.Incoming.Responsible.Rules = nil
	for i, f := range []rules.Filter{campaign("Поиск"), campaign("Почта"), campaign("Баннеры"), campaign("Поиск", "Баннеры")} {
		s.Telephony.Incoming.Responsible.Rules = append(s.Telephony.Incoming.Responsible.Rules, integration.ResponsibleRule{User: crm.UserID(100 + i), Where: f})
	}
	warned := settings.Warnings(s, settings.Directories{})
	i := slices.IndexFunc(warned, func(p settings.Problem) bool { return p.Code == "shadowed_together" })
	if i < 0 || !strings.Contains(warned[i].EN, "together: 1, 3.") || !strings.Contains(warned[i].RU, "вместе: 1, 3.") {
		t.Errorf("warnings: %+v", warned)
	}
}

func TestRulesWithTheSameResultMayOverlap(t *testing.T) {
	t.Parallel()
	s := settings.Example()
	s.Telephony.Incoming.Responsible.Rules = []integration.ResponsibleRule{
		{User: 7, Where: include(integration.ParamCampaign, "Поиск")}, {User: 7, Where: include(integration.ParamVirtualNumber, "74950000101")},
	}
	if got := pointers(settings.Warnings(s, known())); len(got) != 0 {
		t.Errorf("warnings: %v", got)
	}
}

func TestFiltersThatKeepEverythingOrNothingOutAreWarnedOf(t *testing.T) {
	t.Parallel()
	const source = integration.ParamSource
	for code, f := range map[string]rules.Filter{
		"filter_contradictory": all(include(source, "Спам"), exclude(source, "Спам")),
		"filter_always":        either(include(source, "Спам"), exclude(source, "Спам")),
		"filter_empty":         all(all()),
	} {
		s := settings.Example()
		s.Telephony.Incoming.Filter.Where = f
		if diff := cmp.Diff([]string{"/telephony/incoming/filter/where " + code}, pointers(settings.Warnings(s, known()))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", code, diff)
		}
		s.Telephony.Incoming.Filter.On = false
		if got := pointers(settings.Warnings(s, known())); len(got) != 0 {
			t.Errorf("a filter that is off is warned of: %v", got)
		}
	}
}

// The property: by the set that decides, a rule that is said never to win wins no call, a rule of an overlap fits a call
// that an earlier one takes, and of rules over two values that nobody warns of each takes some call.
func TestWarningsOfRulesAgreeWithTheSetThatDecides(t *testing.T) {
	t.Parallel()
	values := []string{"a", "b"}
	parameters := []rules.Parameter{integration.ParamCampaign, integration.ParamSite}
	var subjects []rules.Subject
	sets := [][]string{nil, {"a"}, {"b"}, {"c"}, {"a", "b"}, {"a", "c"}, {"b", "c"}, {"a", "b", "c"}}
	for _, x := range sets {
		for _, y := range sets {
			subjects = append(subjects, rules.Subject{parameters[0]: x, parameters[1]: y})
		}
	}
	leaf := rapid.Custom(func(t *rapid.T) rules.Filter {
		return rules.Filter{
			Parameter: rapid.SampledFrom(parameters).Draw(t, "parameter"), Mode: rapid.SampledFrom([]rules.Mode{rules.Include, rules.Exclude}).Draw(t, "mode"),
			Values: rapid.SliceOfN(rapid.SampledFrom(values), 1, 2).Draw(t, "values"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		filters := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) rules.Filter {
			return rules.Filter{Join: rapid.SampledFrom([]rules.Join{rules.And, rules.Or}).Draw(t, "join"), Of: rapid.SliceOfN(leaf, 0, 3).Draw(t, "of")}
		}), 1, 5).Draw(t, "filters")
		s := settings.Example()
		s.Telephony.Incoming.Responsible.Rules = nil
		for i, f := range filters {
			s.Telephony.Incoming.Responsible.Rules = append(s.Telephony.Incoming.Responsible.Rules, integration.ResponsibleRule{User: crm.UserID(100 + i), Where: f})
		}
		set, err := rules.CompileSet(filters, integration.Words(crm.Incoming))
		if err != nil {
			t.Fatal(err)
		}
		wins := make([]bool, len(filters))
		for _, subject := range subjects {
			if i, ok := set.First(subject); ok {
				wins[i] = true
			}
		}
		warned := settings.Warnings(s, settings.Directories{})
		for i := range filters {
			at := "/telephony/incoming/responsible/rules/" + string(rune('0'+i))
			n := slices.IndexFunc(warned, func(p settings.Problem) bool { return p.Pointer == at })
			code := ""
			if n >= 0 {
				code = warned[n].Code
			}
			switch {
			case code == "overlap":
				if !slices.ContainsFunc(subjects, func(s rules.Subject) bool {
					first, _ := set.First(s)
					return first < i && set.Explain(i, s).Passed
				}) {
					t.Fatalf("rule %d overlaps nothing", i)
				}
			case (code != "") == wins[i]:
				t.Fatalf("rule %d wins: %v, and is warned of as %q", i, wins[i], code)
			}
		}
	})
}
