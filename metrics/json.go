package metrics

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
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
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("metrics: json: %w", err)
	}
	return ParseJSON(data)
}

// ParseJSON returns the canonical form of one JSON value. It refuses what the
// databases would treat differently: keys that occur twice, NUL in a string,
// invalid UTF-8, numbers beyond a float64, nesting deeper than [MaxJSONDepth]
// and text longer than [MaxJSON].
func ParseJSON(data []byte) (JSON, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("metrics: json: invalid UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	canonical, err := appendValue(nil, dec, 0)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("metrics: json: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("metrics: json: text after the value")
	}
	if len(canonical) > MaxJSON {
		return nil, fmt.Errorf("metrics: json: longer than %d bytes", MaxJSON)
	}
	if string(canonical) == "null" {
		return nil, nil
	}
	return canonical, nil
}

// appendValue appends the canonical form of the decoder's next value.
func appendValue(b []byte, dec *json.Decoder, depth int) ([]byte, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		if depth == MaxJSONDepth {
			return nil, fmt.Errorf("nested deeper than %d", MaxJSONDepth)
		}
		if v == '[' {
			return appendArray(b, dec, depth+1)
		}
		return appendObject(b, dec, depth+1)
	case string:
		return appendString(b, v)
	case json.Number:
		number, err := canonicalNumber(string(v))
		if err != nil {
			return nil, err
		}
		return append(b, number...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	default:
		return append(b, "null"...), nil
	}
}

func appendArray(b []byte, dec *json.Decoder, depth int) ([]byte, error) {
	b = append(b, '[')
	for first := true; dec.More(); first = false {
		if !first {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, dec, depth); err != nil {
			return nil, err
		}
	}
	if _, err := dec.Token(); err != nil { // the closing bracket
		return nil, err
	}
	return append(b, ']'), nil
}

func appendObject(b []byte, dec *json.Decoder, depth int) ([]byte, error) {
	members := map[string][]byte{}
	keys := []string{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		key, ok := token.(string)
		if !ok {
			return nil, fmt.Errorf("key %v is no string", token)
		}
		if _, twice := members[key]; twice {
			return nil, fmt.Errorf("key %.64q occurs twice", key)
		}
		value, err := appendValue(nil, dec, depth)
		if err != nil {
			return nil, err
		}
		members[key] = value
		keys = append(keys, key)
	}
	if _, err := dec.Token(); err != nil { // the closing brace
		return nil, err
	}
	slices.Sort(keys)
	b = append(b, '{')
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendString(b, key); err != nil {
			return nil, err
		}
		b = append(b, ':')
		b = append(b, members[key]...)
	}
	return append(b, '}'), nil
}

// appendString appends s as a JSON string with as few escapes as JSON allows.
func appendString(b []byte, s string) ([]byte, error) {
	if strings.ContainsRune(s, 0) {
		return nil, errors.New("NUL in a string")
	}
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"'), nil
}

// canonicalNumber writes a JSON number without exponent and without needless
// zeros. No digit is lost: 1.50e1 becomes 15, not a float64 near it.
func canonicalNumber(literal string) (string, error) {
	if f, err := strconv.ParseFloat(literal, 64); err != nil || math.IsInf(f, 0) {
		return "", fmt.Errorf("number %.40s is beyond a float64", literal)
	}
	unsigned, negative := strings.CutPrefix(literal, "-")
	mantissa, exponent := unsigned, 0
	if at := strings.IndexAny(unsigned, "eE"); at >= 0 {
		var err error
		if exponent, err = strconv.Atoi(unsigned[at+1:]); err != nil || exponent < -maxNumber || exponent > maxNumber {
			return "", fmt.Errorf("number %.40s has too large an exponent", literal)
		}
		mantissa = unsigned[:at]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if len(whole)+len(fraction) > maxNumber {
		return "", fmt.Errorf("number %.40s… is too long", literal)
	}

	// The decimal point stands behind the first `point` of all digits.
	digits, point := whole+fraction, len(whole)+exponent
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	if point < 0 {
		digits, point = strings.Repeat("0", -point)+digits, 0
	}
	whole = strings.TrimLeft(digits[:point], "0")
	fraction = strings.TrimRight(digits[point:], "0")
	if whole == "" {
		whole = "0"
	}
	switch {
	case whole == "0" && fraction == "":
		return "0", nil
	case fraction != "":
		whole += "." + fraction
	}
	if negative {
		whole = "-" + whole
	}
	return whole, nil
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
	var data []byte
	switch v := src.(type) {
	case nil:
		*j = nil
		return nil
	case []byte:
		data = v
	case string:
		data = []byte(v)
	default:
		return fmt.Errorf("metrics: json from %T", src)
	}
	canonical, err := ParseJSON(data)
	if err != nil {
		return err
	}
	*j = canonical
	return nil
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
