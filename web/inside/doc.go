// Package inside answers the pages that a portal opens in its own frame (S-5, contract bitrix24 §2.3): it proves portal
// and person and gives the page a short-lived session token for the API; at an installation it asks for the code that names the tenant.
// It keeps no tokens of the portal's and sets no cookies.
package inside
