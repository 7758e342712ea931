package integration

import (
	"sync"
	"time"

	"omniconnector/crm"
	"omniconnector/rules"
)

// Settings is what a tenant set for one portal. Package integration/settings reads and checks
// the document; Compile makes it ready to decide with.
type Settings struct {
	// AppName is what {{app_name}} becomes in names (T-12).
	AppName string `json:"app_name"`
	// TimeZone is the IANA name in which the tenant reads and the platform writes times.
	TimeZone string `json:"time_zone"`
	// Country is the two-letter country whose rules read numbers without a country code.
	Country string `json:"country"`
	// OwnNumbers are virtual numbers of the tenant: never searched or written as a customer's.
	OwnNumbers []string  `json:"own_numbers"`
	Employees  []Mapping `json:"employees"`
	Telephony  Telephony `json:"telephony"`

	version  int64
	compiled *compiled
}

// Mapping says which portal user an employee of the platform is. What is mapped by hand wins over
// email and extension.
type Mapping struct {
	Employee EmployeeID `json:"employee"`
	User     crm.UserID `json:"user"`
}

// Telephony is the section «Телефония».
type Telephony struct {
	Enabled  bool  `json:"enabled"`
	Incoming Calls `json:"incoming"`
	Outgoing Calls `json:"outgoing"`
	// Talker chooses between several who spoke: the first or the last (T-14).
	Talker Talker `json:"talker"`
	// SourceNumber writes the virtual number into «Дополнительно об источнике» (T-6).
	SourceNumber bool `json:"source_number"`
	// Records attaches records of talks (T-10).
	Records bool `json:"records"`
	// Companion is created beside a deal in a portal without leads: a contact or a company (T-3).
	Companion crm.Kind `json:"companion"`
	// SilenceMinutes is how long a call may say nothing before it is finished as missed (T-0).
	SilenceMinutes int `json:"silence_minutes"`
}

// Talker is the first or the last who spoke.
type Talker string

// The two choices of T-14.
const (
	FirstTalker Talker = "first"
	LastTalker  Talker = "last"
)

// Calls is what is set for the calls of one direction.
type Calls struct {
	// Create makes leads and deals (T-3, T-4).
	Create bool `json:"create"`
	// Filter keeps calls out (T-7).
	Filter CallFilter `json:"filter"`
	// Names are templates by kind of entity; the first whose filter holds wins (T-12).
	Names NameTemplates `json:"names"`
	// Funnels choose where an entity begins (T-13).
	Funnels Funnels `json:"funnels"`
	// Responsible chooses whose the entity is (T-14).
	Responsible Responsible `json:"responsible"`
}

// CallFilter is the switch «Фильтровать звонки» and its conditions (T-7).
type CallFilter struct {
	On    bool         `json:"on"`
	Where rules.Filter `json:"where"`
}

// NameTemplates are the lists of templates of T-12.
type NameTemplates struct {
	Lead    []NameTemplate `json:"lead"`
	Deal    []NameTemplate `json:"deal"`
	Contact []NameTemplate `json:"contact"`
	Company []NameTemplate `json:"company"`
}

// NameTemplate is a name with {{variables}}, for calls that its filter lets through.
type NameTemplate struct {
	Text  string       `json:"text"`
	Where rules.Filter `json:"where"`
}

// Funnels are the defaults and the ordered rules of T-13.
type Funnels struct {
	LeadStage string       `json:"lead_stage"`
	Funnel    int64        `json:"funnel"`
	Stage     string       `json:"stage"`
	Rules     []FunnelRule `json:"rules"`
}

// FunnelRule sends the calls its filter lets through to a stage. For a lead, Funnel is not looked at.
type FunnelRule struct {
	Name   string       `json:"name"`
	Entity crm.Kind     `json:"entity"`
	Funnel int64        `json:"funnel"`
	Stage  string       `json:"stage"`
	Where  rules.Filter `json:"where"`
}

// Responsible is the default and the ordered rules of T-14; rules count for incoming calls only.
type Responsible struct {
	Default crm.UserID        `json:"default"`
	Rules   []ResponsibleRule `json:"rules"`
}

// ResponsibleRule gives the calls its filter lets through to a portal user.
type ResponsibleRule struct {
	Name  string       `json:"name"`
	User  crm.UserID   `json:"user"`
	Where rules.Filter `json:"where"`
}

// DefaultSilence is how long a call may say nothing (T-0).
const DefaultSilence = 2 * time.Hour

// Defaults is a document that a tenant starts from: everything on, nothing chosen.
func Defaults() Settings {
	calls := Calls{Create: true, Funnels: Funnels{LeadStage: "NEW", Stage: "NEW"}}
	return Settings{
		AppName: "OMNI", TimeZone: "Europe/Moscow", Country: "RU",
		Telephony: Telephony{
			Enabled: true, Incoming: calls, Outgoing: calls, Talker: LastTalker, SourceNumber: true, Records: true,
			Companion: crm.Contact, SilenceMinutes: int(DefaultSilence / time.Minute),
		},
	}
}

// Unset are the settings of a portal whose tenant has saved none yet: everything is off.
var Unset = sync.OnceValue(func() *Settings {
	s := Settings{TimeZone: "UTC"}
	if err := s.Compile(0); err != nil {
		panic(err) // UTC and no filters: it cannot fail
	}
	return &s
})

// Silence is how long a call of these settings may say nothing.
func (s *Settings) Silence() time.Duration {
	if s.Telephony.SilenceMinutes <= 0 {
		return DefaultSilence
	}
	return time.Duration(s.Telephony.SilenceMinutes) * time.Minute
}

// Version is the version of the document these settings were read from.
func (s *Settings) Version() int64 { return s.version }

// Calls gives what is set for a direction.
func (s *Settings) Calls(d crm.Direction) *Calls {
	if d == crm.Outgoing {
		return &s.Telephony.Outgoing
	}
	return &s.Telephony.Incoming
}

// For lists the templates of a kind.
func (n *NameTemplates) For(k crm.Kind) []NameTemplate {
	switch k {
	case crm.Lead:
		return n.Lead
	case crm.Deal:
		return n.Deal
	case crm.Contact:
		return n.Contact
	case crm.Company:
		return n.Company
	}
	return nil
}
