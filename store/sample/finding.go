package sample

import (
	"fmt"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// findBug notes a bug that breaks one of the organization's patterns.
func (d *diary) findBug(p *project, t time.Time) {
	e := d.broken(p, t)
	if e == nil {
		return
	}
	file, line := pick(d.r, p.files), int64(between(d.r, 3, 420))
	bug := &metrics.Bug{
		Origin:    origin(p, pick(d.r, []string{"crash-reporter", "crash-reporter", "issue-tracker"}), ""),
		Pattern:   e.name,
		Error:     e.bug,
		Code:      &e.wrong,
		FilePath:  &file,
		Line:      &line,
		Count:     1,
		Timestamp: metrics.At(t),
	}
	if chance(d.r, 250) {
		bug.Count = int64(between(d.r, 2, 9))
	}
	if chance(d.r, 400) {
		trace := fmt.Sprintf("%s:%d in %s\n%s", file, line, pick(d.r, p.functions), e.bug)
		bug.StackTrace = &trace
	}
	d.note(t, bug)
}

// broken picks the pattern that something breaks. During the incident it is
// mostly the one whose absence caused it.
func (d *diary) broken(p *project, t time.Time) *entry {
	if d.incident(p, t) && chance(d.r, 700) {
		for _, e := range p.org.library {
			if e.pattern == &idempotentWrites && e.inUse(t) {
				return e
			}
		}
	}
	return d.current(p.org, t)
}

// review notes a finding of a review. Severe ones become rarer.
func (d *diary) review(p *project, t time.Time) {
	e := d.current(p.org, t)
	if e == nil {
		return
	}
	done := d.progress(t)
	severities := []metrics.Severity{
		metrics.SeverityLow, metrics.SeverityMedium, metrics.SeverityHigh, metrics.SeverityCritical,
	}
	severity := severities[weighted(d.r, []int{480, 380, 130 - 100*done/1000, 32 - 26*done/1000})]
	file, line := pick(d.r, p.files), int64(between(d.r, 1, 400))
	d.note(t, &metrics.CodeReview{
		Origin:     origin(p, pick(d.r, []string{"static-analysis", "static-analysis", "review-bot", "person"}), ""),
		IssueType:  e.issue,
		Pattern:    e.name,
		Severity:   severity,
		FilePath:   &file,
		Line:       &line,
		Suggestion: &e.right,
		Count:      1,
		Timestamp:  metrics.At(t),
	})
}
