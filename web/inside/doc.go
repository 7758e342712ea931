// Package inside answers the page that a portal opens in its own frame (S-5, contract bitrix24 §2.3): it proves portal
// and person and gives the page a short-lived session token for the API. It keeps no tokens of the portal's, sets no cookies,
// and changes nothing.
package inside
