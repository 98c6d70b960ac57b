package kpi_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// loosen makes a database take rows that break its rules, as another program
// may have left them.
func loosen(t *testing.T, db *store.DB, table string) {
	t.Helper()

	if db.Dialect().Name() != dialect.PG {
		db.SetMaxOpenConns(1) // the rules are those of a connection
		_, err := db.ExecContext(t.Context(), "PRAGMA ignore_check_constraints = 1")
		require.NoError(t, err)
		return
	}
	var rules []string
	err := db.NewSelect().TableExpr("pg_constraint").Column("conname").
		Where("conrelid = to_regclass(?) AND contype = 'c'", table).Scan(t.Context(), &rules)
	require.NoError(t, err)
	for _, rule := range rules {
		_, err := db.ExecContext(t.Context(), "ALTER TABLE ? DROP CONSTRAINT ?", bun.Ident(table), bun.Ident(rule))
		require.NoError(t, err)
	}
}

func TestBadRowsAreCountedAlikeOnBothDatabases(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, kpi.Data{Generations: confident(generations(50, 40), 0.9)})
		loosen(t, db, "metrics_code_generation")
		for id, change := range map[int]string{
			1: "confidence = 85",
			2: "confidence = -0.1",
			3: "confidence = NULL",
			4: "patterns_count = -3",
			5: "patterns_applied = 'null'",
			6: `patterns_applied = '{"a":1}'`,
			7: `patterns_applied = '["a",1,"b\"c",["d"]]'`,
			8: `patterns_applied = '[]'`,
			9: `generation_metadata = '{"source":"plan_file"}'`,
		} {
			_, err := db.ExecContext(t.Context(), "UPDATE metrics_code_generation SET "+change+" WHERE prompt = ?", string(rune('0'+id)))
			require.NoError(t, err)
		}

		r, err := kpi.Compute(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		confidence, _ := r.KPI(kpi.AverageConfidence)
		assert.Equal(t, kpi.Quality{Rows: 49, Null: 1, Invalid: 2, Excluded: 1, PointMass: ptr(1.0)}, confidence.Quality)
		assert.InDelta(t, 0.9, *confidence.Value, 1e-15, "never clamped, never rescaled")
		patterns, _ := r.KPI(kpi.PatternsPerGen)
		assert.Equal(t, int64(2), patterns.Quality.Invalid, "a negative count and an object")
		assert.Equal(t, int64(2), patterns.N)
		assert.InDelta(t, 1, *patterns.Value, 0, "two names, and none")

		_, err = kpi.Compute(t.Context(), db, kpi.Query{AsOf: asOf, Strict: true})
		require.ErrorContains(t, err, "kpi: strict: metrics_code_generation: row ")
		assert.ErrorContains(t, err, "is outside [0, 1]")
	})
}

func TestStrictModeNamesTheStoredRows(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		over := metrics.Effectiveness{PatternName: "a", PeriodStart: ago(2), PeriodEnd: ago(2)}
		insert(t, db, kpi.Data{
			Generations:   confident(generations(50, 40), 0.9),
			Effectiveness: append(repeated(period("b", 9, 9, 1), 3), over),
			Performance:   runs(`{"failed":0,"passed":1}`, `{"failed":-1,"passed":1}`),
		})
		loosen(t, db, "metrics_code_generation")
		_, err := db.NewUpdate().Table("metrics_code_generation").Set("confidence = 85").Where("prompt = '21' OR prompt = '34'").Exec(t.Context())
		require.NoError(t, err)
		var generation, run, stored int64
		require.NoError(t, db.NewSelect().Table("metrics_code_generation").ColumnExpr("MIN(id)").Where("confidence > 1").Scan(t.Context(), &generation))
		require.NoError(t, db.NewSelect().Table("metrics_performance").ColumnExpr("MAX(id)").Scan(t.Context(), &run))
		require.NoError(t, db.NewSelect().Table("pattern_effectiveness").ColumnExpr("MAX(id)").Scan(t.Context(), &stored))

		_, err = kpi.Compute(t.Context(), db, kpi.Query{AsOf: asOf, Strict: true})
		require.EqualError(t, err, fmt.Sprintf("kpi: strict: metrics_code_generation: row %d: confidence 85 is outside [0, 1]\n"+
			"kpi: strict: metrics_performance: row %d: details of a test run need passed, failed and skipped as counts\n"+
			"kpi: strict: pattern_effectiveness: row %d: the period ends before it starts", generation, run, stored))
	})
}

func TestNaNIsInvalidWhereItCanBeStored(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, kpi.Data{Generations: confident(generations(40, 30), 0.9)})
		loosen(t, db, "metrics_code_generation")
		_, err := db.ExecContext(t.Context(), "UPDATE metrics_code_generation SET confidence = CAST('NaN' AS DOUBLE PRECISION) WHERE prompt = '1'")
		require.NoError(t, err)

		r, err := kpi.Compute(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		got, _ := r.KPI(kpi.AverageConfidence)
		// SQLite has no NaN: it makes 0 of the text.
		assert.InDelta(t, 0.9, *got.Value, 0.9/40+1e-12)
		assert.Equal(t, int64(40), got.N+got.Quality.Invalid)
	})
}

func TestComputeRunsInsideATransaction(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		require.NoError(t, db.Write(t.Context(), func(ctx context.Context, tx bun.Tx) error {
			g := metrics.CodeGeneration{Prompt: "p", Success: ptr(true), Timestamp: ago(1)}
			g.EventKey = g.ContentKey(0)
			if _, err := tx.NewInsert().Model(&g).Exec(ctx); err != nil {
				return err
			}
			r, err := kpi.Compute(ctx, tx, kpi.Query{AsOf: asOf})
			if err != nil {
				return err
			}
			got, _ := r.KPI(kpi.SuccessRate)
			assert.Equal(t, int64(1), got.N, "sees what the transaction wrote")
			return nil
		}))
	})
}

func TestComputeSaysWhatItCouldNotRead(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := kpi.Compute(ctx, db, kpi.Query{AsOf: asOf})
		require.ErrorIs(t, err, context.Canceled)
		assert.ErrorContains(t, err, "kpi: ")

		_, err = db.ExecContext(t.Context(), "ALTER TABLE metrics_bugs RENAME TO gone")
		require.NoError(t, err)
		_, err = kpi.Compute(t.Context(), db, kpi.Query{AsOf: asOf})
		assert.Regexp(t, "^kpi: (bugs|first events): .*metrics_bugs", err.Error())
	})
}

func TestRowsOnTheBoundaryOfAWeekInAnotherZone(t *testing.T) {
	t.Parallel()

	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		monday := time.Date(2026, 3, 2, 0, 0, 0, 0, newYork)
		d := kpi.Data{Bugs: weekly(1, 1, 1, 1, 1, 1, 1, 1)}
		for i, at := range []time.Time{monday.Add(-time.Microsecond), monday, monday.AddDate(0, 0, -7)} {
			d.Bugs = append(d.Bugs, metrics.Bug{Pattern: "p", Error: string(rune('a' + i)), Count: 1, Timestamp: metrics.At(at)})
		}
		for i := range d.Bugs {
			d.Bugs[i].Error += string(rune('A' + i))
		}
		insert(t, db, d)
		r, err := kpi.Compute(t.Context(), db, kpi.Query{AsOf: asOf, Zone: newYork})
		require.NoError(t, err)
		got, _ := r.KPI(kpi.BugDetectionTrend)
		assert.InDelta(t, 2, *got.Value, 0, "both ends of the week, without the Monday that ends it; bugs at 01:00 UTC are the week before in New York")
	})
}
