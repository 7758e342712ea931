// Package embed recognises the short-lived signed tokens with which the SaaS's own cabinet opens pages and calls
// the API on behalf of a person of one tenant (S-1). It only verifies: it never issues a token, knows no route and
// asks no storage, so that whether the tenant exists is for the caller to find out.
package embed
