package rules

import "strings"

// closest is the candidate that name was probably meant to be, or "" when none is near.
func closest(name string, candidates []string) string {
	best, found := len([]rune(name))/3+2, ""
	if len(name) > 64 {
		return "" // nobody misspells that much, and the distance is quadratic
	}
	for _, c := range candidates {
		if d := distance(strings.ToLower(name), c); d < best {
			best, found = d, c
		}
	}
	return found
}

// distance counts the edits between two words; swapping two neighbours is one edit, because that is how people mistype.
func distance(from, to string) int {
	a, b := []rune(from), []rune(to)
	before, above, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range above {
		above[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			change := above[j]
			if a[i] != b[j] {
				change++
			}
			row[j+1] = min(change, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, above, row = above, row, before
	}
	return above[len(b)]
}
