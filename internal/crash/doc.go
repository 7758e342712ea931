// Package crash proves law 1 and law 2: it kills the connector's process at every step
// boundary of a call, and at random moments while the emulated portal misbehaves, starts it
// again, and compares the portal's records with those of a run in which nothing went wrong.
// It holds tests only.
package crash
