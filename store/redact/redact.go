// Package redact takes secrets out of events before they are stored: keys,
// tokens, passwords, private keys and connection strings in code, prompts,
// messages, stack traces and JSON. What it finds becomes a placeholder that
// names the kind, such as [redacted:aws-access-token].
//
// The rules for the formats of some two hundred services are those of gitleaks
// (github.com/zricethezav/gitleaks), which keeps them up to date; those for
// passwords and connection strings are of this package. Rules recognise secrets
// by their form, so a password that looks like an ordinary word, with nothing
// around it that says so, stays. They take some harmless text too: a
// documentation's example of a key is replaced like a key.
//
// [Redactor.Redact] fits the Redact option of those who record and import. It
// runs before the key of an event is made of its content, so keys never depend
// on a secret. They do depend on the rules: when another version has more of
// them, a record that was stored with a secret in it is another event.
package redact

import (
	"errors"
	"fmt"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Options tunes a redactor. The zero value replaces what the rules of this
// package find and keeps all other text.
type Options struct {
	// Rules are tried in addition to those of this package, and before them.
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
	rules   []*rule
	always  []int // rules without keywords
	index   *index
	hashKey []byte
}

// New returns a redactor. It fails when a rule of the options is unusable or
// the hash key is too short.
func New(o Options) (*Redactor, error) {
	known, err := knownRules()
	if err != nil {
		return nil, err
	}
	var broken []error
	r := &Redactor{hashKey: o.HashKey}
	for i, own := range o.Rules {
		if err := own.check(); err != nil {
			broken = append(broken, fmt.Errorf("redact: rule %d: %w", i, err))
			continue
		}
		r.rules = append(r.rules, own.rule())
	}
	if o.HashKey != nil && len(o.HashKey) < minHashKey {
		broken = append(broken, fmt.Errorf("redact: hash key of %d bytes, fewer than %d", len(o.HashKey), minHashKey))
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
// that becomes longer than its column allows is cut.
//
// The content key is another one afterwards if anything was found: redact
// before [metrics.Complete].
func (r *Redactor) Redact(e metrics.Event) {
	o := e.Provenance()
	r.name(o.Project)
	r.name(o.Source)
	r.name(o.RunID)
	switch e := e.(type) {
	case *metrics.Bug:
		r.name(&e.Pattern)
		r.text(&e.Error)
		r.code(e.Code)
		r.name(e.FilePath)
		r.text(e.StackTrace)
	case *metrics.TestFailure:
		r.name(&e.TestName)
		r.text(&e.FailureReason)
		r.name(e.PatternViolated)
		r.code(e.CodeSnippet)
	case *metrics.CodeReview:
		r.name(&e.IssueType)
		r.name(&e.Pattern)
		r.name(e.FilePath)
		r.text(e.Suggestion)
	case *metrics.Performance:
		r.name(&e.MetricType)
		r.json(&e.Details)
		r.name(e.FunctionName)
	case *metrics.Deployment:
		r.name(e.IssueType)
		r.name(e.Pattern)
		r.name(&e.Environment)
		r.text(e.RootCause)
	case *metrics.CodeGeneration:
		r.code(&e.Prompt)
		for i := range e.PatternsApplied {
			r.name(&e.PatternsApplied[i])
		}
		r.text(e.CompilationError)
		r.json(&e.GenerationMetadata)
	}
}

func (r *Redactor) name(s *string) { r.replace(s, metrics.MaxName) }

func (r *Redactor) text(s *string) { r.replace(s, metrics.MaxText) }

// replace redacts a text of a column that holds so many bytes.
func (r *Redactor) replace(s *string, limit int) {
	if s == nil {
		return
	}
	clean, spans := r.clean(*s)
	if spans == nil {
		return
	}
	if len(*s) <= limit { // a text that was too long is for Validate to refuse
		clean = cut(clean, limit)
	}
	*s = clean
}

// code redacts a prompt or code, or puts a hash in its place.
func (r *Redactor) code(s *string) {
	if s != nil && r.hashKey != nil {
		*s = hashed(*s, r.hashKey)
		return
	}
	r.text(s)
}
