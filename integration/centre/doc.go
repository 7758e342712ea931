// Package centre holds the nouns of a contact centre as seen from a CRM: its employees, numbers and scenarios, and
// the errands that a tenant's telephony platform is sent on: start a call, read ended calls, read the directory.
// It knows no vendor and no transport, and it never decides anything.
package centre
