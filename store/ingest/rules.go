package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Rules say which pattern an event belongs to that does not say so itself. The
// first rule that fits is the one that counts; an event that none fits stays
// without pattern. A nil *Rules fits nothing.
type Rules struct{ rules []rule }

// rule fits what all of its conditions fit.
type rule struct {
	pattern                   string
	test, code, path, message *regexp.Regexp // nil fits all
}

// ParseRules reads rules from JSON:
//
//	{"rules": [
//	  {"pattern": "bounds_checking", "test": "*.TestBounds*"},
//	  {"pattern": "sql_injection", "rule": "G20?", "path": "internal/*"},
//	  {"pattern": "timeouts", "message": "re:(?i)deadline exceeded|timed out"}
//	]}
//
// A rule names its pattern and at least one condition: on the full name of a
// test; on the rule of a tool that found something, which is the type of the
// issue; on the path of a file; on the message, which is what a bug, a failure,
// a review or a deployment says. A condition is a glob of which * fits any
// characters, slashes too, and ? any single one, and which must fit the whole
// text; or, behind re:, a regular expression of package regexp, which may fit
// anywhere in it.
//
// The error lists every mistake, with the number of its rule, from 1, and its
// field.
func ParseRules(r io.Reader) (*Rules, error) {
	var file struct {
		Rules []struct{ Pattern, Test, Rule, Path, Message string }
	}
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		return nil, fmt.Errorf("ingest: rules: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("ingest: rules: text follows after the end of the object")
	}
	var rules Rules
	var mistakes []error
	for n, written := range file.Rules {
		mistake := func(field string, err error) {
			mistakes = append(mistakes, fmt.Errorf("ingest: rules: rule %d: %s: %w", n+1, field, err))
		}
		parsed := rule{pattern: written.Pattern}
		var c metrics.Checks
		if c.Name("pattern", written.Pattern); c.Err() != nil {
			mistake("pattern", c.Err())
		}
		if written.Test+written.Rule+written.Path+written.Message == "" {
			mistake("test, rule, path or message", errors.New("one of them is needed"))
		}
		for _, condition := range []struct {
			field, text string
			parsed      **regexp.Regexp
		}{
			{"test", written.Test, &parsed.test},
			{"rule", written.Rule, &parsed.code},
			{"path", written.Path, &parsed.path},
			{"message", written.Message, &parsed.message},
		} {
			if condition.text == "" {
				continue
			}
			var err error
			if *condition.parsed, err = parseCondition(condition.text); err != nil {
				mistake(condition.field, err)
			}
		}
		rules.rules = append(rules.rules, parsed)
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return &rules, nil
}

func parseCondition(text string) (*regexp.Regexp, error) {
	if expression, ok := strings.CutPrefix(text, "re:"); ok {
		return regexp.Compile(expression)
	}
	glob := strings.NewReplacer(`\*`, `.*`, `\?`, `.`).Replace(regexp.QuoteMeta(text))
	return regexp.Compile(`(?s)\A` + glob + `\z`)
}

// subject is what rules look at.
type subject struct{ test, rule, path, message string }

// pattern returns the pattern of the first rule that fits.
func (r *Rules) pattern(s subject) (string, bool) {
	if r == nil {
		return "", false
	}
	for _, rule := range r.rules {
		if fits(rule.test, s.test) && fits(rule.code, s.rule) && fits(rule.path, s.path) && fits(rule.message, s.message) {
			return rule.pattern, true
		}
	}
	return "", false
}

func fits(condition *regexp.Regexp, text string) bool {
	return condition == nil || condition.MatchString(text)
}

// assign gives an event a pattern if it has none and a rule fits.
func (r *Rules) assign(e metrics.Event) {
	if r == nil {
		return
	}
	switch e := e.(type) {
	case *metrics.Bug:
		r.replace(&e.Pattern, subject{path: orEmpty(e.FilePath), message: e.Error})
	case *metrics.CodeReview:
		r.replace(&e.Pattern, subject{rule: e.IssueType, path: orEmpty(e.FilePath), message: orEmpty(e.Suggestion)})
	case *metrics.TestFailure:
		r.fill(&e.PatternViolated, subject{test: e.TestName, message: e.FailureReason})
	case *metrics.Deployment:
		r.fill(&e.Pattern, subject{rule: orEmpty(e.IssueType), message: orEmpty(e.RootCause)})
	}
}

func (r *Rules) replace(pattern *string, s subject) {
	if *pattern != metrics.NoPattern {
		return
	}
	if assigned, ok := r.pattern(s); ok {
		*pattern = assigned
	}
}

func (r *Rules) fill(pattern **string, s subject) {
	if *pattern != nil {
		return
	}
	if assigned, ok := r.pattern(s); ok {
		*pattern = &assigned
	}
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
