package ingest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

// utf8Of returns an XML document in UTF-8 if it is in UTF-16, which its first
// bytes tell. Others say their encoding themselves.
func utf8Of(r io.Reader) io.Reader {
	b := bufio.NewReader(r)
	head, _ := b.Peek(2) // an error comes again
	switch {
	case bytes.Equal(head, []byte("\xFE\xFF")), bytes.Equal(head, []byte("\x00<")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder().Reader(b)
	case bytes.Equal(head, []byte("\xFF\xFE")), bytes.Equal(head, []byte("<\x00")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Reader(b)
	}
	return b
}

// charsetReader reads the encodings that a declaration may name.
func charsetReader(label string, r io.Reader) (io.Reader, error) {
	known := map[string]encoding.Encoding{
		"iso-8859-1":   charmap.ISO8859_1,
		"latin1":       charmap.ISO8859_1,
		"iso-8859-15":  charmap.ISO8859_15,
		"windows-1252": charmap.Windows1252,
		"us-ascii":     charmap.Windows1252,
		"ascii":        charmap.Windows1252,
	}
	label = strings.ToLower(label)
	if strings.HasPrefix(label, "utf-16") {
		return r, nil // by utf8Of already
	}
	if e := known[label]; e != nil {
		return e.NewDecoder().Reader(r), nil
	}
	return nil, fmt.Errorf("unknown encoding %.40q", label)
}
