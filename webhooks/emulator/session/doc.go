// Package session is what the emulated platform itself knows of a call, whatever it told or failed to
// tell anybody, and the rows of get.calls_report and get.call_legs_report made of that (contract
// uis §4.3, §4.4). It never looks at notifications: what was lost on the way is here.
package session
