package settings

import (
	"maps"

	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/rules"
)

// Called tells what the tenant calls a value of a filter, an employee by the id for example, as far as the contact centre
// tells (S-4); types of channel are called in the given language.
func Called(by centre.Directory, l integration.Lang) rules.Names {
	known := map[rules.Parameter]map[string]string{}
	return func(p rules.Parameter, value string) string {
		if known[p] == nil {
			known[p] = platform{Directory: by}.names(p)
			if p == integration.ParamChannel {
				maps.Copy(known[p], typesOfChannel(l))
			}
		}
		return known[p][value]
	}
}

func typesOfChannel(l integration.Lang) map[string]string {
	names := map[string]string{}
	for _, t := range integration.ChannelTypes() {
		names[t.Name] = t.EN
		if l == integration.Russian {
			names[t.Name] = t.RU
		}
	}
	return names
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
