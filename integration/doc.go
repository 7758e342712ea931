// Package integration is the middle of the product: the nouns of a contact centre
// and the pure decision that turns what happened, what the tenant set and what the
// CRM knows into a plan with its reasons (facts → decision → plan → action).
// It never waits, logs, stores or calls anybody, and it never reads a clock:
// sub-packages do that around it.
package integration
