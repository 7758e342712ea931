// Package chats reads what the platform's Chat API reports of conversations (contract uis §5.3) and receives it over HTTP, at a tenant's
// own address or at the installation's shared one. It answers 200 only when an event or a change of the directory is durable. It never
// decides what a conversation means, never calls anybody, and never keeps a login it was shown.
package chats
