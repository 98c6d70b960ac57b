package ingest

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/testrun"
)

// CTRF is the common test report format, in JSON, for which many tools have a
// reporter.
const CTRF Format = "ctrf"

func ctrfDecoder() decoder {
	return decoder{
		format: CTRF,
		recognises: func(head []byte, keys []string) bool {
			return slices.Contains(keys, "results") && (slices.Contains(keys, "reportFormat") || ctrfHasTool(head))
		},
		read:   readCTRF,
		locate: locateNowhere,
	}
}

// ctrfHasTool recognises reports from before the key reportFormat.
func ctrfHasTool(head []byte) bool {
	text := strings.Join(strings.Fields(string(head)), "")
	return strings.HasPrefix(strings.TrimPrefix(text, "\uFEFF"), `{"results":{"tool":{`)
}

func readCTRF(r io.Reader, s settings, emit func(record) bool, found *findings) error {
	c := ctrf{results: newTestResults(s, emit, found), at: s.time.Time}
	return walk(r, func(doc *stream) error {
		return doc.object(func(key string) error {
			switch key {
			case "timestamp":
				value, err := doc.value()
				if err == nil && kindOf(string(value.bytes)) == kindText {
					if at, _, err := parseTime(strings.Trim(string(value.bytes), `"`), s.zone); err == nil {
						c.at = at
					}
				}
				return err
			case "results":
				return c.read(doc)
			default:
				return doc.pass()
			}
		})
	})
}

type ctrf struct {
	results *testResults
	at      time.Time // of tests that say none
	took    *time.Duration
	tool    string
	run     *testrun.Run
}

// read passes the results: tool and summary, which usually come first, and the
// tests.
func (c *ctrf) read(doc *stream) error {
	err := doc.object(func(key string) error {
		var rec record
		switch key {
		case "tool":
			var tool struct{ Name string }
			err := doc.decode(&rec, &tool, c.results.found)
			c.tool = tool.Name
			c.results.settings.origin.Source = orElse(c.results.settings.origin.Source, tool.Name)
			return err
		case "summary":
			var summary struct{ Start, Stop float64 }
			err := doc.decode(&rec, &summary, c.results.found)
			if stop := instant(summary.Stop, time.Millisecond); !stop.IsZero() {
				c.at, c.took = stop, duration(summary.Stop-summary.Start, time.Millisecond)
			}
			return err
		case "tests":
			if c.run == nil {
				c.run = c.results.run()
			}
			return doc.list(func(int) error { return c.test(doc) })
		default:
			return doc.pass()
		}
	})
	if err != nil || c.run == nil {
		return err
	}
	return c.results.close(c.run, testrun.Execution{Test: c.tool, Outcome: testrun.Passed, At: c.at, Duration: c.took}, c.tool)
}

// ctrfAttempt is what a test and each of its earlier attempts say.
type ctrfAttempt struct {
	Status, RawStatus, Message, Trace string
	Duration                          *float64 // milliseconds
	Start, Stop                       float64  // milliseconds since 1970
}

// maxRetries is how many retries of a test are believed.
const maxRetries = 1000

func (c *ctrf) test(doc *stream) error {
	var rec record
	var t struct {
		ctrfAttempt
		Name          string
		Suite         json.RawMessage
		Retries       int
		Flaky         bool
		RetryAttempts []ctrfAttempt
		Extra         map[string]any
	}
	if err := doc.decode(&rec, &t, c.results.found); err != nil {
		return err
	}
	if rec.faults == nil && (t.Retries < 0 || t.Retries > maxRetries) {
		rec.faults = []fault{{at: ".retries", reason: fmt.Sprintf("retries must be from 0 to %d, are %d", maxRetries, t.Retries)}}
	}
	if rec.faults != nil {
		return c.results.refuse(rec.text, rec.faults)
	}
	earlier := t.RetryAttempts
	if earlier == nil {
		n := t.Retries
		if t.Flaky {
			n = max(n, 1)
		}
		for range n { // who is tried again has failed
			earlier = append(earlier, ctrfAttempt{Status: "failed", Stop: t.Stop})
		}
	}
	for _, attempt := range append(earlier, t.ctrfAttempt) {
		e, ok := c.execution(attempt)
		if !ok {
			reason := "status is " + metrics.CutText(attempt.Status, maxUnknownKey) + ", which is unknown"
			return c.results.refuse(rec.text, []fault{{at: ".status", reason: reason}})
		}
		e.Test = ctrfName(t.Suite, t.Name)
		if pattern, ok := t.Extra[testrun.AttrPattern].(string); ok {
			e.Patterns = []string{pattern}
		}
		e.GenerationKey, _ = t.Extra[testrun.AttrGeneration].(string)
		if err := c.results.add(c.run.End(e), rec.text); err != nil {
			return err
		}
	}
	return nil
}

func (c *ctrf) execution(a ctrfAttempt) (testrun.Execution, bool) {
	e := testrun.Execution{At: c.at}
	if stop := instant(a.Stop, time.Millisecond); !stop.IsZero() {
		e.At = stop
	}
	if a.Duration != nil {
		e.Duration = duration(*a.Duration, time.Millisecond)
	}
	switch a.Status {
	case "passed":
		e.Outcome = testrun.Passed
	case "failed":
		e.Outcome, e.Message = testrun.Failed, a.Message
		if !strings.Contains(a.Message, a.Trace) {
			e.Message = paragraphs(a.Message, a.Trace)
		}
	case "skipped", "pending", "other":
		e.Outcome, e.Message = testrun.Skipped, a.Message
		if a.Message == "" && a.RawStatus != a.Status {
			e.Message = a.RawStatus
		}
	default:
		return e, false
	}
	return e, true
}

// ctrfName is the full name of a test: its suites, which are a text or a list,
// and its own.
func ctrfName(suite json.RawMessage, name string) string {
	var suites []string
	if json.Unmarshal(suite, &suites) != nil {
		var one string
		_ = json.Unmarshal(suite, &one) // anything else is no suite
		suites = []string{one}
	}
	var parts []string
	for _, part := range append(suites, name) {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " > ")
}
