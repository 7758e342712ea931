package storetest

import "testing"

// Run takes the whole exam on one database.
func Run(t *testing.T, open Open) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Open){
		"a call's whole life":           lifeOfACall,
		"old leases are refused":        oldLeasesAreRefused,
		"lanes go to one":               lanesGoToOne,
		"the bucket is not overgranted": bucketIsNeverOverGranted,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

// dump shows everything in the database.
func (e *exam) dump() map[string][]string { return Dump(e.T, e.s) }
