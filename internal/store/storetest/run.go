package storetest

import "testing"

// Run takes the whole exam on one database.
func Run(t *testing.T, open Open) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Open){
		"a call's whole life":             lifeOfACall,
		"old leases are refused":          oldLeasesAreRefused,
		"lanes go to one":                 lanesGoToOne,
		"the bucket is never overgranted": bucketIsNeverOverGranted,
		"readiness is derived":            readinessIsDerived,
		"actions are done once":           actionsAreDoneOnce,
		"unreadable actions are buried":   unreadableActionsAreBuried,
		"lanes work together":             lanesWorkTogether,
		"repetitions are recognised":      repetitionsAreRecognised,
		"evidence is kept":                evidenceIsKept,
		"odd text is stored":              oddTextIsStored,
		"journal pages with ties":         journalPagesWithTies,
		"the journal shows the whole":     journalShowsTheWhole,
		"pruning keeps open work":         pruningKeepsOpenWork,
		"tenants live and die":            tenantsLiveAndDie,
		"deletion really deletes":         deletionReallyDeletes,
		"secrets open and end":            secretsOpenAndEnd,
		"api tokens open and end":         apiTokensOpenAndEnd,
		"portals connect again":           portalsConnectAgain,
		"suspended portals wait":          suspendedPortalsWait,
		"refresh is single flight":        refreshIsSingleFlight,
		"refresh survives failures":       refreshSurvivesFailures,
		"settings have versions":          settingsHaveVersions,
		"strangers see nothing":           strangersSeeNothing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}
