// Package adapter is the Chat API of the emulated platform (contract uis §5): the adapters and the accounts that are connected to
// them, the REST interface that adapters call, and the webhooks that they are sent, as data. It
// keeps no conversation and sends nothing: whoever owns both passes itself in as Platform.
//
// Where the contract is silent (§6), refusals come in the order 401 token, 429 and other faults, 422 body, 403 account of another adapter,
// 404 channel, chat, operator or resource, 409 chat closed. POST /chat gives the visitor's open chat when there is one.
package adapter
