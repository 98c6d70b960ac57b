package ingest

import (
	"math"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/testrun"
)

// testResults makes records of the events of test runs. They stand in three
// lists: tests, failures and runs.
type testResults struct {
	settings settings
	emit     func(record) bool
	found    *findings
	seen     map[string]int // records of each list
}

func newTestResults(s settings, emit func(record) bool, found *findings) *testResults {
	for _, table := range []string{"metrics_performance", "metrics_test_failures"} {
		found.table(table)
	}
	return &testResults{settings: s, emit: emit, found: found, seen: map[string]int{}}
}

// run begins a run.
func (t *testResults) run() *testrun.Run {
	o := testrun.Options{Origin: t.settings.origin}
	if rules := t.settings.rules; rules != nil {
		o.Patterns = func(e testrun.Execution) []string {
			if pattern, ok := rules.pattern(subject{test: e.Test, message: e.Message}); ok {
				return []string{pattern}
			}
			return nil
		}
	}
	return testrun.NewRun(o)
}

// add emits events that were made of a text. The error is errStopped.
func (t *testResults) add(events []metrics.Event, text string) error {
	for _, e := range events {
		r := record{table: e.Table(), text: text, size: int64(len(text)), event: e}
		var at metrics.Time
		switch e := e.(type) {
		case *metrics.TestFailure:
			r.list, at = "failures", e.Timestamp
		case *metrics.Performance:
			r.list, at = "tests", e.Timestamp
			if e.MetricType == metrics.MetricTestRun {
				r.list = "runs"
			}
		}
		if at.IsZero() {
			r.event, r.faults = nil, []fault{timeless()}
		}
		r.index = t.seen[r.list]
		t.seen[r.list]++
		if !t.emit(r) {
			return errStopped
		}
	}
	return nil
}

// refuse emits a test that is none.
func (t *testResults) refuse(text string, faults []fault) error {
	r := record{
		list: "tests", index: t.seen["tests"], table: "metrics_performance",
		text: text, size: int64(len(text)), faults: faults,
	}
	t.seen["tests"]++
	if !t.emit(r) {
		return errStopped
	}
	return nil
}

// close counts what the run had to cut, and ends it.
func (t *testResults) close(run *testrun.Run, e testrun.Execution, text string) error {
	events := run.Close(e)
	t.found.cut += run.Cut()
	return t.add(events, text)
}

// duration is that of some units, nil if there cannot be such a one.
func duration(n float64, unit time.Duration) *time.Duration {
	d := math.Round(n * float64(unit))
	if !(0 <= d && d < math.MaxInt64) { // NaN is neither
		return nil
	}
	whole := time.Duration(d)
	return &whole
}

// message gathers a text of which no more is needed than shows that it is too
// long.
type message struct{ b []byte }

func (m *message) add(s string) {
	room := metrics.MaxText + 1 - len(m.b)
	m.b = append(m.b, s[:min(room, len(s))]...)
}
