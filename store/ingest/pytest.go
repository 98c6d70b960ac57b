package ingest

import (
	"io"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/testrun"
)

// Pytest is the JSON of the plugin pytest-json-report.
const Pytest Format = "pytest"

func pytestDecoder() decoder {
	return decoder{
		format: Pytest,
		recognises: func(_ []byte, keys []string) bool {
			return len(keys) > 3 && slices.Equal(keys[:4], []string{"created", "duration", "exitcode", "root"})
		},
		read:   readPytest,
		locate: locateNowhere,
	}
}

// readPytest gives all tests the time at which the report was created, which
// comes first: it tells no other.
func readPytest(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	s.origin.Source = orElse(s.origin.Source, "pytest")
	results := newTestResults(s, emit, found)
	whole := testrun.Execution{Test: "pytest", Outcome: testrun.Passed, At: s.time.Time}
	run := results.run()
	return walk(r, func(doc *stream) error {
		err := doc.object(func(key string) error {
			switch key {
			case "created":
				created, err := doc.number()
				if err == nil {
					whole.At = instant(created, time.Second)
				}
				return err
			case "duration":
				took, err := doc.number()
				whole.Duration = duration(took, time.Second)
				return err
			case "exitcode":
				code, err := doc.number()
				if code > 0 && code != pytestNoTests {
					whole.Outcome = testrun.Failed
				}
				return err
			case "collectors":
				return doc.list(func(int) error { return readCollector(doc, results, run, whole) })
			case "tests":
				return doc.list(func(int) error { return readPytestTest(doc, results, run, whole) })
			default:
				return doc.pass()
			}
		})
		if err != nil {
			return err
		}
		return results.close(run, whole, whole.Test)
	})
}

// pytestNoTests is the exit code when there were no tests.
const pytestNoTests = 5

// instant is so many units after the beginning of 1970, the zero time if no
// event may have it.
func instant(n float64, unit time.Duration) time.Time {
	micros := math.Round(n * float64(unit/time.Microsecond))
	if !(0 < micros && micros < 253402300800e6) { // the year 10000
		return time.Time{}
	}
	return time.UnixMicro(int64(micros)).UTC()
}

// pytestStage is one of three parts of a test.
type pytestStage struct {
	Duration *float64
	Outcome  string
	Longrepr string
	Crash    struct{ Message string }
}

// readCollector counts a file whose tests could not be collected as a failed
// execution.
func readCollector(doc *stream, results *testResults, run *testrun.Run, whole testrun.Execution) error {
	var rec record
	var c struct{ NodeID, Outcome, Longrepr string }
	if err := doc.decode(&rec, &c, results.found); err != nil {
		return err
	}
	if rec.faults != nil || c.Outcome != "failed" {
		return nil
	}
	e := testrun.Execution{Test: c.NodeID, Outcome: testrun.Failed, At: whole.At, Message: c.Longrepr}
	return results.add(run.End(e), rec.text)
}

func readPytestTest(doc *stream, results *testResults, run *testrun.Run, whole testrun.Execution) error {
	var rec record
	var t struct {
		NodeID, Outcome       string
		Setup, Call, Teardown *pytestStage
		Metadata              map[string]any
	}
	if err := doc.decode(&rec, &t, results.found); err != nil {
		return err
	}
	if rec.faults != nil {
		return results.refuse(rec.text, rec.faults)
	}
	e := testrun.Execution{Test: t.NodeID, At: whole.At}
	if pattern, ok := t.Metadata[testrun.AttrPattern].(string); ok {
		e.Patterns = []string{pattern}
	}
	e.GenerationKey, _ = t.Metadata[testrun.AttrGeneration].(string)

	outcome := t.Outcome
	var took float64
	for _, stage := range []*pytestStage{t.Setup, t.Call, t.Teardown} {
		if stage == nil {
			continue
		}
		if stage.Duration != nil {
			took += *stage.Duration
			e.Duration = duration(took, time.Second)
		}
		if e.Message == "" && stage.Outcome != "passed" {
			e.Message = paragraphs(stage.Longrepr)
			if e.Message == "" {
				e.Message = stage.Crash.Message
			}
		}
	}
	if outcome == "rerun" {
		// It was tried again after it had failed, and this is the last try.
		earlier := e
		earlier.Outcome, earlier.Message, earlier.Duration = testrun.Failed, "", nil
		if err := results.add(run.End(earlier), rec.text); err != nil {
			return err
		}
		outcome = lastOutcome(t.Setup, t.Call, t.Teardown)
	}
	switch outcome {
	case "passed", "xpassed":
		e.Outcome, e.Message = testrun.Passed, ""
	case "failed", "error":
		e.Outcome = testrun.Failed
	case "skipped", "xfailed":
		e.Outcome = testrun.Skipped
	default:
		return results.refuse(rec.text, []fault{{at: ".outcome", reason: "outcome is " + metrics.CutText(outcome, maxUnknownKey) + ", which is unknown"}})
	}
	return results.add(run.End(e), rec.text)
}

// lastOutcome is that of a test, from those of its stages.
func lastOutcome(stages ...*pytestStage) string {
	outcome := "passed"
	for _, stage := range stages {
		if stage != nil && (stage.Outcome == "failed" || stage.Outcome == "skipped" && outcome == "passed") {
			outcome = stage.Outcome
		}
	}
	return outcome
}

// number passes a number, or anything else as NaN.
func (s *stream) number() (float64, error) {
	value, err := s.value()
	if err != nil {
		return math.NaN(), err
	}
	if value.size > maxRecord {
		return math.NaN(), nil
	}
	checked, err := check(value)
	if err != nil {
		return math.NaN(), err
	}
	n, err := strconv.ParseFloat(checked, 64)
	if err != nil {
		return math.NaN(), nil //nolint:nilerr // it is no number
	}
	return n, nil
}
