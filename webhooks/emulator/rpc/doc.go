// Package rpc is the entry to the emulated platform's two JSON-RPC interfaces (contract uis §3, §4): the
// envelope, tokens, the whitelist of addresses, points, the checking of parameters, errors by
// mnemonic, and everything that can be told to go wrong on the way. It knows nothing of calls or
// employees and never forgives what the contract forbids.
package rpc
