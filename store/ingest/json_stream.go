package ingest

import (
	"bytes"
	"errors"
	"io"
)

// maxRecord is how long the text of one record may be, in bytes.
const maxRecord = 1 << 20

// stream cuts a JSON document into values, of which it holds one at a time,
// and of a longer one than maxRecord only the beginning.
type stream struct {
	r      io.Reader
	buf    []byte
	at     int   // of the next byte in buf
	end    int   // of the bytes in buf
	before int64 // bytes of the document before buf
	err    error // of r

	keyOffset int64 // of the key that was passed last
}

func newStream(r io.Reader) *stream {
	return &stream{r: r, buf: make([]byte, 64<<10)}
}

// offset is the position of the next byte in the document.
func (s *stream) offset() int64 { return s.before + int64(s.at) }

// fill reads more, keeping what was not used yet.
func (s *stream) fill() error {
	if s.err != nil {
		return s.err
	}
	if s.at > 0 {
		copy(s.buf, s.buf[s.at:s.end])
		s.before += int64(s.at)
		s.end -= s.at
		s.at = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 { // a reader may return nothing for a while, but not for ever
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if n > 0 {
			return nil
		}
		if err != nil {
			return err
		}
	}
	s.err = io.ErrNoProgress
	return s.err
}

// skipMark skips the mark of UTF-8, by which some programs begin a file.
func (s *stream) skipMark() {
	mark := []byte("\xEF\xBB\xBF")
	for s.end < len(mark) && s.fill() == nil {
	}
	if bytes.HasPrefix(s.buf[:s.end], mark) {
		s.at += len(mark)
	}
}

// next skips blanks and returns the next byte, which is not passed, or io.EOF.
func (s *stream) next() (byte, error) {
	for {
		for ; s.at < s.end; s.at++ {
			if c := s.buf[s.at]; !blank(c) {
				return c, nil
			}
		}
		if err := s.fill(); err != nil {
			return 0, err
		}
	}
}

// text is the text of one value of a document, which is not checked to be
// JSON beyond its brackets and quotes.
type text struct {
	bytes  []byte // valid until the stream moves on
	offset int64
	size   int64 // longer than bytes if it is longer than maxRecord
}

// value passes the value whose first byte is next.
func (s *stream) value() (text, error) {
	t := text{offset: s.offset()}
	var f frame
	for seen := 0; ; {
		n, complete := f.scan(s.buf[s.at+seen : s.end])
		seen += n
		if seen > maxRecord {
			return s.long(t, f, seen, complete)
		}
		if complete {
			t.bytes = s.buf[s.at : s.at+seen]
			t.size = int64(seen)
			s.at += seen
			return t, nil
		}
		if err := s.fill(); err != nil {
			return t, truncated(err)
		}
	}
}

// long passes the rest of a long value, of which seen bytes are in the buffer.
func (s *stream) long(t text, f frame, seen int, complete bool) (text, error) {
	t.bytes = bytes.Clone(s.buf[s.at : s.at+maxRecord])
	for {
		s.at += seen
		if complete {
			t.size = s.offset() - t.offset
			return t, nil
		}
		if err := s.fill(); err != nil {
			return t, truncated(err)
		}
		seen, complete = f.scan(s.buf[s.at:s.end])
	}
}

func truncated(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// frame finds the end of a value by counting brackets outside of texts.
type frame struct {
	depth  int
	inText bool
	escape bool // the last character was a backslash in a text
	plain  bool // a number or a word, which ends before the next delimiter
}

// scan looks at the next bytes and returns how many of them belong to the
// value, and whether it is complete.
func (f *frame) scan(b []byte) (n int, complete bool) {
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case f.escape:
			f.escape = false
		case f.inText:
			for i < len(b) && b[i] != '"' && b[i] != '\\' {
				i++
			}
			switch {
			case i == len(b):
			case b[i] == '\\':
				f.escape = true
			default:
				f.inText = false
				if f.depth == 0 {
					return i + 1, true
				}
			}
		case f.plain:
			if blank(c) || c == ',' || c == ']' || c == '}' {
				return i, true
			}
		case c == '"':
			f.inText = true
		case c == '{' || c == '[':
			f.depth++
		case c == '}' || c == ']':
			f.depth--
			if f.depth <= 0 {
				return i + 1, true
			}
		case f.depth == 0:
			f.plain = true
		}
	}
	return len(b), false
}
