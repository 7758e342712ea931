package crm

import "time"

// Kind names a kind of CRM entity.
type Kind string

// The kinds of entity the product works with.
const (
	Lead    Kind = "lead"
	Deal    Kind = "deal"
	Contact Kind = "contact"
	Company Kind = "company"
)

// Mode says whether a portal works with leads.
type Mode string

// The two CRM modes of a portal (contract §5.1).
const (
	Classic Mode = "classic" // leads are on
	Simple  Mode = "simple"  // deals and contacts only
)

// UserID identifies an employee's account in the portal; 0 means nobody.
type UserID int64

// Entity is what the product knows of one record in the CRM.
type Entity struct {
	Kind        Kind      `json:"kind"`
	ID          int64     `json:"id"`
	Title       string    `json:"title,omitempty"`
	Responsible UserID    `json:"responsible,omitempty"`
	Funnel      int64     `json:"funnel,omitempty"`  // deals only; 0 is the general funnel
	Stage       string    `json:"stage,omitempty"`   // leads and deals
	Closed      bool      `json:"closed,omitempty"`  // won or lost, by the stage's semantics and never by its code
	Contact     int64     `json:"contact,omitempty"` // the linked contact of a deal or lead
	Company     int64     `json:"company,omitempty"` // the linked company of a deal, lead or contact
	Created     time.Time `json:"created,omitzero"`
	// OriginID is our natural key, empty for records that others made.
	OriginID string `json:"origin_id,omitempty"`
	// Updated and UpdatedBy tell of the last change by anybody, ourselves included, by the portal's clock (T-1).
	Updated   time.Time `json:"updated,omitzero"`
	UpdatedBy UserID    `json:"updated_by,omitempty"`
	// Phones are the numbers of a contact, company or lead as the portal writes them; List and Read tell them, Find does not.
	Phones []string `json:"phones,omitempty"`
	// Custom are the custom fields that were asked for, by the portal's name; an empty one is absent (T-15).
	Custom map[string]string `json:"custom,omitempty"`
}

// Messenger is an account by which a person is reached in a messenger.
type Messenger struct {
	// Network is the platform's word for the channel: "telegram", "vkontakte_groups".
	Network string `json:"network"`
	Value   string `json:"value"` // the account's name or id there
}

// Fields are the columns of an entity that a command writes. A nil field is left
// as it is. Phones, Emails and Messengers are added where the record lacks them, never replaced.
type Fields struct {
	Title             *string           `json:"title,omitempty"`
	Responsible       *UserID           `json:"responsible,omitempty"`
	Funnel            *int64            `json:"funnel,omitempty"`
	Stage             *string           `json:"stage,omitempty"`
	Source            *string           `json:"source,omitempty"`             // a source's code in the portal's dictionary
	SourceDescription *string           `json:"source_description,omitempty"` // «Дополнительно об источнике», T-6
	Contact           *Ref              `json:"contact,omitempty"`
	Company           *Ref              `json:"company,omitempty"`
	Phones            []string          `json:"phones,omitempty"` // E.164
	Emails            []string          `json:"emails,omitempty"`
	Messengers        []Messenger       `json:"messengers,omitempty"`
	Custom            map[string]string `json:"custom,omitempty"` // by the portal's field name
}

// Customer is what the CRM knows of one person.
type Customer struct {
	Contacts  []Entity `json:"contacts,omitempty"`
	Companies []Entity `json:"companies,omitempty"`
	Leads     []Entity `json:"leads,omitempty"`
	Deals     []Entity `json:"deals,omitempty"`
	// Missed are the incoming calls nobody has answered for yet: activities that
	// are still not completed, by id (T-3).
	Missed []int64 `json:"missed,omitempty"`
}

// User is an employee's account in the portal.
type User struct {
	ID     UserID   `json:"id"`
	Name   string   `json:"name"`
	Email  string   `json:"email,omitempty"`
	Inner  string   `json:"inner,omitempty"` // extension, UF_PHONE_INNER
	Phones []string `json:"phones,omitempty"`
	Active bool     `json:"active"`
	Admin  bool     `json:"admin,omitempty"`
}

// Stage is one stage of a funnel, or of leads when Funnel is negative.
type Stage struct {
	Code   string `json:"code"`
	Name   string `json:"name"`
	Closed bool   `json:"closed"` // won or lost
	Sort   int    `json:"sort,omitempty"`
}

// Funnel is a pipeline of deals with its stages in order.
type Funnel struct {
	ID     int64   `json:"id"`
	Name   string  `json:"name"`
	Stages []Stage `json:"stages"`
}

// Field is a text field of an entity that extra fields may be written to (T-15).
type Field struct {
	Name     string `json:"name"` // as commands and settings name it: "UF_CRM_1639669411830"
	Title    string `json:"title"`
	Required bool   `json:"required,omitempty"` // the portal may refuse an entity without it
	Multiple bool   `json:"multiple,omitempty"`
}

// Presence is what the portal knows of a user's working day.
type Presence string

// The states of a working day (contract bitrix24 §6).
const (
	Working  Presence = "working"
	Paused   Presence = "paused"
	Away     Presence = "away" // the day has not begun or is over
	NotKnown Presence = ""     // the tariff has no time management
)

// Directory is the portal's own vocabulary: what settings may refer to.
type Directory struct {
	Mode       Mode     `json:"mode"`
	Users      []User   `json:"users"`
	LeadStages []Stage  `json:"lead_stages"`
	Funnels    []Funnel `json:"funnels"`
	Sources    []Stage  `json:"sources"`
	Scopes     []string `json:"scopes,omitempty"`
	// Fields are the text fields of each kind of entity (T-15).
	Fields   map[Kind][]Field `json:"fields,omitempty"`
	SyncedAt time.Time        `json:"synced_at,omitzero"`
}
