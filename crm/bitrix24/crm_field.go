package bitrix24

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"omniconnector/crm"
)

const methodItemFields = "crm.item.fields"

// textFields are the built-in fields that are offered beside the custom ones (T-15): texts that people read and no command of
// ours writes for a reason of its own. Names, titles and keys are not among them.
var textFields = []string{
	"comments", "sourceDescription", "statusDescription", "additionalInfo",
	"utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm",
}

// fieldInfo is one field of crm.item.fields (contract §5.2).
type fieldInfo struct {
	Type      Text `json:"type"`
	Required  Flag `json:"isRequired"`
	ReadOnly  Flag `json:"isReadOnly"`
	Immutable Flag `json:"isImmutable"`
	Multiple  Flag `json:"isMultiple"`
	Title     Text `json:"title"`
	Upper     Text `json:"upperName"`
}

// fieldsOf asks for the text fields of a kind (T-15).
func fieldsOf(kind crm.Kind, to map[crm.Kind][]crm.Field) query {
	return query{methodItemFields, params{"entityTypeId": entityType(kind)}, func(b json.RawMessage) *crm.Error {
		var page struct {
			Fields Maybe[map[string]fieldInfo] `json:"fields"`
		}
		if e := decode(methodItemFields, b, &page); e != nil {
			return e
		}
		to[kind] = offered(page.Fields.V)
		return nil
	}}
}

// offered are the writable text fields. A custom one goes by its original name, which is what commands write (contract §5.2).
func offered(all map[string]fieldInfo) []crm.Field {
	out := []crm.Field{}
	for name, f := range all {
		custom := strings.HasPrefix(string(f.Upper), "UF_")
		switch {
		case bool(f.ReadOnly), bool(f.Immutable):
			continue
		case custom && f.Type == "string":
			name = string(f.Upper)
		case !custom && slices.Contains(textFields, name):
		default:
			continue
		}
		out = append(out, crm.Field{
			Name: name, Title: cmp.Or(string(f.Title), name), Required: bool(f.Required), Multiple: bool(f.Multiple),
		})
	}
	slices.SortFunc(out, func(a, b crm.Field) int {
		return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(a.Name, b.Name))
	})
	return out
}
