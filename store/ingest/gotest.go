package ingest

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/store/testrun"
)

// GoTest is what go test -json writes: an event per line. Lines between them
// that are none, as the go command and test programs write, are passed over.
const GoTest Format = "gotest"

func goTestDecoder() decoder {
	return decoder{format: GoTest, recognises: recognisesGoTest, read: readGoTest, locate: locateNowhere}
}

func recognisesGoTest(head []byte, _ []string) bool {
	for line := range bytes.Lines(head) {
		for _, key := range []string{"Time", "Action", "ImportPath", "Package"} {
			if bytes.HasPrefix(line, []byte(`{"`+key+`":"`)) && bytes.Contains(line, []byte(`"Action":"`)) {
				return true
			}
		}
	}
	return false
}

// readGoTest takes each package for a run of its own.
func readGoTest(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	s.origin.Source = orElse(s.origin.Source, "go test")
	reader := goTestReader{
		results:  newTestResults(s, emit, found),
		packages: map[string]*goPackage{},
		builds:   map[string]*message{},
	}
	lines := newStream(r)
	lines.skipMark()
	for events := 0; ; {
		line, ended, err := lines.line()
		switch {
		case errors.Is(err, io.EOF):
			return reader.end(lines, events)
		case err != nil:
			return err
		}
		switch e, ok := reader.parse(string(line.bytes)); {
		case ok:
			events++
			if err := reader.event(e); errors.Is(err, errStopped) {
				return nil
			}
		case !ended && bytes.HasPrefix(line.bytes, []byte{'{'}):
			return &formatError{line.offset, "it ends within a line"}
		case len(bytes.TrimSpace(line.bytes)) > 0:
			found.passOver("lines that are no events of go test")
		}
	}
}

// line passes a line and tells whether it has an end, which is not part of it.
// Of one that is longer than maxRecord it returns the beginning.
func (s *stream) line() (t text, ended bool, err error) {
	t.offset = s.offset()
	for seen := 0; ; {
		if n := bytes.IndexByte(s.buf[s.at+seen:s.end], '\n'); n >= 0 {
			t.add(s.buf[s.at : s.at+seen+n])
			s.at += seen + n + 1
			return t, true, nil
		}
		seen = s.end - s.at
		if seen > maxRecord {
			t.add(bytes.Clone(s.buf[s.at:s.end]))
			s.at, seen = s.end, 0
		}
		if err := s.fill(); err != nil {
			if rest := s.buf[s.at:s.end]; errors.Is(err, io.EOF) && t.size+int64(len(rest)) > 0 {
				t.add(rest)
				s.at = s.end
				return t, false, nil
			}
			return t, false, err
		}
	}
}

// add appends to a text what belongs to it, as long as it is not too long.
func (t *text) add(b []byte) {
	t.size += int64(len(b))
	if t.bytes == nil {
		t.bytes = b[:min(len(b), maxRecord)]
	}
}

// goEvent is an event of go test.
type goEvent struct {
	at           time.Time
	action       string
	pkg          string // the package that is tested
	test         string // empty when it is about the package
	elapsed      *time.Duration
	output       string
	key, value   string // of an attribute
	build, cause string // packages that are built, and whose build failed
	text         string // the line
}

type goTestReader struct {
	results  *testResults
	packages map[string]*goPackage // under way
	builds   map[string]*message   // what the compiler said, by package
	members  []member
}

// goPackage is a package whose tests run.
type goPackage struct {
	run    *testrun.Run
	said   message             // outside of tests
	tests  map[string]*message // what tests under way said
	silent []testrun.Execution // subtests that failed and do not say why
}

// parse reads a line.
func (r *goTestReader) parse(line string) (goEvent, bool) {
	line = strings.TrimSuffix(line, "\r")
	if !strings.HasPrefix(line, "{") {
		return goEvent{}, false
	}
	mended, replaced := mend(line)
	var err error
	if r.members, err = members(r.members[:0], mended); err != nil {
		return goEvent{}, false
	}
	e := goEvent{text: mended}
	for _, m := range r.members {
		var field *string
		switch m.key {
		case "Action":
			field = &e.action
		case "Package":
			field = &e.pkg
		case "Test":
			field = &e.test
		case "Output":
			field = &e.output
		case "Key":
			field = &e.key
		case "Value":
			field = &e.value
		case "ImportPath":
			field = &e.build
		case "FailedBuild":
			field = &e.cause
		case "Elapsed":
			if seconds, err := strconv.ParseFloat(m.value, 64); err == nil {
				e.elapsed = duration(seconds, time.Second)
			}
		case "Time":
			if kindOf(m.value) == kindText {
				e.at, _, _ = parseTime(unquote(m.value), time.UTC)
			}
		}
		if field == nil {
			continue
		}
		if kindOf(m.value) != kindText {
			return goEvent{}, false
		}
		*field = unquote(m.value)
	}
	if e.at.IsZero() {
		e.at = r.results.settings.time.Time
	}
	known := e.action != "" && (e.pkg != "" || e.build != "")
	if known {
		r.results.found.replaced += replaced
	}
	return e, known
}

// goOutcomes are the actions that end a test or a package.
var goOutcomes = map[string]testrun.Outcome{"pass": testrun.Passed, "fail": testrun.Failed, "skip": testrun.Skipped}

// event takes an event in. The error is errStopped.
func (r *goTestReader) event(e goEvent) error {
	if e.pkg == "" {
		if e.action == "build-output" {
			if r.builds[e.build] == nil {
				r.builds[e.build] = &message{}
			}
			r.builds[e.build].add(e.output)
		}
		return nil
	}
	p := r.packages[e.pkg]
	if p == nil {
		p = &goPackage{run: r.results.run(), tests: map[string]*message{}}
		r.packages[e.pkg] = p
	}
	name := e.pkg + "." + e.test
	switch e.action {
	case "run":
		p.run.Start(name)
		p.tests[e.test] = &message{}
	case "attr":
		p.run.Attr(name, e.key, e.value)
	case "output":
		p.output(e)
	case "pass", "fail", "skip":
		end := testrun.Execution{Test: name, Outcome: goOutcomes[e.action], At: e.at, Duration: e.elapsed}
		if e.test != "" {
			return r.endTest(p, e, end)
		}
		delete(r.packages, e.pkg)
		if end.Outcome == testrun.Skipped {
			return nil // it has no tests
		}
		end.Test, end.Message = e.pkg, r.reason(p, e)
		if err := r.speak(p, "", end.Message); err != nil {
			return err
		}
		return r.results.close(p.run, end, e.text)
	}
	return nil
}

// output gathers what a test or a package says.
func (p *goPackage) output(e goEvent) {
	said := &p.said
	if e.test != "" {
		if said = p.tests[e.test]; said == nil {
			said = &p.said
		}
	}
	if !isFrame(e.output) {
		said.add(e.output)
	}
}

// isFrame tells whether a line was written by package testing or by go test
// around what tests write.
func isFrame(line string) bool {
	trimmed := strings.TrimLeft(line, " ")
	for _, frame := range []string{"=== RUN ", "=== PAUSE ", "=== CONT ", "=== NAME ", "=== ATTR ", "=== ARTIFACTS ", "--- PASS: ", "--- FAIL: ", "--- SKIP: "} {
		if strings.HasPrefix(trimmed, frame) {
			return true
		}
	}
	for _, frame := range []string{"FAIL\t", "ok  \t", "exit status "} {
		if strings.HasPrefix(line, frame) {
			return true
		}
	}
	return line == "FAIL\n" || line == "PASS\n"
}

// endTest ends a test. A subtest that failed without a word waits for the test
// around it, for that is where Go writes why it panicked.
func (r *goTestReader) endTest(p *goPackage, e goEvent, end testrun.Execution) error {
	if said := p.tests[e.test]; said != nil {
		end.Message = strings.TrimSpace(string(said.b))
	}
	delete(p.tests, e.test)
	if strings.Contains(e.test, "/") {
		if end.Outcome == testrun.Failed && end.Message == "" {
			p.silent = append(p.silent, end)
			return nil
		}
	} else if err := r.speak(p, end.Test+"/", end.Message); err != nil {
		return err
	}
	return r.results.add(p.run.End(end), e.text)
}

// speak ends the subtests whose names begin so, which have waited for their
// message.
func (r *goTestReader) speak(p *goPackage, prefix, message string) error {
	var waiting []testrun.Execution
	for _, end := range p.silent {
		if !strings.HasPrefix(end.Test, prefix) {
			waiting = append(waiting, end)
			continue
		}
		end.Message = message
		if err := r.results.add(p.run.End(end), end.Test); err != nil {
			return err
		}
	}
	p.silent = waiting
	return nil
}

// reason says why a package failed: what the compiler said, the package itself,
// and the tests that did not end.
func (r *goTestReader) reason(p *goPackage, e goEvent) string {
	var reason message
	if build := r.builds[e.cause]; build != nil {
		reason.add(string(build.b))
	}
	reason.add(string(p.said.b))
	for _, test := range slices.Sorted(maps.Keys(p.tests)) {
		reason.add(string(p.tests[test].b))
	}
	return strings.TrimSpace(string(reason.b))
}

// end tells whether the file may end here.
func (r *goTestReader) end(s *stream, events int) error {
	switch {
	case s.offset() == 0:
		return s.fail("it is empty")
	case events == 0:
		return s.fail("it has no event of go test")
	case len(r.packages) > 0:
		return s.fail("it ends before the tests of " + slices.Sorted(maps.Keys(r.packages))[0])
	}
	return nil
}
