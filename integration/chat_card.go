package integration

// PassCard is the plan for a visitor's card: it was passed to the visitor's conversations, or waits for one.
func PassCard(conversations int, m Memory) Plan {
	p := Plan{Outcome: Nothing, Memory: m}
	p.Memory.Closed = true
	code := "card_passed"
	if conversations == 0 {
		code = "card_kept"
	}
	p.Reasons = []Reason{{Rule: "C-14", Code: code, Args: map[string]string{"conversations": decimal(int64(conversations))}}}
	return p
}
