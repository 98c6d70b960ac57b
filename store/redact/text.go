package redact

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// Finding says where a text held a secret, never which.
type Finding struct {
	Rule       string // the id of the rule that found it
	Start, End int    // bytes of the text as it was given: [Start, End)
}

// Text returns a text with placeholders in the place of secrets, and what was
// found, in order; nothing found is nil and the text itself. Placeholders are
// no secrets: the result comes back unchanged when it is given to Text. Valid
// UTF-8 stays valid.
//
// The time that it takes grows with the length of the text, whatever is in it.
func (r *Redactor) Text(text string) (clean string, found []Finding) {
	clean, spans := r.clean(text)
	for _, s := range spans {
		found = append(found, Finding{Rule: s.rule.id, Start: s.start, End: s.end})
	}
	return clean, found
}

// clean returns a text without secrets, and where they were, in order.
func (r *Redactor) clean(text string) (string, []span) {
	spans := r.scan(text)
	if spans == nil {
		return text, nil
	}
	clean := put(text, spans)
	// What stood beside a secret may look like one only now. This ends, because
	// each round leaves less text outside placeholders.
	for {
		more := r.scan(clean)
		if more == nil {
			return clean, spans
		}
		for _, s := range more {
			spans = append(spans, span{start: before(spans, s.start), end: before(spans, s.end), rule: s.rule})
		}
		spans = joined(spans)
		clean = put(text, spans)
	}
}

// span is a part of a text that a rule found.
type span struct {
	start, end int
	rule       *rule
}

const (
	placeholderStart = "[redacted:"
	placeholderEnd   = "]"
)

var placeholder = regexp.MustCompile(`\[redacted:[a-z0-9]+(?:-[a-z0-9]+)*\]`)

func (s span) placeholder() string { return placeholderStart + s.rule.id + placeholderEnd }

// put returns the text with placeholders for the spans, which are in order.
func put(text string, spans []span) string {
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(text[at:s.start])
		b.WriteString(s.placeholder())
		at = s.end
	}
	b.WriteString(text[at:])
	return b.String()
}

// before returns where a byte of the text with placeholders was before they
// were put. It never lies inside of one.
func before(spans []span, at int) int {
	for _, s := range spans {
		if at <= s.start {
			break
		}
		grown := len(s.placeholder()) - (s.end - s.start)
		if at < s.end+grown {
			break
		}
		at -= grown
	}
	return at
}

// scan returns the secrets of a text in order, none overlapping another, nil
// when there are none.
func (r *Redactor) scan(text string) []span {
	m := r.search(text)
	defer r.index.marks.Put(m)
	if m.hits == 0 {
		return nil
	}
	var found []span
	for i, hit := range m.hit {
		if hit {
			found = r.rules[i].find(text, m, found)
		}
	}
	if found == nil {
		return nil
	}
	return joined(outside(text, found))
}

// outside leaves out what was found within a placeholder, and takes a
// placeholder that is partly in a secret into it.
func outside(text string, found []span) []span {
	if !strings.Contains(text, placeholderStart) {
		return found
	}
	for _, p := range placeholder.FindAllStringIndex(text, -1) {
		found = slices.DeleteFunc(found, func(s span) bool { return p[0] <= s.start && s.end <= p[1] })
		for i := range found {
			if s := &found[i]; s.start < p[1] && p[0] < s.end {
				s.start, s.end = min(s.start, p[0]), max(s.end, p[1])
			}
		}
	}
	return found
}

// joined puts spans in order and makes one of those that overlap, with the rule
// that says most.
func joined(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	var all []span
	for _, s := range spans {
		if len(all) == 0 || all[len(all)-1].end <= s.start {
			all = append(all, s)
			continue
		}
		last := &all[len(all)-1]
		last.end = max(last.end, s.end)
		if last.rule.loose && !s.rule.loose {
			last.rule = s.rule
		}
	}
	return all
}
