// Package bitrix24 takes the events that portals send (contract §3.2): clicks on numbers and callback forms become
// events of the journal, changes of records make the index of customers doubt them, the end and the renewal of
// an installation reach its keeper. One address serves all portals: member_id names the portal and
// application_token proves it (§2.5). It never asks a portal anything, never uses the tokens that an event
// carries, and keeps and prints none of them.
package bitrix24
