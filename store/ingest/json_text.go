package ingest

import (
	"cmp"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// member is one key of a JSON object with the text of its value.
type member struct {
	key   string
	value string
	taken bool // by the mapping of its list
}

// kind is the type of a JSON value, recognised by its first character.
type kind string

const (
	kindObject  kind = "an object"
	kindArray   kind = "a list"
	kindText    kind = "text"
	kindNumber  kind = "a number"
	kindBoolean kind = "true or false"
	kindNull    kind = "null"
)

// kindOf tells the type of a value that was parsed. NaN and Infinity, which
// Python writes, count as numbers.
func kindOf(value string) kind {
	switch value[0] {
	case '{':
		return kindObject
	case '[':
		return kindArray
	case '"':
		return kindText
	case 't', 'f':
		return kindBoolean
	case 'n':
		return kindNull
	default:
		return kindNumber
	}
}

// textError is a mistake in a JSON text.
type textError struct {
	at     int // bytes from the beginning of the text
	reason string
}

func (e *textError) Error() string { return e.reason }

var errTooDeep = errors.New("nested deeper than " + strconv.Itoa(metrics.MaxJSONDepth) + " levels")

// members returns the members of a JSON object sorted by key, so that equal
// keys are neighbours, appended to dst. Everything in the object is checked to
// be JSON, with two exceptions: NaN and Infinity pass for numbers and NUL for a
// character, because one such value should cost a record and not the file. The
// error is a textError or errTooDeep.
func members(dst []member, object string) ([]member, error) {
	p := parser{text: object}
	err := p.object(1, func(key string) error {
		value, err := p.value(1)
		if err == nil {
			dst = append(dst, member{key: unquote(key), value: value})
		}
		return err
	})
	if err == nil && p.at < len(object) {
		err = p.fail("text after the object")
	}
	slices.SortFunc(dst, func(a, b member) int { return cmp.Compare(a.key, b.key) })
	return dst, err
}

// elements returns the elements of a JSON array that was parsed before.
func elements(array string) []string {
	var values []string
	p := parser{text: array}
	_ = p.array(1, func() error {
		value, err := p.value(1)
		values = append(values, value)
		return err
	})
	return values
}

// parser walks through a JSON text.
type parser struct {
	text string
	at   int
	nan  bool // a number was NaN or infinite
}

func (p *parser) fail(reason string) error { return &textError{p.at, reason} }

// next skips blanks and returns the next character, 0 at the end.
func (p *parser) next() byte {
	for ; p.at < len(p.text); p.at++ {
		if c := p.text[p.at]; !blank(c) {
			return c
		}
	}
	return 0
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// value passes a value that is inside depth arrays and objects.
func (p *parser) value(depth int) (string, error) {
	c := p.next()
	start := p.at
	var err error
	switch {
	case c == '{':
		err = p.object(depth+1, func(string) error {
			_, err := p.value(depth + 1)
			return err
		})
	case c == '[':
		err = p.array(depth+1, func() error {
			_, err := p.value(depth + 1)
			return err
		})
	case c == '"':
		err = p.string()
	case c == 0 && p.at == len(p.text):
		err = p.fail("the text ends where a value is expected")
	default:
		err = p.literal()
	}
	return p.text[start:p.at], err
}

// object passes an object and calls member behind each key, which must pass
// the value. The key is in quotes.
func (p *parser) object(depth int, member func(key string) error) error {
	if depth > metrics.MaxJSONDepth {
		return errTooDeep
	}
	p.at++
	if p.next() == '}' {
		p.at++
		return nil
	}
	for {
		if p.next() != '"' {
			return p.fail("a key in quotes is expected")
		}
		start := p.at
		if err := p.string(); err != nil {
			return err
		}
		key := p.text[start:p.at]
		if p.next() != ':' {
			return p.fail("a colon is expected")
		}
		p.at++
		if err := member(key); err != nil {
			return err
		}
		if end, err := p.separator('}'); end || err != nil {
			return err
		}
	}
}

// array passes an array and calls element before each, which must pass it.
func (p *parser) array(depth int, element func() error) error {
	if depth > metrics.MaxJSONDepth {
		return errTooDeep
	}
	p.at++
	if p.next() == ']' {
		p.at++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if end, err := p.separator(']'); end || err != nil {
			return err
		}
	}
}

// separator passes a comma or the closing bracket, and tells whether it was
// the latter.
func (p *parser) separator(closing byte) (end bool, err error) {
	switch p.next() {
	case ',':
		p.at++
		return false, nil
	case closing:
		p.at++
		return true, nil
	default:
		return false, p.fail("a comma or " + string(closing) + " is expected")
	}
}

// string passes a string, whose opening quote is next.
func (p *parser) string() error {
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '"':
			p.at++
			return nil
		case c == '\\':
			if err := p.escape(); err != nil {
				return err
			}
		case c < ' ' && c != 0:
			return p.fail("a control character stands in a text")
		}
	}
	return p.fail("a text does not end")
}

// escape passes an escape sequence up to its last character.
func (p *parser) escape() error {
	p.at++
	if p.at == len(p.text) {
		return p.fail("a text does not end")
	}
	switch p.text[p.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return nil
	case 'u':
		if _, ok := hex4(p.text[p.at+1:]); ok {
			p.at += 4
			return nil
		}
	}
	return p.fail("no escape sequence of JSON")
}

// hex4 reads four hexadecimal digits.
func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[:4]) {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// literal passes a number or a word.
func (p *parser) literal() error {
	start := p.at
	for p.at < len(p.text) && !delimits(p.text[p.at]) {
		p.at++
	}
	switch word := p.text[start:p.at]; word {
	case "true", "false", "null":
		return nil
	case "NaN", "Infinity", "-Infinity":
		p.nan = true
		return nil
	default:
		if isNumber(word) {
			return nil
		}
	}
	p.at = start
	return p.fail("no JSON value")
}

// delimits tells whether a number or a word ends before c.
func delimits(c byte) bool {
	switch c {
	case ' ', '\n', '\r', '\t', ',', ':', ']', '}', '[', '"', '{':
		return true
	}
	return false
}

// isNumber tells whether s is a number as JSON writes it: no sign but minus,
// no needless zero in front, digits on both sides of the point.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 1 && s[0] == '0' {
		return false
	}
	s = s[whole:]
	if strings.HasPrefix(s, ".") {
		n := digits(s[1:])
		if n == 0 {
			return false
		}
		s = s[1+n:]
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		n := digits(s)
		if n == 0 {
			return false
		}
		s = s[n:]
	}
	return s == ""
}

// digits returns how many decimal digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

// unquote returns the text of a JSON string that was parsed and mended. It is
// part of s unless s has escapes.
func unquote(s string) string {
	s = s[1 : len(s)-1]
	at := strings.IndexByte(s, '\\')
	if at < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for ; at >= 0; at = strings.IndexByte(s, '\\') {
		b = append(b, s[:at]...)
		c := s[at+1]
		s = s[at+2:]
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(s)
			s = s[4:]
			if utf16.IsSurrogate(r) {
				if low, ok := lowSurrogate(s); ok && r < 0xDC00 {
					r = utf16.DecodeRune(r, low)
					s = s[6:]
				}
			}
			b = utf8.AppendRune(b, r)
			continue
		}
		b = append(b, c)
	}
	return string(append(b, s...))
}

// lowSurrogate reads an escape such as \udc00, the second half of a pair.
func lowSurrogate(s string) (rune, bool) {
	if !strings.HasPrefix(s, `\u`) {
		return 0, false
	}
	r, ok := hex4(s[2:])
	return r, ok && 0xDC00 <= r && r <= 0xDFFF
}

// mend replaces what no database keeps, in a JSON text that was parsed, by
// U+FFFD: NUL, invalid UTF-8 and halves of surrogate pairs, whether escaped or
// not. It returns how many characters it replaced.
func mend(text string) (mended string, replaced int) {
	if utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 && !strings.Contains(text, `\u`) {
		return text, 0
	}
	var b strings.Builder
	for i := 0; i < len(text); {
		n, bad := character(text[i:])
		if bad {
			b.WriteRune(utf8.RuneError)
			replaced++
		} else {
			b.WriteString(text[i : i+n])
		}
		i += n
	}
	if replaced == 0 {
		return text, 0
	}
	return b.String(), replaced
}

// character returns the length of the first character of s, which may be an
// escape, and whether it is one to replace.
func character(s string) (length int, bad bool) {
	if s[0] != '\\' || len(s) < 2 {
		r, n := utf8.DecodeRuneInString(s)
		return n, r == 0 || r == utf8.RuneError && n == 1
	}
	if s[1] != 'u' {
		return 2, false
	}
	r, _ := hex4(s[2:])
	switch {
	case !utf16.IsSurrogate(r):
		return 6, r == 0
	case r < 0xDC00:
		if _, ok := lowSurrogate(s[6:]); ok {
			return 12, false
		}
	}
	return 6, true
}
