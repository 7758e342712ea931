// Package page shows the journal to people: the list of calls as they come in, and one call from
// top to bottom: what came in, what the CRM knew, what was decided and why, what was done. It
// is rendered on the server, asks no outside host, and only reads. It will give way to the
// application of S-4; what it shows comes from the same ports as the JSON API.
package page
