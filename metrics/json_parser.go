package metrics

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// parser reads JSON, valid UTF-8, and writes it in canonical form.
type parser struct {
	in  []byte
	at  int // what is read next
	out []byte
}

// next skips blanks and returns the next character, 0 at the end.
func (p *parser) next() byte {
	for ; p.at < len(p.in); p.at++ {
		switch c := p.in[p.at]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (p *parser) unexpected() error {
	if p.at >= len(p.in) {
		return io.ErrUnexpectedEOF
	}
	return fmt.Errorf("unexpected %q at byte %d", p.in[p.at], p.at)
}

// value reads a value inside depth arrays and objects.
func (p *parser) value(depth int) error {
	c := p.next()
	switch {
	case c == '"':
		return p.string()
	case c == '-' || '0' <= c && c <= '9':
		return p.number()
	case c == '{' || c == '[':
		if depth == MaxJSONDepth {
			return fmt.Errorf("nested deeper than %d", MaxJSONDepth)
		}
		if c == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(p.in[p.at:], []byte(word)) {
			p.at += len(word)
			p.out = append(p.out, word...)
			return nil
		}
	}
	return p.unexpected()
}

func (p *parser) array(depth int) error {
	p.out = append(p.out, '[')
	p.at++
	if p.next() != ']' {
		for {
			if err := p.value(depth); err != nil {
				return err
			}
			if p.next() != ',' {
				break
			}
			p.out = append(p.out, ',')
			p.at++
		}
	}
	if p.next() != ']' {
		return p.unexpected()
	}
	p.out = append(p.out, ']')
	p.at++
	return nil
}

// member is where a member of an object was written.
type member struct {
	key      []byte // without escapes
	from, to int
}

func (p *parser) object(depth int) error {
	p.out = append(p.out, '{')
	p.at++
	var few [12]member
	members, start := few[:0], len(p.out)
	if p.next() != '}' {
		for {
			m, err := p.member(depth)
			if err != nil {
				return err
			}
			members = append(members, m)
			if p.next() != ',' {
				break
			}
			p.out = append(p.out, ',')
			p.at++
		}
	}
	if p.next() != '}' {
		return p.unexpected()
	}
	if err := p.arrange(members, start); err != nil {
		return err
	}
	p.out = append(p.out, '}')
	p.at++
	return nil
}

func (p *parser) member(depth int) (member, error) {
	m := member{from: len(p.out)}
	if p.next() != '"' {
		return m, p.unexpected()
	}
	if err := p.string(); err != nil {
		return m, err
	}
	m.key = unescaped(p.out[m.from+1 : len(p.out)-1])
	if p.next() != ':' {
		return m, p.unexpected()
	}
	p.out = append(p.out, ':')
	p.at++
	err := p.value(depth)
	m.to = len(p.out)
	return m, err
}

// arrange sorts the members of an object that were written from start on.
func (p *parser) arrange(members []member, start int) error {
	byKey := func(a, b member) int { return bytes.Compare(a.key, b.key) }
	sorted := slices.IsSortedFunc(members, byKey)
	if !sorted {
		slices.SortFunc(members, byKey)
	}
	for i := 1; i < len(members); i++ {
		if bytes.Equal(members[i-1].key, members[i].key) {
			return fmt.Errorf("key %.64q occurs twice", members[i].key)
		}
	}
	if sorted {
		return nil
	}
	written := slices.Clone(p.out[start:])
	p.out = p.out[:start]
	for i, m := range members {
		if i > 0 {
			p.out = append(p.out, ',')
		}
		p.out = append(p.out, written[m.from-start:m.to-start]...)
	}
	return nil
}

// string reads a string and writes it with as few escapes as JSON allows.
func (p *parser) string() error {
	p.out = append(p.out, '"')
	p.at++
	for {
		run := p.at
		for p.at < len(p.in) && p.in[p.at] >= ' ' && p.in[p.at] != '"' && p.in[p.at] != '\\' {
			p.at++
		}
		p.out = append(p.out, p.in[run:p.at]...)
		switch {
		case p.at == len(p.in) || p.in[p.at] < ' ':
			return p.unexpected()
		case p.in[p.at] == '"':
			p.out = append(p.out, '"')
			p.at++
			return nil
		}
		if err := p.escape(); err != nil {
			return err
		}
	}
}

func (p *parser) escape() error {
	p.at++ // the backslash
	if p.at == len(p.in) {
		return p.unexpected()
	}
	r := rune(p.in[p.at])
	switch r {
	case '"', '\\', '/':
	case 'b':
		r = '\b'
	case 'f':
		r = '\f'
	case 'n':
		r = '\n'
	case 'r':
		r = '\r'
	case 't':
		r = '\t'
	case 'u':
		r = p.unicode(p.at + 1)
		if r < 0 {
			return p.unexpected()
		}
		p.at += 4
		if utf16.IsSurrogate(r) {
			low := rune(-1)
			if bytes.HasPrefix(p.in[p.at+1:], []byte(`\u`)) {
				low = p.unicode(p.at + 3)
			}
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				p.at += 6
			}
		}
	default:
		return p.unexpected()
	}
	p.at++
	if r == 0 {
		return errors.New("NUL in a string")
	}
	if r < utf8.RuneSelf {
		p.out = appendCharacter(p.out, byte(r))
	} else {
		p.out = utf8.AppendRune(p.out, r)
	}
	return nil
}

// unicode returns the number of four hexadecimal digits, -1 if there is none.
func (p *parser) unicode(at int) rune {
	if at+4 > len(p.in) {
		return -1
	}
	n, err := strconv.ParseUint(string(p.in[at:at+4]), 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}

// unescaped undoes the escapes of appendCharacter.
func unescaped(s []byte) []byte {
	if bytes.IndexByte(s, '\\') < 0 {
		return s
	}
	var plain string
	_ = json.Unmarshal(slices.Concat([]byte{'"'}, s, []byte{'"'}), &plain) // s is of our making
	return []byte(plain)
}

func (p *parser) number() error {
	start := p.at
	if p.in[p.at] == '-' {
		p.at++
	}
	if whole := p.at; p.digits() == 0 || p.in[whole] == '0' && p.at > whole+1 {
		p.at = min(p.at, whole+1)
		return p.unexpected()
	}
	if p.at < len(p.in) && p.in[p.at] == '.' {
		p.at++
		if p.digits() == 0 {
			return p.unexpected()
		}
	}
	if p.at < len(p.in) && (p.in[p.at] == 'e' || p.in[p.at] == 'E') {
		p.at++
		if p.at < len(p.in) && (p.in[p.at] == '+' || p.in[p.at] == '-') {
			p.at++
		}
		if p.digits() == 0 {
			return p.unexpected()
		}
	}
	literal := p.in[start:p.at]
	if isCanonical(literal) {
		p.out = append(p.out, literal...)
		return nil
	}
	number, err := canonicalNumber(string(literal))
	p.out = append(p.out, number...)
	return err
}

// digits passes digits and returns how many.
func (p *parser) digits() int {
	start := p.at
	for p.at < len(p.in) && '0' <= p.in[p.at] && p.in[p.at] <= '9' {
		p.at++
	}
	return p.at - start
}

// isCanonical tells at a glance that canonicalNumber would return the literal
// as it is. It may miss that of a long one.
func isCanonical(literal []byte) bool {
	if len(literal) > 300 || bytes.ContainsAny(literal, "eE") {
		return false
	}
	if bytes.IndexByte(literal, '.') < 0 {
		return string(literal) != "-0"
	}
	return literal[len(literal)-1] != '0'
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

// appendString appends s as a JSON string with as few escapes as JSON allows.
func appendString(b []byte, s string) ([]byte, error) {
	if strings.ContainsRune(s, 0) {
		return nil, errors.New("NUL in a string")
	}
	b = append(b, '"')
	for i := range len(s) {
		b = appendCharacter(b, s[i])
	}
	return append(b, '"'), nil
}

// appendCharacter appends one byte of a JSON string.
func appendCharacter(b []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch {
	case c == '"' || c == '\\':
		return append(b, '\\', c)
	case c == '\n':
		return append(b, '\\', 'n')
	case c == '\r':
		return append(b, '\\', 'r')
	case c == '\t':
		return append(b, '\\', 't')
	case c < ' ':
		return append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	default:
		return append(b, c)
	}
}
