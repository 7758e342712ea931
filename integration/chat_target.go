package integration

import "omniconnector/crm"

// chatSource is the source's code in the dictionary that every portal begins with (contract bitrix24 §5.5).
func (d *decision) chatSource() *string {
	code := "OTHER"
	switch {
	case d.Chat.Kind == Offline:
		code = "WEBFORM"
	case d.Chat.Channel == "comagic":
		code = "WEB"
	case d.Chat.Channel == "email":
		code = "EMAIL"
	}
	return &code
}

// chatOwner chooses the responsible (C-4): of what exists, then the operator who took the chat, then the first rule that holds, then
// the default.
func (d *decision) chatOwner(explain bool) crm.UserID {
	s := &d.conversations().Responsible
	chain := d.existing.owners()
	for i := range chain {
		chain[i].rule = "C-4"
	}
	chain = append(chain, d.employee(d.Chat.Operator(), "C-4", "owner_operator"))
	won := choose(d.Settings.conversationsOf(d.Chat.Kind).responsible, chatSubject(d.Chat), d.chatNotYet(), nil)
	if explain {
		for _, l := range won.lost {
			d.because("C-4", d.lost(l), "name", titled(s.Rules[l.number].Name, l.number)).Check = l.check
		}
	}
	if won.number >= 0 {
		r := s.Rules[won.number]
		chain = append(chain, candidate{r.User, "C-4", "owner_rule", []string{"name", titled(r.Name, won.number)}, won.check})
	}
	return d.choose(ofEntity, append(chain, candidate{s.Default, "C-4", "owner_default_chat", nil, nil}), explain)
}

// chatStage chooses funnel and stage (C-6).
func (d *decision) chatStage(m *ChatMemory, k crm.Kind, explain bool) (funnel int64, stage string) {
	s, compiled := d.conversations(), d.Settings.conversationsOf(d.Chat.Kind)
	b, set := &s.Primary, compiled.primary
	if m.Repeat {
		b, set = &s.Repeat, compiled.repeat
	}
	won := choose(set, chatSubject(d.Chat), d.chatNotYet(), nil)
	f := funnelChoice{rule: "C-6", lost: won.lost, number: won.number, check: won.check, funnel: b.Funnel, stage: b.Stage}
	f.name = func(i int) string { return titled(b.Rules[i].Name, i) }
	if k == crm.Lead {
		f.funnel, f.stage = 0, b.LeadStage
	}
	if i := won.number; i >= 0 {
		f.ruleFunnel, f.ruleStage = b.Rules[i].Funnel, b.Rules[i].Stage
		if k == crm.Lead {
			f.ruleFunnel, f.ruleStage = 0, b.Rules[i].LeadStage
		}
	}
	return d.beginning(k, f, explain)
}

// longestTitle bounds a name, in letters: portals keep names of 255.
const longestTitle = 250

// chatTitle names a record: the first template whose filter holds, else the default (C-12).
func (d *decision) chatTitle(k crm.Kind, explain bool) string {
	s := d.conversations()
	won := choose(d.Settings.conversationsOf(d.Chat.Kind).names[k], chatSubject(d.Chat), d.chatNotYet(), nil)
	text := ""
	if won.number >= 0 {
		text = s.Names.For(k)[won.number].Text
	}
	fallback := DefaultChatName
	switch {
	case k == crm.Contact || k == crm.Company:
		fallback = DefaultVisitorName
	case d.Chat.Kind == Offline:
		fallback = DefaultOfflineName
	}
	return shortened(visible(d.named("C-12", text, won.number, won.check, fallback, explain)), longestTitle)
}
