package store

// Rows lists every row structure, for the exam that compares them with the schema.
var Rows = []any{
	tenantRow{}, secretRow{}, portalRow{}, laneRow{}, settingsRow{}, directoryRow{}, auditRow{}, eventRow{}, sessionRow{},
	planRow{}, actionRow{},
}

// ClaimQuery is the statement whose plan is examined.
var ClaimQuery = claim
