package ingest

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/store/testrun"
)

// JUnit is the XML that most test tools write, each in its own dialect: those
// of Maven Surefire, pytest, jest-junit and gotestsum are known.
const JUnit Format = "junit"

func junitDecoder() decoder {
	return decoder{
		format: JUnit,
		recognises: func(head []byte, _ []string) bool {
			// Without the zeros UTF-16 is ASCII, as far as this looks at it.
			return bytes.Contains(bytes.ReplaceAll(head, []byte{0}, nil), []byte("<testsuite"))
		},
		read:   readJUnit,
		locate: locateNowhere,
	}
}

// readJUnit takes each suite that has tests of its own for a run.
func readJUnit(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	text := newXMLText(r)
	d := xml.NewDecoder(text)
	d.CharsetReader = text.charset
	j := junit{xml: d, text: text, results: newTestResults(s, emit, found)}
	err := j.document()
	var broken *xml.SyntaxError
	switch {
	case errors.Is(err, errStopped):
		return nil
	case errors.As(err, &broken):
		return &formatError{j.offset(), broken.Msg}
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return &formatError{j.offset(), "it ends too early"}
	case err != nil && strings.HasPrefix(err.Error(), "xml: "): // of its encoding
		return &formatError{j.offset(), strings.TrimPrefix(err.Error(), "xml: ")}
	}
	return err
}

type junit struct {
	xml     *xml.Decoder
	text    *xmlText
	results *testResults
}

// offset is the byte of the file up to which it was read.
func (j *junit) offset() int64 { return j.text.offset(j.xml.InputOffset()) }

// document reads one element and nothing else.
func (j *junit) document() error {
	read := false
	for {
		token, err := j.xml.Token()
		if errors.Is(err, io.EOF) && read {
			return nil
		}
		if errors.Is(err, io.EOF) && j.xml.InputOffset() == 0 {
			return &formatError{0, "it is empty"}
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case read, start.Name.Local != "testsuites" && start.Name.Local != "testsuite":
			return &formatError{j.offset(), "one element testsuites or testsuite is expected"}
		default:
			if err := j.suite(start, suite{at: j.results.settings.time.Time}, 0); err != nil {
				return err
			}
			read = true
		}
	}
}

// maxSuites is how many suites may be inside one another.
const maxSuites = 64

// suite is one that is being read.
type suite struct {
	name string
	at   time.Time // when it began
	took *time.Duration
	run  *testrun.Run // nil before its first test
	held []held       // of one in Go
	goes bool         // it is one of Go
}

// held is a test that counts unless it turns out to contain others.
type held struct {
	execution testrun.Execution
	test      string // its name without the package
}

// children calls element for each element up to the end of the present one,
// which element must pass, and text for what stands between them.
func (j *junit) children(element func(xml.StartElement) error, text func([]byte)) error {
	for {
		token, err := j.xml.Token()
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := element(t); err != nil {
				return err
			}
		case xml.CharData:
			if text != nil {
				text(t)
			}
		}
	}
}

// suite reads a suite, or all of them.
func (j *junit) suite(start xml.StartElement, around suite, depth int) error {
	if depth == maxSuites {
		return &formatError{j.offset(), "suites are nested deeper than " + strconv.Itoa(maxSuites) + " levels"}
	}
	s := suite{name: attribute(start, "name"), at: around.at}
	if seconds, err := strconv.ParseFloat(attribute(start, "time"), 64); err == nil {
		s.took = duration(seconds, time.Second)
	}
	if at, naive, err := parseTime(attribute(start, "timestamp"), j.results.settings.zone); err == nil && at.Year() > 1 {
		s.at = at
		if naive {
			j.results.found.naive++
		}
	}
	err := j.children(func(start xml.StartElement) error {
		switch start.Name.Local {
		case "testsuite":
			return j.suite(start, s, depth+1)
		case "testcase":
			return j.testCase(start, &s)
		case "properties":
			return j.properties(func(name, _ string) { s.goes = s.goes || name == "go.version" })
		default:
			return j.xml.Skip()
		}
	}, nil)
	if err != nil || s.run == nil {
		return err
	}
	if err := j.release(&s); err != nil {
		return err
	}
	end := testrun.Execution{Test: s.name, Outcome: testrun.Passed, At: s.at, Duration: s.took}
	return j.results.close(s.run, end, s.name)
}

func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (j *junit) properties(each func(name, value string)) error {
	return j.children(func(start xml.StartElement) error {
		each(attribute(start, "name"), attribute(start, "value"))
		return j.xml.Skip()
	}, nil)
}

// testCase reads a test. What failed before the last try are executions of
// their own.
func (j *junit) testCase(start xml.StartElement, s *suite) error {
	class, name := attribute(start, "classname"), attribute(start, "name")
	last := testrun.Execution{Test: name, Outcome: testrun.Passed, At: s.at}
	switch {
	case s.goes && class == "": // the package, which could not be built or run
		last.Test = s.name
	case class != "" && class != name:
		last.Test = class + "." + name
	}
	// Surefire groups the digits of long times.
	if seconds, err := strconv.ParseFloat(strings.ReplaceAll(attribute(start, "time"), ",", ""), 64); err == nil {
		last.Duration = duration(seconds, time.Second)
	}
	var earlier []testrun.Execution
	err := j.children(func(start xml.StartElement) error {
		switch start.Name.Local {
		case "failure", "error":
			text, err := j.said(start)
			if last.Outcome != testrun.Failed { // else the first one is the reason
				last.Outcome, last.Message = testrun.Failed, text
			}
			return err
		case "skipped":
			text, err := j.said(start)
			if last.Outcome == testrun.Passed {
				last.Outcome, last.Message = testrun.Skipped, text
			}
			return err
		case "rerunFailure", "rerunError", "flakyFailure", "flakyError":
			text, err := j.said(start)
			earlier = append(earlier, testrun.Execution{Test: last.Test, Outcome: testrun.Failed, At: s.at, Message: text})
			return err
		case "properties":
			return j.properties(func(name, value string) {
				switch name {
				case testrun.AttrPattern:
					last.Patterns = append(last.Patterns, value)
				case testrun.AttrGeneration:
					last.GenerationKey = value
				}
			})
		default:
			return j.xml.Skip()
		}
	}, nil)
	if err != nil {
		return err
	}
	if s.run == nil {
		s.run = j.results.run()
	}
	for _, e := range append(earlier, last) {
		e.Patterns, e.GenerationKey = last.Patterns, last.GenerationKey
		if s.goes {
			s.held = append(s.held, held{e, name})
		} else if err := j.results.add(s.run.End(e), e.Test); err != nil {
			return err
		}
	}
	return nil
}

// said returns what an element says as attribute and as text, also in its
// stackTrace.
func (j *junit) said(start xml.StartElement) (string, error) {
	said := attribute(start, "message")
	var inside message
	gather := func(b []byte) { inside.add(string(b)) }
	err := j.children(func(start xml.StartElement) error {
		if start.Name.Local == "stackTrace" {
			return j.children(func(xml.StartElement) error { return j.xml.Skip() }, gather)
		}
		return j.xml.Skip()
	}, gather)
	text := strings.TrimSpace(string(inside.b))
	if strings.Contains(text, said) {
		return text, err
	}
	return paragraphs(said, text), err
}

// release counts the tests of a suite in Go. It lists tests that contain
// others as if they were tests beside them, before or after.
func (j *junit) release(s *suite) error {
	failed := map[string]bool{} // whether a test inside failed, of those that have any
	around := map[string]testrun.Execution{}
	for _, h := range s.held {
		around[h.test] = h.execution
		for name := h.test; strings.Contains(name, "/"); {
			name = name[:strings.LastIndexByte(name, '/')]
			failed[name] = failed[name] || h.execution.Outcome == testrun.Failed
		}
	}
	for _, h := range s.held {
		inner, contains := failed[h.test]
		e := h.execution
		if contains && (inner || e.Outcome != testrun.Failed) {
			continue
		}
		for name := h.test; strings.Contains(name, "/"); {
			name = name[:strings.LastIndexByte(name, '/')]
			if len(e.Patterns) == 0 {
				e.Patterns = around[name].Patterns
			}
			if e.GenerationKey == "" {
				e.GenerationKey = around[name].GenerationKey
			}
		}
		e.Message = unframed(e.Message)
		if err := j.results.add(s.run.End(e), e.Test); err != nil {
			return err
		}
	}
	return nil
}

// unframed is what a test in Go says, without the lines around it.
func unframed(said string) string {
	var kept strings.Builder
	for line := range strings.Lines(strings.TrimPrefix(said, "Failed\n\n")) {
		if !isFrame(line) {
			kept.WriteString(line)
		}
	}
	return strings.TrimSpace(kept.String())
}
