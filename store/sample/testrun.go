package sample

import (
	"fmt"
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// test notes a run of a project's tests and the tests that failed in it.
func (d *diary) test(p *project, t time.Time) {
	source := "go-test"
	if p.python {
		source = "pytest"
	}
	d.runs++
	run := fmt.Sprintf("ci-%06d", d.runs)

	risk := 105 - 60*d.progress(t)/1000 // of a test to fail
	if d.incident(p, t) {
		risk *= 2
	}
	var covered []string
	var failures []*metrics.TestFailure
	for _, e := range p.org.library {
		if !e.inUse(t) || len(e.tests) == 0 {
			continue
		}
		covered = append(covered, e.name)
		for _, name := range e.tests {
			risk, reason := risk, e.bug
			if name == testFlaky {
				if p.name != projectLedger {
					continue
				}
				risk, reason = 480, "AssertionError: settled after 5.2 s, expected at most 5 s"
			}
			if chance(d.r, risk) {
				failures = append(failures, &metrics.TestFailure{
					Origin:          origin(p, source, run),
					TestName:        name,
					FailureReason:   reason,
					PatternViolated: &e.name,
					CodeSnippet:     &e.wrong,
					Count:           1,
				})
			}
		}
	}
	slices.Sort(covered)

	total := 90 + 2*p.share/10 + 40*d.progress(t)/1000
	skipped := between(d.r, 0, 6)
	took := float64(total*between(d.r, 90, 160)) / 4
	d.note(t, &metrics.Performance{
		Origin:     origin(p, source, run),
		MetricType: metrics.MetricTestRun,
		Details: object(map[string]any{
			"passed": total - skipped - len(failures), "failed": len(failures), "skipped": skipped,
			"patterns": covered,
		}),
		ExecutionTimeMS: &took,
		Timestamp:       metrics.At(t),
	})
	for _, failure := range failures {
		at := d.later(t, 4*time.Minute)
		failure.Timestamp = metrics.At(at)
		d.note(at, failure)
	}
}
