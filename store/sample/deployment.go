package sample

import (
	"fmt"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// deploy notes a deployment and the issues that it brought.
func (d *diary) deploy(p *project, t time.Time) {
	d.runs++
	run := fmt.Sprintf("deploy-%06d", d.runs)
	environment := pick(d.r, []string{"production", "production", "staging", "staging", "preview"})
	failing, troubles := 60, 420
	if d.incident(p, t) {
		environment = "production"
		failing, troubles = 500, 950
	}
	status := "succeeded"
	if chance(d.r, failing) {
		status = "failed"
	}
	seconds := between(d.r, 70, 600)
	ms := float64(seconds) * 1000
	d.note(t, &metrics.Performance{
		Origin:     origin(p, "pipeline", run),
		MetricType: metrics.MetricDeployment,
		Details: object(map[string]any{
			"environment": environment, "status": status, "duration": seconds,
		}),
		ExecutionTimeMS: &ms,
		Timestamp:       metrics.At(t),
	})
	for chance(d.r, troubles) {
		d.trouble(p, t, environment, run)
		troubles /= 2
	}
}

// trouble notes an issue that a deployment brought.
func (d *diary) trouble(p *project, t time.Time, environment, run string) {
	at := d.later(t, 3*time.Hour)
	issue := &metrics.Deployment{
		Origin:      origin(p, "pipeline", run),
		Environment: environment,
		Count:       1,
		Timestamp:   metrics.At(at),
	}
	kind := pick(d.r, troubleKinds)
	minutes := int64(between(d.r, 6, 150))
	if d.incident(p, t) {
		kind = trouble{"duplicate_charge", "charges were booked again when a request was repeated"}
		minutes = int64(between(d.r, 240, 1500))
	}
	issue.IssueType, issue.RootCause = &kind.issue, &kind.cause
	if e := d.broken(p, t); e != nil && (d.incident(p, t) || chance(d.r, 700)) {
		issue.Pattern = &e.name
	}
	switch n := d.r.IntN(1000); {
	case n < 60: // still open
	case n < 140: // nobody said what it was
		issue.IssueType = nil
		issue.ResolutionTimeMinutes = &minutes
	default:
		issue.ResolutionTimeMinutes = &minutes
	}
	d.note(at, issue)
}

type trouble struct{ issue, cause string }

var troubleKinds = []trouble{
	{"configuration", "a setting of the new version was missing"},
	{"configuration", "the secret of another environment was used"},
	{"dependency", "the pinned version was withdrawn"},
	{"migration", "a column was dropped before its last reader"},
	{"timeout", "the health check gave up before the caches were warm"},
	{"capacity", "the new version needs more memory than its limit"},
	{"rollback", "error rate rose and the previous version was restored"},
}
