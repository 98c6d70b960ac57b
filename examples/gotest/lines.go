package main

import (
	"bytes"
	"io"
)

// lines is what waits between the stream and the recording. Only when it is
// full does the stream wait for the recording.
type lines struct {
	queue  chan []byte
	ended  chan struct{} // closed when nothing more comes
	unread chan struct{} // closed when nobody reads any more
	rest   []byte        // of the line that is read
}

// maxLines bounds the lines in memory. Go test makes lines of a few kilobytes
// at most.
const maxLines = 1 << 14

func newLines() *lines {
	return &lines{queue: make(chan []byte, maxLines), ended: make(chan struct{}), unread: make(chan struct{})}
}

// write takes a copy of a line.
func (l *lines) write(line []byte) {
	select {
	case l.queue <- bytes.Clone(line):
	case <-l.ended:
	case <-l.unread:
	}
}

// Read waits for a line.
func (l *lines) Read(b []byte) (int, error) {
	for len(l.rest) == 0 {
		select {
		case l.rest = <-l.queue:
			continue
		default:
		}
		select {
		case l.rest = <-l.queue:
		case <-l.ended:
			if len(l.queue) == 0 {
				return 0, io.EOF
			}
		}
	}
	n := copy(b, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}
