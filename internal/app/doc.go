// Package app puts the connector together: storage, receiver, lanes, adapters and web pages,
// as one value that the command, the demo and the end-to-end tests start. It wires and
// decides nothing; whatever has a rule lives in a room of its own.
package app
