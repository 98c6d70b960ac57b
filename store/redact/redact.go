// Package redact takes secrets out of events before they are stored: keys,
// tokens, passwords, private keys and connection strings in code, prompts,
// messages, stack traces and JSON. What it finds becomes a placeholder that
// names the kind, such as [redacted:aws-access-token].
//
// The rules for the formats of some two hundred services are those of gitleaks
// (github.com/zricethezav/gitleaks), which keeps them up to date; those for
// passwords and connection strings are of this package. Rules recognise secrets
// by their form, so a password that looks like an ordinary word, with nothing
// around it that says so, stays. They take some harmless text too: an example of
// a key in a documentation is replaced like a key. In the source of Go's standard
// library, its tests included, that happens about once per megabyte.
//
// [Redactor.Redact] fits the Redact option of those who record and import. It
// runs before the key of an event is made of its content, so keys never depend
// on a secret. They do depend on the rules: when another version has more of
// them, a record that was stored with a secret in it is another event.
package redact

import (
	"errors"
	"fmt"
	"slices"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Options tunes a redactor. The zero value replaces what the rules of this
// package find and keeps all other text.
type Options struct {
	// Rules are tried in addition to those of this package.
	Rules []Rule

	// HashKey makes prompts and code go entirely: what is stored is
	// [hmac-sha256:…], the HMAC of the text under this key, 64 hexadecimal
	// characters. Equal texts stay recognisable as equal and nothing else can be
	// told of them. It must be secret, at least 16 bytes, and the same wherever
	// equal texts are to be recognised. There is no hash without a key: whoever
	// guesses a prompt could check the guess. Nil keeps prompts and code.
	//
	// Text that repeats a prompt elsewhere, as metadata or messages may do, is
	// not hashed.
	HashKey []byte
}

// minHashKey is the fewest bytes of a HashKey.
const minHashKey = 16

// Redactor takes secrets out of texts. It is safe for concurrent use. Make one
// with [New], and keep it: that reads all rules.
type Redactor struct {
	rules  []*rule
	always []int // rules without keywords
	index  *index
	hash   func(text string) string // nil when prompts and code are kept
}

// New returns a redactor. It fails when a rule of the options is unusable or
// the hash key is too short.
func New(o Options) (*Redactor, error) {
	known, err := knownRules()
	if err != nil {
		return nil, err
	}
	var broken []error
	r := &Redactor{}
	for i, own := range o.Rules {
		if err := own.check(); err != nil {
			broken = append(broken, fmt.Errorf("redact: rule %d: %w", i, err))
			continue
		}
		r.rules = append(r.rules, own.rule())
	}
	if o.HashKey != nil {
		if len(o.HashKey) < minHashKey {
			broken = append(broken, fmt.Errorf("redact: hash key of %d bytes, fewer than %d", len(o.HashKey), minHashKey))
		}
		r.hash = hasher(o.HashKey)
	}
	if err := errors.Join(broken...); err != nil {
		return nil, err
	}
	r.rules = append(r.rules, known...)
	r.index = newIndex(r.rules)
	for i, rule := range r.rules {
		if len(rule.keywords) == 0 {
			r.always = append(r.always, i)
		}
	}
	return r, nil
}

// Redact takes the secrets out of all texts of an event, those of its origin
// and of its JSON included. Its keys, numbers, times and severity stay. A text
// that becomes longer than its column allows is cut. What the event points to is
// replaced, not changed.
//
// The content key is another one afterwards if anything was found: redact
// before [metrics.Complete].
func (r *Redactor) Redact(e metrics.Event) {
	o := e.Provenance()
	r.optional(&o.Project, metrics.MaxName)
	r.optional(&o.Source, metrics.MaxName)
	r.optional(&o.RunID, metrics.MaxName)
	switch e := e.(type) {
	case *metrics.Bug:
		r.text(&e.Pattern, metrics.MaxName)
		r.text(&e.Error, metrics.MaxText)
		r.code(&e.Code)
		r.optional(&e.FilePath, metrics.MaxName)
		r.optional(&e.StackTrace, metrics.MaxText)
	case *metrics.TestFailure:
		r.text(&e.TestName, metrics.MaxName)
		r.text(&e.FailureReason, metrics.MaxText)
		r.optional(&e.PatternViolated, metrics.MaxName)
		r.code(&e.CodeSnippet)
	case *metrics.CodeReview:
		r.text(&e.IssueType, metrics.MaxName)
		r.text(&e.Pattern, metrics.MaxName)
		r.optional(&e.FilePath, metrics.MaxName)
		r.optional(&e.Suggestion, metrics.MaxText)
	case *metrics.Performance:
		r.text(&e.MetricType, metrics.MaxName)
		r.json(&e.Details)
		r.optional(&e.FunctionName, metrics.MaxName)
	case *metrics.Deployment:
		r.optional(&e.IssueType, metrics.MaxName)
		r.optional(&e.Pattern, metrics.MaxName)
		r.text(&e.Environment, metrics.MaxName)
		r.optional(&e.RootCause, metrics.MaxText)
	case *metrics.CodeGeneration:
		prompt := &e.Prompt
		r.code(&prompt)
		e.Prompt = *prompt
		r.names(&e.PatternsApplied)
		r.optional(&e.CompilationError, metrics.MaxText)
		r.json(&e.GenerationMetadata)
	}
}

// text redacts a text of a column that holds so many bytes.
func (r *Redactor) text(s *string, limit int) {
	clean, spans := r.clean(*s)
	if spans == nil {
		return
	}
	if len(*s) <= limit { // a text that was too long is for Validate to refuse
		clean = metrics.CutText(clean, limit)
	}
	*s = clean
}

// optional is text for a column that may be NULL. Several events may share the
// text, so a clean one takes its place.
func (r *Redactor) optional(s **string, limit int) {
	if *s != nil {
		clean := **s
		if r.text(&clean, limit); clean != **s {
			*s = &clean
		}
	}
}

// code redacts a prompt or code, or puts a hash in its place.
func (r *Redactor) code(s **string) {
	if *s == nil || r.hash == nil {
		r.optional(s, metrics.MaxText)
		return
	}
	hash := r.hash(**s)
	*s = &hash
}

// names redacts the names of a list.
func (r *Redactor) names(list *metrics.Names) {
	for i, name := range *list {
		clean := name
		if r.text(&clean, metrics.MaxName); clean != name {
			*list = slices.Clone(*list)
			(*list)[i] = clean
		}
	}
}
