package redact

import (
	"regexp"
	"strings"
)

// The rule for secrets without a form of their own looks for a name such as
// api_key and something assigned to it. Names of this kind are all over code,
// and its expression is slow, so it is tried only where the name is followed by
// what the expression wants there. These are the parts that all rules of this
// kind begin with and have behind the name.
const (
	beforeName = `[\w.-]{0,50}?`
	behindName = `(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}`
)

// Sizes of these parts, in bytes. A value begins at most maxBehind after the
// name; what values of limited length and their ends take fits into maxValue.
const (
	maxName   = 50 + len("credential") // with the longest keyword at its end
	maxRest   = 20                     // of the name
	maxQuotes = 3
	maxBehind = maxRest + maxQuotes + 4 + 5
	maxValue  = 200
)

// isAssignment tells whether an expression has these parts.
func isAssignment(r *regexp.Regexp) bool {
	return strings.HasPrefix(r.String(), "(?i)"+beforeName) && strings.Contains(r.String(), behindName)
}

// assigns tells whether the text goes on as a name does to which something is
// assigned.
func assigns(text string, at int) bool {
	for n := 0; n < maxRest && at < len(text) && (isNamePart(text[at]) || text[at] == ' ' || text[at] == '\t'); n++ {
		at++
	}
	for n := 0; n < maxQuotes && at < len(text) && strings.IndexByte(" \t\n\f\r'\"", text[at]) >= 0; n++ {
		at++
	}
	return at < len(text) && strings.IndexByte("=>:|?,", text[at]) >= 0
}

func isNamePart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-'
}

// around returns the parts of a text that hold the names which end at the given
// places, with what is assigned to them, in order and apart from one another.
func around(text string, names []int) [][2]int {
	var parts [][2]int
	for _, end := range names {
		from, to := end, min(end+maxBehind+maxValue, len(text))
		for from > 0 && isNamePart(text[from-1]) && end-from < maxName {
			from--
		}
		// Nothing may look like the end of a value that is none.
		for to < len(text) && strings.IndexByte("`'\"; \t\n\f\r", text[to-1]) < 0 {
			to++
		}
		if last := len(parts) - 1; last >= 0 && from <= parts[last][1] {
			parts[last][1] = max(parts[last][1], to)
			continue
		}
		parts = append(parts, [2]int{from, to})
	}
	return parts
}
