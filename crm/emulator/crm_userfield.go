package emulator

import (
	"slices"
	"strings"
)

// crm.*.userfield.* (contract §5.6).
var crmUserFieldMethods = map[string]method{}

func init() {
	for _, k := range kinds {
		prefix := "crm." + lower(k.String()) + ".userfield."
		for name, run := range map[string]func(*call, Kind) (any, error){
			"add": userFieldAdd, "list": userFieldList, "get": userFieldGet, "update": userFieldUpdate, "delete": userFieldDelete,
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

func showField(k Kind, f *userField) map[string]any {
	flag := map[bool]string{true: "Y", false: "N"}
	out := map[string]any{
		"ID": itoa(f.ID), "ENTITY_ID": "CRM_" + k.String(), "FIELD_NAME": f.Name, "USER_TYPE_ID": f.Type, "XML_ID": nil, "SORT": "100",
		"MULTIPLE": flag[f.Multiple], "MANDATORY": flag[f.Mandatory], "SHOW_FILTER": "N", "SHOW_IN_LIST": "Y", "EDIT_IN_LIST": "Y",
		"IS_SEARCHABLE": "N", "SETTINGS": f.Settings, "EDIT_FORM_LABEL": f.Title, "LIST_COLUMN_LABEL": f.Title,
	}
	if f.List != nil {
		options := []any{}
		for i, o := range f.List {
			options = append(options, map[string]any{"ID": itoa(o.ID), "VALUE": o.Value, "SORT": itoa((i + 1) * 10), "DEF": "N"})
		}
		out["LIST"] = options
	}
	return out
}

// The language is a filter key here, though it filters nothing (contract §5.6).
func userFieldList(c *call, k Kind) (any, error) {
	show := func(f *userField) any { return showField(k, f) }
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

func (c *call) fieldByID(k Kind) (*userField, *apiError) {
	id := phpInt(c.param("id"))
	i := slices.IndexFunc(c.state.UserFields[k], func(f *userField) bool { return f.ID == id })
	if i < 0 {
		return nil, blank("Not found")
	}
	return c.state.UserFields[k][i], nil
}

func userFieldGet(c *call, k Kind) (any, error) {
	f, bad := c.fieldByID(k)
	if bad != nil {
		return nil, bad
	}
	return showField(k, f), nil
}

// Name, type and multiplicity are for good; what remains is what people see and whether they must fill it in (contract §5.6).
func userFieldUpdate(c *call, k Kind) (any, error) {
	if !c.actor.user.Admin {
		return nil, blank("Access denied.")
	}
	f, bad := c.fieldByID(k)
	if bad != nil {
		return nil, bad
	}
	in := arrayOf(c.param("fields"))
	if in.has("MANDATORY") {
		f.Mandatory = phpBool(in.get("MANDATORY"))
	}
	f.Title = firstLabel(in, f.Title)
	return true, nil
}

func userFieldDelete(c *call, k Kind) (any, error) {
	if !c.actor.user.Admin {
		return nil, blank("Access denied.")
	}
	f, bad := c.fieldByID(k)
	if bad != nil {
		return nil, bad
	}
	c.dropField(k, f)
	return true, nil
}

// CustomField describes a custom field for AddCustomField.
type CustomField struct {
	Name      string   `json:"name"`  // UF_CRM_…
	Title     string   `json:"title"` // what people see
	Type      string   `json:"type"`  // USER_TYPE_ID; string when empty
	Mandatory bool     `json:"mandatory"`
	Multiple  bool     `json:"multiple"`
	Options   []string `json:"options"` // of an enumeration
}

// AddUserField adds a custom text field to a kind of record; a mandatory one refuses writes that leave it empty.
func (p *Portal) AddUserField(k Kind, name, title string, mandatory bool) {
	p.AddCustomField(k, CustomField{Name: name, Title: title, Mandatory: mandatory})
}

// AddCustomField adds a custom field to a kind of record and tells its id. It panics on a name without UF_CRM_ or taken and on
// an unknown type, because a seed is code.
func (p *Portal) AddCustomField(k Kind, spec CustomField) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	f := &userField{Name: spec.Name, Type: spec.Type, Title: spec.Title, Mandatory: spec.Mandatory, Multiple: spec.Multiple}
	if f.Type == "" {
		f.Type = "string"
	}
	if f.Title == "" {
		f.Title = f.Name
	}
	if !strings.HasPrefix(f.Name, "UF_CRM_") || !slices.Contains(userTypes, f.Type) || p.userField(k, f.Name) != nil {
		panic("emulator: no custom field can be " + f.Name + " of type " + f.Type)
	}
	for _, v := range spec.Options {
		f.List = append(f.List, fieldOption{p.id("option"), v})
	}
	f.ID = p.id("userfield")
	p.state.UserFields[k] = append(p.state.UserFields[k], f)
	return f.ID
}

// RemoveCustomField deletes a custom field with its values: writes of it are silently ignored from now on (contract §5.2).
func (p *Portal) RemoveCustomField(k Kind, name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	if f := p.userField(k, name); f != nil {
		p.dropField(k, f)
	}
}

// SetMandatory says whether a custom field must be filled in.
func (p *Portal) SetMandatory(k Kind, name string, mandatory bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	if f := p.userField(k, name); f != nil {
		f.Mandatory = mandatory
	}
}

// SetFieldCheck says whether writes that leave mandatory custom fields empty are refused, which the docs do not decide
// (contract §5.2 [?]); they are unless this switches it off.
func (p *Portal) SetFieldCheck(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.changed()
	p.state.Lenient = !on
}

// A field takes its values along.
func (p *Portal) dropField(k Kind, f *userField) {
	p.state.UserFields[k] = slices.DeleteFunc(p.state.UserFields[k], func(o *userField) bool { return o == f })
	for _, e := range p.sorted(k) {
		delete(e.Fields, f.Name)
	}
}
