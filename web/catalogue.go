package web

import (
	"context"

	"omniconnector/crm"
	"omniconnector/integration"
	"omniconnector/rules"
)

type variablesOut struct {
	Body struct {
		Variables []integration.Variable `json:"variables" nullable:"false"`
	}
}

type variablesIn struct {
	For string `query:"for" enum:"names,fields" default:"names" doc:"For names of entities, or for extra fields"`
}

func (a *API) listVariables(_ context.Context, in *variablesIn) (*variablesOut, error) {
	out := &variablesOut{}
	out.Body.Variables = integration.Variables()
	if in.For == "fields" {
		out.Body.Variables = integration.Parameters()
	}
	return out, nil
}

type wordsIn struct {
	Direction crm.Direction `query:"direction" enum:"in,out" default:"in" doc:"Incoming or outgoing calls"`
}

type wordsOut struct {
	Body struct {
		Words     []rules.Word `json:"words" nullable:"false" doc:"Parameters, in the order of the manual"`
		Functions []string     `json:"functions" nullable:"false" doc:"What a free expression may call"`
		Limits    rules.Limits `json:"limits" doc:"How large a filter may be"`
	}
}

func (a *API) listWords(_ context.Context, in *wordsIn) (*wordsOut, error) {
	out := &wordsOut{}
	out.Body.Words, out.Body.Functions = integration.Words(in.Direction), rules.Functions()
	out.Body.Limits = rules.FilterLimits()
	return out, nil
}
