package settings

import (
	"slices"
	"strconv"

	"omniconnector/crm"
	"omniconnector/integration"
)

var kindsOfEntity = []crm.Kind{crm.Lead, crm.Deal, crm.Contact, crm.Company}

// extraFields checks the pairs of T-15 and C-13: the field is a text field of the portal, the parameter is in the catalogue.
func (c *checker) extraFields(at string, f *integration.ExtraFields, v vocabulary) {
	known := namesOf(v.parameters())
	for _, k := range kindsOfEntity {
		seen := map[string]bool{}
		for i, pair := range f.For(k) {
			place := at + "/" + string(k) + "/" + strconv.Itoa(i)
			c.portalField(place+"/field", k, pair.Field, seen[pair.Field])
			c.parameter(place+"/parameter", pair.Parameter, known)
			seen[pair.Field] = true
		}
	}
}

func (c *checker) portalField(at string, k crm.Kind, name string, repeated bool) {
	c.required(at, name, longestCode)
	fields, known := c.dir.fields(k)
	switch {
	case name == "":
	case repeated:
		c.say(at, "repeated_portal_field", verbatim(name))
	case known && !slices.ContainsFunc(fields, func(f crm.Field) bool { return f.Name == name }):
		c.say(at, "unknown_text_field", verbatim(name))
	}
}

func (c *checker) parameter(at, name string, known []string) {
	c.required(at, name, longestCode)
	if name == "" || slices.Contains(known, name) {
		return
	}
	if meant := closest(name, known); meant != "" {
		c.say(at, "unknown_communication_near", verbatim(name), verbatim(meant))
		return
	}
	c.say(at, "unknown_communication", verbatim(name))
}
