package bitrix24

import (
	"encoding/json"
	"strings"
	"time"

	"omniconnector/crm"
)

// list compiles a page of a kind's records in the order of their ids (contract §1.6, §5.2).
func (r *request) list(do crm.List) (commands, reading, *crm.Error) {
	if entityType(do.Kind) == 0 {
		return nil, nil, invalid(methodItemList, "", "unknown kind")
	}
	read := func(own []reply) (any, *crm.Error) {
		items, e := records(own[0])
		if e != nil {
			return nil, e
		}
		out := crm.Listed{Entities: []crm.Entity{}, More: len(items) >= pageSize}
		last := do.After
		for _, i := range items {
			if id := int64(i.ID); id > last { // a portal that does not keep the order must not lead us in circles
				last = id
				out.Entities = append(out.Entities, i.whole(do.Kind))
			}
		}
		out.More = out.More && len(out.Entities) > 0
		return out, nil
	}
	return commands{everything(do.Kind, params{">id": do.After})}, read, nil
}

// readOne compiles one record with its numbers, which crm.item.get would leave out (contract §0.13).
func (r *request) readOne(do crm.Read) (commands, reading, *crm.Error) {
	if entityType(do.Kind) == 0 || do.ID <= 0 {
		return nil, nil, invalid(methodItemList, "", "kind and id are required")
	}
	read := func(own []reply) (any, *crm.Error) {
		items, e := records(own[0])
		if e != nil {
			return nil, e
		}
		for _, i := range items {
			if int64(i.ID) == do.ID {
				return i.whole(do.Kind), nil
			}
		}
		return nil, &crm.Error{Kind: crm.NotFound, Method: methodItemList, Text: "the record is not there any more"}
	}
	return commands{everything(do.Kind, params{"=id": do.ID})}, read, nil
}

// everything selects all fields, since the numbers come only so (contract §0.13).
func everything(kind crm.Kind, filter params) command {
	return command{methodItemList, params{
		"entityTypeId": entityType(kind), "filter": filter, "order": params{"id": "ASC"}, "select": list([]string{"*"}), "start": -1,
	}}
}

func records(r reply) (rows[item], *crm.Error) {
	var page struct {
		Items rows[item] `json:"items"`
	}
	e := r.into(&page)
	return page.Items, e
}

// whole is a record with its numbers.
func (i item) whole(kind crm.Kind) crm.Entity {
	e := i.entity(kind)
	e.Phones = i.phones()
	return e
}

// written reads the answer of add and update, which is the whole record. Without an id it may have been a success.
func written(r reply) (item, *crm.Error) {
	var made struct {
		Item Maybe[item] `json:"item"`
	}
	if e := r.into(&made); e != nil {
		return item{}, e
	}
	if made.Item.V.ID <= 0 {
		return item{}, strange(r.method, "the record has no id")
	}
	return made.Item.V, nil
}

// item is a row of crm.item.* with the fields we select (contract §5.2).
type item struct {
	ID          ID   `json:"id"`
	Title       Text `json:"title"`
	Name        Text `json:"name"`
	LastName    Text `json:"lastName"`
	Responsible ID   `json:"assignedById"`
	Funnel      ID   `json:"categoryId"`
	Stage       Text `json:"stageId"`
	Semantics   Text `json:"stageSemanticId"`
	Closed      Flag `json:"closed"`
	Contact     ID   `json:"contactId"`
	Company     ID   `json:"companyId"`
	Originator  Text `json:"originatorId"`
	Origin      Text `json:"originId"`
	Created     Date `json:"createdTime"`
	Updated     Date `json:"updatedTime"`
	UpdatedBy   ID   `json:"updatedBy"`
	// Multi are the numbers and addresses, told only when everything is selected (contract §0.13).
	Multi rows[multifield] `json:"fm"`
	// all are the values by name, for the custom fields that were asked for.
	all map[string]json.RawMessage
}

type multifield struct {
	Type  Text `json:"typeId"`
	Value Text `json:"value"`
}

// UnmarshalJSON keeps what it has no field for.
func (i *item) UnmarshalJSON(b []byte) error {
	type plain item
	var p plain
	if err := json.Unmarshal(b, &p); err != nil {
		return err
	}
	*i = item(p)
	return json.Unmarshal(b, &i.all)
}

// changed is when anybody wrote the record last, by the portal's clock.
func (i item) changed() time.Time {
	if i.Updated.IsZero() {
		return i.Created.Time
	}
	return i.Updated.Time
}

// phones are the numbers as the portal writes them.
func (i item) phones() []string {
	var out []string
	for _, m := range i.Multi {
		if v := strings.TrimSpace(string(m.Value)); v != "" && strings.EqualFold(string(m.Type), "PHONE") {
			out = append(out, v)
		}
	}
	return out
}

// custom are the asked fields that hold something; several values of one field are put in a row (T-15).
func (i item) custom(names []string) map[string]string {
	var out map[string]string
	for _, name := range names {
		v, ok := i.all[name]
		if !ok {
			continue
		}
		var several rows[Text]
		var one Text
		if json.Unmarshal(v, &several) != nil || len(several) == 0 {
			_ = one.UnmarshalJSON(v)
			several = rows[Text]{one}
		}
		var said []string
		for _, s := range several {
			if s != "" {
				said = append(said, string(s))
			}
		}
		if len(said) == 0 {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[name] = strings.Join(said, ", ")
	}
	return out
}

// entity reads closed-ness from the stage's meaning and never from its code (contract §5.5).
func (i item) entity(kind crm.Kind) crm.Entity {
	e := crm.Entity{
		Kind: kind, ID: int64(i.ID), Title: string(i.Title), Responsible: crm.UserID(i.Responsible),
		Stage: string(i.Stage), Contact: int64(i.Contact), Company: int64(i.Company),
		Created: i.Created.Time, Updated: i.Updated.Time, UpdatedBy: crm.UserID(i.UpdatedBy),
	}
	if kind == crm.Deal || kind == crm.Lead {
		e.Closed = bool(i.Closed) || strings.EqualFold(string(i.Semantics), "S") || strings.EqualFold(string(i.Semantics), "F")
	}
	if kind == crm.Deal {
		e.Funnel = int64(i.Funnel)
	}
	if kind == crm.Contact {
		e.Title = strings.TrimSpace(string(i.Name) + " " + string(i.LastName))
	}
	if i.Originator == originator {
		e.OriginID = string(i.Origin)
	}
	return e
}
