package web

// routes is the table of the API: method, address under /api/v1, who may, what it answers when all is well,
// the operation's id and what it does.
func (a *API) routes() {
	add(a, route{"POST", "/tenants", byAdmin, 201, "create-tenant", "Create a tenant; its secrets are shown this once"}, a.createTenant)
	add(a, route{"GET", "/tenants", byAdmin, 200, "list-tenants", "List tenants"}, a.listTenants)
	add(a, route{"POST", "/tenants/{tenant}/suspend", byAdmin, 200, "suspend-tenant", "Suspend a tenant: its events are kept and wait"}, a.suspendTenant)
	add(a, route{"POST", "/tenants/{tenant}/resume", byAdmin, 200, "resume-tenant", "Resume a suspended tenant"}, a.resumeTenant)
	add(a, route{"POST", "/tenants/{tenant}/tokens", byAdmin, 201, "create-token", "Draw an API token; it is shown this once"}, a.createToken)
	add(a, route{"GET", "/me", byRead, 200, "me", "Whom the token speaks for"}, a.me)

	add(a, route{"POST", "/portals", byWrite, 201, "connect-portal", "Connect a portal by credentials, or connect it again"}, a.connectPortal)
	add(a, route{"GET", "/portals", byRead, 200, "list-portals", "List portals"}, a.listPortals)
	add(a, route{"GET", "/portals/{portal}", byRead, 200, "get-portal", "One portal with its state"}, a.getPortal)
	add(a, route{"DELETE", "/portals/{portal}", byWrite, 204, "disconnect-portal", "Disconnect a portal; its settings and journal are kept"}, a.disconnectPortal)
	add(a, route{"POST", "/portals/{portal}/test", byWrite, 200, "test-portal", "Ask the portal who we are there and what we may do"}, a.testPortal)
	add(a, route{"POST", "/portals/{portal}/sync", byWrite, 202, "sync-portal", "Read users, funnels and stages of the portal anew, soon"}, a.syncPortal)
	add(a, route{"GET", "/portals/{portal}/directory", byRead, 200, "get-directory", "What settings may refer to: users, funnels, stages"}, a.getDirectory)

	add(a, route{"GET", "/portals/{portal}/settings", byRead, 200, "get-settings", "The settings document; ETag is its version"}, a.getSettings)
	add(a, route{"PUT", "/portals/{portal}/settings", byWrite, 200, "save-settings", "Replace the settings document; If-Match is the version it was made from"}, a.saveSettings)
	add(a, route{"POST", "/portals/{portal}/settings/validate", byRead, 200, "validate-settings", "Check a settings document without saving it"}, a.validateSettings)

	add(a, route{"GET", "/hooks", byRead, 200, "get-hooks", "Notifications to set up at the sources, with placeholders for the secrets"}, a.getHooks)
	add(a, route{"POST", "/hooks/rotate", byWrite, 200, "rotate-hook", "Draw a secret of the notifications; the one before it stays valid for a while"}, a.rotateHook)

	add(a, route{"GET", "/events", byRead, 200, "list-events", "The journal of events, newest first"}, a.listEvents)
	add(a, route{"GET", "/events/{event}", byRead, 200, "get-event", "One event whole: delivery, facts, reasons, actions"}, a.getEvent)
	add(a, route{"GET", "/calls/{session}", byRead, 200, "get-call", "The whole story of one call"}, a.getCall)

	add(a, route{"GET", "/variables", byRead, 200, "list-variables", "Variables of name templates"}, a.listVariables)
	add(a, route{"GET", "/words", byRead, 200, "list-words", "Parameters of filters"}, a.listWords)
}
