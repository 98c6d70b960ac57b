package redact

import (
	"errors"
	"math"
	"regexp"
	"strings"

	"github.com/zricethezav/gitleaks/v8/config"
)

// Rule finds one kind of secret.
type Rule struct {
	// ID names the kind in placeholders: lower-case letters, digits and
	// hyphens.
	ID string

	// Regexp matches the secret, as its first group that took part or, without
	// groups, as a whole. It must not match the empty text.
	Regexp *regexp.Regexp

	// Keywords save time: a text that has none of them, in whatever capitals,
	// is not searched. Empty means that every text is.
	Keywords []string
}

var ruleID = regexp.MustCompile(`^[a-z0-9]+(?:-[a-z0-9]+)*$`)

func (r Rule) check() error {
	if !ruleID.MatchString(r.ID) {
		return errors.New("the id must be lower-case letters, digits and hyphens")
	}
	if r.Regexp == nil {
		return errors.New(r.ID + " has no regexp")
	}
	if r.Regexp.MatchString("") {
		return errors.New(r.ID + " matches the empty text")
	}
	return nil
}

func (r Rule) rule() *rule {
	made := &rule{id: r.ID, regexp: r.Regexp}
	for _, keyword := range r.Keywords {
		made.keywords = append(made.keywords, strings.ToLower(keyword))
	}
	return made
}

// rule is a Rule with what keeps it from being wrong.
type rule struct {
	id       string
	regexp   *regexp.Regexp
	keywords []string // in lower case
	group    int      // that holds the secret; 0 is the first that took part
	inner    bool     // may have groups of another kind, within the secret
	loose    bool     // knows secrets by what stands before them
	assigned bool     // looks for a keyword with something assigned to it
	entropy  float64  // least one of a secret, in bits a byte
	harmless []*config.Allowlist
}

// find appends the secrets of a text.
func (r *rule) find(text string, m *marks, found []span) []span {
	if !r.assigned {
		return r.findIn(text, 0, len(text), found)
	}
	for _, part := range around(text, m.names) {
		found = r.findIn(text, part[0], part[1], found)
	}
	return found
}

// findIn appends the secrets of a part of a text.
func (r *rule) findIn(text string, from, to int, found []span) []span {
	for _, at := range r.regexp.FindAllStringSubmatchIndex(text[from:to], -1) {
		for i := range at {
			if at[i] >= 0 {
				at[i] += from
			}
		}
		s := r.secret(at)
		if s.start < s.end && r.believes(text, at[0], at[1], s) {
			found = append(found, s)
		}
	}
	return found
}

// secret is the part of a match that is to be replaced.
func (r *rule) secret(at []int) span {
	whole := span{start: at[0], end: at[1], rule: r}
	groups := at[2:]
	if r.group > 0 {
		groups = at[2*r.group : 2*r.group+2]
	}
	for i := 0; i < len(groups); i += 2 {
		if groups[i] < 0 {
			continue
		}
		// Behind the group of a secret stand one or two characters that tell
		// its end.
		if r.inner && whole.end-groups[i+1] > 2 {
			return whole
		}
		return span{start: groups[i], end: groups[i+1], rule: r}
	}
	return whole
}

// believes tells whether what was found is a secret. What bears the mark of its
// kind, such as ghp_, needs nothing more to be one.
func (r *rule) believes(text string, from, to int, s span) bool {
	secret := text[s.start:s.end]
	if !r.loose && r.marks(secret) {
		return true
	}
	if r.entropy > 0 && entropy(secret) <= r.entropy {
		return false
	}
	for _, list := range r.harmless {
		if lists(list, text, from, to, secret) {
			return false
		}
	}
	return true
}

func (r *rule) marks(secret string) bool {
	lower := strings.ToLower(secret)
	for _, keyword := range r.keywords {
		if strings.Contains(lower, keyword) {
			return true
		}
	}
	return false
}

// lists tells whether a list of harmless things has what was found. Lists of
// paths and commits have nothing to say about a text.
func lists(list *config.Allowlist, text string, from, to int, secret string) bool {
	target := secret
	switch list.RegexTarget {
	case "match":
		target = text[from:to]
	case "line":
		start := strings.LastIndexByte(text[:from], '\n') + 1
		end := len(text)
		if i := strings.IndexByte(text[to:], '\n'); i >= 0 {
			end = to + i
		}
		target = text[start:end]
	}
	pattern := list.RegexAllowed(target)
	word, _ := list.ContainsStopWord(secret)
	if list.MatchCondition == config.AllowlistMatchAnd {
		return len(list.Paths) == 0 && len(list.Commits) == 0 &&
			(pattern || len(list.Regexes) == 0) && (word || len(list.StopWords) == 0)
	}
	return pattern || word
}

// entropy is Shannon's, of the bytes of s.
func entropy(s string) float64 {
	var counts [256]int
	for i := range len(s) {
		counts[s[i]]++
	}
	var sum float64
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(s))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}
