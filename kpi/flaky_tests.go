package kpi

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Outcomes that a test may have.
const (
	testPassed  = "passed"
	testFailed  = "failed"
	testSkipped = "skipped"
)

// Flakiness tells the tests that fail from those that cannot decide.
type Flakiness struct {
	Window  Window       `json:"window"`
	Quality Quality      `json:"quality"` // Null: rows that name no run or no test
	Tests   []TestRecord `json:"tests"`   // flakiest first, then those that fail most
}

// TestRecord is how one test of one project did, run by run.
type TestRecord struct {
	Test           string   `json:"test"`
	Project        *string  `json:"project"`
	OrganizationID *int64   `json:"organization_id"`
	Kind           TestKind `json:"kind"`

	// Runs are those in which the test came to an end: it failed in Failed of
	// them, both passed and failed in Flaky, and passed in the others.
	Runs   int64 `json:"runs"`
	Failed int64 `json:"failed"`
	Flaky  int64 `json:"flaky"`

	// Unknown are runs of which a failure is known but not what else the test
	// did: it may have passed when it was tried again. They are no Runs, and
	// neither are those that skipped it.
	Unknown int64 `json:"unknown"`
	Skipped int64 `json:"skipped"`

	// The shares of Runs, with their Wilson intervals; absent without any.
	FailureRate     *float64  `json:"failure_rate"`
	FailureInterval *Interval `json:"failure_interval"`
	FlakyRate       *float64  `json:"flaky_rate"`
	FlakyInterval   *Interval `json:"flaky_interval"`

	FirstSeen metrics.Time `json:"first_seen"`
	LastSeen  metrics.Time `json:"last_seen"`
}

// TestKind is what to make of a test.
type TestKind string

// The kinds. A test that was flaky in one run and failed in another is flaky.
const (
	TestFlaky   TestKind = "flaky"
	TestFailing TestKind = "failing"
	TestPassing TestKind = "passing"
	TestUnknown TestKind = "unknown" // no run says more than that it failed
	TestSkipped TestKind = "skipped" // no run executed it
)

// WriteTable writes the tests for a terminal, at most 100 columns wide.
func (f Flakiness) WriteTable(w io.Writer) error {
	rows := [][]string{{"Test", "Project", "Kind", "Runs", "Failed", "Flaky", "Unknown", "Flaky rate"}}
	for _, t := range f.Tests {
		rows = append(rows, []string{
			nameCell(&t.Test, nameWidth), nameCell(t.Project, 12), string(t.Kind), countCell(t.Runs), countCell(t.Failed), countCell(t.Flaky),
			countCell(t.Unknown), rangeCell(t.FlakyInterval),
		})
	}
	return writeCells(w, 3, rows)
}

// FlakyTests reports on every test with a row in the rolling window of the
// query. Flaky is a test that passed and failed in one run, that is under one
// run_id: on the same code. One that fails in one run and passes in the next
// may have been mended, so that alone says nothing.
//
// Whether a test passed is known from the performance rows of type "test" only;
// rows of metrics_test_failures add failures. A run of which a test has no
// such performance row is unknown for that test. A run that straddles the
// window shows what lies within.
func FlakyTests(ctx context.Context, db bun.IDB, q Query) (Flakiness, error) {
	p, err := q.plan()
	if err != nil {
		return Flakiness{}, err
	}
	r := testReader{facts: newFacts(p)}
	r.found.Window = p.window
	for _, part := range []reader{{"quality", r.readQuality}, {"tests", r.readTests}} {
		if err := part.read(ctx, db); err != nil {
			return Flakiness{}, fmt.Errorf("kpi: flaky tests: %s: %w", part.what, err)
		}
	}
	return r.found, r.strictly()
}

// testReader makes a report on tests.
type testReader struct {
	*facts
	found Flakiness
}

// outcomes is what both tables say of tests since the window began, one row
// for each outcome.
func (r *testReader) outcomes(db bun.IDB) *bun.SelectQuery {
	executed := r.scope(db.NewSelect().TableExpr(performanceTable)).
		ColumnExpr("id, organization_id, project, run_id, function_name AS test, timestamp, 1 AS known").
		ColumnExpr("CASE WHEN details ->> 'outcome' = ? THEN 1 ELSE 0 END AS passed", testPassed).
		ColumnExpr("CASE WHEN details ->> 'outcome' = ? THEN 1 ELSE 0 END AS failed", testFailed).
		ColumnExpr("CASE WHEN details ->> 'outcome' = ? THEN 1 ELSE 0 END AS skipped", testSkipped).
		Where("metric_type = ?", metrics.MetricTest).
		Where("timestamp >= ?", r.window.Start)
	failed := r.scope(db.NewSelect().TableExpr(failureTable)).
		ColumnExpr("id, organization_id, project, run_id, test_name AS test, timestamp, 0 AS known").
		ColumnExpr("0 AS passed, 1 AS failed, 0 AS skipped").
		Where("timestamp >= ?", r.window.Start)
	return db.NewSelect().TableExpr("(? UNION ALL ?) AS outcomes", executed, failed)
}

// readQuality counts the rows and those that cannot be used.
func (r *testReader) readQuality(ctx context.Context, db bun.IDB) error {
	var counts struct {
		Total, Nameless, Invalid int64
		FirstInvalid             sql.NullInt64
	}
	err := r.outcomes(db).
		ColumnExpr("COUNT(*) AS total").
		ColumnExpr("COUNT(CASE WHEN run_id IS NULL OR test IS NULL THEN 1 END) AS nameless").
		ColumnExpr("COUNT(CASE WHEN run_id IS NOT NULL AND test IS NOT NULL AND passed + failed + skipped = 0 THEN 1 END) AS invalid").
		ColumnExpr("MIN(CASE WHEN passed + failed + skipped = 0 THEN id END) AS first_invalid").
		Where("timestamp < ?", r.window.End).
		Scan(ctx, &counts)
	if err != nil {
		return err
	}
	r.found.Quality = Quality{Rows: counts.Total, Null: counts.Nameless, Invalid: counts.Invalid}
	if counts.FirstInvalid.Valid {
		r.refuse(performanceTable, counts.FirstInvalid.Int64, "details of a test need an outcome: passed, failed or skipped")
	}
	r.found.Quality.Future, err = r.outcomes(db).Where("timestamp >= ?", r.window.End).Count(ctx)
	return err
}

// readTests counts the runs of each test. A run is one row before runs are
// counted, however often the test was tried in it.
func (r *testReader) readTests(ctx context.Context, db bun.IDB) error {
	runs := r.outcomes(db).
		ColumnExpr("organization_id, project, test").
		ColumnExpr("MAX(known) AS known, MAX(passed) AS passed, MAX(failed) AS failed").
		ColumnExpr("MIN(timestamp) AS first_seen, MAX(timestamp) AS last_seen").
		Where("run_id IS NOT NULL").
		Where("test IS NOT NULL").
		Where("passed + failed + skipped > 0").
		Where("timestamp < ?", r.window.End).
		GroupExpr("organization_id, project, test, run_id")
	var tests []struct {
		OrganizationID sql.NullInt64
		Project        sql.NullString
		Test           string

		Passed, Failed, Flaky, Unknown, Skipped int64
		FirstSeen, LastSeen                     metrics.Time
	}
	err := db.NewSelect().TableExpr("(?) AS runs", runs).
		ColumnExpr("organization_id, project, test").
		ColumnExpr("COUNT(CASE WHEN known = 1 AND passed = 1 AND failed = 0 THEN 1 END) AS passed").
		ColumnExpr("COUNT(CASE WHEN known = 1 AND passed = 0 AND failed = 1 THEN 1 END) AS failed").
		ColumnExpr("COUNT(CASE WHEN known = 1 AND passed = 1 AND failed = 1 THEN 1 END) AS flaky").
		ColumnExpr("COUNT(CASE WHEN known = 1 AND passed = 0 AND failed = 0 THEN 1 END) AS skipped").
		ColumnExpr("COUNT(CASE WHEN known = 0 THEN 1 END) AS unknown").
		ColumnExpr("MIN(first_seen) AS first_seen, MAX(last_seen) AS last_seen").
		GroupExpr("organization_id, project, test").
		Scan(ctx, &tests)
	r.found.Tests = make([]TestRecord, 0, len(tests))
	for _, t := range tests {
		record := TestRecord{
			Test: t.Test, Project: optional(t.Project),
			Runs: t.Passed + t.Failed + t.Flaky, Failed: t.Failed, Flaky: t.Flaky,
			Unknown: t.Unknown, Skipped: t.Skipped, FirstSeen: t.FirstSeen, LastSeen: t.LastSeen,
		}
		if t.OrganizationID.Valid {
			record.OrganizationID = &t.OrganizationID.Int64
		}
		record.Kind = record.kind()
		if n := record.Runs; n > 0 {
			failure, flaky := share(t.Failed, n), share(t.Flaky, n)
			failures, flakes := wilson(t.Failed, n), wilson(t.Flaky, n)
			record.FailureRate, record.FailureInterval = &failure, &failures
			record.FlakyRate, record.FlakyInterval = &flaky, &flakes
		}
		r.found.Tests = append(r.found.Tests, record)
	}
	slices.SortFunc(r.found.Tests, func(a, b TestRecord) int {
		return cmp.Or(
			cmp.Compare(b.FlakyInterval.lower(), a.FlakyInterval.lower()),
			cmp.Compare(b.FailureInterval.lower(), a.FailureInterval.lower()),
			cmp.Compare(b.Unknown, a.Unknown), cmp.Compare(b.Runs, a.Runs),
			cmp.Compare(a.Test, b.Test), absentLast(a.Project, b.Project), absentLast(a.OrganizationID, b.OrganizationID))
	})
	return err
}

func (t TestRecord) kind() TestKind {
	switch {
	case t.Flaky > 0:
		return TestFlaky
	case t.Failed > 0:
		return TestFailing
	case t.Runs > 0:
		return TestPassing
	case t.Unknown > 0:
		return TestUnknown
	default:
		return TestSkipped
	}
}

// lower is the lower end, 0 of none.
func (i *Interval) lower() float64 {
	if i == nil {
		return 0
	}
	return i.Lower
}
