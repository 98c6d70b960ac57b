package kpi_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// Neither the database nor the order of the rows shows in an analysis.
func TestAnalysesHaveTheSameBitsOnBothDatabases(t *testing.T) {
	t.Parallel()

	texts := make(chan string, 2)
	t.Cleanup(func() { // after both
		close(texts)
		assert.Equal(t, <-texts, <-texts)
	})
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		name := db.Dialect().Name().String()
		d := sampleData(3)
		for i := range d.Performance {
			if d.Performance[i].MetricType == metrics.MetricExecutionTime {
				test := executed(*d.Performance[i].RunID, "TestA", []string{"passed", "failed", "skipped"}[i%3])
				test.OrganizationID, test.Project, test.Timestamp = d.Performance[i].OrganizationID, d.Performance[i].Project, d.Performance[i].Timestamp
				d.Performance[i] = test
			}
		}
		shuffle(&d, uint64(len(name)))
		insert(t, db, d)

		q := kpi.Query{AsOf: asOf, Days: 90}
		var all []any
		keep := func(analysis any, err error) {
			require.NoError(t, err)
			all = append(all, analysis)
		}
		for _, by := range []kpi.Dimension{kpi.ByPattern, kpi.ByModel, kpi.ByProject, kpi.BySource} {
			table, err := kpi.Calibrations(t.Context(), db, q, by)
			keep(table, err)
			require.NotEmpty(t, table.Groups)
		}
		impact, err := kpi.Impacts(t.Context(), db, q)
		keep(impact, err)
		require.NotEmpty(t, impact.Users)
		patterns, err := kpi.Patterns(t.Context(), db, q)
		keep(patterns, err)
		require.NotEmpty(t, patterns.Patterns)
		effects, err := kpi.Effects(t.Context(), db, q, 1, "retry")
		keep(effects, err)
		require.NotEmpty(t, effects.Effects)
		tests, err := kpi.FlakyTests(t.Context(), db, q)
		keep(tests, err)
		require.NotEmpty(t, tests.Tests)

		text, err := json.MarshalIndent(all, "", "  ")
		require.NoError(t, err)
		texts <- string(text)
	})
}

// analyses are those that read a database.
func analyses() map[string]func(ctx context.Context, db bun.IDB, q kpi.Query) error {
	return map[string]func(context.Context, bun.IDB, kpi.Query) error{
		"calibrations by model": func(ctx context.Context, db bun.IDB, q kpi.Query) error {
			_, err := kpi.Calibrations(ctx, db, q, kpi.ByModel)
			return err
		},
		"impact": func(ctx context.Context, db bun.IDB, q kpi.Query) error {
			_, err := kpi.Impacts(ctx, db, q)
			return err
		},
		"patterns": func(ctx context.Context, db bun.IDB, q kpi.Query) error {
			_, err := kpi.Patterns(ctx, db, q)
			return err
		},
		"effects": func(ctx context.Context, db bun.IDB, q kpi.Query) error {
			_, err := kpi.Effects(ctx, db, q, 1, "retry")
			return err
		},
		"flaky tests": func(ctx context.Context, db bun.IDB, q kpi.Query) error {
			_, err := kpi.FlakyTests(ctx, db, q)
			return err
		},
	}
}

func TestAnalysesSayWhatTheyCouldNotRead(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, libraryOf(map[int64][]string{1: {"retry"}}))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		for name, analyse := range analyses() {
			require.EqualError(t, analyse(t.Context(), db, kpi.Query{}), "kpi: query without as_of", name)
			err := analyse(ended, db, kpi.Query{AsOf: asOf})
			require.ErrorIs(t, err, context.Canceled, name)
			require.ErrorContains(t, err, "kpi: "+name+": ")
			require.NoError(t, analyse(t.Context(), db, kpi.Query{AsOf: asOf}), name)
		}

		for _, c := range []struct{ table, want string }{
			{"user_teams", "impact: teams"},
			{"users", "impact: teams"},
			{"metrics", "impact: entries"},
			{"metrics_test_failures", "patterns: test failures"},
			{"metrics_bugs", "effects: bugs"},
			{"metrics_performance", "flaky tests: quality"},
			{"metrics_code_generation", "calibrations by model"},
		} {
			_, err := db.ExecContext(t.Context(), "ALTER TABLE ? RENAME TO ?", bun.Ident(c.table), bun.Ident("gone_"+c.table))
			require.NoError(t, err)
			var all []string
			for _, analyse := range analyses() {
				if err := analyse(t.Context(), db, kpi.Query{AsOf: asOf}); err != nil {
					all = append(all, err.Error())
				}
			}
			assert.Contains(t, strings.Join(all, "\n"), "kpi: "+c.want+": ", "without %s", c.table)
		}
	})
}

func TestStrictAnalysesNameTheRow(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := libraryOf(map[int64][]string{1: {"retry"}})
		d.Patterns[0].CreatedAt, d.Generations = ago(2), generations(3, 3)
		insert(t, db, d)
		loosen(t, db, "metrics_code_generation")
		_, err := db.NewRaw(`UPDATE metrics_code_generation SET patterns_applied = '{"a":1}', confidence = 85`).Exec(t.Context())
		require.NoError(t, err)
		for _, name := range []string{"calibrations by model", "patterns", "effects"} {
			assert.ErrorContains(t, analyses()[name](t.Context(), db, kpi.Query{AsOf: asOf, Strict: true}), "kpi: strict: metrics_code_generation: row ", name)
		}
	})
}
