package webhooks

// Outcome is what became of a request.
type Outcome string

// The outcomes of requests.
const (
	Accepted    Outcome = "accepted"
	Invalid     Outcome = "invalid"     // authentic, unreadable, kept
	Unauthentic Outcome = "unauthentic" // 401
	TooLarge    Outcome = "too_large"   // 413
	Malformed   Outcome = "malformed"   // 400, 404 or 405: nothing a platform sends
	Refused     Outcome = "refused"     // 503: come again
)

// Counter takes the figures of the receiver and the intake. They are counted by
// source and outcome, never by tenant.
type Counter interface {
	Delivery(source string, o Outcome)
	Refusal(source string, why Reason)
	// Committed tells how many deliveries shared one commit.
	Committed(deliveries int)
	// Spooled tells what waits in the spool now.
	Spooled(deliveries int, bytes int64)
}

// uncounted is the Counter of those who do not count.
type uncounted struct{}

func (uncounted) Delivery(string, Outcome) {}
func (uncounted) Refusal(string, Reason)   {}
func (uncounted) Committed(int)            {}
func (uncounted) Spooled(int, int64)       {}
