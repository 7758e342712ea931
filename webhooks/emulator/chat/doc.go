// Package chat is what happens in a conversation of the emulated platform, act by act, and in an offline request; and the rows
// that the Data API's reports make of both (contract uis §4.5–4.7). It tells nobody anything, and reads no clock.
package chat
