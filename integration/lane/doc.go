// Package lane does the ordered work of portals: it takes accepted events, asks the CRM what
// it must know, lets package integration decide, stores the plan, and carries the stored
// actions out, once each. A lane is leased by one process at a time.
// It decides nothing about customers itself and speaks to storage and CRM through
// interfaces only.
package lane
