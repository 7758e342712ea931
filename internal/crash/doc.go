// Package crash proves law 1 and law 2: it kills the connector's process at the step
// boundaries of everything that a customer, the portal and the platform do together, and at
// random moments while both emulated sides misbehave, starts it again, and compares the portal's
// records with those of a run in which nothing went wrong. It holds tests only.
package crash
