package kpi_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// guessed makes n generations of a confidence, of which so many are successes.
func guessed(n, successes int, confidence float64, change func(g *metrics.CodeGeneration)) []metrics.CodeGeneration {
	return with(confident(generations(n, successes), confidence), func(_ int, g *metrics.CodeGeneration) { change(g) })
}

// numbered gives each generation a prompt of its own, so that none is taken
// for another.
func numbered(all []metrics.CodeGeneration) []metrics.CodeGeneration {
	return with(all, func(i int, g *metrics.CodeGeneration) { g.ID, g.Prompt = int64(i+1), fmt.Sprint("prompt ", i) })
}

// groupNames are the names of the groups, in order, with their sizes.
func groupNames(table kpi.CalibrationTable) []string {
	var names []string
	for _, g := range table.Groups {
		name := "-"
		if g.Name != nil {
			name = *g.Name
		}
		names = append(names, fmt.Sprint(name, " ", g.N))
	}
	return names
}

func TestCalibrationOfGroups(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var all []metrics.CodeGeneration
		// 40 with both patterns at 90 %, 30 right; 20 more with one at 60 %,
		// 12 right; 10 with none at 50 %, all right.
		all = append(all, guessed(40, 30, 0.9, func(g *metrics.CodeGeneration) {
			g.PatternsApplied, g.Project, g.Source = metrics.Names{"retry", "guard", "retry"}, ptr("shop"), ptr("agent")
			g.GenerationMetadata = metrics.JSON(`{"model":"large"}`)
		})...)
		all = append(all, guessed(20, 12, 0.6, func(g *metrics.CodeGeneration) {
			g.PatternsApplied, g.Project = metrics.Names{"retry"}, ptr("billing")
			g.GenerationMetadata = metrics.JSON(`{"model":"small","temperature":0.2}`)
		})...)
		all = append(all, guessed(10, 10, 0.5, func(g *metrics.CodeGeneration) {
			g.PatternsApplied, g.Source = metrics.Names{}, ptr("editor")
			g.GenerationMetadata = metrics.JSON(`{"model":7}`)
		})...)
		// None of these counts: no list, a plan, no outcome, no confidence, too
		// old, too late.
		all = append(all, guessed(1, 1, 0.5, func(g *metrics.CodeGeneration) { g.Source = ptr("agent") })...)
		all = append(all, guessed(1, 1, 0.5, func(g *metrics.CodeGeneration) { g.Source = ptr(metrics.SourcePlanFile) })...)
		all = append(all, guessed(1, 1, 0.5, func(g *metrics.CodeGeneration) {
			g.PatternsApplied, g.GenerationMetadata = metrics.Names{"retry"}, metrics.JSON(`{"model":"large","source":"plan_file"}`)
		})...)
		all = append(all, guessed(1, 1, 0.5, func(g *metrics.CodeGeneration) { g.PatternsApplied, g.Success = metrics.Names{"retry"}, nil })...)
		all = append(all, guessed(1, 1, 0.5, func(g *metrics.CodeGeneration) { g.PatternsApplied, g.Confidence = metrics.Names{"retry"}, nil })...)
		all = append(all, guessed(1, 1, 0.5, func(g *metrics.CodeGeneration) { g.PatternsApplied, g.Timestamp = metrics.Names{"retry"}, ago(31) })...)
		all = append(all, guessed(1, 1, 0.5, func(g *metrics.CodeGeneration) { g.PatternsApplied, g.Timestamp = metrics.Names{"retry"}, ago(0) })...)
		insert(t, db, kpi.Data{Generations: numbered(all)})

		for by, want := range map[kpi.Dimension][]string{
			kpi.ByPattern: {"retry 60", "guard 40", "- 10"},
			kpi.ByModel:   {"large 40", "small 20", "- 11"},
			kpi.ByProject: {"shop 40", "billing 20", "- 11"},
			kpi.BySource:  {"agent 41", "- 20", "editor 10"},
		} {
			got, err := kpi.Calibrations(t.Context(), db, kpi.Query{AsOf: asOf}, by)
			require.NoError(t, err)
			assert.Equal(t, want, groupNames(got), "by %s", by)
			null := int64(2)
			if by == kpi.ByPattern {
				null = 3
			}
			assert.Equal(t, kpi.Quality{Rows: 73, Null: null, Future: 1, Excluded: 2}, got.Quality, "by %s", by)
		}

		got, err := kpi.Calibrations(t.Context(), db, kpi.Query{AsOf: asOf}, kpi.ByPattern)
		require.NoError(t, err)
		retry := got.Groups[0].Reliability
		assert.InDelta(t, (40*0.15+20*0)/60, retry.ECE, 1e-12, "|0.9 − 30/40| in 40 of 60, |0.6 − 12/20| in the others")
		assert.InDelta(t, 0.1, retry.Bias, 1e-12)
		assert.Equal(t, int64(40), retry.Bins[9].N)
		assert.Equal(t, int64(12), retry.Bins[6].Successes)
		guard := got.Groups[1].Reliability
		assert.InDelta(t, 0.15, guard.ECE, 1e-12)
		none := got.Groups[2]
		assert.InDelta(t, 0.5, none.Reliability.ECE, 1e-12)
		assert.InDelta(t, -0.5, none.Reliability.Bias, 1e-12)
		adjusted, err := kpi.BenjaminiHochberg([]float64{retry.P, guard.P, none.Reliability.P})
		require.NoError(t, err)
		assert.Equal(t, adjusted, []float64{got.Groups[0].P, got.Groups[1].P, none.P})

		_, err = kpi.Calibrations(t.Context(), db, kpi.Query{AsOf: asOf}, "colour")
		assert.EqualError(t, err, `kpi: calibrations: no dimension "colour"`)
	})
}

func TestCalibrationOfGroupsCountsBadRows(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, kpi.Data{Generations: confident(generations(10, 8), 0.8)})
		loosen(t, db, "metrics_code_generation")
		_, err := db.NewRaw("UPDATE metrics_code_generation SET confidence = 85, patterns_applied = '[]' WHERE prompt = '1'").Exec(t.Context())
		require.NoError(t, err)
		_, err = db.NewRaw(`UPDATE metrics_code_generation SET patterns_applied = '{"a":1}' WHERE prompt = '2'`).Exec(t.Context())
		require.NoError(t, err)

		got, err := kpi.Calibrations(t.Context(), db, kpi.Query{AsOf: asOf}, kpi.ByPattern)
		require.NoError(t, err)
		assert.Equal(t, kpi.Quality{Rows: 10, Null: 8, Invalid: 2}, got.Quality)
		assert.Empty(t, got.Groups)
		_, err = kpi.Calibrations(t.Context(), db, kpi.Query{AsOf: asOf, Strict: true}, kpi.ByPattern)
		assert.ErrorContains(t, err, "kpi: strict: metrics_code_generation: row ")
	})
}

func ExampleCalibrations() {
	ctx := context.Background()
	model := func(name string, successes int) []metrics.CodeGeneration {
		return guessed(200, successes, 0.9, func(g *metrics.CodeGeneration) {
			g.GenerationMetadata = metrics.JSON(`{"model":"` + name + `"}`)
		})
	}
	db, remove := exampleDatabase(ctx, func(db *store.DB) error {
		all := slices.Concat(model("large", 176), model("small", 130), generations(20, 15))
		return fillDatabase(ctx, db, kpi.Data{Generations: numbered(all)})
	})
	defer remove()

	table, err := kpi.Calibrations(ctx, db, kpi.Query{AsOf: asOf}, kpi.ByModel)
	if err != nil {
		panic(err)
	}
	fmt.Println(table.Quality.Null, "without a confidence")
	if err := table.WriteTable(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// 20 without a confidence
	// By model  Generations      Bias   Error  By chance      P
	// large             200   +2.0 pp   2.0 %      1.7 %  0.405
	// small             200  +25.0 pp  25.0 %      1.7 %  0.000
}
