package web

import (
	"context"

	"omniconnector/crm"
	"omniconnector/integration/settings"
	"omniconnector/rules"
)

// DirectedFilter is a filter with what it is for.
type DirectedFilter struct {
	Of        topic         `json:"of,omitempty" enum:"incoming,outgoing,chat,offline_message" doc:"What it is for; calls of the direction when absent"`
	Direction crm.Direction `json:"direction,omitempty" enum:"in,out" default:"in" doc:"Incoming or outgoing calls; not looked at beside of"`
	Where     rules.Filter  `json:"where"`
}

type describeFiltersIn struct {
	PortalPath
	Body struct {
		Filters []DirectedFilter `json:"filters" minItems:"1" maxItems:"100" nullable:"false"`
	}
}

type describeFiltersOut struct {
	Body struct {
		Sentences []string `json:"sentences" nullable:"false" doc:"What each filter means, in the language of Accept-Language; a filter that cannot be saved yet is told as far as it goes"`
	}
}

// describeFilters says in words what filters mean, with the names that the platform's directory knows (S-4).
func (a *API) describeFilters(ctx context.Context, in *describeFiltersIn) (*describeFiltersOut, error) {
	known, err := a.directories(ctx, in.Portal)
	if err != nil {
		return nil, err
	}
	lang := speaks(ctx)
	names := settings.Called(known.Centre, lang)
	out := &describeFiltersOut{}
	out.Body.Sentences = each(in.Body.Filters, func(f DirectedFilter) string {
		return f.Where.Describe(string(lang), f.Of.or(f.Direction).words(), names)
	})
	return out, nil
}
