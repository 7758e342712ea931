// Package web is the JSON API of the connector: tenants, portals, settings, webhooks'
// addresses and the journal with its explanations, as an OpenAPI 3.1 document that is made from
// the code that serves it. It decides nothing and knows no vendor: what it needs of storage, of
// the CRM's adapter and of the sources is declared in ports.go. Every request is bound to one
// tenant, and another tenant's object is answered as one that does not exist.
package web
