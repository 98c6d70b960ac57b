package dashboards_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

var (
	// now is a Tuesday, and the page's period the 12 weeks before its Monday.
	now         = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)
	twelveWeeks = period{
		from: time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC),
		to:   time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	}
)

// seeded stores generations of some months and returns them.
func seeded(t *testing.T, db *store.DB) []metrics.CodeGeneration {
	t.Helper()

	rows := seed(800, 100, now)
	events := make([]metrics.Event, len(rows))
	for i := range rows {
		events[i] = &rows[i]
	}
	receipt, err := db.Insert(t.Context(), events)
	require.NoError(t, err)
	require.EqualValues(t, len(rows), receipt.Total().Stored)
	return rows
}

// Each chart of the page shows what the rows say, computed here a second time:
// as it opens, and with each filter set.
func TestCodeGenerationShowsWhatTheRowsSay(t *testing.T) {
	t.Parallel()

	filters := map[string]struct {
		set  []superset.Condition
		keep func(metrics.CodeGeneration) bool
	}{
		"no filter": {nil, func(metrics.CodeGeneration) bool { return true }},
		"one pattern": {
			[]superset.Condition{superset.OneOf("pattern", "retry-backoff")},
			func(g metrics.CodeGeneration) bool { return slices.Contains(g.PatternsApplied, "retry-backoff") },
		},
		"two projects": {
			[]superset.Condition{superset.OneOf("project", "checkout", "(none)")},
			func(g metrics.CodeGeneration) bool { return g.Project == nil || *g.Project == "checkout" },
		},
		"source and pattern": {
			[]superset.Condition{superset.OneOf("source", "ide-plugin"), superset.OneOf("pattern", "null-object")},
			func(g metrics.CodeGeneration) bool {
				return g.Source != nil && *g.Source == "ide-plugin" && slices.Contains(g.PatternsApplied, "null-object")
			},
		},
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rows := seeded(t, db)
		for stage := range stages(t, db) {
			for name, filter := range filters {
				t.Run(stage+", "+name, func(t *testing.T) {
					var kept []metrics.CodeGeneration
					for _, g := range rows {
						if twelveWeeks.contains(g.Timestamp.Time) && !isPlan(g) && filter.keep(g) {
							kept = append(kept, g)
						}
					}
					require.NotEmpty(t, kept)
					want := codeGenerationRows(kept)
					charts := dashboards.CodeGeneration().Charts()
					require.Len(t, charts, len(want))
					for _, chart := range charts {
						about, queries := chart.About(), chart.Queries()
						require.Len(t, queries, len(want[about.Slug]), about.Slug)
						for i, q := range queries {
							got := run(t, db, about, q, twelveWeeks, filter.set...)
							assert.ElementsMatch(t, want[about.Slug][i], got, "%s, query %d", about.Slug, i+1)
						}
					}
				})
			}
		}
	})
}

func isPlan(g metrics.CodeGeneration) bool {
	return g.Source != nil && *g.Source == metrics.SourcePlanFile ||
		strings.Contains(string(g.GenerationMetadata), metrics.SourcePlanFile)
}

// codeGenerationRows is what each query of each chart has to find, by slug.
func codeGenerationRows(rows []metrics.CodeGeneration) map[string][][][]string {
	week := func(g metrics.CodeGeneration) string { return kpi.Week(g.Timestamp.Time).Format(time.DateTime) }
	day := func(g metrics.CodeGeneration) string { return kpi.Week(g.Timestamp.Time).Format(time.DateOnly) }
	all := func(metrics.CodeGeneration) string { return "" }

	var known, failed []metrics.CodeGeneration
	for _, g := range rows {
		if patternsCount(g) != nil && g.Success != nil {
			known = append(known, g)
		}
		if errorType(g) != "" {
			failed = append(failed, g)
		}
	}
	return map[string][][][]string{
		"generation-success-rate": {group(rows, week, meanOf(success))},
		"average-confidence":      {group(rows, all, meanOf(confidence))},
		"patterns-per-generation": {group(rows, day, count), group(rows, day, meanOf(patternsCount))},
		"pattern-fusion": {group(known, func(g metrics.CodeGeneration) string {
			bucket := "7+"
			if n := *patternsCount(g); n < 7 {
				bucket = number(n)
			}
			return week(g) + "|" + bucket
		}, meanOf(success))},
		"compilation-errors": {group(failed, errorType, count, shareOf(failed), meanOf(confidence), meanOf(confident))},
	}
}

// shareOf is how much of all the generations are.
func shareOf(all []metrics.CodeGeneration) func([]metrics.CodeGeneration) string {
	return func(rows []metrics.CodeGeneration) string { return number(float64(len(rows)) / float64(len(all))) }
}

// group makes a row of text for each key, whose parts stand between bars, with
// the key and what the functions make of its generations.
func group(rows []metrics.CodeGeneration, key func(metrics.CodeGeneration) string, values ...func([]metrics.CodeGeneration) string) [][]string {
	groups := map[string][]metrics.CodeGeneration{}
	for _, g := range rows {
		groups[key(g)] = append(groups[key(g)], g)
	}
	var out [][]string
	for k, members := range groups {
		var row []string
		if k != "" {
			row = strings.Split(k, "|")
		}
		for _, value := range values {
			row = append(row, value(members))
		}
		out = append(out, row)
	}
	return out
}

func count(rows []metrics.CodeGeneration) string { return number(float64(len(rows))) }

func meanOf(value func(metrics.CodeGeneration) *float64) func([]metrics.CodeGeneration) string {
	return func(rows []metrics.CodeGeneration) string {
		sum, n := 0.0, 0.0
		for _, g := range rows {
			if v := value(g); v != nil {
				sum, n = sum+*v, n+1
			}
		}
		if n == 0 {
			return "NULL"
		}
		return number(sum / n)
	}
}

func success(g metrics.CodeGeneration) *float64 {
	switch {
	case g.Success == nil:
		return nil
	case *g.Success:
		return new(1.0)
	default:
		return new(0.0)
	}
}

func confidence(g metrics.CodeGeneration) *float64 { return g.Confidence }

func confident(g metrics.CodeGeneration) *float64 {
	switch {
	case g.Confidence == nil:
		return nil
	case *g.Confidence >= 0.75:
		return new(1.0)
	default:
		return new(0.0)
	}
}

func patternsCount(g metrics.CodeGeneration) *float64 {
	switch {
	case g.PatternsCount != nil:
		return new(float64(*g.PatternsCount))
	case g.PatternsApplied != nil:
		return new(float64(len(g.PatternsApplied)))
	default:
		return nil
	}
}

func errorType(g metrics.CodeGeneration) string {
	for _, e := range errorTexts {
		if g.CompilationError != nil && *g.CompilationError == e.text {
			return e.kind
		}
	}
	return ""
}

// The page and the report of the KPIs agree on the same window.
func TestMetricsAgreeWithTheKPIs(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		seeded(t, db)
		report, err := kpi.Compute(t.Context(), db, kpi.Query{AsOf: twelveWeeks.to, Days: 12 * 7})
		require.NoError(t, err)

		about := superset.About{Dataset: dashboards.Generations()}
		shown := func(metric string) string {
			rows := run(t, db, about, superset.Query{Metrics: []string{metric}, Limit: 1}, twelveWeeks)
			require.Len(t, rows, 1)
			return rows[0][0]
		}
		for _, id := range []kpi.ID{kpi.SuccessRate, kpi.AverageConfidence, kpi.PatternsPerGen, kpi.CompilationErrorRate} {
			result, ok := report.KPI(id)
			require.True(t, ok, id)
			require.NotNil(t, result.Value, id)
			assert.Equal(t, number(*result.Value), shown(string(id)), id)
		}
		result, _ := report.KPI(kpi.PatternsPerGen)
		assert.Equal(t, number(*result.Detail.(*kpi.PatternLoad).ShareInRange), shown("share_in_range"))
		result, _ = report.KPI(kpi.CompilationErrorRate)
		assert.Equal(t, number(float64(result.N)), shown("generations"))
		assert.Equal(t, number(float64(*result.Numerator)), shown("errors"))
		result, _ = report.KPI(kpi.SuccessRate)
		assert.Equal(t, number(float64(*result.Denominator-*result.Numerator)), shown("failures"))
	})
}

// Without a filter each generation counts once, although it has a row for each
// of its patterns; with one pattern chosen, each that applied it.
func TestNoGenerationCountsTwice(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		rows := seeded(t, db)
		about := superset.About{Dataset: dashboards.Generations()}
		generations := func(by []string, filters ...superset.Condition) [][]string {
			q := superset.Query{Columns: by, Metrics: []string{"generations"}, Limit: 1000}
			return run(t, db, about, q, period{now.AddDate(-1, 0, 0), now.Add(time.Hour)}, filters...)
		}
		total, applied := 0, map[string]int{}
		for _, g := range rows {
			if isPlan(g) {
				continue
			}
			total++
			names := slices.Clone(g.PatternsApplied)
			slices.Sort(names)
			for _, name := range slices.Compact(names) {
				applied[name]++
			}
		}
		assert.Equal(t, [][]string{{strconv.Itoa(total)}}, generations(nil))

		want := [][]string{{"NULL", strconv.Itoa(total)}}
		for name, n := range applied {
			want = append(want, []string{name, strconv.Itoa(n)})
			assert.Equal(t, [][]string{{strconv.Itoa(n)}}, generations(nil, superset.OneOf("pattern", name)), name)
		}
		assert.ElementsMatch(t, want, generations([]string{"pattern"}))
		assert.Equal(t, [][]string{{"0"}}, generations(nil, superset.OneOf("pattern", "no such pattern")))
	})
}
