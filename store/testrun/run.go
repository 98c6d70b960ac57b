// Package testrun turns the outcomes of tests into events.
//
// Each executed test becomes a row of metrics_performance of type test, each
// failed one a row of metrics_test_failures beside it, and each run a row of
// metrics_performance of type test_run, which is the denominator of the test
// failure rate. A test that was tried several times in one run has as many
// rows; it is flaky when one of them passed and another failed.
package testrun

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Attributes that a test gives itself with t.Attr. A subtest without one takes
// that of the test around it.
const (
	// AttrPattern names a pattern that the test covers. A test may have
	// several; when it fails, it is the first one that was violated.
	AttrPattern = "feedback-loop.pattern"

	// AttrGeneration is the event key of the code generation whose code the
	// test tests.
	AttrGeneration = "feedback-loop.generation"
)

// Outcome is how the execution of a test ended.
type Outcome string

// All outcomes.
const (
	Passed  Outcome = "passed"
	Failed  Outcome = "failed"
	Skipped Outcome = "skipped"
)

// Execution is one execution of one test.
type Execution struct {
	Test     string // its full name, the same in every run
	Outcome  Outcome
	At       time.Time      // when it ended
	Duration *time.Duration // nil is unknown

	// Message says why it failed or was skipped.
	Message string

	// Patterns are those that the test covers, nil when that is unknown.
	Patterns []string

	// GenerationKey is the event key of the code generation whose code is
	// tested, empty when that is unknown.
	GenerationKey string
}

// Options tunes a run. The zero value leaves open where it comes from and what
// its tests cover.
type Options struct {
	// Origin is where the tests ran. Without a run id nobody can tell which
	// executions belong together.
	Origin metrics.Origin

	// Patterns returns the patterns that a test covers which does not say so
	// itself. Nil means that nobody knows, which is not the same as none.
	Patterns func(Execution) []string
}

// Run gathers the executions of one run: of a package, a suite, a report. It
// holds the tests that are under way, and counts the others. It is not safe
// for concurrent use.
type Run struct {
	options  Options
	open     map[string]*test
	counts   map[Outcome]int
	patterns patternSet
	cut      int
}

// NewRun begins a run.
func NewRun(o Options) *Run {
	r := &Run{options: o, open: map[string]*test{}, counts: map[Outcome]int{}}
	r.patterns.known = o.Patterns != nil
	return r
}

// test is one that has begun.
type test struct {
	parent     *test
	children   int // that have begun, ended or not
	unfinished int // children that count or contain some that may
	failed     bool
	patterns   []string
	generation string
	end        *Execution // when it has ended before its children
}

// Start notes that a test begins. A test is part of another one that is under
// way and whose name, followed by a slash, is the beginning of its own. Tests
// that contain others count only when they failed while none of the others
// did. What contains no tests need not be started.
func (r *Run) Start(name string) {
	if r.open[name] != nil {
		return
	}
	t := &test{parent: r.around(name)}
	if t.parent != nil {
		t.parent.children++
		t.parent.unfinished++
	}
	r.open[name] = t
}

// around returns the innermost test under way that contains the one of this
// name, nil if there is none.
func (r *Run) around(name string) *test {
	for {
		slash := strings.LastIndexByte(name, '/')
		if slash < 0 {
			return nil
		}
		name = name[:slash]
		if t := r.open[name]; t != nil {
			return t
		}
	}
}

// Attr notes an attribute that a started test gives itself. Other keys than
// [AttrPattern] and [AttrGeneration] mean nothing.
func (r *Run) Attr(name, key, value string) {
	t := r.open[name]
	if t == nil {
		return
	}
	switch key {
	case AttrPattern:
		t.patterns = append(t.patterns, metrics.CleanText(value))
	case AttrGeneration:
		t.generation = metrics.CleanText(value)
	}
}

// End notes that a test has ended, and returns the events that are certain by
// now: the execution, followed by its failure if it failed. There are none
// while a test waits for those that it contains, or if it does not count.
func (r *Run) End(e Execution) []metrics.Event {
	t := r.open[e.Test]
	if t == nil {
		return r.count(e)
	}
	t.end = &e
	var events []metrics.Event
	for t != nil && t.end != nil && t.unfinished == 0 {
		events = append(events, r.settle(t)...)
		t = t.parent
	}
	return events
}

// settle takes a test that has ended out of those under way, and counts it if
// it counts.
func (r *Run) settle(t *test) []metrics.Event {
	e := *t.end
	delete(r.open, e.Test)
	if t.parent != nil {
		t.parent.unfinished--
		t.parent.failed = t.parent.failed || e.Outcome == Failed
	}
	if t.children > 0 && (e.Outcome != Failed || t.failed) {
		return nil
	}
	return r.count(t.inherit(e))
}

// inherit completes an execution with the attributes of the test and of those
// around it.
func (t *test) inherit(e Execution) Execution {
	for ; t != nil; t = t.parent {
		if len(e.Patterns) == 0 {
			e.Patterns = t.patterns
		}
		if e.GenerationKey == "" {
			e.GenerationKey = t.generation
		}
	}
	return e
}

// count counts an execution and makes its events.
func (r *Run) count(e Execution) []metrics.Event {
	if len(e.Patterns) == 0 && r.options.Patterns != nil {
		e.Patterns = r.options.Patterns(e)
	}
	e.Test, e.Message = metrics.CleanText(e.Test), metrics.CleanText(e.Message)
	if len(e.Message) > metrics.MaxText {
		e.Message = metrics.CutText(e.Message, metrics.MaxText)
		r.cut++
	}
	r.counts[e.Outcome]++
	r.patterns.add(e.Patterns)
	if e.Outcome != Failed {
		return []metrics.Event{r.execution(e)}
	}
	return []metrics.Event{r.execution(e), r.failure(e)}
}

// Cut tells how many messages were shortened to their limit by now.
func (r *Run) Cut() int { return r.cut }

// Close notes that the run itself has ended, whose name may be empty, and
// returns the events that are left, of which the run's own is the last. A run
// that failed although no test did, because it was not built for example,
// counts as one failed execution. Tests that have not ended are not counted.
func (r *Run) Close(e Execution) []metrics.Event {
	var events []metrics.Event
	// Subtests that never ended kept these waiting.
	for _, name := range slices.Backward(slices.Sorted(maps.Keys(r.open))) {
		if t := r.open[name]; t.end != nil {
			events = append(events, r.settle(t)...)
		}
	}
	clear(r.open)
	if e.Outcome == Failed && r.counts[Failed] == 0 {
		events = append(events, r.count(e)...)
	}
	return append(events, &metrics.Performance{
		Origin:          r.options.Origin,
		MetricType:      metrics.MetricTestRun,
		Details:         r.details(),
		FunctionName:    optional(metrics.CleanText(e.Test)),
		ExecutionTimeMS: milliseconds(e.Duration),
		Timestamp:       metrics.At(e.At),
	})
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func milliseconds(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	ms := float64(*d) / float64(time.Millisecond)
	return &ms
}
