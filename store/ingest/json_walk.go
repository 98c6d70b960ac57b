package ingest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// walk reads a document: mark, value, end. Value passes the value, whose first
// byte is next.
func walk(r io.Reader, value func(s *stream) error) error {
	s := newStream(r)
	s.skipMark()
	if _, err := s.next(); errors.Is(err, io.EOF) {
		return s.fail("it is empty")
	} else if err != nil {
		return err
	}
	err := value(s)
	if err == nil {
		if _, err = s.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err == nil {
			return s.fail("text follows after the end of the document")
		}
	}
	return s.ended(err)
}

// walkAll reads values that stand one after the other, or in one list.
func walkAll(r io.Reader, value func(s *stream, index int) error) error {
	s := newStream(r)
	s.skipMark()
	for index := 0; ; index++ {
		c, err := s.next()
		switch {
		case errors.Is(err, io.EOF) && index == 0:
			return s.fail("it is empty")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case c == '[' && index == 0:
			return walkRest(s, value)
		}
		if err := value(s, index); err != nil {
			return s.ended(err)
		}
	}
}

// walkRest reads a list, which is the whole document.
func walkRest(s *stream, value func(s *stream, index int) error) error {
	if err := s.list(func(index int) error { return value(s, index) }); err != nil {
		return s.ended(err)
	}
	if _, err := s.next(); err == nil {
		return s.fail("text follows after the end of the list")
	} else if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

func (s *stream) fail(reason string) error { return &formatError{s.offset(), reason} }

// ended says of an error what it means for the document. That emit wants no
// more is none.
func (s *stream) ended(err error) error {
	switch {
	case errors.Is(err, errStopped):
		return nil
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &formatError{s.before + int64(s.end), "it ends too early"}
	default:
		return err
	}
}

// object passes an object and calls member when the value of a key is next,
// which member must pass. It passes null as if it had no members.
func (s *stream) object(member func(key string) error) error {
	return s.group('{', '}', func(int) error {
		if c, err := s.next(); err != nil {
			return err
		} else if c != '"' {
			return s.fail("a key in quotes is expected")
		}
		key, err := s.key()
		if err != nil {
			return err
		}
		if c, err := s.next(); err != nil {
			return err
		} else if c != ':' {
			return s.fail("a colon is expected")
		}
		s.at++
		if _, err := s.next(); err != nil {
			return err
		}
		return member(key)
	})
}

func (s *stream) key() (string, error) {
	quoted, err := s.value()
	if err != nil {
		return "", err
	}
	s.keyOffset = quoted.offset
	if quoted.size > maxRecord {
		return "", &formatError{quoted.offset, "a key is too long"}
	}
	checked, err := check(quoted)
	if err != nil {
		return "", err
	}
	return unquote(checked), nil
}

// list passes a list and calls element when one is next, which element must
// pass. It passes null as if it had no elements.
func (s *stream) list(element func(index int) error) error {
	return s.group('[', ']', element)
}

// group passes brackets and what they hold, with commas in between.
func (s *stream) group(opening, closing byte, part func(index int) error) error {
	c, err := s.next()
	if err != nil {
		return err
	}
	if c != opening {
		return s.null(string(opening))
	}
	s.at++
	for index := 0; ; index++ {
		c, err := s.next()
		if err != nil {
			return err
		}
		if c == closing && index == 0 {
			s.at++
			return nil
		}
		if err := part(index); err != nil {
			return err
		}
		if c, err = s.next(); err != nil {
			return err
		}
		if c != ',' && c != closing {
			return s.fail("a comma or " + string(closing) + " is expected")
		}
		s.at++
		if c == closing {
			return nil
		}
	}
}

// null passes null, which stands where something else is expected.
func (s *stream) null(expected string) error {
	value, err := s.value()
	if err != nil {
		return err
	}
	if string(value.bytes) != "null" {
		return &formatError{value.offset, expected + " is expected"}
	}
	return nil
}

// pass passes a value that nobody asks for.
func (s *stream) pass() error {
	value, err := s.value()
	if err != nil || value.size > maxRecord {
		return err
	}
	_, err = check(value)
	return err
}

// decode passes a value that is the text of a record, and decodes it into v.
// What is no JSON is an error; what does not fit into v is a fault of the
// record.
func (s *stream) decode(r *record, v any, found *findings) error {
	value, err := s.value()
	if err != nil {
		return err
	}
	if !r.take(value) {
		return nil
	}
	if !fit(r.text, v) {
		err = json.Unmarshal(value.bytes, v)
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		if _, err := check(value); err != nil {
			return err
		}
	}
	if mended, replaced := mend(r.text); replaced > 0 {
		found.replaced += replaced
		r.text = mended
		err = json.Unmarshal([]byte(mended), v)
	}
	switch {
	case r.text[0] != '{':
		r.faults = []fault{{reason: fmt.Sprintf("must be %s, is %s", kindObject, kindOf(r.text))}}
	case err != nil:
		r.faults = []fault{unfit(err)}
	}
	return nil
}

// take makes a value the text of the record. It returns false when the value is
// too long, which is then the fault of the record.
func (r *record) take(value text) bool {
	r.size = value.size
	if value.size > maxRecord {
		r.text = metrics.CutText(string(value.bytes), metrics.MaxText)
		r.faults = []fault{{reason: fmt.Sprintf("must be at most %d bytes long, has %d", maxRecord, value.size)}}
		return false
	}
	r.text = string(value.bytes)
	return true
}

// unfit says why a value does not fit.
func unfit(err error) fault {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return fault{at: "." + jsonPath(wrong.Field), reason: "holds a " + wrong.Value + " where none belongs"}
	}
	return fault{reason: "cannot be read: " + err.Error()}
}

// jsonPath turns the names of Go's fields into those that JSON has for them.
func jsonPath(fields string) string {
	names := strings.Split(metrics.CutText(fields, maxUnknownKey), ".")
	for i, name := range names {
		if strings.ToUpper(name) == name {
			names[i] = strings.ToLower(name)
		} else if name != "" {
			names[i] = strings.ToLower(name[:1]) + name[1:]
		}
	}
	return strings.Join(names, ".")
}

// keysOf returns the keys of the object with which a document begins, or of
// the first object of its list, as far as head goes.
func keysOf(head []byte) []string {
	var keys []string
	p := parser{text: strings.TrimPrefix(string(head), "\uFEFF")}
	if p.next() == '[' {
		p.at++
	}
	if p.next() != '{' {
		return nil
	}
	p.at++
	for p.next() == '"' {
		start := p.at
		if p.string() != nil {
			break
		}
		keys = append(keys, unquote(p.text[start:p.at]))
		if p.next() != ':' {
			break
		}
		p.at++
		if _, err := p.value(1); err != nil || p.next() != ',' {
			break
		}
		p.at++
	}
	return keys
}
