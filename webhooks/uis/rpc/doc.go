// Package rpc is the client of the UIS / CoMagic / Novofon platform's two JSON-RPC interfaces (contract uis §3, §4): the
// Call API, which starts calls, and the Data API, which knows the truth of ended ones, chats with their messages, offline requests, and the
// account's directory.
// It is a lane.Platform. It polls nothing by itself, keeps nothing but its login and the account's zone, and decides nothing;
// every request that the platform carries out costs the tenant a point, so that each method says how many it needs.
package rpc
