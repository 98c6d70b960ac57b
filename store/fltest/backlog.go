package fltest

import (
	"errors"
	"io"
	"sync"
)

// backlog is a pipe whose writer never waits: what is written stays in memory
// until it is read.
type backlog struct {
	mu         sync.Mutex
	more       sync.Cond
	b          []byte
	closed     bool // nothing is taken any more
	overflowed bool // and that is because there was no room
}

// maxBacklog bounds the memory that a database which does not keep up costs.
const maxBacklog = 64 << 20

var errOverflow = errors.New("the database did not keep up with the tests; what followed was not recorded")

func newBacklog() *backlog {
	var l backlog
	l.more.L = &l.mu
	return &l
}

func (l *backlog) write(b []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()

	if !l.closed && len(l.b)+len(b) > maxBacklog {
		l.closed, l.overflowed = true, true
	}
	if !l.closed {
		l.b = append(l.b, b...)
	}
	l.more.Signal()
}

// Read waits for something to read.
func (l *backlog) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()

	for len(l.b) == 0 && !l.closed {
		l.more.Wait()
	}
	switch {
	case len(l.b) > 0:
		n := copy(b, l.b)
		l.b = l.b[n:]
		return n, nil
	case l.overflowed:
		return 0, errOverflow
	}
	return 0, io.EOF
}

// end says that nothing more will be written, or read: then what is left is
// dropped.
func (l *backlog) end(read bool) {
	l.mu.Lock()
	defer l.mu.Unlock()

	l.closed = true
	if read {
		l.b = nil
	}
	l.more.Signal()
}
