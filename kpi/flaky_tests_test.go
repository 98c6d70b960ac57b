package kpi_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// executed is one execution of a test in a run.
func executed(run, test, outcome string) metrics.Performance {
	return metrics.Performance{
		Origin: metrics.Origin{RunID: &run, Project: ptr("shop")}, MetricType: "test", FunctionName: &test,
		Details: metrics.JSON(`{"outcome":"` + outcome + `"}`), Timestamp: ago(2),
	}
}

// failedIn is the row of a failed test of a run.
func failedIn(run, test string) metrics.TestFailure {
	return metrics.TestFailure{Origin: metrics.Origin{RunID: &run, Project: ptr("shop")}, TestName: test, FailureReason: "want 1", Timestamp: ago(2)}
}

// testHistory is five runs of six tests.
func testHistory() kpi.Data {
	var d kpi.Data
	for i := range 5 {
		run := fmt.Sprint("run-", i)
		d.Performance = append(d.Performance, executed(run, "TestSolid", "passed"), executed(run, "TestSkipped", "skipped"))
		// TestBroken fails in three runs, each failure in both tables.
		outcome := "passed"
		if i < 3 {
			outcome = "failed"
			d.TestFailures = append(d.TestFailures, failedIn(run, "TestBroken"))
		}
		d.Performance = append(d.Performance, executed(run, "TestBroken", outcome))
		// TestFlaky is tried up to three times; once it fails each time.
		d.Performance = append(d.Performance, executed(run, "TestFlaky", "passed"))
		if i < 2 {
			d.Performance = append(d.Performance, executed(run, "TestFlaky", "failed"), executed(run, "TestFlaky", "failed"))
		}
	}
	d.Performance = append(d.Performance, executed("run-5", "TestFlaky", "failed"),
		// The failure of a run may be in the other table only.
		executed("run-0", "TestRetried", "passed"))
	d.TestFailures = append(d.TestFailures, failedIn("run-0", "TestRetried"),
		failedIn("run-7", "TestRetried"), failedIn("run-7", "TestGhost"), failedIn("run-8", "TestGhost"))
	return d
}

func TestFlakyIsToldFromFailing(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := testHistory()
		elsewhere := executed("run-0", "TestSolid", "failed")
		elsewhere.Project, elsewhere.Timestamp = ptr("billing"), ago(30)
		nowhere, odd := executed("run-0", "TestSolid", "failed"), executed("run-0", "TestSolid", "exploded")
		nowhere.RunID = nil
		late, old := executed("run-0", "TestSolid", "failed"), executed("run-0", "TestSolid", "failed")
		late.Timestamp, old.Timestamp = ago(0), ago(30.1)
		other := executed("run-0", "TestSolid", "failed")
		other.MetricType = metrics.MetricExecutionTime
		d.Performance = append(d.Performance, elsewhere, nowhere, odd, late, old, other)
		insert(t, db, d)

		got, err := kpi.FlakyTests(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		assert.Equal(t, kpi.Quality{Rows: 5*4 + 4 + 2 + 7 + 3, Null: 1, Invalid: 1, Future: 1}, got.Quality)

		type record struct {
			kind                                  kpi.TestKind
			runs, failed, flaky, unknown, skipped int64
		}
		records := map[string]record{}
		var order []string
		for _, r := range got.Tests {
			name := r.Test + " of " + *r.Project
			records[name] = record{r.Kind, r.Runs, r.Failed, r.Flaky, r.Unknown, r.Skipped}
			order = append(order, name)
		}
		assert.Equal(t, map[string]record{
			"TestSolid of shop":    {kpi.TestPassing, 5, 0, 0, 0, 0},
			"TestSkipped of shop":  {kpi.TestSkipped, 0, 0, 0, 0, 5},
			"TestBroken of shop":   {kpi.TestFailing, 5, 3, 0, 0, 0},
			"TestFlaky of shop":    {kpi.TestFlaky, 6, 1, 2, 0, 0},
			"TestRetried of shop":  {kpi.TestFlaky, 1, 0, 1, 1, 0},
			"TestGhost of shop":    {kpi.TestUnknown, 0, 0, 0, 2, 0},
			"TestSolid of billing": {kpi.TestFailing, 1, 1, 0, 0, 0},
		}, records)
		assert.Equal(t, []string{"TestRetried of shop", "TestFlaky of shop", "TestBroken of shop", "TestSolid of billing",
			"TestGhost of shop", "TestSolid of shop", "TestSkipped of shop"}, order, "1 of 1 is surer than 2 of 6, 3 of 5 surer than 1 of 1")

		flaky := got.Tests[1]
		bounds, err := kpi.Wilson(2, 6)
		require.NoError(t, err)
		assert.Equal(t, &bounds, flaky.FlakyInterval)
		assert.InDelta(t, 2.0/6, *flaky.FlakyRate, 1e-12)
		assert.InDelta(t, 1.0/6, *flaky.FailureRate, 1e-12)
		assert.Equal(t, ago(2), flaky.FirstSeen)
		assert.Nil(t, got.Tests[4].FailureRate, "of what is unknown there is no rate")

		got, err = kpi.FlakyTests(t.Context(), db, kpi.Query{AsOf: asOf, Project: "billing"})
		require.NoError(t, err)
		require.Len(t, got.Tests, 1)
		assert.Equal(t, ago(30), got.Tests[0].LastSeen, "the window begins then")

		_, err = kpi.FlakyTests(t.Context(), db, kpi.Query{AsOf: asOf, Strict: true})
		assert.ErrorContains(t, err, "kpi: strict: metrics_performance: row ")
	})
}

func TestFlakyIsWithinOneProjectAndRun(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		theirs := executed("7", "TestA", "failed")
		theirs.Project, theirs.OrganizationID = nil, ptr(int64(2))
		mine := executed("7", "TestA", "passed")
		mine.Project = nil
		next := executed("8", "TestA", "failed")
		next.Project, next.Timestamp = nil, metrics.At(mine.Timestamp.Add(time.Hour))
		insert(t, db, kpi.Data{Performance: []metrics.Performance{theirs, mine, next}})

		got, err := kpi.FlakyTests(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		require.Len(t, got.Tests, 2)
		for _, r := range got.Tests {
			assert.Equal(t, kpi.TestFailing, r.Kind)
		}
		assert.Equal(t, int64(2), got.Tests[1].Runs, "runs 7 and 8 of no organization, one of them failed")
		assert.Equal(t, next.Timestamp, got.Tests[1].LastSeen)
	})
}

func ExampleFlakyTests() {
	ctx := context.Background()
	db, remove := exampleDatabase(ctx, func(db *store.DB) error { return fillDatabase(ctx, db, testHistory()) })
	defer remove()

	report, err := kpi.FlakyTests(ctx, db, kpi.Query{AsOf: asOf})
	if err != nil {
		panic(err)
	}
	if err := report.WriteTable(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// Test         Project  Kind     Runs  Failed  Flaky  Unknown      Flaky rate
	// TestRetried  shop     flaky       1       0      1        1  20.7 – 100.0 %
	// TestFlaky    shop     flaky       6       1      2        0    9.7 – 70.0 %
	// TestBroken   shop     failing     5       3      0        0    0.0 – 43.4 %
	// TestGhost    shop     unknown     0       0      0        2               –
	// TestSolid    shop     passing     5       0      0        0    0.0 – 43.4 %
	// TestSkipped  shop     skipped     0       0      0        0               –
}
