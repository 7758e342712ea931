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
	Of  topic  `query:"of" enum:"incoming,outgoing,chat,offline_message" default:"incoming" doc:"Of calls, which have the same in both directions, or of conversations"`
}

func (a *API) listVariables(_ context.Context, in *variablesIn) (*variablesOut, error) {
	out := &variablesOut{}
	_, conversation := in.Of.communication()
	switch fields := in.For == "fields"; {
	case conversation && fields:
		out.Body.Variables = integration.ChatParameters()
	case conversation:
		out.Body.Variables = integration.ChatVariables()
	case fields:
		out.Body.Variables = integration.Parameters()
	default:
		out.Body.Variables = integration.Variables()
	}
	return out, nil
}

type wordsIn struct {
	Of        topic         `query:"of" enum:"incoming,outgoing,chat,offline_message" doc:"Of what the filters are; calls of the direction when absent"`
	Direction crm.Direction `query:"direction" enum:"in,out" default:"in" doc:"Incoming or outgoing calls; not looked at beside of"`
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
	out.Body.Words, out.Body.Functions = in.Of.or(in.Direction).words(), rules.Functions()
	out.Body.Limits = rules.FilterLimits()
	return out, nil
}
