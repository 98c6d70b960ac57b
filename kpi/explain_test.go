package kpi_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// explain explains a KPI and checks what holds of every explanation.
func explain(t *testing.T, db *store.DB, id kpi.ID, q kpi.Query) kpi.Explanation {
	t.Helper()

	e, err := kpi.Explain(t.Context(), db, id, q)
	require.NoError(t, err, id)
	require.NotEmpty(t, e.Tables, id)
	for _, table := range e.Tables {
		held, err := db.NewSelect().Table(table.Table).Count(t.Context())
		require.NoError(t, err)
		assert.Equal(t, held, table.Rows, "%s: rows of %s", id, table.Table)
		sum := table.Used
		for _, left := range table.LeftOut {
			assert.Positive(t, left.Rows, "%s: %s of %s", id, left.Why, table.Table)
			sum += left.Rows
		}
		assert.Equal(t, held, sum, "%s: rows of %s that are accounted for", id, table.Table)
		assert.GreaterOrEqual(t, table.Used, int64(0), "%s: used rows of %s", id, table.Table)
	}
	return e
}

// rowsCounted is how many rows of its first table a KPI with a value counts, false
// where the result does not say.
func rowsCounted(r kpi.Result) (int64, bool) {
	switch r.ID {
	case kpi.BugDetectionTrend: // N is weeks
		return r.Quality.Rows, true
	case kpi.HighSeverityIssues:
		return int64(*r.Value), true
	case kpi.TestFailureRate: // N is executions
		return r.Quality.Rows - r.Quality.Null - r.Quality.Invalid, true
	case kpi.PatternSuccessRate: // N is applications
		return r.Quality.Rows - r.Quality.Null - r.Quality.Invalid, true
	case kpi.ApplicationCount, kpi.AuditTrailCoverage, kpi.ROIPerPattern:
		return 0, false
	default:
		return r.N, true
	}
}

func TestExplanationsAccountForEveryRow(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, sampleData(1))
		for name, q := range queries(t) {
			report, err := kpi.Compute(t.Context(), db, q)
			require.NoError(t, err)
			for _, d := range kpi.Definitions() {
				e := explain(t, db, d.ID, q)
				want, _ := report.KPI(d.ID)
				assert.Equal(t, want, e.Result, "%s with %s: not what the report says", d.ID, name)
				assert.NotEmpty(t, e.Statements, d.ID)

				used := e.Tables[0].Used
				switch {
				case want.Status == kpi.Unavailable:
					assert.Zero(t, used, "%s with %s: rows used of what is unavailable", d.ID, name)
				case want.Value != nil:
					if counted, known := rowsCounted(want); known {
						assert.Equal(t, counted, used, "%s with %s: rows used", d.ID, name)
					}
				}
			}
		}
	})
}

func TestBothDatabasesExplainAlike(t *testing.T) {
	t.Parallel()

	// The databases run side by side, and the second compares.
	var one sync.Mutex
	seen := map[string]string{}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, sampleData(2))
		for _, d := range kpi.Definitions() {
			for _, q := range []kpi.Query{{AsOf: asOf}, {AsOf: asOf, Organizations: []int64{1}, Project: "shop", Days: 60}} {
				e := explain(t, db, d.ID, q)
				for i := range e.Statements {
					e.Statements[i].SQL = ""
				}
				text, err := json.Marshal(e)
				require.NoError(t, err)

				one.Lock()
				key := fmt.Sprint(d.ID, q.Project)
				other, ok := seen[key]
				seen[key] = string(text)
				one.Unlock()
				if ok {
					assert.JSONEq(t, other, string(text), "the databases explain %s differently", d.ID)
				}
			}
		}
	})
}

func TestExplainedStatementsRunAsTheyAre(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, sampleData(3))
		for _, d := range kpi.Definitions() {
			for _, s := range explain(t, db, d.ID, kpi.Query{AsOf: asOf, Project: "it's ? \n", Organizations: []int64{1, 2}}).Statements {
				rows, err := db.DB.DB.QueryContext(t.Context(), s.SQL) // past Bun, which would read a ? in it
				require.NoError(t, err, s.SQL)
				require.NoError(t, rows.Err())
				require.NoError(t, rows.Close())
			}
		}
	})
}

func TestExplainSaysWhyRowsAreLeftOut(t *testing.T) {
	t.Parallel()

	pattern := func(id, organization int64, name string, change func(*api.Pattern)) api.Pattern {
		p := api.Pattern{ID: id, OrganizationID: organization, Name: name, Version: 1, IsActive: true,
			CreatedAt: ago(100), UpdatedAt: ago(100)}
		if change != nil {
			change(&p)
		}
		return p
	}
	fromProject := metrics.Origin{Project: ptr("shop"), OrganizationID: ptr(int64(1))}
	for name, c := range map[string]struct {
		id    kpi.ID
		query kpi.Query
		data  func() kpi.Data // anew for each database: storing events changes them
		want  []kpi.TableRows
	}{
		"generations": {
			id:    kpi.AverageConfidence,
			query: kpi.Query{Organizations: []int64{1}},
			data: func() kpi.Data {
				return kpi.Data{Generations: with(confident(generations(10, 5), 0.5), func(i int, g *metrics.CodeGeneration) {
					g.OrganizationID = ptr(int64(1))
					switch i {
					case 0:
						g.OrganizationID = ptr(int64(2))
					case 1, 2:
						g.Timestamp = ago(40)
					case 3:
						g.Timestamp = ago(-1)
					case 4:
						g.Source = ptr("plan_file")
					case 5:
						g.Confidence = nil
					}
				})}
			},
			want: []kpi.TableRows{{Table: "metrics_code_generation", Rows: 10, Used: 4, LeftOut: []kpi.LeftOut{
				{Why: kpi.OmittedElsewhere, Rows: 1}, {Why: kpi.OmittedBefore, Rows: 2}, {Why: kpi.OmittedFuture, Rows: 1},
				{Why: kpi.OmittedExcluded, Rows: 1}, {Why: kpi.OmittedNull, Rows: 1},
			}}},
		},
		"scores without weight": {
			id: kpi.EffectivenessScore,
			data: func() kpi.Data {
				return kpi.Data{Effectiveness: append(repeated(period("a", 10, 9, 0.9), 2), period("b", 0, 0, 0.5))}
			},
			want: []kpi.TableRows{{Table: "pattern_effectiveness", Rows: 3, Used: 2, LeftOut: []kpi.LeftOut{
				{Why: kpi.OmittedWeightless, Rows: 1},
			}}},
		},
		"applications": {
			id: kpi.ApplicationCount,
			data: func() kpi.Data {
				return kpi.Data{
					Patterns: []api.Pattern{
						pattern(1, 1, "a", nil), pattern(2, 2, "a", nil),
						pattern(3, 1, "b", func(p *api.Pattern) { p.IsArchived = true }),
					},
					Effectiveness: append(repeated(period("a", 10, 9, 0.9), 2), period("b", 3, 1, 0.5)),
				}
			},
			want: []kpi.TableRows{
				{Table: "pattern_effectiveness", Rows: 3, Used: 2, LeftOut: []kpi.LeftOut{{Why: kpi.OmittedNoPattern, Rows: 1}}},
				{Table: "patterns", Rows: 3, Used: 1, LeftOut: []kpi.LeftOut{
					{Why: kpi.OmittedInactive, Rows: 1}, {Why: kpi.OmittedSameName, Rows: 1},
				}},
			},
		},
		"the running week": {
			id: kpi.BugDetectionTrend,
			data: func() kpi.Data {
				return kpi.Data{Bugs: append(weekly(1, 2), metrics.Bug{Pattern: "p", Timestamp: ago(0.5), Count: 1})}
			},
			want: []kpi.TableRows{{Table: "metrics_bugs", Rows: 4, Used: 3, LeftOut: []kpi.LeftOut{
				{Why: kpi.OmittedRunningWeek, Rows: 1},
			}}},
		},
		"harmless findings": {
			id:   kpi.HighSeverityIssues,
			data: func() kpi.Data { return kpi.Data{CodeReviews: append(found(2, "high"), found(3, "low")...)} },
			want: []kpi.TableRows{{Table: "metrics_code_reviews", Rows: 5, Used: 2, LeftOut: []kpi.LeftOut{
				{Why: kpi.OmittedLowSeverity, Rows: 3},
			}}},
		},
		"test runs": {
			id: kpi.TestFailureRate,
			data: func() kpi.Data {
				return kpi.Data{Performance: append(
					runs(`{"failed":1,"passed":9}`, `{"failed":-1,"passed":9}`, `{"passed":9}`),
					metrics.Performance{MetricType: metrics.MetricExecutionTime, Timestamp: ago(1)}),
					TestFailures: failures(1)}
			},
			want: []kpi.TableRows{
				{Table: "metrics_performance", Rows: 4, Used: 1, LeftOut: []kpi.LeftOut{
					{Why: kpi.OmittedOtherKind, Rows: 1}, {Why: kpi.OmittedNull, Rows: 1}, {Why: kpi.OmittedInvalid, Rows: 1},
				}},
				{Table: "metrics_test_failures", Rows: 1, Used: 1, LeftOut: []kpi.LeftOut{}},
			},
		},
		"of no project": {
			id:    kpi.PatternCoverage,
			query: kpi.Query{Project: "shop"},
			data: func() kpi.Data {
				run := testRun(`{"patterns":["a"]}`)
				run.Origin = fromProject
				return kpi.Data{Patterns: patterns("a"), Performance: []metrics.Performance{run}}
			},
			want: []kpi.TableRows{
				{Table: "patterns", Rows: 1, LeftOut: []kpi.LeftOut{{Why: kpi.OmittedUnavailable, Rows: 1}}},
				{Table: "metrics_performance", Rows: 1, LeftOut: []kpi.LeftOut{{Why: kpi.OmittedUnavailable, Rows: 1}}},
			},
		},
		"the log": {
			id: kpi.AuditTrailCoverage,
			data: func() kpi.Data {
				d := kpi.Data{Patterns: patterns("a"), AuditLogs: logged("created", 1, 1, 99)}
				d.AuditLogs = append(d.AuditLogs, logged("deleted", 1)...)
				d.AuditLogs = append(d.AuditLogs, logged("viewed", 1)...)
				return d
			},
			want: []kpi.TableRows{
				{Table: "patterns", Rows: 1, Used: 1, LeftOut: []kpi.LeftOut{}},
				{Table: "audit_logs", Rows: 5, Used: 1, LeftOut: []kpi.LeftOut{
					{Why: kpi.OmittedOtherActions, Rows: 2}, {Why: kpi.OmittedNoPattern, Rows: 1}, {Why: kpi.OmittedSurplus, Rows: 1},
				}},
			},
		},
		"savings": {
			id: kpi.ROIPerPattern,
			data: func() kpi.Data {
				nobody, untimed := saved(1, 60), saved(1, 60)
				nobody.PatternID, untimed.TimeSavedSeconds = nil, nil
				return kpi.Data{Patterns: patterns("a"), Users: users(1, 1), Metrics: []api.Metric{saved(1, 60), nobody, untimed}}
			},
			want: []kpi.TableRows{
				{Table: "metrics", Rows: 3, Used: 1, LeftOut: []kpi.LeftOut{
					{Why: kpi.OmittedNull, Rows: 1}, {Why: kpi.OmittedNoPattern, Rows: 1},
				}},
				{Table: "patterns", Rows: 1, Used: 1, LeftOut: []kpi.LeftOut{}},
			},
		},
		"users": {
			id: kpi.UserAdoption,
			data: func() kpi.Data {
				all := users(4, 3)
				all[0].IsActive = false
				all[1].CreatedAt = ago(-1)
				return kpi.Data{Users: all}
			},
			want: []kpi.TableRows{{Table: "users", Rows: 4, Used: 2, LeftOut: []kpi.LeftOut{
				{Why: kpi.OmittedDeactivated, Rows: 1}, {Why: kpi.OmittedFuture, Rows: 1},
			}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c.query.AsOf = asOf
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				insert(t, db, storable(c.data()))
				assert.Equal(t, c.want, explain(t, db, c.id, c.query).Tables)
			})
		})
	}
}

func TestExplainAccountsForBadRows(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, kpi.Data{
			Generations:   counted(confident(generations(50, 40), 0.9), 3),
			Effectiveness: repeated(period("a", 10, 9, 0.9), 9),
		})
		for table, changes := range map[string][]string{
			"metrics_code_generation": {
				"confidence = 85", "confidence = NULL", "patterns_count = -3", "success = NULL",
				"patterns_count = NULL, patterns_applied = '{}'", "patterns_count = NULL, patterns_applied = 'null'",
			},
			"pattern_effectiveness": {
				"effectiveness_score = 2", "application_count = -1", "success_count = 99", "failure_count = -1",
				"period_end = period_start", "application_count = NULL", "effectiveness_score = NULL",
			},
		} {
			loosen(t, db, table)
			var ids []int64
			require.NoError(t, db.NewSelect().Table(table).Column("id").Order("id").Scan(t.Context(), &ids))
			for i, change := range changes {
				_, err := db.NewUpdate().Table(table).Set(change).Where("id = ?", ids[i]).Exec(t.Context())
				require.NoError(t, err)
			}
		}
		for id, want := range map[kpi.ID][]kpi.LeftOut{
			kpi.SuccessRate:          {{Why: kpi.OmittedNull, Rows: 1}},
			kpi.AverageConfidence:    {{Why: kpi.OmittedNull, Rows: 1}, {Why: kpi.OmittedInvalid, Rows: 1}},
			kpi.PatternsPerGen:       {{Why: kpi.OmittedNull, Rows: 1}, {Why: kpi.OmittedInvalid, Rows: 2}},
			kpi.CompilationErrorRate: {},
			kpi.CalibrationError:     {{Why: kpi.OmittedNull, Rows: 2}, {Why: kpi.OmittedInvalid, Rows: 1}},
			kpi.EffectivenessScore:   {{Why: kpi.OmittedNull, Rows: 2}, {Why: kpi.OmittedInvalid, Rows: 3}},
			kpi.ApplicationCount:     {{Why: kpi.OmittedNull, Rows: 1}, {Why: kpi.OmittedInvalid, Rows: 2}, {Why: kpi.OmittedNoPattern, Rows: 6}},
			kpi.PatternSuccessRate:   {{Why: kpi.OmittedNull, Rows: 1}, {Why: kpi.OmittedInvalid, Rows: 4}},
		} {
			assert.Equal(t, want, explain(t, db, id, kpi.Query{AsOf: asOf}).Tables[0].LeftOut, id)
		}
	})
}

func TestExplainRunsInsideATransaction(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, kpi.Data{Generations: generations(9, 5)})
		require.NoError(t, db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			e, err := kpi.Explain(ctx, tx, kpi.SuccessRate, kpi.Query{AsOf: asOf})
			require.NoError(t, err)
			assert.Equal(t, int64(9), e.Tables[0].Used)
			assert.NotEmpty(t, e.Statements)
			return nil
		}))
	})
}

func TestExplainRefuses(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		_, err := kpi.Explain(t.Context(), db, "success", kpi.Query{AsOf: asOf})
		require.EqualError(t, err, `kpi: explain: no KPI "success"`)
		_, err = kpi.Explain(t.Context(), db, kpi.SuccessRate, kpi.Query{})
		require.EqualError(t, err, "kpi: query without as_of")

		broken := metrics.Performance{MetricType: metrics.MetricTestRun, Details: metrics.JSON(`{"failed":-1}`), Timestamp: ago(1)}
		insert(t, db, kpi.Data{Performance: []metrics.Performance{broken}})
		_, err = kpi.Explain(t.Context(), db, kpi.TestFailureRate, kpi.Query{AsOf: asOf, Strict: true})
		require.ErrorContains(t, err, "kpi: strict: metrics_performance: row ")
		_, err = kpi.Explain(t.Context(), db, kpi.UserAdoption, kpi.Query{AsOf: asOf, Strict: true})
		require.NoError(t, err, "only the tables of the KPI are read")

		_, err = db.ExecContext(t.Context(), "ALTER TABLE users RENAME TO gone")
		require.NoError(t, err)
		_, err = kpi.Explain(t.Context(), db, kpi.UserAdoption, kpi.Query{AsOf: asOf})
		require.ErrorContains(t, err, "kpi: users: ")
	})
}

func TestExplanationFitsTheTerminal(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, sampleData(1))
		for _, d := range kpi.Definitions() {
			e := explain(t, db, d.ID, kpi.Query{AsOf: asOf, Project: "\x1b[31mred\n" + string(bytes.Repeat([]byte("long"), 40))})
			var text bytes.Buffer
			require.NoError(t, kpi.WriteExplanation(&text, e))
			assert.NotContains(t, text.String(), "\x1b", "%s obeys a project", d.ID)
			for line := range bytes.Lines(text.Bytes()) {
				assert.LessOrEqual(t, utf8.RuneCount(line), 101, "%s: %s", d.ID, line)
			}
		}
	})
}

func TestExplanationErrorsAreReturned(t *testing.T) {
	t.Parallel()

	require.ErrorIs(t, kpi.WriteExplanation(full{}, kpi.Explanation{}), errFull)
}

func TestOmissionsAreReached(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := sampleData(1)
		insert(t, db, d)
		_, err := db.NewUpdate().Table("pattern_effectiveness").Set("application_count = 0").Where("id <= 50").Exec(t.Context())
		require.NoError(t, err)
		reached := map[string]bool{}
		for _, d := range kpi.Definitions() {
			for _, q := range queries(t) {
				for _, table := range explain(t, db, d.ID, q).Tables {
					for _, left := range table.LeftOut {
						reached[string(left.Why)] = true
					}
				}
			}
		}
		for _, value := range constants(t, "explain_rows.go") {
			assert.True(t, reached[value], "nothing is left out for %q", value)
		}
	})
}

// storable fills in what the databases demand of the scenarios' rows.
func storable(d kpi.Data) kpi.Data {
	if len(d.Patterns) > 0 && len(d.Users) == 0 {
		d.Users = users(1, 1)
	}
	for i := range d.Users {
		u := &d.Users[i]
		u.Email, u.Username, u.HashedPassword, u.Role = fmt.Sprint(i, "@example.com"), fmt.Sprint(i), "x", api.RoleDeveloper
		u.UpdatedAt = u.CreatedAt
	}
	for i := range d.Patterns {
		d.Patterns[i].AuthorID, d.Patterns[i].PatternData = 1, empty
	}
	for i := range d.AuditLogs {
		a := &d.AuditLogs[i]
		a.Sequence, a.PreviousHash, a.Hash = int64(i+1), strings.Repeat("0", 64), strings.Repeat("0", 64)
	}
	for i := range d.CodeReviews {
		d.CodeReviews[i].IssueType, d.CodeReviews[i].Pattern = "nil", "a"
	}
	for i := range d.Metrics {
		d.Metrics[i].MetricType, d.Metrics[i].MetricData = "time_saved", empty
	}
	return d
}

func ExampleExplain() {
	ctx := context.Background()
	db, remove := exampleDatabase(ctx, func(db *store.DB) error {
		return fillDatabase(ctx, db, kpi.Data{Generations: with(generations(60, 50), func(i int, g *metrics.CodeGeneration) {
			switch i % 20 {
			case 0:
				g.Source = ptr("plan_file")
			case 1:
				g.Success = nil
			case 2:
				g.Timestamp = ago(90)
			}
		})})
	})
	defer remove()

	e, err := kpi.Explain(ctx, db, kpi.SuccessRate, kpi.Query{AsOf: asOf})
	if err != nil {
		panic(err)
	}
	for _, t := range e.Tables {
		fmt.Println(t.Rows, "rows of", t.Table)
		for _, left := range t.LeftOut {
			fmt.Println("-", left.Rows, left.Why)
		}
		fmt.Println("=", t.Used, "used")
	}
	fmt.Printf("%d of %d: %s\n", *e.Result.Numerator, *e.Result.Denominator, e.Result.Status)
	// Output:
	// 60 rows of metrics_code_generation
	// - 3 before_window
	// - 3 excluded
	// - 3 null
	// = 51 used
	// 41 of 51: not_met
}
