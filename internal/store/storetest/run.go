package storetest

import "testing"

// Run takes the whole exam on one database.
func Run(t *testing.T, open Open) {
	t.Helper()
	for name, test := range map[string]func(*exam){
		"a call's whole life":             (*exam).lifeOfACall,
		"old leases are refused":          (*exam).oldLeasesAreRefused,
		"lanes go to one":                 (*exam).lanesGoToOne,
		"the bucket is never overgranted": (*exam).bucketIsNeverOverGranted,
		"readiness is derived":            (*exam).readinessIsDerived,
		"actions are done once":           (*exam).actionsAreDoneOnce,
		"unreadable actions are buried":   (*exam).unreadableActionsAreBuried,
		"lanes work together":             (*exam).lanesWorkTogether,
		"repetitions are recognised":      (*exam).repetitionsAreRecognised,
		"sessions are told together":      (*exam).sessionsAreToldTogether,
		"evidence is kept":                (*exam).evidenceIsKept,
		"odd text is stored":              (*exam).oddTextIsStored,
		"journal pages with ties":         (*exam).journalPagesWithTies,
		"the journal shows the whole":     (*exam).journalShowsTheWhole,
		"pruning keeps open work":         (*exam).pruningKeepsOpenWork,
		"tenants live and die":            (*exam).tenantsLiveAndDie,
		"deletion really deletes":         (*exam).deletionReallyDeletes,
		"deletions are finished":          (*exam).deletionsAreFinished,
		"secrets are audited":             (*exam).secretsAreAudited,
		"secrets open and end":            (*exam).secretsOpenAndEnd,
		"api tokens open and end":         (*exam).apiTokensOpenAndEnd,
		"portal codes connect once":       (*exam).portalCodesConnectOnce,
		"portal codes end":                (*exam).portalCodesEnd,
		"erasures leave nothing":          (*exam).erasuresLeaveNothing,
		"portals connect again":           (*exam).portalsConnectAgain,
		"suspended portals wait":          (*exam).suspendedPortalsWait,
		"refresh is single flight":        (*exam).refreshIsSingleFlight,
		"refresh survives failures":       (*exam).refreshSurvivesFailures,
		"settings have versions":          (*exam).settingsHaveVersions,
		"customers are indexed":           (*exam).customersAreIndexed,
		"customers are bounded":           (*exam).customersAreBounded,
		"unseen records are suspected":    (*exam).unseenRecordsAreSuspected,
		"newer knowledge wins":            (*exam).newerKnowledgeWins,
		"changed records are read anew":   (*exam).changedRecordsAreReadAnew,
		"disconnecting drops the index":   (*exam).disconnectingDropsTheIndex,
		"platforms are kept sealed":       (*exam).platformsAreKeptSealed,
		"one account is one portal":       (*exam).oneAccountIsOnePortal,
		"deadlines are told":              (*exam).deadlinesAreTold,
		"errands are scheduled":           (*exam).errandsAreScheduled,
		"actions wait for their moment":   (*exam).actionsWaitForTheirMoment,
		"busy is what is due":             (*exam).busyIsWhatIsDue,
		"retries revive what was skipped": (*exam).retriesReviveWhatWasSkipped,
		"answers are given again":         (*exam).answersAreGivenAgain,
		"one of many claims a key":        (*exam).oneOfManyClaimsAKey,
		"replays are ordered":             (*exam).replaysAreOrdered,
		"calls are told with their past":  (*exam).callsAreToldWithTheirPast,
		"calls are listed":                (*exam).callsAreListed,
		"calls are told together":         (*exam).callsAreToldTogether,
		"activity is told":                (*exam).activityIsTold,
		"pace is told":                    (*exam).paceIsTold,
		"the journal is searched":         (*exam).journalIsSearched,
		"changes are told":                (*exam).changesAreTold,
		"changes are paged":               (*exam).changesArePaged,
		"changes are pruned":              (*exam).changesArePruned,
		"changes are watched":             (*exam).changesAreWatched,
		"changes come in order":           (*exam).changesComeInOrder,
		"strangers see nothing":           (*exam).strangersSeeNothing,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(setup(t, open))
		})
	}
}
