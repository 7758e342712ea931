package emulator

import (
	"regexp"
	"strings"
	"time"
)

// Kind is an entityTypeId of the CRM (contract §5.1).
type Kind int

// The four kinds of records that have crm.item.* and an old-style family each.
const (
	Lead    Kind = 1
	Deal    Kind = 2
	Contact Kind = 3
	Company Kind = 4
)

var kinds = []Kind{Lead, Deal, Contact, Company}

// String is the kind's code in other APIs: LEAD, DEAL, CONTACT, COMPANY.
func (k Kind) String() string {
	switch k {
	case Lead:
		return "LEAD"
	case Deal:
		return "DEAL"
	case Contact:
		return "CONTACT"
	case Company:
		return "COMPANY"
	}
	return ""
}

func kindOf(code string) Kind {
	for _, k := range kinds {
		if strings.EqualFold(k.String(), code) {
			return k
		}
	}
	return 0
}

// field describes one field under both of its names.
type field struct {
	camel, upper, kind string
	readOnly           bool
	kinds              string // of which records: letters of LDCO (lead, deal, contact, cOmpany)
}

// fieldTable is contract §5.2; fields not in it are silently ignored, as the portal does.
var fieldTable = []field{
	{"id", "ID", "integer", true, "LDCO"},
	{"title", "TITLE", "string", false, "LDO"},
	{"honorific", "HONORIFIC", "crm_status", false, "LC"},
	{"name", "NAME", "string", false, "LC"},
	{"secondName", "SECOND_NAME", "string", false, "LC"},
	{"lastName", "LAST_NAME", "string", false, "LC"},
	{"birthdate", "BIRTHDATE", "date", false, "LC"},
	{"companyTitle", "COMPANY_TITLE", "string", false, "L"},
	{"post", "POST", "string", false, "LC"},
	{"stageId", "STAGE_ID", "crm_status", false, "LD"},
	{"stageSemanticId", "STAGE_SEMANTIC_ID", "string", true, "LD"},
	{"statusDescription", "STATUS_DESCRIPTION", "string", false, "L"},
	{"categoryId", "CATEGORY_ID", "crm_category", false, "D"},
	{"typeId", "TYPE_ID", "crm_status", false, "DCO"},
	{"probability", "PROBABILITY", "integer", false, "D"},
	{"industry", "INDUSTRY", "crm_status", false, "O"},
	{"employees", "EMPLOYEES", "crm_status", false, "O"},
	{"revenue", "REVENUE", "double", false, "O"},
	{"isMyCompany", "IS_MY_COMPANY", "boolean", false, "O"},
	{"currencyId", "CURRENCY_ID", "crm_currency", false, "LDO"},
	{"opportunity", "OPPORTUNITY", "double", false, "LD"},
	{"isManualOpportunity", "IS_MANUAL_OPPORTUNITY", "boolean", false, "LD"},
	{"taxValue", "TAX_VALUE", "double", false, "D"},
	{"companyId", "COMPANY_ID", "crm_company", false, "LDC"},
	{"companyIds", "COMPANY_IDS", "list", false, "C"},
	{"contactId", "CONTACT_ID", "crm_contact", false, "LD"},
	{"contactIds", "CONTACT_IDS", "list", false, "LDO"},
	{"quoteId", "QUOTE_ID", "integer", false, "D"},
	{"leadId", "LEAD_ID", "crm_lead", false, "DCO"},
	{"begindate", "BEGINDATE", "date", false, "D"},
	{"closedate", "CLOSEDATE", "date", false, "D"},
	{"additionalInfo", "ADDITIONAL_INFO", "string", false, "D"},
	{"export", "EXPORT", "boolean", false, "C"},
	{"assignedById", "ASSIGNED_BY_ID", "user", false, "LDCO"},
	{"opened", "OPENED", "boolean", false, "LDCO"},
	{"comments", "COMMENTS", "string", false, "LDCO"},
	{"sourceId", "SOURCE_ID", "crm_status", false, "LDCO"},
	{"sourceDescription", "SOURCE_DESCRIPTION", "string", false, "LDCO"},
	{"originatorId", "ORIGINATOR_ID", "string", false, "LDCO"},
	{"originId", "ORIGIN_ID", "string", false, "LDCO"},
	{"observers", "OBSERVER_IDS", "list", false, "LDCO"},
	{"webformId", "WEBFORM_ID", "integer", false, "LDCO"},
	{"utmSource", "UTM_SOURCE", "string", false, "LDCO"},
	{"utmMedium", "UTM_MEDIUM", "string", false, "LDCO"},
	{"utmCampaign", "UTM_CAMPAIGN", "string", false, "LDCO"},
	{"utmContent", "UTM_CONTENT", "string", false, "LDCO"},
	{"utmTerm", "UTM_TERM", "string", false, "LDCO"},
	{"createdTime", "DATE_CREATE", "datetime", true, "LDCO"},
	{"updatedTime", "DATE_MODIFY", "datetime", true, "LDCO"},
	{"createdBy", "CREATED_BY_ID", "user", true, "LDCO"},
	{"updatedBy", "MODIFY_BY_ID", "user", true, "LDCO"},
	{"movedTime", "MOVED_TIME", "datetime", true, "LD"},
	{"movedBy", "MOVED_BY_ID", "user", true, "LD"},
	{"dateClosed", "DATE_CLOSED", "datetime", true, "LD"},
	{"closed", "CLOSED", "boolean", true, "D"},
	{"isNew", "IS_NEW", "boolean", true, "D"},
	{"isReturnCustomer", "IS_RETURN_CUSTOMER", "boolean", true, "LD"},
	{"isRepeatedApproach", "IS_REPEATED_APPROACH", "boolean", true, "D"},
	{"hasPhone", "HAS_PHONE", "boolean", true, "LCO"},
	{"hasEmail", "HAS_EMAIL", "boolean", true, "LCO"},
	{"hasImol", "HAS_IMOL", "boolean", true, "LCO"},
	{"lastActivityTime", "LAST_ACTIVITY_TIME", "datetime", true, "LDCO"},
}

var (
	byCamel = map[Kind]map[string]*field{}
	byUpper = map[Kind]map[string]*field{}
)

func init() {
	letters := map[Kind]string{Lead: "L", Deal: "D", Contact: "C", Company: "O"}
	for _, k := range kinds {
		byCamel[k], byUpper[k] = map[string]*field{}, map[string]*field{}
		for i := range fieldTable {
			f := &fieldTable[i]
			if !strings.Contains(f.kinds, letters[k]) {
				continue
			}
			upper := f.upper
			// Leads say STATUS where deals say STAGE in the old family (contract §5.3).
			if k == Lead {
				upper = strings.Replace(upper, "STAGE_", "STATUS_", 1)
			}
			byCamel[k][f.camel] = f
			byUpper[k][upper] = f
		}
	}
	// The leads overview speaks of statusId where every sample has stageId: both are taken (contract §5.2 [E]).
	byCamel[Lead]["statusId"] = byCamel[Lead]["stageId"]
}

func (f *field) dated() bool { return f != nil && (f.kind == "date" || f.kind == "datetime") }

// userField is a custom field (contract §5.6).
type userField struct {
	ID        int64
	Name      string // UF_CRM_…
	Type      string
	Title     string
	Multiple  bool
	Mandatory bool
	List      []fieldOption
	Settings  *array
}

type fieldOption struct {
	ID    int64
	Value string
}

var smartName = regexp.MustCompile(`^UF_CRM_\d+_`)

// camelUF turns UF_CRM_CITY into ufCrmCity, UF_CRM_1639 into ufCrm_1639 and UF_CRM_2_1639 into ufCrm2_1639 (contract §5.2).
func camelUF(name string) string {
	words := strings.Split(strings.ToLower(name), "_")
	var b strings.Builder
	for i, w := range words {
		switch {
		case i == 0:
			b.WriteString(w)
		case w == "":
			b.WriteByte('_')
		case w[0] >= '0' && w[0] <= '9':
			if i != 2 || !smartName.MatchString(name) {
				b.WriteByte('_')
			}
			b.WriteString(w)
		default:
			b.WriteString(strings.ToUpper(w[:1]) + w[1:])
		}
	}
	return b.String()
}

func (p *Portal) userField(k Kind, name string) *userField {
	for _, f := range p.state.UserFields[k] {
		if f.Name == name || camelUF(f.Name) == name {
			return f
		}
	}
	return nil
}

// fieldKind is the type of a field under its camelCase or UF_ name; "" is no field at all.
func (p *Portal) fieldKind(k Kind, name string) string {
	if f := byCamel[k][name]; f != nil {
		return f.kind
	}
	if f := p.userField(k, name); f != nil {
		return "uf_" + f.Type
	}
	return ""
}

// cast brings a value into the form it is kept in: int64, float64, string, "Y"/"N", list or nil.
func (p *Portal) cast(kind string, v any) any {
	switch kind {
	case "integer", "user", "crm_company", "crm_contact", "crm_lead", "crm_category":
		return phpInt(v)
	case "double":
		return phpFloat(v)
	case "boolean":
		if phpBool(v) {
			return "Y"
		}
		return "N"
	case "datetime", "date":
		s := phpString(v)
		if s == "" {
			return nil
		}
		t, ok := p.parseTime(s)
		if !ok {
			return nil
		}
		if kind == "date" {
			t = time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, p.cloud.opt.zone)
		}
		return stamp(t)
	case "list":
		out := newArray()
		for _, x := range arrayOf(v).values() {
			if n := phpInt(x); n > 0 {
				out.push(n)
			}
		}
		return out
	case "uf_boolean":
		return phpBool(v)
	case "uf_enumeration":
		if n := phpInt(v); n != 0 {
			return n
		}
		return nil
	case "uf_integer", "uf_double":
		if phpString(v) == "" {
			return nil
		}
		return phpFloat(v)
	}
	if a, ok := v.(*array); ok {
		return a
	}
	return phpString(v)
}

// parseTime reads the vendor's ISO dates and the spellings that people send.
func (p *Portal) parseTime(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02", "02.01.2006 15:04:05", "02.01.2006"} {
		if t, err := time.ParseInLocation(layout, s, p.cloud.opt.zone); err == nil {
			return t.In(p.cloud.opt.zone), true
		}
	}
	return time.Time{}, false
}
