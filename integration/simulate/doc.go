// Package simulate decides calls of the past, or made-up ones, by other settings, and says in people's words what would have
// been left in the CRM and how that differs from what was (S-2). It decides by the very code that decides calls. It asks no
// portal and no platform, stores nothing and reads no clock.
package simulate
