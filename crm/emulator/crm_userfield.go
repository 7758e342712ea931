package emulator

import (
	"slices"
	"strings"
)

// crm.*.userfield.add, list and delete (contract §5.6).
var crmUserFieldMethods = map[string]method{}

func init() {
	for _, k := range kinds {
		prefix := "crm." + lower(k.String()) + ".userfield."
		for name, run := range map[string]func(*call, Kind) (any, error){
			"add": userFieldAdd, "list": userFieldList, "delete": userFieldDelete,
		} {
			m := method{scope: "crm", run: func(c *call) (any, error) { return run(c, k) }}
			crmUserFieldMethods[prefix+name] = m
			methods[prefix+name] = m
		}
	}
}

var userTypes = []string{
	"string", "integer", "double", "boolean", "datetime", "date", "money", "url", "address", "enumeration",
	"file", "employee", "crm_status", "iblock_section", "iblock_element", "crm",
}

// Only a CRM administrator may; the prefix UF_CRM_ is put in front when missing, the whole is 50 letters at most (contract §5.6).
func userFieldAdd(c *call, k Kind) (any, error) {
	if !c.actor.user.Admin {
		return nil, blank("Access denied.")
	}
	in := arrayOf(c.param("fields"))
	f := &userField{
		Type: phpString(in.get("USER_TYPE_ID")), Name: strings.ToUpper(phpString(in.get("FIELD_NAME"))),
		Multiple: phpBool(in.get("MULTIPLE")), Mandatory: phpBool(in.get("MANDATORY")),
	}
	f.Settings, _ = in.get("SETTINGS").(*array)
	if !strings.HasPrefix(f.Name, "UF_CRM_") {
		f.Name = "UF_CRM_" + f.Name
	}
	switch {
	case !slices.Contains(userTypes, f.Type):
		return nil, blank("The 'USER_TYPE_ID' field is not defined or invalid.")
	case f.Name == "UF_CRM_" || len(f.Name) > 50:
		return nil, blank("The 'FIELD_NAME' field is not defined or invalid.")
	case c.userField(k, f.Name) != nil:
		return nil, blank("The field " + f.Name + " already exists.")
	}
	f.Title = firstLabel(in, f.Name)
	for _, v := range arrayOf(in.get("LIST")).values() {
		f.List = append(f.List, fieldOption{c.id("option"), phpString(arrayOf(v).get("VALUE"))})
	}
	f.ID = c.id("userfield")
	c.state.UserFields[k] = append(c.state.UserFields[k], f)
	return f.ID, nil
}

// Labels come as text or by language; the first one is the portal's.
func firstLabel(in *array, name string) string {
	for _, key := range []string{"EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LABEL"} {
		switch v := in.get(key).(type) {
		case string:
			if v != "" {
				return v
			}
		case *array:
			if v.len() > 0 {
				return phpString(v.values()[0])
			}
		}
	}
	return name
}

// The language is a filter key here, though it filters nothing (contract §5.6).
func userFieldList(c *call, k Kind) (any, error) {
	show := func(f *userField) any {
		return map[string]any{
			"ID": itoa(f.ID), "ENTITY_ID": "CRM_" + k.String(), "FIELD_NAME": f.Name, "USER_TYPE_ID": f.Type, "XML_ID": nil, "SORT": "100",
			"MULTIPLE": map[bool]string{true: "Y", false: "N"}[f.Multiple], "MANDATORY": map[bool]string{true: "Y", false: "N"}[f.Mandatory],
			"SHOW_FILTER": "N", "SHOW_IN_LIST": "Y", "EDIT_IN_LIST": "Y", "IS_SEARCHABLE": "N", "SETTINGS": f.Settings,
			"EDIT_FORM_LABEL": f.Title, "LIST_COLUMN_LABEL": f.Title,
		}
	}
	get := func(f *userField, name string) (any, string) {
		switch name {
		case "ID":
			return f.ID, "integer"
		case "FIELD_NAME":
			return f.Name, "string"
		case "USER_TYPE_ID":
			return f.Type, "string"
		}
		return "", "string"
	}
	filter := newArray()
	in := arrayOf(c.param("filter"))
	for _, key := range in.keys {
		if key != "LANG" {
			filter.set(key, in.vals[key])
		}
	}
	return list(c, c.state.UserFields[k], filter, arrayOf(c.param("order")), whole, get, show)
}

func userFieldDelete(c *call, k Kind) (any, error) {
	id := phpInt(c.param("id"))
	n := len(c.state.UserFields[k])
	c.state.UserFields[k] = slices.DeleteFunc(c.state.UserFields[k], func(f *userField) bool { return f.ID == id })
	if len(c.state.UserFields[k]) == n {
		return nil, blank("Not found")
	}
	return true, nil
}

// AddUserField adds a custom text field to a kind of record; a mandatory one refuses writes that leave it empty.
func (p *Portal) AddUserField(k Kind, name, title string, mandatory bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	p.state.UserFields[k] = append(p.state.UserFields[k], &userField{ID: p.id("userfield"), Name: name, Type: "string", Title: title, Mandatory: mandatory})
}
