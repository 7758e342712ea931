// Package rules decides whether a communication satisfies a tenant's filter (T-7), and says why in the tenant's words.
//
// Filters are trees of conditions; each condition is compiled to its own expr program, so the walk that decides is the
// walk that explains. The package is pure: it never reads a clock, a file or a network, never logs, and never ignores a
// condition that failed.
package rules
