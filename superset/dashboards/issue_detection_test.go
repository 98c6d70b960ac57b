package dashboards_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

// detection is what the page should know of a bug, failed test, review issue or
// deployment issue.
type detection struct {
	kind, pattern, category, severity, test, project string
	at                                               time.Time
}

// seedDetections stores n of them over the 120 days before now, always the same,
// with whatever may be unknown, and returns them.
func seedDetections(t *testing.T, db *store.DB, l *library, n int) []detection {
	t.Helper()

	random := rand.New(rand.NewPCG(3, 4))
	var events []metrics.Event
	var found []detection
	for i := range n {
		at := metrics.At(now.Add(-time.Duration(random.Float64() * 120 * float64(24*time.Hour))))
		origin := metrics.Origin{
			OrganizationID: &l.organizations[random.IntN(2)].ID,
			Project:        pick(random, "checkout", "mobile-backend", "data-pipeline"), Source: pick(random, "ci", "tracker"),
		}
		if random.IntN(8) == 0 {
			origin = metrics.Origin{}
		}
		pattern := pick(random, append(patterns, "not-in-the-library")...)
		d := detection{
			pattern: *pattern, category: none, severity: none, test: "NULL", project: textOf(origin.Project), at: at.Time,
		}
		if head := l.head(origin.OrganizationID, *pattern); head != nil {
			d.category = textOf(head.Category)
			d.severity = textOf((*string)(head.Severity))
		}
		switch random.IntN(5) {
		case 0, 1:
			d.kind = "Bug"
			events = append(events, &metrics.Bug{
				Origin: origin, Pattern: *pattern, Error: fmt.Sprint("error ", i), Count: int64(1 + random.IntN(3)), Timestamp: at,
			})
		case 2:
			d.kind, d.test = "Test failure", fmt.Sprint("test_", random.IntN(9))
			f := &metrics.TestFailure{
				Origin: origin, TestName: d.test, FailureReason: fmt.Sprint("reason ", i), PatternViolated: pattern, Timestamp: at,
			}
			if random.IntN(6) == 0 {
				f.PatternViolated = nil
				d.pattern, d.category, d.severity = none, none, none
			}
			events = append(events, f)
		case 3:
			severity := []metrics.Severity{
				metrics.SeverityLow, metrics.SeverityLow, metrics.SeverityMedium, metrics.SeverityHigh, metrics.SeverityCritical,
			}[random.IntN(5)]
			d.kind, d.severity = "Review issue", string(severity)
			events = append(events, &metrics.CodeReview{
				Origin: origin, IssueType: fmt.Sprint("issue ", i), Pattern: *pattern, Severity: severity, Timestamp: at,
			})
		case 4:
			d.kind = "Deployment issue"
			events = append(events, &metrics.Deployment{
				Origin: origin, Pattern: pattern, Environment: "production", RootCause: new(fmt.Sprint("cause ", i)), Timestamp: at,
			})
		}
		found = append(found, d)
	}
	receipt, err := db.Insert(t.Context(), events)
	require.NoError(t, err)
	require.EqualValues(t, n, receipt.Total().Stored)
	return found
}

// Each chart of the page shows what the rows say, computed here a second time:
// as it opens, and with each filter set.
func TestIssueDetectionShowsWhatTheRowsSay(t *testing.T) {
	t.Parallel()

	filters := map[string]struct {
		set  []superset.Condition
		keep func(detection) bool
	}{
		"no filter": {nil, func(detection) bool { return true }},
		"projects": {
			[]superset.Condition{superset.OneOf("project", "checkout", none)},
			func(d detection) bool { return d.project == "checkout" || d.project == none },
		},
		"severities": {
			[]superset.Condition{superset.OneOf("severity", "high", "critical")},
			func(d detection) bool { return d.severity == "high" || d.severity == "critical" },
		},
		"patterns": {
			[]superset.Condition{superset.OneOf("pattern", "guard-clause", "batch-insert", "not-in-the-library")},
			func(d detection) bool {
				return slices.Contains([]string{"guard-clause", "batch-insert", "not-in-the-library"}, d.pattern)
			},
		},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rows := seedDetections(t, db, seedLibrary(t, db), 2000)
		for stage := range stages(t, db) {
			for name, filter := range filters {
				t.Run(stage+", "+name, func(t *testing.T) {
					var kept []detection
					for _, d := range rows {
						if twelveWeeks.contains(d.at) && filter.keep(d) {
							kept = append(kept, d)
						}
					}
					require.NotEmpty(t, kept)
					assertCharts(t, db, dashboards.IssueDetection(), issueDetectionRows(kept), filter.set...)
				})
			}
		}
	})
}

// issueDetectionRows is what each query of each chart has to find, by slug.
func issueDetectionRows(rows []detection) map[string][][][]string {
	week := func(d detection) string { return weekOf(d.at).Format(time.DateTime) }
	day := func(d detection) string { return weekOf(d.at).Format(time.DateOnly) }
	kind := func(k string) func(detection) bool { return func(d detection) bool { return d.kind == k } }
	ofKind := func(k string) []detection {
		return slices.DeleteFunc(slices.Clone(rows), func(d detection) bool { return d.kind != k })
	}
	severe := func(s string) func([]detection) string {
		return counting(func(d detection) bool { return d.kind == "Review issue" && d.severity == s })
	}
	bugs, failures := counting(kind("Bug")), counting(kind("Test failure"))
	reviews, deployments := counting(kind("Review issue")), counting(kind("Deployment issue"))
	return map[string][][][]string{
		"detected-bugs":              {tally(rows, week, bugs)},
		"detected-test-failures":     {tally(rows, week, failures)},
		"detected-review-issues":     {tally(rows, week, reviews)},
		"detected-deployment-issues": {tally(rows, week, deployments)},
		"detection-timeline":         {tally(rows, day, bugs, failures, reviews, deployments)},
		"severity-breakdown":         {tally(rows, day, severe("critical"), severe("high"), severe("medium"), severe("low"))},
		"bug-patterns":               {tally(ofKind("Bug"), func(d detection) string { return d.category + "|" + d.pattern }, bugs)},
		"test-failure-patterns":      {widest(15, tally(ofKind("Test failure"), func(d detection) string { return d.pattern + "|" + d.test }, failures))},
	}
}

// assertCharts runs each query of each chart of the page and compares. Charts
// that the page's time filter leaves alone see all times.
func assertCharts(t *testing.T, db *store.DB, page superset.Dashboard, want map[string][][][]string, filters ...superset.Condition) {
	t.Helper()

	charts := page.Charts()
	require.Len(t, charts, len(want))
	for _, chart := range charts {
		about, queries := chart.About(), chart.Queries()
		require.Len(t, queries, len(want[about.Slug]), about.Slug)
		shown := twelveWeeks
		for _, f := range page.Filters {
			if f, ok := f.(superset.TimeRange); ok && slices.Contains(f.Exclude, about.Slug) {
				shown = period{now.AddDate(-10, 0, 0), now.AddDate(10, 0, 0)}
			}
		}
		for i, q := range queries {
			got := run(t, db, about, q, shown, filters...)
			assert.ElementsMatch(t, want[about.Slug][i], got, "%s, query %d", about.Slug, i+1)
		}
	}
}

// widest keeps the n rows with the largest number at their end; of equal ones
// the first in the order of the alphabet.
func widest(n int, rows [][]string) [][]string {
	size := func(row []string) float64 {
		f, _ := strconv.ParseFloat(row[len(row)-1], 64)
		return f
	}
	slices.SortFunc(rows, func(a, b []string) int {
		return cmp.Or(cmp.Compare(size(b), size(a)), slices.Compare(a, b))
	})
	return rows[:min(n, len(rows))]
}
