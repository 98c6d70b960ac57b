package kpi_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// libraryOf is two organizations with an author each, and patterns of theirs,
// each in as many versions as it is named.
func libraryOf(organizations map[int64][]string) kpi.Data {
	var d kpi.Data
	id := int64(0)
	for _, organization := range []int64{1, 2} {
		d.Users = append(d.Users, api.User{ID: organization, OrganizationID: organization, Email: fmt.Sprint(organization), Username: fmt.Sprint(organization),
			HashedPassword: "x", Role: api.RoleAdmin, IsActive: true, CreatedAt: ago(300), UpdatedAt: ago(300)})
		latest := map[string]int{}
		for _, name := range organizations[organization] {
			id++
			p := api.Pattern{ID: id, OrganizationID: organization, AuthorID: organization, Name: name, PatternData: empty,
				Version: 1, IsActive: true, CreatedAt: ago(100), UpdatedAt: ago(100)}
			if before, ok := latest[name]; ok {
				d.Patterns[before].IsActive = false
				p.Version, p.ParentID = d.Patterns[before].Version+1, &d.Patterns[before].ID
			}
			latest[name] = len(d.Patterns)
			d.Patterns = append(d.Patterns, p)
		}
	}
	return d
}

// rowOf is the row of a pattern; organization 0 is none.
func rowOf(t *testing.T, r kpi.PatternReport, name string, organization int64) kpi.PatternRow {
	t.Helper()

	for _, row := range r.Patterns {
		if row.Pattern == name && (row.OrganizationID == nil && organization == 0 || row.OrganizationID != nil && *row.OrganizationID == organization) {
			return row
		}
	}
	require.Fail(t, "no row", "%s of %d", name, organization)
	return kpi.PatternRow{}
}

func TestPatternReportDoesNotMultiply(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := libraryOf(map[int64][]string{1: {"retry", "retry", "guard", "idle"}, 2: {"guard"}})
		d.Patterns[0].TimesApplied, d.Patterns[0].LastApplied = ptr(int64(7)), ptr(ago(3))
		d.Patterns[1].TimesApplied, d.Patterns[1].Category = ptr(int64(5)), ptr("reliability")
		d.Patterns[1].Severity, d.Patterns[2].LastApplied = ptr(metrics.SeverityHigh), ptr(ago(30))
		of := func(organization int64) metrics.Origin { return metrics.Origin{OrganizationID: &organization} }
		for i := range 8 { // 6 of 7 known ones succeed
			g := metrics.CodeGeneration{Origin: of(1), Prompt: fmt.Sprint(i), PatternsApplied: metrics.Names{"retry", "retry"}, Timestamp: ago(2)}
			if i > 0 {
				g.Success = ptr(i > 1)
			}
			d.Generations = append(d.Generations, g)
		}
		d.Generations = append(d.Generations, metrics.CodeGeneration{Origin: of(1), Prompt: "no list", Timestamp: ago(2)})
		for i := range 2 {
			d.Bugs = append(d.Bugs, metrics.Bug{Pattern: "retry", Error: fmt.Sprint(i), Count: 9, Timestamp: ago(2)})
		}
		for i := range 5 {
			d.TestFailures = append(d.TestFailures, metrics.TestFailure{PatternViolated: ptr("retry"), TestName: fmt.Sprint(i), Timestamp: ago(2)})
		}
		d.Bugs = append(d.Bugs,
			metrics.Bug{Origin: of(2), Pattern: "guard", Error: "theirs", Timestamp: ago(2)},
			metrics.Bug{Pattern: "guard", Error: "whose?", Timestamp: ago(2)},
			metrics.Bug{Pattern: "unknown", Error: "in no library", Timestamp: ago(2)},
			metrics.Bug{Pattern: "retry", Error: "too old", Timestamp: ago(31)})
		d.Effectiveness = []metrics.Effectiveness{period("retry", 10, 9, 0.9), period("retry", 30, 15, 0.5), period("guard", 4, 4, 1)}
		d.Metrics = []api.Metric{saving(1, 0, 1, 1, ptr(int64(5400))), saving(1, 0, 1, 2, ptr(int64(1800))), saving(1, 0, 1, 3, nil)}
		insert(t, db, d)

		got, err := kpi.Patterns(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		bounds, err := kpi.Wilson(6, 7)
		require.NoError(t, err)
		assert.Equal(t, kpi.PatternRow{
			Pattern: "retry", OrganizationID: ptr(int64(1)),
			Library: &kpi.LibraryEntry{ID: 2, Version: 2, Category: ptr("reliability"), Severity: ptr(metrics.SeverityHigh), Active: true,
				Usage: kpi.UsageActive, TimesApplied: 12, LastApplied: ptr(ago(3))},
			Generations: 8, Bugs: 2, Failures: 5, SuccessRate: ptr(6.0 / 7), Interval: &bounds,
			Applications: ptr(int64(40)), Effectiveness: ptr(0.6), Hours: ptr(2.0),
		}, rowOf(t, got, "retry", 1))

		assert.Equal(t, kpi.UsageRecent, rowOf(t, got, "guard", 1).Library.Usage, "30 days ago is recent")
		assert.Equal(t, int64(0), rowOf(t, got, "guard", 1).Bugs)
		assert.Equal(t, int64(1), rowOf(t, got, "guard", 2).Bugs)
		whose := rowOf(t, got, "guard", 0)
		assert.Nil(t, whose.Library)
		assert.Equal(t, int64(1), whose.Bugs)
		assert.Equal(t, ptr(int64(4)), whose.Applications, "of which of the two is not known")
		assert.Nil(t, rowOf(t, got, "unknown", 0).Library)

		idle := rowOf(t, got, "idle", 1)
		assert.Equal(t, kpi.UsageNever, idle.Library.Usage)
		assert.Equal(t, []*float64{nil, nil, nil}, []*float64{idle.SuccessRate, idle.Effectiveness, idle.Hours}, "absent, not 0")
		assert.Nil(t, idle.Applications)
		assert.Len(t, got.Patterns, 6)
		assert.Equal(t, kpi.Quality{Rows: 9, Null: 1}, got.Quality)
		assert.Equal(t, kpi.Quality{Rows: 3}, got.Periods)

		got, err = kpi.Patterns(t.Context(), db, kpi.Query{AsOf: asOf, Organizations: []int64{2}})
		require.NoError(t, err)
		assert.Len(t, got.Patterns, 2, "its own guard, and the periods of a name that two have")
		got, err = kpi.Patterns(t.Context(), db, kpi.Query{AsOf: asOf, Project: "shop"})
		require.NoError(t, err)
		retry := rowOf(t, got, "retry", 1)
		assert.Nil(t, retry.Applications, "pattern_effectiveness knows no projects")
		assert.Nil(t, retry.Hours)
		assert.Equal(t, int64(0), retry.Bugs)
	})
}

// viewCounts is what the views of the dashboards say of a pattern.
type viewCounts struct {
	Pattern                                                string
	Generations, Known, Hits, Bugs, Failures, Applications int64
	ScoreWeight, Seconds                                   float64
}

func TestPatternReportAgreesWithTheViews(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		d := sampleData(5)
		d.Effectiveness = slices.DeleteFunc(d.Effectiveness, func(e metrics.Effectiveness) bool {
			return !e.PeriodEnd.After(e.PeriodStart.Time) || e.ApplicationCount == nil || e.EffectivenessScore == nil
		})
		insert(t, db, d)
		midnight := asOf.Truncate(24 * time.Hour) // the facts of patterns are days
		got, err := kpi.Patterns(t.Context(), db, kpi.Query{AsOf: midnight, Days: 60})
		require.NoError(t, err)
		require.Equal(t, int64(0), got.Periods.Invalid+got.Periods.Null)

		sums := map[string]*viewCounts{}
		of := func(name string) *viewCounts {
			if sums[name] == nil {
				sums[name] = &viewCounts{Pattern: name}
			}
			return sums[name]
		}
		for _, row := range got.Patterns {
			s := of(row.Pattern)
			s.Generations += row.Generations
			s.Bugs += row.Bugs
			s.Failures += row.Failures
			if row.Applications != nil {
				s.Applications += *row.Applications
				s.ScoreWeight += *row.Effectiveness * float64(*row.Applications)
			}
			if row.Hours != nil {
				s.Seconds += *row.Hours * 3600
			}
		}
		var facts []viewCounts
		require.NoError(t, db.NewSelect().TableExpr("v_pattern_facts").Column("pattern").
			ColumnExpr("CAST(SUM(CASE WHEN kind = 'Bug' THEN 1 ELSE 0 END) AS BIGINT) AS bugs").
			ColumnExpr("CAST(SUM(CASE WHEN kind = 'Test failure' THEN 1 ELSE 0 END) AS BIGINT) AS failures").
			ColumnExpr("CAST(COALESCE(SUM(applications), 0) AS BIGINT) AS applications").
			ColumnExpr("CAST(COALESCE(SUM(score_weight), 0) AS DOUBLE PRECISION) AS score_weight").
			ColumnExpr("CAST(COALESCE(SUM(seconds_saved), 0) AS DOUBLE PRECISION) AS seconds").
			Where("timestamp >= ?", got.Window.Start).Where("timestamp < ?", got.Window.End).
			Group("pattern").Scan(t.Context(), &facts))
		require.NotEmpty(t, facts)
		for _, want := range facts {
			have := of(want.Pattern)
			assert.Equal(t, []int64{want.Bugs, want.Failures, want.Applications}, []int64{have.Bugs, have.Failures, have.Applications}, want.Pattern)
			assert.InDelta(t, want.ScoreWeight, have.ScoreWeight, 1e-9, want.Pattern)
			assert.InDelta(t, want.Seconds, have.Seconds, 1e-6, want.Pattern)
		}

		var generations []viewCounts
		require.NoError(t, db.NewSelect().TableExpr("v_generations").Column("pattern").
			ColumnExpr("COUNT(*) AS generations").
			Where("whole = 0").
			Where("timestamp >= ?", got.Window.Start).Where("timestamp < ?", got.Window.End).
			Group("pattern").Scan(t.Context(), &generations))
		require.NotEmpty(t, generations)
		for _, want := range generations {
			assert.Equal(t, want.Generations, of(want.Pattern).Generations, want.Pattern)
		}

		var heads []struct {
			ID           int64
			Pattern      string
			Version      int64
			Active       bool
			Archived     bool
			Organization string
		}
		require.NoError(t, db.NewSelect().TableExpr("v_patterns").
			Column("id", "pattern", "version", "active", "archived", "organization").
			Where("head = 1").Scan(t.Context(), &heads))
		entries := 0
		for _, row := range got.Patterns {
			if row.Library != nil {
				entries++
			}
		}
		assert.Len(t, heads, entries)
		for _, h := range heads {
			organization := map[string]int64{"0": 1, "1": 2}[h.Organization]
			entry := rowOf(t, got, h.Pattern, organization).Library
			if assert.NotNil(t, entry, h.Pattern) {
				assert.Equal(t, []any{h.ID, h.Version, h.Active, h.Archived}, []any{entry.ID, entry.Version, entry.Active, entry.Archived}, h.Pattern)
			}
		}
	})
}

func TestUsageAgreesWithTheViews(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		now := time.Now() // as the views see it
		d := libraryOf(map[int64][]string{1: {"a", "b", "c", "d"}})
		for i, days := range []int{1, 20, 40} {
			d.Patterns[i].LastApplied = ptr(metrics.At(now.AddDate(0, 0, -days)))
		}
		for i, name := range []string{"a", "b", "c", "d"} {
			d.Bugs = append(d.Bugs, metrics.Bug{Pattern: name, Error: fmt.Sprint(i), Timestamp: metrics.At(now.Add(-time.Hour))})
		}
		insert(t, db, d)
		got, err := kpi.Patterns(t.Context(), db, kpi.Query{AsOf: now})
		require.NoError(t, err)

		var facts []struct{ Pattern, Status string }
		require.NoError(t, db.NewSelect().TableExpr("v_pattern_facts").Column("pattern", "status").Scan(t.Context(), &facts))
		require.Len(t, facts, 4)
		for _, f := range facts {
			usage := rowOf(t, got, f.Pattern, 1).Library.Usage
			assert.Equal(t, strings.ReplaceAll(strings.ToLower(f.Status), " ", "_"), string(usage), f.Pattern)
		}
	})
}

func TestPatternReportCountsBadGenerations(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		insert(t, db, kpi.Data{Generations: generations(2, 1)})
		loosen(t, db, "metrics_code_generation")
		_, err := db.NewRaw(`UPDATE metrics_code_generation SET patterns_applied = '{"a":1}' WHERE prompt = '1'`).Exec(t.Context())
		require.NoError(t, err)

		got, err := kpi.Patterns(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		assert.Equal(t, kpi.Quality{Rows: 2, Null: 1, Invalid: 1}, got.Quality)
		_, err = kpi.Patterns(t.Context(), db, kpi.Query{AsOf: asOf, Strict: true})
		assert.ErrorContains(t, err, "kpi: strict: metrics_code_generation: row ")
	})
}

func TestPatternReportCountsBadPeriods(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		early := period("retry", 10, 9, 0.9)
		early.PeriodEnd = early.PeriodStart
		later := period("retry", 10, 9, 0.9)
		later.PeriodStart, later.PeriodEnd = ago(-1), ago(-2)
		nothing, unscored := period("retry", 10, 9, 0.9), period("retry", 10, 9, 0.9)
		nothing.ApplicationCount, unscored.EffectivenessScore = nil, nil
		insert(t, db, kpi.Data{Effectiveness: []metrics.Effectiveness{
			early, later, nothing, unscored, period("retry", 0, 0, 1), period("retry", 2, 1, 0.5), period("retry", 3, 1, 0.5),
		}})
		loosen(t, db, "pattern_effectiveness")
		for from, to := range map[int64]string{2: "effectiveness_score = 85", 3: "application_count = -1"} {
			_, err := db.NewRaw("UPDATE pattern_effectiveness SET "+to+" WHERE application_count = ?", from).Exec(t.Context())
			require.NoError(t, err)
		}

		got, err := kpi.Patterns(t.Context(), db, kpi.Query{AsOf: asOf})
		require.NoError(t, err)
		assert.Equal(t, kpi.Quality{Rows: 6, Null: 2, Invalid: 3, Future: 1}, got.Periods)
		retry := rowOf(t, got, "retry", 0)
		assert.Equal(t, ptr(int64(10)), retry.Applications)
		assert.Nil(t, retry.Effectiveness, "no applications behind the only score")
		_, err = kpi.Patterns(t.Context(), db, kpi.Query{AsOf: asOf, Strict: true})
		assert.ErrorContains(t, err, "kpi: strict: pattern_effectiveness: row ")
	})
}

func ExamplePatterns() {
	ctx := context.Background()
	db, remove := exampleDatabase(ctx, func(db *store.DB) error {
		d := libraryOf(map[int64][]string{1: {"guard-clause", "retry", "retry"}})
		d.Patterns[2].LastApplied = ptr(ago(2))
		d.Generations = with(generations(50, 41), func(_ int, g *metrics.CodeGeneration) { g.PatternsApplied = metrics.Names{"retry"} })
		d.Bugs = []metrics.Bug{{Pattern: "retry", Error: "retried a 404", Timestamp: ago(3)}}
		return fillDatabase(ctx, db, d)
	})
	defer remove()

	report, err := kpi.Patterns(ctx, db, kpi.Query{AsOf: asOf})
	if err != nil {
		panic(err)
	}
	if err := report.WriteTable(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// Pattern       Usage       Org  Generations  Success  Effective  Bugs  Failures  Hours
	// guard-clause  never used    1            0        –          –     0         0      –
	// retry         active        1           50   82.0 %          –     1         0      –
}
