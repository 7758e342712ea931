package world

import (
	"regexp"
	"slices"
	"strings"
)

// Records are the portal's records as text that does not depend on the order in which customers were served:
// numbers given by the portal are replaced by our natural keys, and blocks are sorted. Two runs that did the same give the same text.
func (w *World) Records() string { return Canonical(w.Portal.Records()) }

var (
	entityLine   = regexp.MustCompile(`^(lead|deal|contact|company) (\d+) `)
	originID     = regexp.MustCompile(`originId=(\S+)`)
	activityLine = regexp.MustCompile(`^  activity (\d+) `)
	callOf       = regexp.MustCompile(` call=(\S+)`)
	clientOf     = regexp.MustCompile(`client=(lead|contact|company):(\d+)`)
	activityOf   = regexp.MustCompile(`activity=(\d+)`)
	linksOf      = regexp.MustCompile(`contacts=\[([\d ]*)\]`)
	recordOf     = regexp.MustCompile(`record call-(\d+)-[0-9a-f]+\.`)
	companyOf    = regexp.MustCompile(` company=(\d+)`)
)

// Canonical does that to any portal's records.
func Canonical(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	names := namesOf(lines)
	var blocks []string
	for _, line := range lines {
		line = named(line, names)
		if strings.HasPrefix(line, "  ") && len(blocks) > 0 {
			blocks[len(blocks)-1] += "\n" + line
			continue
		}
		blocks = append(blocks, line)
	}
	for i, b := range blocks {
		parts := strings.Split(b, "\n")
		slices.Sort(parts[1:])
		blocks[i] = strings.Join(parts, "\n")
	}
	slices.Sort(blocks)
	return strings.Join(blocks, "\n") + "\n"
}

// namesOf maps "lead 3" and "activity 7" to our keys.
func namesOf(lines []string) map[string]string {
	names := map[string]string{}
	for _, line := range lines {
		if m := entityLine.FindStringSubmatch(line); m != nil {
			if o := originID.FindStringSubmatch(line); o != nil {
				names[m[1]+" "+m[2]] = o[1]
			}
		}
		if m := activityLine.FindStringSubmatch(line); m != nil {
			if c := callOf.FindStringSubmatch(line); c != nil {
				names["activity "+m[1]] = c[1]
			}
		}
	}
	return names
}

func named(line string, names map[string]string) string {
	swap := func(re *regexp.Regexp, name func(m []string) string) {
		line = re.ReplaceAllStringFunc(line, func(s string) string { return name(re.FindStringSubmatch(s)) })
	}
	of := func(key string) string {
		if n, ok := names[key]; ok {
			return n
		}
		return key
	}
	swap(entityLine, func(m []string) string { return m[1] + " " + of(m[1]+" "+m[2]) + " " })
	swap(activityLine, func(m []string) string { return "  activity " + of("activity "+m[1]) + " " })
	swap(clientOf, func(m []string) string { return "client=" + of(m[1]+" "+m[2]) })
	swap(activityOf, func(m []string) string {
		if m[1] == "0" {
			return "activity=none"
		}
		return "activity=" + of("activity "+m[1])
	})
	swap(recordOf, func(m []string) string { return "record of " + m[1] + "." }) // the rest names an address, which is another one each time
	swap(companyOf, func(m []string) string { return " company=" + of("company "+m[1]) })
	swap(linksOf, func(m []string) string {
		var links []string
		for id := range strings.FieldsSeq(m[1]) {
			links = append(links, of("contact "+id))
		}
		return "contacts=[" + strings.Join(links, " ") + "]"
	})
	return line
}
