package testrun

import (
	"maps"
	"slices"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// execution is the row of a test that was executed.
func (r *Run) execution(e Execution) metrics.Event {
	return &metrics.Performance{
		Origin:          r.origin(e),
		MetricType:      metrics.MetricTest,
		Details:         e.details(),
		FunctionName:    &e.Test,
		ExecutionTimeMS: milliseconds(e.Duration),
		Timestamp:       metrics.At(e.At),
	}
}

// details are those of the row of an execution.
func (e Execution) details() metrics.JSON {
	details := map[string]any{"outcome": e.Outcome}
	if e.Outcome == Skipped && e.Message != "" {
		details["reason"] = e.Message
	}
	if len(e.Patterns) > 0 {
		details["patterns"] = e.Patterns
	}
	if len(details) == 1 { // as usual, and there are many
		return metrics.JSON(`{"outcome":"` + e.Outcome + `"}`)
	}
	return object(details)
}

// failure is the row of a test that failed.
func (r *Run) failure(e Execution) metrics.Event {
	f := &metrics.TestFailure{
		Origin:        r.origin(e),
		TestName:      e.Test,
		FailureReason: e.Message,
		Count:         1,
		Timestamp:     metrics.At(e.At),
	}
	if len(e.Patterns) > 0 {
		f.PatternViolated = &e.Patterns[0]
	}
	return f
}

func (r *Run) origin(e Execution) metrics.Origin {
	o := r.options.Origin
	if e.GenerationKey != "" {
		o.GenerationKey = &e.GenerationKey
	}
	return o
}

// details are those of the run.
func (r *Run) details() metrics.JSON {
	details := map[string]any{
		"passed":  r.counts[Passed],
		"failed":  r.counts[Failed],
		"skipped": r.counts[Skipped],
	}
	if r.patterns.known {
		details["patterns"] = r.patterns.names()
	}
	return object(details)
}

// object is the JSON of counts and texts. One that is too long is left out.
func object(details map[string]any) metrics.JSON {
	j, _ := metrics.NewJSON(details)
	return j
}

// patternSet is what the tests of a run cover.
type patternSet struct {
	known bool // somebody says what tests cover, be it nothing
	set   map[string]bool
}

func (s *patternSet) add(patterns []string) {
	for _, name := range patterns {
		if s.set == nil {
			s.known, s.set = true, map[string]bool{}
		}
		s.set[name] = true
	}
}

// names returns the patterns in alphabetic order, a list even if it is empty.
func (s *patternSet) names() []string {
	return append([]string{}, slices.Sorted(maps.Keys(s.set))...)
}
