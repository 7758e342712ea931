package emulator

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
)

// status is a row of a CRM dictionary: stages, sources, types (contract §5.5).
type status struct {
	ID         int64
	EntityID   string
	StatusID   string
	Name       string
	Sort       int64
	System     bool
	CategoryID int64
	Semantics  string
	Color      string
}

var leadStages = []Stage{
	{"NEW", "Не обработан", ""},
	{"IN_PROCESS", "В работе", ""},
	{"PROCESSED", "Обработан", ""},
	{"CONVERTED", "Качественный лид", "S"},
	{"JUNK", "Некачественный лид", "F"},
}

var dealStages = []Stage{
	{"NEW", "Новая", ""},
	{"PREPARATION", "Подготовка документов", ""},
	{"PREPAYMENT_INVOICE", "Счёт на предоплату", ""},
	{"EXECUTING", "В работе", ""},
	{"FINAL_INVOICE", "Финальный счёт", ""},
	{"WON", "Сделка успешна", "S"},
	{"LOSE", "Сделка провалена", "F"},
	{"APOLOGY", "Анализ причины провала", "F"},
}

var sources = [][2]string{
	{"CALL", "Звонок"},
	{"EMAIL", "Электронная почта"},
	{"WEB", "Веб-сайт"},
	{"ADVERTISING", "Реклама"},
	{"PARTNER", "Существующий клиент"},
	{"RECOMMENDATION", "По рекомендации"},
	{"TRADE_SHOW", "Выставка"},
	{"WEBFORM", "CRM-форма"},
	{"CALLBACK", "Обратный звонок"},
	{"RC_GENERATOR", "Генератор продаж"},
	{"STORE", "Интернет-магазин"},
	{"OTHER", "Другое"},
}

var stageColors = []string{"#39A8EF", "#2FC6F6", "#55D0E0", "#47E4C2", "#FFA900"}

// What a fresh Russian portal has (contract §5.5); order matters, since lists come sorted by SORT.
func (p *Portal) seedDictionaries(spec PortalSpec) {
	stages := spec.LeadStages
	if len(stages) == 0 {
		stages = leadStages
	}
	p.addStages("STATUS", 0, "", stages)
	p.addStages("DEAL_STAGE", 0, "", dealStages)
	p.state.Funnels = []*Funnel{{ID: 0, Name: "Общая", Sort: 100}}
	for _, f := range spec.Funnels {
		p.addFunnel(f)
	}
	for i, s := range sources {
		p.addStatus(&status{EntityID: "SOURCE", StatusID: s[0], Name: s[1], Sort: int64(i+1) * 10, System: i < 3})
	}
	for _, id := range sortedKeys(spec.Sources) {
		p.addStatus(&status{EntityID: "SOURCE", StatusID: id, Name: spec.Sources[id], Sort: p.state.Next["status"] * 10})
	}
	for entity, rows := range map[string][][2]string{
		"DEAL_TYPE": {{"SALE", "Продажа"}, {"SERVICE", "Сервисное обслуживание"}}, "CONTACT_TYPE": {{"CLIENT", "Клиенты"}, {"OTHER", "Другое"}},
		"COMPANY_TYPE": {{"CUSTOMER", "Клиент"}, {"PARTNER", "Партнёр"}}, "INDUSTRY": {{"IT", "ИТ"}, {"OTHER", "Другое"}},
		"EMPLOYEES": {{"EMPLOYEES_1", "менее 50"}, {"EMPLOYEES_2", "50–250"}}, "HONORIFIC": {{"HNR_RU_1", "г-н"}, {"HNR_RU_2", "г-жа"}},
	} {
		for i, r := range rows {
			p.addStatus(&status{EntityID: entity, StatusID: r[0], Name: r[1], Sort: int64(i+1) * 10})
		}
	}
}

func (p *Portal) addStatus(s *status) {
	s.ID = p.id("status")
	p.state.Statuses = append(p.state.Statuses, s)
}

// Stages outside the general funnel carry their funnel in the id: C5:NEW (contract §5.5).
func (p *Portal) addStages(entity string, category int64, prefix string, stages []Stage) {
	for i, s := range stages {
		color := stageColors[i%len(stageColors)]
		switch s.Semantics {
		case "S":
			color = "#7BD500"
		case "F":
			color = "#FF5752"
		}
		p.addStatus(&status{
			EntityID: entity, StatusID: prefix + s.ID, Name: s.Name, Sort: int64(i+1) * 10, System: s.Semantics != "" || i == 0,
			CategoryID: category, Semantics: s.Semantics, Color: color,
		})
	}
}

// AddFunnel adds a deal category; its stage ids get the vendor's prefix C{id}: when they lack it.
func (p *Portal) AddFunnel(f Funnel) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	return p.addFunnel(f)
}

func (p *Portal) addFunnel(f Funnel) int64 {
	if f.ID == 0 {
		f.ID = p.id("category")
	}
	p.state.Next["category"] = max(p.state.Next["category"], f.ID)
	if f.Sort == 0 {
		f.Sort = f.ID * 100
	}
	prefix := fmt.Sprintf("C%d:", f.ID)
	stages := f.Stages
	if len(stages) == 0 {
		stages = dealStages
	}
	stages = slices.Clone(stages)
	for i := range stages {
		if len(stages[i].ID) > len(prefix) && stages[i].ID[:len(prefix)] == prefix {
			stages[i].ID = stages[i].ID[len(prefix):]
		}
	}
	f.Stages = nil
	p.state.Funnels = append(p.state.Funnels, &f)
	p.addStages(fmt.Sprintf("DEAL_STAGE_%d", f.ID), f.ID, prefix, stages)
	return f.ID
}

// DeleteFunnel removes a deal category with its stages, as a person may do at any time.
func (p *Portal) DeleteFunnel(id int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	p.state.Funnels = slices.DeleteFunc(p.state.Funnels, func(f *Funnel) bool { return f.ID == id && id != 0 })
	p.state.Statuses = slices.DeleteFunc(p.state.Statuses, func(s *status) bool { return id != 0 && s.EntityID == fmt.Sprintf("DEAL_STAGE_%d", id) })
}

// DeleteStage removes one stage or source from its dictionary.
func (p *Portal) DeleteStage(entityID, statusID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	p.state.Statuses = slices.DeleteFunc(p.state.Statuses, func(s *status) bool { return s.EntityID == entityID && s.StatusID == statusID })
}

// stages lists the stages of leads or of a deal funnel in their order.
func (p *Portal) stages(k Kind, category int64) []*status {
	entity := "STATUS"
	if k == Deal {
		entity = "DEAL_STAGE"
		if category != 0 {
			entity = fmt.Sprintf("DEAL_STAGE_%d", category)
		}
	}
	return p.dictionary(entity)
}

func (p *Portal) dictionary(entity string) []*status {
	var out []*status
	for _, s := range p.state.Statuses {
		if s.EntityID == entity {
			out = append(out, s)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Sort < out[j].Sort })
	return out
}

// crm.status.*, crm.category.list and crm.settings.mode.get (contract §5.1, §5.5).
var crmStatusMethods = map[string]method{
	"crm.settings.mode.get":   {scope: "crm", run: func(c *call) (any, error) { return int64(c.state.Mode), nil }},
	"crm.status.list":         {scope: "crm", run: statusList},
	"crm.status.entity.items": {scope: "crm", run: statusEntityItems},
	"crm.category.list":       {scope: "crm", run: categoryList},
}

// EXTRA exists for stages only, ids and sorts are strings (contract §5.5).
func statusList(c *call) (any, error) {
	get := func(s *status, name string) (any, string) {
		switch name {
		case "ID":
			return s.ID, "integer"
		case "ENTITY_ID":
			return s.EntityID, "string"
		case "STATUS_ID":
			return s.StatusID, "string"
		case "NAME":
			return s.Name, "string"
		case "SORT":
			return s.Sort, "integer"
		case "CATEGORY_ID":
			return s.CategoryID, "integer"
		case "SEMANTICS":
			return s.Semantics, "string"
		}
		return "", "string"
	}
	// Dictionaries come whole, not in pages.
	return list(c, c.state.Statuses, arrayOf(c.in.get("filter")), arrayOf(c.in.get("order")), whole, get, func(s *status) any { return showStatus(s) })
}

func showStatus(s *status) map[string]any {
	yes := map[bool]string{true: "Y", false: "N"}
	out := map[string]any{
		"ID": itoa(s.ID), "ENTITY_ID": s.EntityID, "STATUS_ID": s.StatusID, "NAME": s.Name, "NAME_INIT": "",
		"SORT": itoa(s.Sort), "SYSTEM": yes[s.System], "CATEGORY_ID": nil, "COLOR": s.Color, "SEMANTICS": nil,
	}
	if s.Semantics != "" {
		out["SEMANTICS"] = s.Semantics
	}
	if s.CategoryID != 0 {
		out["CATEGORY_ID"] = itoa(s.CategoryID)
	}
	if s.Color != "" { // only stages have colours and an EXTRA block
		extra := map[string]string{"": "process", "S": "success", "F": "failure"}[s.Semantics]
		if s.StatusID == "APOLOGY" {
			extra = "apology"
		}
		out["EXTRA"] = map[string]any{"SEMANTICS": extra, "COLOR": s.Color}
	}
	return out
}

// A short form of the dictionary, in which SORT is a number (contract §5.5).
func statusEntityItems(c *call) (any, error) {
	if !c.in.has("entityId") {
		return nil, blank("The parameter entityId is not defined or invalid.")
	}
	items := []any{}
	for _, s := range c.dictionary(phpString(c.in.get("entityId"))) {
		items = append(items, map[string]any{"NAME": s.Name, "SORT": s.Sort, "STATUS_ID": s.StatusID})
	}
	return items, nil
}

// Funnels are a matter of deals; the general one has id 0 (contract §5.5).
func categoryList(c *call) (any, error) {
	if !c.in.has("entityTypeId") {
		return nil, missing("entityTypeId")
	}
	// Leads have no funnels (contract §5.5).
	if Kind(phpInt(c.in.get("entityTypeId"))) != Deal {
		return nil, refuse(http.StatusBadRequest, "ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
	}
	items := []any{}
	for _, f := range c.state.Funnels {
		items = append(items, map[string]any{
			"id": f.ID, "name": f.Name, "sort": f.Sort, "entityTypeId": int64(Deal),
			"isDefault": map[bool]string{true: "Y", false: "N"}[f.ID == 0], "originId": "", "originatorId": "",
		})
	}
	return &page{items: map[string]any{"categories": items}, total: int64(len(items))}, nil
}
