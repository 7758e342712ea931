package settings

import (
	"omniconnector/integration/centre"
	"omniconnector/rules"
)

// Called tells what the tenant calls a value of a filter, an employee by the id for example, as far as the contact centre
// tells (S-4).
func Called(by centre.Directory) rules.Names {
	known := map[rules.Parameter]map[string]string{}
	return func(p rules.Parameter, value string) string {
		if known[p] == nil {
			known[p] = platform{Directory: by}.names(p)
		}
		return known[p][value]
	}
}

// names gives for every spelling of a parameter's things the last one, which is the name.
func (p platform) names(of rules.Parameter) map[string]string {
	names := map[string]string{}
	for _, spellings := range p.things(of) {
		for _, s := range spellings {
			names[s] = spellings[len(spellings)-1]
		}
	}
	return names
}
