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
	// Language is in which the connector writes into the portal: notes, and why a call failed.
	Language Lang `json:"language"`
	// OwnNumbers are virtual numbers of the tenant: never searched or written as a customer's.
	OwnNumbers []string  `json:"own_numbers"`
	Employees  []Mapping `json:"employees"`
	// Sync says which employees are kept in step with the portal, and how («Синхронизация сотрудников»).
	Sync      Sync      `json:"sync"`
	Telephony Telephony `json:"telephony"`
	// Chats and Offline are the sections «Чаты» and «Офлайн заявки»: the same settings, kept separately.
	Chats   Conversations `json:"chats"`
	Offline Conversations `json:"offline"`

	version  int64
	compiled *compiled
}

// Mapping says which portal user an employee of the platform is. What is mapped by hand wins over
// email and extension.
type Mapping struct {
	Employee EmployeeID `json:"employee"`
	User     crm.UserID `json:"user"`
}

// Sync is the section «Синхронизация сотрудников».
type Sync struct {
	// Daily reads both sides' directories anew every 24 hours.
	Daily bool `json:"daily"`
	// Only limits the mapping to these employees; empty means all.
	Only []EmployeeID `json:"only"`
	// Statuses sets employees' statuses at the platform by their working day in the portal, every 20 minutes.
	Statuses bool `json:"statuses"`
}

// Telephony is the section «Телефония».
type Telephony struct {
	Enabled bool `json:"enabled"`
	// Other is «Использовать другую телефонию» (T-1); on, it makes all the rest inactive.
	Other OtherTelephony `json:"other_telephony"`
	// Manager is «Переадресация на персонального менеджера из CRM» (T-2).
	Manager bool `json:"personal_manager"`
	// ResponsibleAfter is «Обновлять ответственного через», in seconds; 0 sets the responsible at once (T-5).
	ResponsibleAfter int `json:"responsible_after_seconds"`
	// Click is «Звонки по клику из CRM» (T-8).
	Click Click `json:"click_to_call"`
	// Callback is «Обратный звонок» (T-9).
	Callback Callback `json:"callback"`
	// RecordsFiltered is «Создавать дело и передавать записи, если настроены определенные фильтры» (T-10).
	RecordsFiltered bool `json:"records_with_filter"`
	// ChatNotice is «Добавлять сообщение о совершенном звонке сотруднику в чат» (T-11).
	ChatNotice bool `json:"chat_notice"`
	// Fields are the extra fields (T-15).
	Fields ExtraFields `json:"extra_fields"`
	// Notes adds a comment to the call's record: rating, tags, a call outside of working hours.
	Notes bool `json:"notes"`
	// Hours are the working hours that notes look at.
	Hours    WorkingHours `json:"working_hours"`
	Incoming Calls        `json:"incoming"`
	Outgoing Calls        `json:"outgoing"`
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

// OtherTelephony is the switch of T-1. SettleSeconds is how long after the end of a call the other telephony may still
// be changing records.
type OtherTelephony struct {
	On            bool `json:"on"`
	SettleSeconds int  `json:"settle_seconds"`
}

// Click is the section «Звонки по клику из CRM» (T-8). Number is ours, to call from; with Override the client always
// sees it.
type Click struct {
	On       bool   `json:"on"`
	Number   string `json:"number"`
	Override bool   `json:"override_caller_id"`
}

// Callback is the section «Обратный звонок» (T-9). Number is called when there is no employee to call.
type Callback struct {
	On     bool   `json:"on"`
	Number string `json:"number"`
}

// ExtraFields are the pairs of T-15. Always also writes them to the first entity that was found.
type ExtraFields struct {
	Always  bool        `json:"always"`
	Lead    []FieldPair `json:"lead"`
	Deal    []FieldPair `json:"deal"`
	Contact []FieldPair `json:"contact"`
	Company []FieldPair `json:"company"`
}

// FieldPair writes a communication parameter into a field of the portal.
type FieldPair struct {
	Field     string `json:"field"`     // as the portal names it
	Parameter string `json:"parameter"` // from Parameters
}

// WorkingHours are when the tenant's people answer, in the tenant's zone. Days are those of the week, 1 is Monday;
// From and Till are "09:00".
type WorkingHours struct {
	Days []int  `json:"days"`
	From string `json:"from"`
	Till string `json:"till"`
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

// DefaultSettle is how long after a call the other telephony may still be changing records (T-1).
const DefaultSettle = time.Minute

// Defaults is a document that a tenant starts from: everything on, nothing chosen.
func Defaults() Settings {
	calls := Calls{Create: true, Funnels: Funnels{LeadStage: "NEW", Stage: "NEW"}}
	return Settings{
		AppName: "OMNI", TimeZone: "Europe/Moscow", Country: "RU", Language: Russian,
		Telephony: Telephony{
			Enabled: true, Incoming: calls, Outgoing: calls, Talker: LastTalker, SourceNumber: true, Records: true,
			Companion: crm.Contact, SilenceMinutes: int(DefaultSilence / time.Minute), RecordsFiltered: true,
			Other: OtherTelephony{SettleSeconds: int(DefaultSettle / time.Second)}, Notes: true,
			Hours: WorkingHours{Days: []int{1, 2, 3, 4, 5}, From: "09:00", Till: "18:00"},
		},
		Sync:  Sync{Daily: true},
		Chats: defaultConversations(), Offline: defaultConversations(),
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

// For lists the pairs of a kind.
func (f *ExtraFields) For(k crm.Kind) []FieldPair {
	switch k {
	case crm.Lead:
		return f.Lead
	case crm.Deal:
		return f.Deal
	case crm.Contact:
		return f.Contact
	case crm.Company:
		return f.Company
	}
	return nil
}

// Settle is how long after the end of a call other people's changes of its records still count as its own (T-1).
func (s *Settings) Settle() time.Duration {
	if s.Telephony.Other.SettleSeconds <= 0 {
		return DefaultSettle
	}
	return time.Duration(s.Telephony.Other.SettleSeconds) * time.Second
}

// language is Russian unless the tenant chose otherwise.
func (s *Settings) language() Lang {
	if s.Language == English {
		return English
	}
	return Russian
}
