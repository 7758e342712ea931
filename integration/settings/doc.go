// Package settings reads a portal's settings document: the tenant's JSON becomes
// *integration.Settings, or a list of everything that is wrong with it at once, each with
// the JSON pointer of its field and a sentence in Russian and English (T-16). It also
// writes documents, compares them, translates them for another portal and makes stored ones
// ready to decide with. It does no I/O and keeps no state but the compiler's cache.
package settings
