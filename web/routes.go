package web

// routes is the table of the API: method, address under /api/v1, who may, what it answers when all is well,
// the operation's id and what it does.
func (a *API) routes() {
	add(a, route{"POST", "/tenants", byAdmin, 201, "create-tenant", "Create a tenant; its secrets are shown this once"}, a.createTenant)
	add(a, route{"GET", "/tenants", byAdmin, 200, "list-tenants", "List tenants"}, a.listTenants)
	add(a, route{"POST", "/tenants/{tenant}/suspend", byAdmin, 200, "suspend-tenant", "Suspend a tenant: its events are kept and wait"}, a.suspendTenant)
	add(a, route{"POST", "/tenants/{tenant}/resume", byAdmin, 200, "resume-tenant", "Resume a suspended tenant"}, a.resumeTenant)
	add(a, route{"POST", "/tenants/{tenant}/tokens", byAdmin, 201, "create-token", "Draw an API token; it is shown this once"}, a.createToken)
	add(a, route{"GET", "/tenants/{tenant}/tokens", byAdmin, 200, "list-tokens", "List API tokens, without the tokens themselves"}, a.listTokens)
	add(a, route{"DELETE", "/tenants/{tenant}/tokens/{token}", byAdmin, 204, "revoke-token", "End an API token at once"}, a.revokeToken)
	add(a, route{"DELETE", "/tenants/{tenant}", byAdmin, 200, "delete-tenant", "Delete a tenant with everything it has; it must be suspended, or confirmed by its id"}, a.deleteTenant)

	add(a, route{"GET", "/me", byAny, 200, "me", "Whom the token speaks for and what it opens"}, a.me)
	add(a, route{"POST", "/tokens", byWrite, 201, "create-own-token", "Draw an API token of the caller's tenant; it is shown this once"}, a.createOwnToken)
	add(a, route{"GET", "/tokens", byWrite, 200, "list-own-tokens", "List API tokens of the caller's tenant, without the tokens themselves"}, a.listOwnTokens)
	add(a, route{"DELETE", "/tokens/{token}", byWrite, 204, "revoke-own-token", "End an API token of the caller's tenant at once"}, a.revokeOwnToken)

	add(a, route{"GET", "/overview", byRead, 200, "get-overview", "How all portals do at a glance, and what is to be done first"}, a.getOverview)
	add(a, route{"POST", "/portals", byWrite, 201, "connect-portal", "Connect a portal by credentials, or connect it again"}, a.connectPortal)
	add(a, route{"POST", "/portals/codes", byWrite, 201, "create-portal-code", "Draw a code by which an administrator connects a portal from inside it; it is shown this once"}, a.createPortalCode)
	add(a, route{"GET", "/application", byRead, 200, "get-application", "What people need to install the application in a portal"}, a.getApplication)
	add(a, route{"GET", "/portals", byRead, 200, "list-portals", "List portals"}, a.listPortals)
	add(a, route{"GET", "/portals/{portal}", byRead, 200, "get-portal", "One portal with its state"}, a.getPortal)
	add(a, route{"DELETE", "/portals/{portal}", byWrite, 204, "disconnect-portal", "Disconnect a portal; its settings and journal are kept"}, a.disconnectPortal)
	add(a, route{"POST", "/portals/{portal}/test", byWrite, 200, "test-portal", "Ask the portal who we are there and what we may do"}, a.testPortal)
	add(a, route{"POST", "/portals/{portal}/sync", byWrite, 202, "sync-portal", "Read the portal's or the platform's directory anew, soon"}, a.syncPortal)
	add(a, route{"GET", "/portals/{portal}/directory", byRead, 200, "get-directory", "What settings may refer to, in the portal and at the platform"}, a.getDirectory)
	add(a, route{"GET", "/portals/{portal}/employees", byRead, 200, "list-employees", "Employees of the platform and the portal users they are"}, a.listEmployees)
	add(a, route{"PUT", "/portals/{portal}/employees/{employee}", byWrite, 200, "map-employee", "Map an employee to a portal user by hand; saves the next version of the settings"}, a.mapEmployee)
	add(a, route{"DELETE", "/portals/{portal}/employees/{employee}", byWrite, 200, "unmap-employee", "Take a mapping by hand out; saves the next version of the settings"}, a.unmapEmployee)
	add(a, route{"GET", "/portals/{portal}/overview", byRead, 200, "get-portal-overview", "How a portal does at a glance, and what is to be done first"}, a.getPortalOverview)
	add(a, route{"GET", "/portals/{portal}/limits", byRead, 200, "get-limits", "What is left of the portal's limits, what waits, how soon cards pop up"}, a.getLimits)
	add(a, route{"GET", "/portals/{portal}/jobs", byRead, 200, "list-jobs", "Errands of the portal: when they run, how far they are, what failed"}, a.listJobs)
	add(a, route{"POST", "/portals/{portal}/imports", byWrite, 202, "import-calls", "Read calls of the past from the platform; jobs tell how far it is"}, a.importCalls)
	add(a, route{"POST", "/portals/{portal}/index", byWrite, 202, "index-portal", "Make the index of customers anew; jobs tell how far it is"}, a.indexPortal)
	add(a, route{"POST", "/portals/{portal}/templates/preview", byRead, 200, "preview-template", "What a name template gives for a stored call or a sample"}, a.previewTemplate)
	add(a, route{"POST", "/portals/{portal}/filters/describe", byRead, 200, "describe-filters", "Say in words what filters of calls mean; nothing is checked or saved"}, a.describeFilters)
	add(a, route{"POST", "/portals/{portal}/simulate", byRead, 200, "simulate", "Decide a stored or made-up call by a draft of the settings, and tell what would differ; nothing is touched"}, a.simulateCall)
	add(a, route{"POST", "/portals/{portal}/simulations", byWrite, 202, "simulate-calls", "Decide calls of the past by a draft of the settings, in the background; nothing is touched"}, a.simulateCalls)
	add(a, route{"GET", "/portals/{portal}/simulations/{simulation}", byRead, 200, "get-simulation", "How far a simulation of past calls is, and what would differ"}, a.getSimulation)

	add(a, route{"GET", "/portals/{portal}/settings", byRead, 200, "get-settings", "The settings document; ETag is its version"}, a.getSettings)
	add(a, route{"PUT", "/portals/{portal}/settings", byWrite, 200, "save-settings", "Replace the settings document; If-Match is the version it was made from"}, a.saveSettings)
	add(a, route{"POST", "/portals/{portal}/settings/validate", byRead, 200, "validate-settings", "Check a settings document without saving it"}, a.validateSettings)
	add(a, route{"GET", "/portals/{portal}/settings/versions", byRead, 200, "list-versions", "Versions of the settings, newest first"}, a.listVersions)
	add(a, route{"GET", "/portals/{portal}/settings/versions/{version}", byRead, 200, "get-version", "One version whole, with who saved it and when"}, a.getVersion)
	add(a, route{"GET", "/portals/{portal}/settings/diff", byRead, 200, "diff-settings", "What differs between two versions"}, a.diffSettings)
	add(a, route{"POST", "/portals/{portal}/settings/versions/{version}/restore", byWrite, 200, "restore-version", "Save an old version as the next one; it is checked as any other"}, a.restoreVersion)
	add(a, route{"GET", "/portals/{portal}/settings/export", byRead, 200, "export-settings", "The settings as a file without secrets, with the names of all that they refer to"}, a.exportSettings)
	add(a, route{"POST", "/portals/{portal}/settings/import", byWrite, 200, "import-settings", "Make an exported file the settings of this portal; what the portal lacks is told and nothing is done by half"}, a.importSettings)

	add(a, route{"GET", "/platform", byRead, 200, "get-platform", "The telephony platform, without its secrets"}, a.getPlatform)
	add(a, route{"PUT", "/platform", byWrite, 200, "connect-platform", "Connect the telephony platform; the access is proved before it is stored"}, a.connectPlatform)
	add(a, route{"DELETE", "/platform", byWrite, 204, "disconnect-platform", "Forget the telephony platform and what was read of it"}, a.disconnectPlatform)
	add(a, route{"POST", "/platform/test", byWrite, 200, "test-platform", "Ask the telephony platform who we are there"}, a.testPlatform)

	add(a, route{"GET", "/hooks", byRead, 200, "get-hooks", "Notifications to set up at the sources, with placeholders for the secrets"}, a.getHooks)
	add(a, route{"POST", "/hooks/rotate", byWrite, 200, "rotate-hook", "Draw a secret of the notifications; the one before it stays valid for a while"}, a.rotateHook)

	add(a, route{"GET", "/events", byRead, 200, "list-events", "The journal of events, newest first"}, a.listEvents)
	add(a, route{"GET", "/events/stream", byRead, 200, streamEvents, "The live journal: what changes from now on, or after a number, without a gap"}, a.stream)
	add(a, route{"GET", "/events/{event}", byRead, 200, "get-event", "One event whole: delivery, facts, reasons, actions"}, a.getEvent)
	add(a, route{"GET", "/calls", byRead, 200, "list-calls", "The journal by calls, newest first: who, how it ended, what came of it"}, a.listCalls)
	add(a, route{"GET", "/calls/{session}", byRead, 200, "get-call", "The whole story of one call"}, a.getCall)
	add(a, route{"POST", "/portals/{portal}/calls/{session}/replay", byWrite, 202, "replay-call", "Decide a call once more, by the newest settings; nothing is done twice"}, a.replayCall)
	add(a, route{"POST", "/portals/{portal}/replay", byWrite, 202, "replay-range", "Decide the calls of a range once more, by the newest settings; nothing is done twice"}, a.replayRange)

	add(a, route{"GET", "/dead-letters", byRead, 200, "list-dead-letters", "What was refused for good, with the other side's words and what to change"}, a.listLetters)
	add(a, route{"POST", "/dead-letters/{portal}/{key}/retry", byWrite, 202, "retry-dead-letter", "Send it again, with what was skipped because of it"}, a.retryLetter)
	add(a, route{"POST", "/dead-letters/{portal}/{key}/dismiss", byWrite, 204, "dismiss-dead-letter", "Settle it; the note is kept"}, a.dismissLetter)

	add(a, route{"GET", "/audit", byRead, 200, "list-audit", "Who changed, exported, restored or retried what, newest first"}, a.listAudit)

	add(a, route{"GET", "/variables", byRead, 200, "list-variables", "Variables of name templates and of extra fields"}, a.listVariables)
	add(a, route{"GET", "/words", byRead, 200, "list-words", "Parameters of filters"}, a.listWords)
}
