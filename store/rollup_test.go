package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/sample"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// someEvents makes events of all kinds in three weeks, with unknown values and
// many that are alike.
func someEvents(random *rand.Rand, n int) []metrics.Event {
	maybe := func(names ...string) *string {
		if i := random.IntN(len(names) + 1); i < len(names) {
			return &names[i]
		}
		return nil
	}
	unless := func(one int) bool { return random.IntN(one) > 0 }
	var events []metrics.Event
	for i := range n {
		at := metrics.At(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(int64(21 * 24 * time.Hour)))))
		origin := metrics.Origin{Project: maybe("shop", "(none)"), Source: maybe("agent", "editor", metrics.SourcePlanFile), RunID: new(fmt.Sprint(i))}
		if unless(3) {
			origin.OrganizationID = new(int64(1))
		}
		pattern := []string{"guard", "retry", `it's "x"`}[random.IntN(3)]
		switch random.IntN(8) {
		case 0:
			events = append(events, &metrics.Bug{Origin: origin, Pattern: pattern, Error: "e", Count: 1 + random.Int64N(3), Timestamp: at})
		case 1:
			events = append(events, &metrics.TestFailure{
				Origin: origin, TestName: fmt.Sprint("Test", random.IntN(4)), FailureReason: "r", PatternViolated: maybe("guard", "retry"), Count: 1, Timestamp: at,
			})
		case 2:
			events = append(events, &metrics.CodeReview{Origin: origin, IssueType: "style", Pattern: pattern, Severity: metrics.SeverityHigh, Count: 1, Timestamp: at})
		case 3:
			events = append(events, &metrics.Deployment{
				Origin: origin, IssueType: maybe("timeout"), Pattern: maybe("guard"), Environment: "production", Count: 1, Timestamp: at,
			})
		case 4:
			p := &metrics.Performance{Origin: origin, MetricType: "execution_time", FunctionName: maybe("f", "g"), Timestamp: at}
			if unless(3) {
				p.ExecutionTimeMS, p.MemoryUsageBytes, p.FileSizeBytes = new(float64(random.IntN(100))), new(random.Int64N(1<<40)), new(random.Int64N(9000))
			}
			events = append(events, p)
		default:
			g := &metrics.CodeGeneration{Origin: origin, Prompt: fmt.Sprint("prompt ", i), CompilationError: maybe("TypeError: x", " ", "undefined: y"), Timestamp: at}
			if unless(5) {
				g.Success = new(random.IntN(3) > 0)
			}
			if unless(5) {
				g.Confidence = new(float64(random.IntN(1001)) / 1000)
			}
			if unless(5) {
				g.PatternsApplied = metrics.Names{}
				for range random.IntN(9) {
					g.PatternsApplied = append(g.PatternsApplied, []string{"guard", "retry", "cache"}[random.IntN(3)])
				}
			}
			events = append(events, g)
		}
	}
	return events
}

// someSavings makes entries of time saved in the same weeks, with unknown values
// and many that are alike, by the people and patterns of withOrganization.
func someSavings(random *rand.Rand, n int) []api.Metric {
	var savings []api.Metric
	for range n {
		m := api.Metric{
			OrganizationID: 1, MetricType: "time_saved", MetricData: metrics.JSON(`{}`),
			CreatedAt: metrics.At(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(int64(21 * 24 * time.Hour))))),
		}
		if random.IntN(5) > 0 {
			m.UserID = new(1 + random.Int64N(2))
		}
		if random.IntN(3) > 0 {
			m.TimeSavedSeconds = new(random.Int64N(5000) - 500)
		}
		if random.IntN(5) > 0 {
			m.PatternID = new(1 + random.Int64N(3))
		}
		savings = append(savings, m)
	}
	return savings
}

// save stores entries of time saved and returns how many.
func save(ctx context.Context, db *store.DB, savings []api.Metric) (int, error) {
	return len(savings), db.Write(ctx, func(ctx context.Context, tx bun.Tx) error {
		for i := range savings {
			savings[i].ID = 0 // should it be tried again
		}
		_, err := tx.NewInsert().Model(&savings).Exec(ctx)
		return err
	})
}

// sums are what the views by day say, and in words of the views by row.
var sums = map[string][2]string{
	"generations": {
		`SELECT timestamp, organization, project, source, pattern, whole, SUM(generated), SUM(known), SUM(succeeded), SUM(confidence_known),
			ROUND(CAST(SUM(confidence_sum) * 1000 AS NUMERIC)), SUM(confident), SUM(counted), SUM(patterns_sum), SUM(in_range), SUM(errors)
			FROM v_generation_days GROUP BY 1, 2, 3, 4, 5, 6`,
		`SELECT day, organization, project, source, pattern, whole, COUNT(*), COUNT(success_num), SUM(CASE WHEN success_num = 1 THEN 1 ELSE 0 END),
			COUNT(confidence), ROUND(CAST(SUM(COALESCE(confidence, 0)) * 1000 AS NUMERIC)), SUM(CASE WHEN confidence >= 0.75 THEN 1 ELSE 0 END),
			COUNT(patterns_count), SUM(COALESCE(patterns_count, 0)), SUM(CASE WHEN patterns_count BETWEEN 2 AND 5 THEN 1 ELSE 0 END),
			SUM(CASE WHEN has_error = 1 THEN 1 ELSE 0 END)
			FROM (SELECT *, ? AS day FROM v_generations) AS g GROUP BY 1, 2, 3, 4, 5, 6`,
	},
	"numbers of patterns": {
		`SELECT timestamp, project, pattern, whole, patterns_bucket, SUM(generated), SUM(succeeded) FROM v_generation_loads GROUP BY 1, 2, 3, 4, 5`,
		`SELECT day, project, pattern, whole, patterns_bucket, COUNT(*), SUM(CASE WHEN success_num = 1 THEN 1 ELSE 0 END)
			FROM (SELECT *, ? AS day FROM v_generations) AS g WHERE patterns_bucket IS NOT NULL AND success_num IS NOT NULL GROUP BY 1, 2, 3, 4, 5`,
	},
	"tenths of confidence": {
		`SELECT timestamp, source, pattern, whole, confidence_bin, SUM(generated), SUM(succeeded) FROM v_generation_confidence GROUP BY 1, 2, 3, 4, 5`,
		`SELECT day, source, pattern, whole, confidence_bin, COUNT(*), SUM(CASE WHEN success_num = 1 THEN 1 ELSE 0 END)
			FROM (SELECT *, ? AS day FROM v_generations) AS g WHERE confidence_bin IS NOT NULL AND success_num IS NOT NULL GROUP BY 1, 2, 3, 4, 5`,
	},
	"errors": {
		`SELECT timestamp, organization, pattern, whole, error_type, SUM(generated), SUM(errors) FROM v_generation_errors GROUP BY 1, 2, 3, 4, 5`,
		`SELECT day, organization, pattern, whole, error_type, COUNT(*), COUNT(*)
			FROM (SELECT *, ? AS day FROM v_generations) AS g WHERE error_type IS NOT NULL GROUP BY 1, 2, 3, 4, 5`,
	},
	"detections": {
		`SELECT timestamp, week, week_label, kind, organization, project, pattern, category, severity, test_name,
			SUM(found), SUM(occurrences) FROM v_detection_days GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`,
		`SELECT day, week, week_label, kind, organization, project, pattern, category, severity, test_name,
			COUNT(*), SUM(occurrences) FROM (SELECT *, ? AS day FROM v_detections) AS d GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10`,
	},
	"detections by pattern": {
		`SELECT timestamp, kind, pattern, SUM(found) FROM v_pattern_facts WHERE found IS NOT NULL GROUP BY 1, 2, 3`,
		`SELECT day, kind, pattern, COUNT(*) FROM (SELECT *, ? AS day FROM v_detections) AS d WHERE pattern <> '(none)' GROUP BY 1, 2, 3`,
	},
	"savings": {
		`SELECT timestamp, pattern, user_id, SUM(seconds_saved) FROM v_pattern_facts WHERE kind = 'Saving' GROUP BY 1, 2, 3`,
		`SELECT day, name, user_id, SUM(time_saved_seconds) FROM (
			SELECT *, ? AS day FROM (
				SELECT m.created_at AS timestamp, p.name, m.user_id, m.time_saved_seconds FROM metrics AS m JOIN patterns AS p ON p.id = m.pattern_id
			) AS s
		) AS d GROUP BY 1, 2, 3`,
	},
	"people by pattern": {
		`SELECT pattern, SUM(seconds_saved), COUNT(DISTINCT user_id) FROM v_pattern_facts
			WHERE kind = 'Saving' AND timestamp >= '2026-03-05 00:00:00.000000' AND timestamp < '2026-03-19 00:00:00.000000' GROUP BY 1`,
		`SELECT name, SUM(time_saved_seconds), COUNT(DISTINCT user_id) FROM (
			SELECT p.name, m.user_id, m.time_saved_seconds FROM metrics AS m JOIN patterns AS p ON p.id = m.pattern_id
			WHERE m.created_at >= '2026-03-05 00:00:00.000000' AND m.created_at < '2026-03-19 00:00:00.000000'
		) AS s GROUP BY 1`,
	},
	"measurements": {
		`SELECT timestamp, metric_type, organization, project, source, function_name, SUM(measured), SUM(timed), CAST(SUM(ms_sum) AS BIGINT),
			SUM(weighed), CAST(SUM(memory_sum) AS BIGINT), SUM(sized), CAST(SUM(file_sum) AS BIGINT) FROM v_performance_days GROUP BY 1, 2, 3, 4, 5, 6`,
		`SELECT day, metric_type, organization, project, source, function_name, COUNT(*), COUNT(execution_time_ms), CAST(COALESCE(SUM(execution_time_ms), 0) AS BIGINT),
			COUNT(memory_usage_bytes), CAST(COALESCE(SUM(memory_usage_bytes), 0) AS BIGINT), COUNT(file_size_bytes), CAST(COALESCE(SUM(file_size_bytes), 0) AS BIGINT)
			FROM (SELECT *, ? AS day FROM v_performance) AS p GROUP BY 1, 2, 3, 4, 5, 6`,
	},
}

// rowsOf returns the rows of a query as texts.
func rowsOf(t *testing.T, db *store.DB, query string, args ...any) []string {
	t.Helper()

	found, err := db.QueryContext(t.Context(), query, args...)
	require.NoError(t, err)
	defer found.Close()
	columns, err := found.Columns()
	require.NoError(t, err)
	var rows []string
	for found.Next() {
		cells := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		require.NoError(t, found.Scan(into...))
		rows = append(rows, fmt.Sprint(cells))
	}
	require.NoError(t, found.Err())
	return rows
}

// withOrganization stores an organization with two people and two patterns, one
// of them in two versions.
func withOrganization(t *testing.T, db *store.DB) {
	t.Helper()

	_, err := db.ExecContext(t.Context(), `INSERT INTO organizations (id, name, slug, subscription_tier, created_at, updated_at)
		VALUES (1, 'Halcyon', 'halcyon', 'free', '2026-01-01 00:00:00.000000', '2026-01-01 00:00:00.000000')`)
	require.NoError(t, err)
	at := metrics.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	var users []api.User
	for id := range int64(2) {
		name := fmt.Sprint("user", id)
		users = append(users, api.User{
			ID: 1 + id, OrganizationID: 1, Email: name + "@halcyon.example", Username: name, HashedPassword: "x", Role: api.RoleDeveloper, CreatedAt: at, UpdatedAt: at,
		})
	}
	_, err = db.NewInsert().Model(&users).Exec(t.Context())
	require.NoError(t, err)
	var patterns []api.Pattern
	for i, name := range []string{"guard", "retry", "retry"} {
		patterns = append(patterns, api.Pattern{
			ID: int64(1 + i), OrganizationID: 1, AuthorID: 1, Name: name, PatternData: metrics.JSON(`{}`), Version: int64(1 + i/2), CreatedAt: at, UpdatedAt: at,
		})
	}
	_, err = db.NewInsert().Model(&patterns).Exec(t.Context())
	require.NoError(t, err)
}

// Whatever has been rolled up and whatever not, the days show what the rows
// say, and rolling up bit by bit leaves what rolling up everything at once does.
func TestRollupShowsWhatTheRowsSay(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withOrganization(t, db)
		random := rand.New(rand.NewPCG(3, 4))
		requireEqual := func(step int) {
			for what, q := range sums {
				days, rows := rowsOf(t, db, q[0]), rowsOf(t, db, q[1], bun.Safe(store.Day(db)))
				require.NotEmpty(t, rows, what)
				require.ElementsMatch(t, rows, days, "step %d: %s", step, what)
			}
		}
		total, rolled := 0, int64(0)
		for step := range 8 {
			events := someEvents(random, 150)
			receipt, err := db.Insert(t.Context(), events)
			require.NoError(t, err)
			require.Empty(t, receipt.Refused)
			saved, err := save(t.Context(), db, someSavings(random, 60))
			require.NoError(t, err)
			total += receipt.Total().Stored + saved
			requireEqual(step)
			if random.IntN(2) == 0 {
				n, err := store.Rollup(t.Context(), db)
				require.NoError(t, err)
				rolled += n
				requireEqual(step)
			}
		}
		n, err := store.Rollup(t.Context(), db)
		require.NoError(t, err)
		assert.EqualValues(t, total, rolled+n)
		n, err = store.Rollup(t.Context(), db)
		require.NoError(t, err)
		assert.Zero(t, n, "once more")
		requireEqual(9)

		bitByBit := rolledUp(t, db)
		for _, statement := range []string{
			"DELETE FROM fl_generation_days", "DELETE FROM fl_detection_days", "DELETE FROM fl_pattern_days", "DELETE FROM fl_performance_days",
			"DELETE FROM fl_saving_days", "DELETE FROM pattern_effectiveness", "DELETE FROM metrics_summary", "UPDATE fl_rollups SET last_id = 0, sample_below = 'g'",
		} {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		requireEqual(10)
		_, err = store.Rollup(t.Context(), db)
		require.NoError(t, err)
		assert.Equal(t, bitByBit, rolledUp(t, db))
	})
}

// rolledUp is what the tables of the rollup hold. Sums of fractions may differ
// in their last digits: they depend on the order.
func rolledUp(t *testing.T, db *store.DB) map[string][]string {
	t.Helper()

	return map[string][]string{
		"generations": rowsOf(t, db, `SELECT facet, day, organization_id, project, source, whole, pattern, value, generated, known, succeeded,
			confidence_known, ROUND(CAST(confidence_sum AS NUMERIC), 6), confident, counted, patterns_sum, in_range, errors
			FROM fl_generation_days ORDER BY 1, 2, 3, 4, 5, 6, 7, 8`),
		"detections":    rowsOf(t, db, "SELECT * FROM fl_detection_days ORDER BY 1, 2, 3, 4, 5, 6, 7"),
		"patterns":      rowsOf(t, db, "SELECT * FROM fl_pattern_days ORDER BY 1, 2, 3"),
		"savings":       rowsOf(t, db, "SELECT * FROM fl_saving_days ORDER BY 1, 2, 3"),
		"measurements":  rowsOf(t, db, "SELECT * FROM fl_performance_days ORDER BY 1, 2, 3, 4, 5, 6"),
		"effectiveness": rowsOf(t, db, "SELECT pattern_name, application_count, success_count, failure_count, effectiveness_score, period_start, period_end, rolled_up FROM pattern_effectiveness ORDER BY 6, 1"),
		"summaries": rowsOf(t, db, `SELECT metric_type, summary_date, total_count, high_severity_count, medium_severity_count, low_severity_count,
			top_pattern, top_pattern_count, trend_direction, week_over_week_change FROM metrics_summary ORDER BY 1, 2`),
		"ends": rowsOf(t, db, "SELECT * FROM fl_rollups ORDER BY 1"),
	}
}

func TestRollupKeepsEffectivenessUpToDate(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		day := func(n, hour int) metrics.Time { return metrics.At(time.Date(2026, 3, n, hour, 0, 0, 0, time.UTC)) }
		generate := func(at metrics.Time, success *bool, patterns ...string) {
			_, err := db.Insert(t.Context(), []metrics.Event{&metrics.CodeGeneration{
				Prompt: fmt.Sprint(at, patterns), PatternsApplied: patterns, Success: success, Timestamp: at,
			}})
			require.NoError(t, err)
			_, err = store.Rollup(t.Context(), db)
			require.NoError(t, err)
		}
		week := metrics.Effectiveness{PatternName: "cache", ApplicationCount: new(int64(9)), PeriodStart: day(2, 0), PeriodEnd: day(9, 0)}
		_, err := db.NewInsert().Model(&week).Exec(t.Context())
		require.NoError(t, err)

		generate(day(3, 8), new(true), "retry", "cache", "retry")
		generate(day(4, 9), nil, "retry")
		generate(day(3, 23), new(false), "retry") // late
		generate(day(9, 0), new(true), "cache")   // behind the week

		var rows []metrics.Effectiveness
		require.NoError(t, db.NewSelect().Model(&rows).Order("period_start", "pattern_name").Scan(t.Context()))
		for i := range rows {
			rows[i].ID = 0
		}
		week.ID = 0
		assert.Equal(t, []metrics.Effectiveness{
			week,
			{PatternName: "retry", ApplicationCount: new(int64(2)), SuccessCount: new(int64(1)), FailureCount: new(int64(1)),
				EffectivenessScore: new(0.5), PeriodStart: day(3, 0), PeriodEnd: day(4, 0)},
			{PatternName: "retry", ApplicationCount: new(int64(1)), SuccessCount: new(int64(0)), FailureCount: new(int64(0)),
				PeriodStart: day(4, 0), PeriodEnd: day(5, 0)},
			{PatternName: "cache", ApplicationCount: new(int64(1)), SuccessCount: new(int64(1)), FailureCount: new(int64(0)),
				EffectivenessScore: new(1.0), PeriodStart: day(9, 0), PeriodEnd: day(10, 0)},
		}, rows)
	})
}

// The sample computes its summaries in memory, out of the same events.
func TestRollupSummarizesDays(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := sample.Write(t.Context(), db, sample.Options{Until: time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC), Days: 30, Events: 15_000}) // each kind on the first day
		require.NoError(t, err)
		summaries := func() []metrics.Summary {
			var rows []metrics.Summary
			// Of generations the sample counts those that were read out of a
			// plan, too.
			require.NoError(t, db.NewSelect().Model(&rows).Where("total_count > 0").Where("metric_type <> 'metrics_code_generation'").
				Order("metric_type", "summary_date").Scan(t.Context()))
			for i := range rows {
				rows[i].ID = 0
			}
			return rows
		}
		want := summaries()
		_, err = store.Rollup(t.Context(), db)
		require.NoError(t, err)
		assert.Equal(t, want, summaries(), "rows of somebody else are left as they are")

		for _, statement := range []string{
			"DELETE FROM metrics_summary", "DELETE FROM fl_generation_days", "DELETE FROM fl_detection_days", "DELETE FROM fl_pattern_days", "DELETE FROM fl_performance_days",
			"DELETE FROM fl_saving_days", "UPDATE fl_rollups SET last_id = 0",
		} {
			_, err := db.ExecContext(t.Context(), statement)
			require.NoError(t, err)
		}
		_, err = store.Rollup(t.Context(), db)
		require.NoError(t, err)
		assert.Equal(t, want, summaries())
	})
}

// Programs that store and roll up at the same time lose nothing and count
// nothing twice.
func TestRollupWhileOthersWrite(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withOrganization(t, db)
		var all sync.WaitGroup
		for worker := range 3 {
			all.Go(func() {
				random := rand.New(rand.NewPCG(5, uint64(worker)))
				for range 5 {
					_, err := db.Insert(context.Background(), someEvents(random, 40))
					assert.NoError(t, err)
					_, err = save(context.Background(), db, someSavings(random, 40))
					assert.NoError(t, err)
					_, err = store.Rollup(context.Background(), db)
					assert.NoError(t, err)
				}
			})
		}
		all.Wait()
		_, err := store.Rollup(t.Context(), db)
		require.NoError(t, err)
		for what, q := range sums {
			assert.ElementsMatch(t, rowsOf(t, db, q[1], bun.Safe(store.Day(db))), rowsOf(t, db, q[0]), what)
		}
	})
}

// What is stored after the last events were deleted may get their ids.
func TestRollupSeesEventsWithIDsOfDeletedOnes(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		store3 := func(text string) {
			var events []metrics.Event
			for i := range 3 {
				events = append(events, &metrics.Bug{
					Pattern: "guard", Error: fmt.Sprint(text, i), Timestamp: metrics.At(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)),
				})
			}
			_, err := db.Insert(t.Context(), events)
			require.NoError(t, err)
		}
		store3("first")
		_, err := store.Rollup(t.Context(), db)
		require.NoError(t, err)
		_, err = db.ExecContext(t.Context(), "DELETE FROM metrics_bugs WHERE id > 1")
		require.NoError(t, err)
		store3("then")
		assert.Equal(t, []string{"[{6 true}]"}, rowsOf(t, db, "SELECT SUM(found) FROM v_detection_days"), "what was rolled up stays, what is new is seen")
		_, err = store.Rollup(t.Context(), db)
		require.NoError(t, err)
		assert.Equal(t, []string{"[{6 true}]"}, rowsOf(t, db, "SELECT SUM(found) FROM fl_detection_days"))
	})
}

func TestRollupSeesSavingsWithIDsOfDeletedOnes(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		withOrganization(t, db)
		save3 := func() {
			at := metrics.At(time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC))
			m := api.Metric{OrganizationID: 1, MetricType: "time_saved", MetricData: metrics.JSON(`{}`), TimeSavedSeconds: new(int64(60)), PatternID: new(int64(1)), CreatedAt: at}
			_, err := save(t.Context(), db, []api.Metric{m, m, m})
			require.NoError(t, err)
			_, err = store.Rollup(t.Context(), db)
			require.NoError(t, err)
		}
		save3()
		_, err := db.ExecContext(t.Context(), "DELETE FROM metrics WHERE id > 1")
		require.NoError(t, err)
		save3()
		assert.Equal(t, []string{"[{6 true} {360 true}]"}, rowsOf(t, db, "SELECT SUM(known), SUM(seconds) FROM fl_saving_days"))
	})
}

func TestSampleIsHalvedUntilItIsSmall(t *testing.T) {
	t.Parallel()

	for halvings, below := range map[int]string{0: "g", 1: "8", 2: "4", 3: "2", 4: "1", 5: "08", 8: "01", 9: "008"} {
		assert.Equal(t, below, store.KeysBelow(halvings), halvings)
	}
}
