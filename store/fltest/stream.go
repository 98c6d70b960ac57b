package fltest

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// event is one of go test -json.
type event struct {
	Time    time.Time
	Action  string
	Package string
	Test    string   `json:",omitempty"`
	Elapsed *float64 `json:",omitempty"` // seconds
	Output  string   `json:",omitempty"`
	Key     string   `json:",omitempty"`
	Value   string   `json:",omitempty"`
}

// stream makes events of what a test binary writes with -test.v=test2json. What
// package testing writes there about a test, and nothing else, is a line that
// begins with a mark, which ends any line that the test has begun.
type stream struct {
	pkg   string
	began time.Time
	now   func() time.Time

	// show is given events when they are read, unless it is nil. To tell, a test
	// ends later: output that follows is still its own.
	show, tell func(event)

	line  []byte // that has begun
	test  string // whose output it is
	ended *event // of that test
}

const (
	mark    = 0x16    // Control-V
	maxLine = 1 << 20 // bytes of a line, which goes on in further events
)

func (s *stream) write(b []byte) {
	for len(b) > 0 {
		at := bytes.IndexAny(b, "\n\x16")
		switch {
		case at < 0:
			if s.line = append(s.line, b...); len(s.line) > maxLine {
				s.endLine()
			}
			return
		case b[at] == '\n':
			s.line = append(s.line, b[:at+1]...)
			s.endLine()
		default:
			s.line = append(s.line, b[:at]...)
			s.endLine()
			s.line = append(s.line, mark)
		}
		b = b[at+1:]
	}
}

func (s *stream) endLine() {
	if len(s.line) == 0 {
		return
	}
	line := string(s.line)
	s.line = s.line[:0]
	framed, marked := strings.CutPrefix(line, string(rune(mark)))
	if !marked || !s.frame(strings.TrimRight(framed, "\r\n")) {
		s.event(event{Action: "output", Test: s.test, Output: framed})
	}
}

// frame takes a line of package testing, and returns false if it is none or
// to be shown.
func (s *stream) frame(line string) bool {
	if line == "PASS" || line == "FAIL" {
		s.endTest()
		s.test = ""
		return false
	}
	if len(line) < len("=== ") {
		return false
	}
	action, name, _ := strings.Cut(line[len("=== "):], " ")
	switch name = strings.TrimSpace(name); line[:len("=== ")] {
	case "=== ":
		return s.update(action, name)
	case "--- ":
		return s.report(action, name)
	}
	return false
}

func (s *stream) update(action, name string) bool {
	name, rest, _ := strings.Cut(name, " ")
	e := event{Action: strings.ToLower(action), Test: name}
	switch action {
	case "RUN", "PAUSE", "CONT", "NAME", "ARTIFACTS":
	case "ATTR":
		e.Key, e.Value, _ = strings.Cut(rest, " ")
	default:
		return false
	}
	s.endTest()
	if s.test = name; action != "NAME" {
		s.event(e)
	}
	return true
}

func (s *stream) report(action, name string) bool {
	switch action {
	case "PASS:", "FAIL:", "SKIP:":
	default:
		return false
	}
	s.endTest()
	name, seconds, _ := strings.Cut(name, " (")
	e := event{Action: strings.ToLower(strings.TrimSuffix(action, ":")), Test: name}
	if elapsed, err := strconv.ParseFloat(strings.TrimSuffix(seconds, "s)"), 64); err == nil {
		e.Elapsed = &elapsed
	}
	s.test, s.ended = name, &e
	if s.show != nil {
		s.show(e)
	}
	return true
}

func (s *stream) endTest() {
	if s.ended != nil {
		s.send(*s.ended)
		s.ended = nil
	}
}

func (s *stream) event(e event) {
	if s.show != nil {
		s.show(e)
	}
	s.send(e)
}

func (s *stream) send(e event) {
	e.Time, e.Package = s.now(), s.pkg
	s.tell(e)
}

// close ends the package, whose exit code is given.
func (s *stream) close(code int) {
	s.endLine()
	s.endTest()
	e := event{Action: "pass"}
	if code != 0 {
		e.Action = "fail"
	}
	elapsed := s.now().Sub(s.began).Round(time.Millisecond).Seconds()
	e.Elapsed = &elapsed
	s.send(e)
}
