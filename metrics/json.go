package metrics

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// JSON is a JSON value in canonical text: keys sorted, no blanks, numbers in
// plain decimal notation without needless zeros. Equal values have equal
// bytes, whichever database they come from. A nil JSON is SQL NULL, and so is
// the JSON value null.
type JSON []byte

// Limits of a JSON value.
const (
	MaxJSON      = 1 << 20 // bytes of its canonical text
	MaxJSONDepth = 64      // arrays and objects inside one another
	maxNumber    = 400     // characters of a number written out
)

// NewJSON returns the canonical form of what encoding/json makes of v.
func NewJSON(v any) (JSON, error) {
	data, ok := appendPlain(nil, v, 0)
	if !ok {
		var err error
		if data, err = json.Marshal(v); err != nil {
			return nil, fmt.Errorf("metrics: json: %w", err)
		}
	}
	return ParseJSON(data)
}

// appendPlain writes what details are made of, without what encoding/json
// spends on sorting and reflection, and tells whether it is all of such a type.
func appendPlain(b []byte, v any, depth int) ([]byte, bool) {
	switch v := v.(type) {
	case string:
		return appendText(b, v), true
	case bool:
		return strconv.AppendBool(b, v), true
	case int64:
		return strconv.AppendInt(b, v, 10), true
	case float64:
		return strconv.AppendFloat(b, v, 'g', -1, 64), !math.IsNaN(v) && !math.IsInf(v, 0)
	case map[string]any:
		if v == nil || depth == MaxJSONDepth {
			return b, false
		}
		b = append(b, '{')
		for key, value := range v {
			if b[len(b)-1] != '{' {
				b = append(b, ',')
			}
			b = append(appendText(b, key), ':')
			var ok bool
			if b, ok = appendPlain(b, value, depth+1); !ok {
				return b, false
			}
		}
		return append(b, '}'), true
	default:
		return b, false
	}
}

func appendText(b []byte, s string) []byte {
	special := func(r rune) bool { return r < ' ' || r == '"' || r == '\\' || r == utf8.RuneError }
	if strings.ContainsFunc(s, special) {
		quoted, _ := json.Marshal(s) // a text is always JSON
		return append(b, quoted...)
	}
	return append(append(append(b, '"'), s...), '"')
}

// ParseJSON returns the canonical form of one JSON value. It refuses what the
// databases would treat differently: keys that occur twice, NUL in a string,
// invalid UTF-8, numbers beyond a float64, nesting deeper than [MaxJSONDepth]
// and text longer than [MaxJSON].
func ParseJSON(data []byte) (JSON, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("metrics: json: invalid UTF-8")
	}
	p := parser{in: data, out: make([]byte, 0, len(data))}
	if err := p.value(0); err != nil {
		return nil, fmt.Errorf("metrics: json: %w", err)
	}
	if p.next(); p.at < len(p.in) {
		return nil, fmt.Errorf("metrics: json: text after the value, at byte %d", p.at)
	}
	if len(p.out) > MaxJSON {
		return nil, fmt.Errorf("metrics: json: longer than %d bytes", MaxJSON)
	}
	if string(p.out) == "null" {
		return nil, nil
	}
	return p.out, nil
}

// Value gives the text to a driver, NULL for a nil JSON.
func (j JSON) Value() (driver.Value, error) {
	if j == nil {
		return nil, nil
	}
	return string(j), nil
}

// Scan reads a JSON column. What a database reordered or padded becomes
// canonical again.
func (j *JSON) Scan(src any) error {
	text, err := textOf(src)
	if err != nil || text == nil {
		*j = nil
		return err
	}
	canonical, err := ParseJSON(text)
	if err != nil {
		return err
	}
	*j = canonical
	return nil
}

// textOf returns the text that a driver hands out for a JSON column, nil for
// NULL.
func textOf(src any) ([]byte, error) {
	switch v := src.(type) {
	case nil:
		return nil, nil
	case []byte:
		return v, nil
	case string:
		return []byte(v), nil
	default:
		return nil, fmt.Errorf("metrics: json from %T", src)
	}
}

// MarshalJSON returns the text itself, null for a nil JSON.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == nil {
		return []byte("null"), nil
	}
	return j, nil
}

// UnmarshalJSON reads any JSON value.
func (j *JSON) UnmarshalJSON(data []byte) error {
	canonical, err := ParseJSON(data)
	if err != nil {
		return err
	}
	*j = canonical
	return nil
}

// String returns the text, empty for NULL.
func (j JSON) String() string { return string(j) }
