// Package webhooks takes what the contact-centre platform reports over HTTP: it
// checks the sender, has a Source read the notification, and answers 200 only when
// the delivery is durable, in the inbox or, while storage is away, in a local spool.
// It never decides what an event means, never calls anybody, and never keeps or
// prints a secret it was shown.
package webhooks
