package integration

import (
	"time"

	"omniconnector/integration/centre"
)

// TenantID names a customer of the installation, who owns everything below.
type TenantID string

// PortalID names one connected CRM account of a tenant.
type PortalID string

// EventID names one accepted event; ids grow with the time of acceptance.
type EventID string

// SessionID is the platform's own id of a call session, which all events of one call share.
type SessionID string

// CustomerKey is whose work must stay in order: the customer's number, or the session when there is none.
type CustomerKey string

// EmployeeID is the platform's id of an employee; 0 means nobody.
type EmployeeID = centre.EmployeeID

// TenantState says whether a tenant's work goes on.
type TenantState string

// The states of a tenant. The events of a suspended tenant are kept and wait.
const (
	TenantActive    TenantState = "active"
	TenantSuspended TenantState = "suspended"
)

// Tenant is a customer of the installation.
type Tenant struct {
	ID      TenantID
	Name    string
	State   TenantState
	Created time.Time
}

// PortalState says whether a portal takes work (S-2).
type PortalState string

// The states of a portal.
const (
	PortalOK          PortalState = "ok"
	PortalReauthorise PortalState = "reauthorise" // the tenant must connect it again
	PortalBlocked     PortalState = "blocked"     // the vendor or the tariff refuses us
	PortalGone        PortalState = "disconnected"
)

// Portal is a tenant's connected CRM account, without its secrets.
type Portal struct {
	Tenant   TenantID
	ID       PortalID
	Name     string
	MemberID string // the vendor's lasting key of the account (contract §0.1)
	Endpoint string // may change when the account is renamed
	State    PortalState
	// Why and Since tell the tenant about a state other than ok.
	Why     string
	Since   time.Time
	Created time.Time
}

// Secret is a token or password. It never prints itself; string(s) is the only way to the value.
type Secret string

const hidden = "[secret]"

// String hides the value.
func (Secret) String() string { return hidden }

// GoString hides the value from %#v.
func (Secret) GoString() string { return hidden }

// MarshalJSON hides the value from JSON.
func (Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + hidden + `"`), nil }
