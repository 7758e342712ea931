// Package emulator is a Bitrix24 cloud that lives in memory: any number of
// portals and their OAuth server, behind one http.Handler. Tests, the demo and
// the crash runs talk to it as they would to the vendor, and it answers as the
// contract page says, ugly parts included. Its own README tells how to use it.
//
// It shares no code with the connector it judges, keeps no real customer's
// data, and refuses to serve anybody but this machine unless told otherwise.
package emulator
