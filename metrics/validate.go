package metrics

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"unicode/utf8"
)

// Limits of text columns, in bytes of UTF-8. The CHECK constraints hold the
// same ones.
const (
	MaxName = 1 << 10  // names, paths, identifiers
	MaxText = 64 << 10 // messages, code, prompts, stack traces
)

// FieldError says which field of a row breaks which rule. Validate returns one
// for each field at fault, joined; find them with [errors.As].
type FieldError struct {
	Field string // the column
	Value any    // what it held
	Rule  string // what it should have been
}

// Error names field, value and rule. A long value is cut, so that a message
// never carries a whole prompt.
func (e *FieldError) Error() string {
	return fmt.Sprintf("metrics: %s %s: %s", e.Field, brief(e.Value), e.Rule)
}

func brief(v any) string {
	if _, ok := v.(fmt.Formatter); ok { // it knows what it may show
		return fmt.Sprint(v)
	}
	value := reflect.ValueOf(v)
	if value.Kind() == reflect.Pointer && !value.IsNil() {
		value = value.Elem()
	}
	if value.Kind() == reflect.String {
		s := strings.ToValidUTF8(value.String(), "\uFFFD")
		if runes := []rune(s); len(runes) > 40 {
			return fmt.Sprintf("%q…", string(runes[:40]))
		}
		return fmt.Sprintf("%q", s)
	}
	if !value.IsValid() {
		return "NULL"
	}
	return fmt.Sprint(value.Interface())
}

// Checks gathers the broken rules of one row. The zero value is ready for use;
// the models of package api share it.
type Checks struct{ broken []error }

// Err returns all broken rules joined, nil when there are none.
func (c *Checks) Err() error { return errors.Join(c.broken...) }

func (c *Checks) fail(field string, value any, rule string) {
	c.broken = append(c.broken, &FieldError{Field: field, Value: value, Rule: rule})
}

// Rule breaks unless ok.
func (c *Checks) Rule(ok bool, field string, value any, rule string) {
	if !ok {
		c.fail(field, value, rule)
	}
}

// Name requires text that is not empty, at most [MaxName] bytes.
func (c *Checks) Name(field, s string) {
	if s == "" {
		c.fail(field, s, "must not be empty")
		return
	}
	c.text(field, s, MaxName)
}

// OptionalName is Name for a column that may be NULL.
func (c *Checks) OptionalName(field string, s *string) {
	if s != nil {
		c.Name(field, *s)
	}
}

// Text allows any text up to [MaxText] bytes, empty too.
func (c *Checks) Text(field, s string) { c.text(field, s, MaxText) }

// OptionalText is Text for a column that may be NULL.
func (c *Checks) OptionalText(field string, s *string) {
	if s != nil {
		c.text(field, *s, MaxText)
	}
}

func (c *Checks) text(field, s string, limit int) {
	switch {
	case !utf8.ValidString(s):
		c.fail(field, s, "must be valid UTF-8")
	case strings.ContainsRune(s, 0):
		c.fail(field, s, "must not contain NUL")
	case len(s) > limit:
		c.fail(field, s, fmt.Sprintf("must be at most %d bytes, has %d", limit, len(s)))
	}
}

// Severity requires one of the four severities.
func (c *Checks) Severity(field string, s Severity) {
	c.Rule(s.Known(), field, s, "must be low, medium, high or critical")
}

// Positive requires a count of at least one.
func (c *Checks) Positive(field string, n int64) {
	c.Rule(n >= 1, field, n, "must be at least 1")
}

// NotNegative allows NULL and anything from zero on.
func (c *Checks) NotNegative(field string, n *int64) {
	if n != nil {
		c.Rule(*n >= 0, field, *n, "must not be negative")
	}
}

// Share allows NULL and finite numbers from 0 to 1.
func (c *Checks) Share(field string, f *float64) {
	if f != nil {
		c.Rule(0 <= *f && *f <= 1, field, *f, "must be from 0 to 1")
	}
}

// Duration allows NULL and finite numbers from zero on.
func (c *Checks) Duration(field string, f *float64) {
	if f != nil {
		c.Rule(0 <= *f && *f <= math.MaxFloat64, field, *f, "must be finite and not negative")
	}
}

// Time requires an instant in the years 1970 to 9999.
func (c *Checks) Time(field string, t Time) {
	c.Rule(t.yearsKnown(), field, t, "must be in the years 1970 to 9999")
}

// OptionalTime is Time for a column that may be NULL.
func (c *Checks) OptionalTime(field string, t *Time) {
	if t != nil {
		c.Time(field, *t)
	}
}

// Object allows NULL and a JSON object in canonical form.
func (c *Checks) Object(field string, j JSON) {
	if j == nil {
		return
	}
	if canonical, err := ParseJSON(j); err != nil || string(canonical) != string(j) {
		c.fail(field, string(j), "must be canonical JSON, as NewJSON makes it")
		return
	}
	c.Rule(j[0] == '{', field, string(j), "must be a JSON object")
}

// NameList allows NULL and at most [MaxNames] names.
func (c *Checks) NameList(field string, names Names) {
	c.Rule(len(names) <= MaxNames, field, len(names), fmt.Sprintf("must hold at most %d names", MaxNames))
	for _, name := range names {
		c.Name(field, name)
	}
}
