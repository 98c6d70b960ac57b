package kpi

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

const (
	performanceTable = "metrics_performance"
	failureTable     = "metrics_test_failures"
)

// run identifies a run of tests. Different projects number theirs alike.
type run struct {
	organization sql.NullInt64
	project, id  sql.NullString
}

// testFacts is what the KPIs need to know about the tests of one period.
type testFacts struct {
	rows     int64 // test runs
	null     int64 // without passed or failed
	bad      int64 // with something that is no non-negative integer
	executed int64
	failed   int64
	skipped  int64
	red      int64 // runs with failures
	failures int64 // Σ count of failure rows

	failedOf   map[run]int64 // by run, as the run says
	failuresOf map[run]int64 // by run, as the failure rows say
}

func newTestFacts() testFacts {
	return testFacts{failedOf: map[run]int64{}, failuresOf: map[run]int64{}}
}

// mapless are the test runs that say nothing about patterns, of whatever time.
type mapless struct{ without, unreadable int64 }

// ownName is a name within an organization, or of whoever has it when the
// event says no organization.
type ownName struct {
	organization sql.NullInt64
	name         string
}

// readTestRuns adds the test runs of a database: all of them, because each may
// say which patterns its tests cover.
func (f *facts) readTestRuns(ctx context.Context, db bun.IDB) error {
	rows, err := f.scope(db.NewSelect().TableExpr(performanceTable)).
		ColumnExpr("id, timestamp, organization_id, project, run_id, details").
		Where("metric_type = ?", metrics.MetricTestRun).
		Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

	for rows.Next() {
		var id int64
		var at metrics.Time
		var of run
		var details sql.RawBytes
		if err := rows.Scan(&id, &at, &of.organization, &of.project, &of.id, &details); err != nil {
			return err
		}
		f.addTestRun(id, at, of, details)
	}
	return rows.Err()
}

// testRun is the details of a test run.
type testRun struct {
	Passed   *int64   `json:"passed"`
	Failed   *int64   `json:"failed"`
	Skipped  *int64   `json:"skipped"`
	Patterns []string `json:"patterns"`
}

func (f *facts) addTestRun(id int64, at metrics.Time, of run, details []byte) {
	var d testRun
	var err error
	if len(details) > 0 {
		err = json.Unmarshal(details, &d)
	}
	if at.Before(f.AsOf) {
		switch {
		case err != nil:
			f.mapless.unreadable++
		case d.Patterns == nil:
			f.mapless.without++
		default:
			f.mapped = true
			for _, name := range d.Patterns {
				f.covered[ownName{of.organization, name}] = true
			}
		}
	}
	when, ok := f.periodOf(at.Time)
	if !ok {
		return
	}
	in := &f.tests[when]
	in.rows++
	switch {
	case err != nil, negative(d.Passed), negative(d.Failed), negative(d.Skipped):
		in.bad++
		f.refuse(performanceTable, id, "details of a test run need passed, failed and skipped as counts")
		return
	case d.Passed == nil || d.Failed == nil:
		in.null++
		return
	}
	in.executed += *d.Passed + *d.Failed
	in.failed += *d.Failed
	if d.Skipped != nil {
		in.skipped += *d.Skipped
	}
	if *d.Failed > 0 {
		in.red++
	}
	if of.id.Valid {
		in.failedOf[of] += *d.Failed
	}
}

func negative(n *int64) bool { return n != nil && *n < 0 }

// readFailures adds the test failures of a database.
func (f *facts) readFailures(ctx context.Context, db bun.IDB) error {
	var counts []struct {
		Period       period
		Organization sql.NullInt64
		Project      sql.NullString
		RunID        sql.NullString
		N            int64
	}
	err := f.selectPeriod(f.scope(db.NewSelect().TableExpr(failureTable)), "timestamp").
		ColumnExpr("organization_id AS organization, project, run_id").
		ColumnExpr("CAST(SUM(COALESCE(count, 1)) AS BIGINT) AS n").
		GroupExpr("period, organization_id, project, run_id").
		Scan(ctx, &counts)
	if err != nil {
		return err
	}
	for _, c := range counts {
		f.addFailures(c.Period, run{c.Organization, c.Project, c.RunID}, c.N)
	}
	return f.readViolated(ctx, db)
}

func (f *facts) addFailures(when period, of run, n int64) {
	in := &f.tests[when]
	in.failures += n
	if of.id.Valid {
		in.failuresOf[of] += n
	}
}

// readViolated adds the patterns that a failed test proved to be tested.
func (f *facts) readViolated(ctx context.Context, db bun.IDB) error {
	var names []struct {
		Organization sql.NullInt64
		Name         string
	}
	err := f.scope(db.NewSelect().TableExpr(failureTable)).
		ColumnExpr("DISTINCT organization_id AS organization, pattern_violated AS name").
		Where("pattern_violated IS NOT NULL").
		Where("timestamp < ?", f.AsOf).
		Scan(ctx, &names)
	for _, n := range names {
		f.violated[ownName{n.Organization, n.Name}] = true
	}
	return err
}

// TestRuns is what test_failure_rate says beyond the rate.
type TestRuns struct {
	Runs       int64    `json:"runs"`
	RedRuns    int64    `json:"red_runs"`   // with at least one failure
	Executions int64    `json:"executions"` // of single tests, without the skipped
	Skipped    int64    `json:"skipped"`    // tests
	Failures   int64    `json:"failures"`   // as the failure rows say; evidence, not the numerator
	Impossible []string `json:"impossible"` // ids of runs with more failure rows than failures
}

func (*TestRuns) detail() {}

// testFailureRate is Σ failed / Σ (passed + failed) over test runs.
func (f *facts) testFailureRate(when period) Result {
	in := &f.tests[when]
	r := f.rolling(TestFailureRate, when)
	r.Quality = Quality{Rows: in.rows, Null: in.null, Invalid: in.bad, Future: f.tests[future].rows}
	detail := &TestRuns{
		Runs: in.rows, RedRuns: in.red, Executions: in.executed, Skipped: in.skipped,
		Failures: in.failures, Impossible: f.impossibleRuns(in),
	}
	r.Detail = detail
	r.Quality.Contradictory = int64(len(detail.Impossible))
	switch {
	case in.rows == 0:
		r.undefined(Unavailable, ReasonNoTestRuns)
	case in.rows == in.null+in.bad:
		r.undefined(NoData, ReasonNoValues)
	case len(detail.Impossible) > 0 || in.failures > in.executed:
		r.undefined(InvalidData, ReasonMoreFailures)
	case in.executed == 0:
		r.undefined(NoData, ReasonNoExecutions)
	default:
		r.proportion(in.failed, in.executed)
	}
	return r
}

// runsWithFailures is the share of test runs in which a test failed.
func (f *facts) runsWithFailures(when period) Result {
	in := &f.tests[when]
	r := f.rolling(RunsWithFailures, when)
	r.Unit = UnitRatio
	r.Quality = Quality{Rows: in.rows, Null: in.null, Invalid: in.bad, Future: f.tests[future].rows}
	switch runs := in.rows - in.null - in.bad; {
	case in.rows == 0:
		r.undefined(Unavailable, ReasonNoTestRuns)
	case runs == 0:
		r.undefined(NoData, ReasonNoValues)
	default:
		r.inform(in.red, runs)
		i := wilson(in.red, runs)
		r.Interval = &i
	}
	return r
}

// impossibleRuns returns the ids of the runs of a period that have more
// failure rows than they say failed.
func (f *facts) impossibleRuns(in *testFacts) []string {
	ids := map[string]bool{}
	for of, failed := range in.failedOf {
		var rows int64
		for i := range f.tests { // a run may straddle two periods
			rows += f.tests[i].failuresOf[of]
		}
		if rows > failed {
			ids[of.id.String] = true
		}
	}
	return append([]string{}, slices.Sorted(maps.Keys(ids))...)
}
