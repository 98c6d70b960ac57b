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

// xmlText reads the text of an XML document in UTF-8, whatever its encoding,
// and knows which byte of the file was read last.
type xmlText struct {
	r   *bufio.Reader // in UTF-8
	all *counter      // of the file

	unit int64 // bytes in the file of a character, 0 if it is in UTF-8
	read int64 // bytes of the text that were read
	file int64 // bytes of the file in which they stand, if it is not in UTF-8
}

// newXMLText decodes UTF-16, which the first bytes tell. Documents in other
// encodings say so themselves.
func newXMLText(r io.Reader) *xmlText {
	all := &counter{r: r}
	b := bufio.NewReader(all)
	head, _ := b.Peek(2) // an error comes again
	marked := bytes.Equal(head, []byte("\xFE\xFF")) || bytes.Equal(head, []byte("\xFF\xFE"))
	x := &xmlText{r: b, all: all}
	switch {
	case marked, bytes.Equal(head, []byte("\x00<")):
		x.decode(unicode.UTF16(unicode.BigEndian, unicode.UseBOM), 2)
	case bytes.Equal(head, []byte("<\x00")):
		x.decode(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), 2)
	}
	if marked {
		x.file = 2
	}
	return x
}

// decode reads the rest in an encoding whose characters have so many bytes,
// twice as many those that have four in UTF-8.
func (x *xmlText) decode(e encoding.Encoding, unit int64) {
	x.r = bufio.NewReader(e.NewDecoder().Reader(x.r))
	x.unit = unit
	x.file = x.read
}

// ReadByte reads a byte of the text.
func (x *xmlText) ReadByte() (byte, error) {
	c, err := x.r.ReadByte()
	if err != nil {
		return c, err
	}
	x.read++
	switch {
	case c < 0x80, 0xC0 <= c && c < 0xF0:
		x.file += x.unit
	case c >= 0xF0:
		x.file += 2 * x.unit
	}
	return c, nil
}

// Read is there because package xml asks for an io.Reader; it reads bytes.
func (x *xmlText) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c, err := x.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = c
	return 1, nil
}

// offset is the byte of the file at which a byte of the text stands, of which
// at most one that was read comes after it.
func (x *xmlText) offset(text int64) int64 {
	if x.unit == 0 {
		return text
	}
	return min(x.file-x.unit*(x.read-text), x.all.n) // half a character may end the file
}

// charset goes on in the encoding that a declaration names.
func (x *xmlText) charset(label string, _ io.Reader) (io.Reader, error) {
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
		return x, nil // by newXMLText already
	}
	if e := known[label]; e != nil {
		x.decode(e, 1)
		return x, nil
	}
	return nil, fmt.Errorf("unknown encoding %.40q", label)
}
