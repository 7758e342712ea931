package settings

// closest is the known word that was probably meant, or "" when nothing is close.
func closest(word string, known []string) string {
	const longest = 64 // beyond it nobody meant a word of ours, and the table would be large
	if word == "" || len(word) > longest {
		return ""
	}
	best, least := "", 1+max(1, min(3, len(word)/3))
	for _, k := range known {
		if d := distance(word, k); d < least && d > 0 {
			best, least = k, d
		}
	}
	return best
}

// distance counts insertions, deletions, replacements and swaps of neighbours.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
