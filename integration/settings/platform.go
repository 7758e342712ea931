package settings

import (
	"slices"
	"strconv"

	"omniconnector/integration"
	"omniconnector/integration/centre"
	"omniconnector/rules"
)

// platform answers what the tenant's contact centre has.
type platform struct{ centre.Directory }

// known is false for a tenant whose platform is not connected, and before the first synchronisation.
func (p platform) known() bool {
	return !p.SyncedAt.IsZero() || len(p.Employees) > 0 || len(p.Numbers) > 0
}

// number finds a virtual number by its digits.
func (p platform) number(digits string) (centre.Number, bool) {
	i := slices.IndexFunc(p.Numbers, func(n centre.Number) bool { return n.Number == digits })
	if i < 0 {
		return centre.Number{}, false
	}
	return p.Numbers[i], true
}

// things are what a parameter may be, each in the spellings that a call has at once.
func (p platform) things(of rules.Parameter) [][]string {
	switch of {
	case integration.ParamVirtualNumber:
		return texts(p.Numbers, func(n centre.Number) []string { return []string{n.Number} })
	case integration.ParamEmployee:
		return texts(p.Employees, func(e centre.Employee) []string { return []string{decimal(int64(e.ID)), e.Name} })
	case integration.ParamScenario:
		return texts(p.Scenarios, func(s centre.Scenario) []string { return both(s.Named) })
	case integration.ParamLastOperation:
		var all [][]string
		for _, s := range p.Scenarios {
			all = append(all, texts(s.Operations, both)...)
		}
		return all
	case integration.ParamGroup:
		return texts(p.Groups, both)
	case integration.ParamCampaign, integration.ParamFirstCampaign:
		return texts(p.Campaigns, both)
	case integration.ParamSite:
		return texts(p.Sites, both)
	case integration.ParamSource:
		return texts(p.Sources, both)
	case integration.ParamTag:
		return texts(p.Tags, func(t centre.Named) []string { return []string{t.Name} })
	case integration.ParamChannel:
		return p.channels()
	}
	return nil
}

// channels are the platform's, and their types, by which a filter may name many at once; none before they were read.
func (p platform) channels() [][]string {
	if len(p.Channels) == 0 {
		return nil
	}
	all := texts(p.Channels, func(c centre.Channel) []string { return both(c.Named) })
	return append(all, texts(integration.ChannelTypes(), func(t integration.Variable) []string { return []string{t.Name} })...)
}

func both(n centre.Named) []string { return []string{decimal(n.ID), n.Name} }

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func texts[T any](list []T, of func(T) []string) [][]string {
	all := make([][]string, 0, len(list))
	for _, item := range list {
		all = append(all, of(item))
	}
	return all
}
