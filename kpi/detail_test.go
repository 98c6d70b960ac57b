package kpi_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// evaluate returns one KPI of the rows.
func evaluate(t *testing.T, id kpi.ID, d kpi.Data, q kpi.Query) kpi.Result {
	t.Helper()

	q.AsOf = asOf
	r, err := kpi.Evaluate(d, q)
	require.NoError(t, err)
	got, ok := r.KPI(id)
	require.True(t, ok)
	return got
}

func TestWindowsAreHalfOpen(t *testing.T) {
	t.Parallel()

	at := func(d time.Duration) metrics.CodeGeneration {
		return metrics.CodeGeneration{Success: ptr(true), Timestamp: metrics.At(asOf.Add(d))}
	}
	const month = 30 * 24 * time.Hour
	got := evaluate(t, kpi.SuccessRate, kpi.Data{Generations: []metrics.CodeGeneration{
		at(0),                             // the end is outside
		at(time.Hour),                     // the future
		at(-time.Microsecond), at(-month), // both ends of the window
		at(-month - time.Microsecond), at(-2 * month), // of the one before
		at(-2*month - time.Microsecond), // older than both
	}}, kpi.Query{})
	assert.Equal(t, int64(2), got.N)
	assert.Equal(t, int64(2), got.Quality.Future)
	assert.Equal(t, int64(2), got.Previous.N)
	assert.Equal(t, got.Window.Start, got.Previous.Window.End, "windows touch")
	assert.Nil(t, got.Previous.Previous)
}

func TestWeekBeginsOnMondayInItsZone(t *testing.T) {
	t.Parallel()

	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	for name, c := range map[string]struct{ in, want time.Time }{
		"a Monday at midnight is its own": {time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)},
		"the last moment of a Sunday":     {time.Date(2026, 3, 8, 23, 59, 59, 999, time.UTC), time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)},
		"across a year":                   {time.Date(2027, 1, 1, 5, 0, 0, 0, time.UTC), time.Date(2026, 12, 28, 0, 0, 0, 0, time.UTC)},
		"after the clocks went forward":   {time.Date(2026, 3, 8, 12, 0, 0, 0, newYork), time.Date(2026, 3, 2, 0, 0, 0, 0, newYork)},
		"a Sunday evening in New York":    {time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC).In(newYork), time.Date(2026, 2, 23, 0, 0, 0, 0, newYork)},
	} {
		assert.True(t, c.want.Equal(kpi.Week(c.in)), "%s: got %v", name, kpi.Week(c.in))
	}
	monday := kpi.Week(time.Date(2026, 3, 4, 0, 0, 0, 0, newYork))
	assert.InDelta(t, 167, monday.AddDate(0, 0, 7).Sub(monday).Hours(), 0, "the week of the change has 167 hours")
}

func TestRunningWeekEntersNoTrend(t *testing.T) {
	t.Parallel()

	bugs := weekly(3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5)
	bugs = append(bugs, metrics.Bug{Timestamp: ago(0.5)}, metrics.Bug{Timestamp: ago(-1)})
	got := evaluate(t, kpi.BugDetectionTrend, kpi.Data{Bugs: bugs}, kpi.Query{})
	detail := got.Detail.(*kpi.BugTrend).Trend
	assert.Equal(t, []int64{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5}, detail.Counts)
	assert.Equal(t, int64(10), detail.Occurrences[11])
	assert.Equal(t, kpi.Week(asOf).AddDate(0, 0, -84), detail.From)
	assert.Equal(t, kpi.Week(asOf), got.Window.End)
	assert.Equal(t, int64(1), got.Quality.Future)
	assert.InDelta(t, 2, got.Change.Absolute, 0, "against the week before")
	assert.InDelta(t, 2.0/3, *got.Change.Relative, 1e-12)
	assert.False(t, *got.Change.Significant, "5 after 3 is chance")
}

func TestTrendBeginsWithTheProject(t *testing.T) {
	t.Parallel()

	got := evaluate(t, kpi.BugDetectionTrend, kpi.Data{Bugs: weekly(4, 4, 4), Deployments: old(6)}, kpi.Query{})
	detail := got.Detail.(*kpi.BugTrend).Trend
	assert.Equal(t, []int64{0, 0, 0, 4, 4, 4}, detail.Counts, "weeks after the first deployment are zeros, weeks before are not there")
	assert.Equal(t, 6, detail.Weeks)
}

func TestChangeFromNothing(t *testing.T) {
	t.Parallel()

	long := metrics.CodeReview{Severity: "low", Count: 1, Timestamp: ago(60)}
	got := evaluate(t, kpi.HighSeverityIssues, kpi.Data{CodeReviews: append(found(3, "high"), long)}, kpi.Query{})
	require.NotNil(t, got.Change)
	assert.InDelta(t, 3, got.Change.Absolute, 0)
	assert.Nil(t, got.Change.Relative, "nothing to divide by")
	assert.Nil(t, got.Change.Interval)

	got = evaluate(t, kpi.HighSeverityIssues, kpi.Data{CodeReviews: append(found(3, "low"), long)}, kpi.Query{})
	assert.Nil(t, got.Change.Relative, "0 after 0 is no change of 0 %")
}

func TestChangeOfAShareIsJudgedByNewcombe(t *testing.T) {
	t.Parallel()

	before := with(generations(80, 48), func(_ int, g *metrics.CodeGeneration) { g.Timestamp = ago(40) })
	got := evaluate(t, kpi.SuccessRate, kpi.Data{Generations: append(before, generations(70, 56)...)}, kpi.Query{})
	want, err := kpi.Newcombe(56, 70, 48, 80)
	require.NoError(t, err)
	assert.Equal(t, &want, got.Change.Interval)
	assert.True(t, *got.Change.Significant)
}

func TestConfidenceStandsBesideItsBias(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Generations: confident(generations(100, 50), 0.95)}
	d.Generations[0].Success = nil // its confidence still counts
	got := evaluate(t, kpi.AverageConfidence, d, kpi.Query{})
	level := got.Detail.(*kpi.Level)
	assert.Equal(t, kpi.Met, got.Status)
	assert.Equal(t, int64(100), got.N)
	assert.InDelta(t, 0.95-49.0/99, *level.Bias, 1e-12)
	assert.InDelta(t, 0, *level.SD, 1e-12)
	assert.InDelta(t, 1, *got.Quality.PointMass, 0, "all at one confidence")

	one := evaluate(t, kpi.AverageConfidence, kpi.Data{Generations: confident(generations(1, 1), 0.9)}, kpi.Query{})
	assert.Nil(t, one.Detail.(*kpi.Level).SD, "one value has no standard deviation")
	assert.Nil(t, one.Interval)
}

func TestMeanInRangeMayHideExtremes(t *testing.T) {
	t.Parallel()

	got := evaluate(t, kpi.PatternsPerGen, kpi.Data{Generations: counted(generations(60, 50), 0, 7)}, kpi.Query{})
	assert.Equal(t, kpi.Met, got.Status)
	assert.InDelta(t, 0, *got.Detail.(*kpi.PatternLoad).ShareInRange, 0)
}

func TestRowsThatContradictThemselvesAreCounted(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Generations: broken(generations(40, 30), 35, "E: x")}
	got := evaluate(t, kpi.CompilationErrorRate, d, kpi.Query{})
	assert.Equal(t, int64(30), got.Quality.Contradictory, "successes with an error")
	assert.Equal(t, int64(35), *got.Numerator)
	assert.InDelta(t, 0.5, *got.Detail.(*kpi.CompilationErrors).ShareOfFailures, 0)

	d = kpi.Data{Generations: counted(generations(40, 30), 2)}
	d.Generations[3].PatternsApplied = metrics.Names{"a"}
	assert.Equal(t, int64(1), evaluate(t, kpi.PatternsPerGen, d, kpi.Query{}).Quality.Contradictory)

	d = kpi.Data{Effectiveness: []metrics.Effectiveness{period("a", 40, 30, 1)}}
	d.Effectiveness[0].FailureCount = ptr(int64(2))
	assert.Equal(t, int64(1), evaluate(t, kpi.PatternSuccessRate, d, kpi.Query{}).Quality.Contradictory)
}

func TestOverlappingPeriodsAreReported(t *testing.T) {
	t.Parallel()

	week := period("a", 70, 60, 0.9)
	week.PeriodStart = ago(7)
	d := kpi.Data{Effectiveness: append(repeated(period("a", 10, 9, 0.9), 6), week)}
	d.Effectiveness = append(d.Effectiveness, repeated(period("touching", 10, 9, 0.9), 6)...)
	got := evaluate(t, kpi.EffectivenessScore, d, kpi.Query{})
	assert.Equal(t, []string{"a"}, got.Detail.(*kpi.Effectiveness).Overlapping)
	assert.Equal(t, int64(13), got.N, "reported, not repaired")
}

func TestWeightsCount(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Effectiveness: append(repeated(period("a", 1000, 900, 0.9), 1), repeated(period("b", 2, 0, 0), 1)...)}
	got := evaluate(t, kpi.EffectivenessScore, d, kpi.Query{})
	detail := got.Detail.(*kpi.Effectiveness)
	assert.InDelta(t, 900.0/1002, *got.Value, 1e-12)
	assert.InDelta(t, 0.45, *detail.Unweighted, 1e-12)
	assert.InDelta(t, 1002*1002/1000004.0, *detail.Effective, 1e-9)
	assert.Equal(t, int64(1002), *detail.Applications)
}

func TestRankingIsByTheLowerBound(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Effectiveness: []metrics.Effectiveness{
		period("five of five", 5, 5, 1), period("95 of 100", 100, 95, 1), period("four", 4, 4, 1),
	}}
	items := evaluate(t, kpi.PatternSuccessRate, d, kpi.Query{}).Detail.(*kpi.PatternSuccess).Items
	require.Len(t, items, 2, "fewer than 5 applications are not listed")
	assert.Equal(t, "95 of 100", items[0].Pattern)
}

func TestApplicationsWorstFirst(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Patterns: patterns("b", "a", "c"), Effectiveness: repeated(period("c", 6, 6, 1), 2)}
	detail := evaluate(t, kpi.ApplicationCount, d, kpi.Query{Days: 28}).Detail.(*kpi.Applications)
	assert.False(t, detail.Normalised, "28 to 31 days are a month")
	assert.Equal(t, []kpi.Item{{Pattern: "a"}, {Pattern: "b"}, {Pattern: "c", Value: 12, Meets: true}}, detail.Items)

	detail = evaluate(t, kpi.ApplicationCount, d, kpi.Query{Days: 60}).Detail.(*kpi.Applications)
	assert.True(t, detail.Normalised)
	assert.InDelta(t, 12*30.436875/60, detail.Items[2].Value, 1e-12)
}

func TestNamesOfSeveralOrganizationsAreAmbiguous(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Patterns: patterns("a", "b", "a"), Effectiveness: append(repeated(period("a", 5, 5, 1), 1), repeated(period("b", 5, 5, 1), 1)...)}
	d.Patterns[2].OrganizationID = 2
	got := evaluate(t, kpi.ApplicationCount, d, kpi.Query{Organizations: []int64{2}})
	detail := got.Detail.(*kpi.Applications)
	assert.Equal(t, []string{"a"}, detail.Ambiguous)
	assert.Equal(t, int64(1), got.Quality.Rows, "rows of names that the organization does not have are left out")
}

func TestVersionsAreOneLineage(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Patterns: patterns("a", "a", "a", "b")}
	for i := range 3 {
		d.Patterns[i].Version, d.Patterns[i].IsActive = int64(i+1), i == 2
		if i > 0 {
			d.Patterns[i].ParentID = ptr(int64(i))
		}
	}
	d.Metrics = []api.Metric{saved(1, 20000), saved(2, 10000), saved(3, 10000), saved(9, 5)}
	d.Metrics[1].UserID = ptr(int64(2))
	got := evaluate(t, kpi.ROIPerPattern, d, kpi.Query{})
	items := got.Detail.(*kpi.ROI).Items
	require.Len(t, items, 2)
	assert.Equal(t, "b", items[0].Pattern)
	assert.Nil(t, items[0].Value, "no rows are not 0 hours")
	assert.InDelta(t, 40000.0/3600, *items[1].Value, 1e-12)
	assert.Equal(t, 2, items[1].Users)
	assert.InDelta(t, 40000.0/3600/100, *items[1].HoursPerDay, 1e-12)

	versioning := evaluate(t, kpi.PatternVersioning, d, kpi.Query{})
	assert.Equal(t, int64(1), *versioning.Numerator)
	assert.Equal(t, int64(2), *versioning.Denominator)
	variants := versioning.Detail.(*kpi.Versioning).Variants
	assert.InDelta(t, 1, *variants.VersionRecorded, 0)
	assert.InDelta(t, 1, *variants.ChangedPatternsVersioned, 0, "b never changed")

	audit := evaluate(t, kpi.AuditTrailCoverage, d, kpi.Query{})
	assert.Equal(t, int64(4), *audit.Denominator, "two creations and two updates")
}

func TestVersionsInACircleEnd(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Patterns: patterns("a", "b", "c")}
	d.Patterns[0].ParentID, d.Patterns[1].ParentID = ptr(int64(2)), ptr(int64(1))
	d.Patterns[2].ParentID = ptr(int64(3)) // its own parent
	got := evaluate(t, kpi.PatternVersioning, d, kpi.Query{})
	assert.Equal(t, int64(2), *got.Denominator)
}

func TestArchivedPatternsDoNotCount(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Patterns: patterns("a", "b", "c", "d")}
	d.Patterns[0].IsArchived, d.Patterns[1].IsActive, d.Patterns[3].CreatedAt = true, false, ago(-1)
	got := evaluate(t, kpi.PatternVersioning, d, kpi.Query{})
	assert.Equal(t, int64(1), *got.Denominator)
	assert.Equal(t, int64(1), got.Quality.Future)
}

func TestAuditTrailNamesWhatIsMissing(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Patterns: patterns("a"), AuditLogs: append(logged("INSERT", 1), logged("edit", 1)...)}
	d.Patterns[0].Version = 4 // changed in place
	d.AuditLogs = append(d.AuditLogs, logged("deleted", 7)...)
	d.AuditLogs = append(d.AuditLogs, logged("created", 8)...)
	got := evaluate(t, kpi.AuditTrailCoverage, d, kpi.Query{})
	detail := got.Detail.(*kpi.AuditTrail)
	assert.InDelta(t, 0.5, *got.Value, 0)
	assert.Equal(t, []kpi.UncoveredChange{{Pattern: "a", ID: 1, Version: 4, Kind: "updated", Expected: 3, Logged: 1}}, detail.Uncovered)
	assert.Equal(t, int64(1), detail.Orphans)
	assert.Equal(t, int64(1), detail.Deleted)
}

func TestROICountsTimeLost(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Patterns: patterns("a"), Metrics: []api.Metric{saved(1, 7200), saved(1, -3600), saved(1, 0), saved(1, 0)}}
	d.Metrics[2].TimeSavedSeconds, d.Metrics[3].PatternID = nil, nil
	d.Metrics[3].TimeSavedSeconds = ptr(int64(1800))
	got := evaluate(t, kpi.ROIPerPattern, d, kpi.Query{})
	detail := got.Detail.(*kpi.ROI)
	assert.InDelta(t, 1, detail.TotalHours, 0)
	assert.InDelta(t, 0.5, detail.UnattributedHours, 0)
	assert.Equal(t, int64(1), detail.Negative)
	assert.Equal(t, int64(1), got.Quality.Null)
}

func TestAdoptionTakesActiveUsersOnly(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Users: users(6, 3)}
	d.Users[0].IsActive = false
	d.Users[1].LastLogin = ptr(ago(-1))
	d.Users[2].LastLogin = ptr(ago(30)) // on the boundary counts
	d.Users[3].LastLogin = ptr(ago(30.0001))
	got := evaluate(t, kpi.UserAdoption, d, kpi.Query{})
	assert.Equal(t, int64(2), *got.Numerator)
	assert.Equal(t, int64(5), *got.Denominator)
	assert.Equal(t, &kpi.Adoption{NeverLoggedIn: 2, LoginsSince: 1}, got.Detail)
}

func TestCoverageListsBothSides(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Patterns: patterns("a", "b", "b"), Performance: runs(`{"patterns":["a","gone","b"]}`)}
	d.Performance[0].OrganizationID = ptr(int64(1))
	d.Patterns[2].OrganizationID = 2 // another b, which the run of the first says nothing about
	detail := evaluate(t, kpi.PatternCoverage, d, kpi.Query{}).Detail.(*kpi.Coverage)
	assert.Equal(t, []string{"b"}, detail.Uncovered)
	assert.Equal(t, []string{"gone"}, detail.Unknown)
}

func TestImpossibleRunsAreNamed(t *testing.T) {
	t.Parallel()

	d := kpi.Data{Performance: runs(`{"failed":2,"passed":98}`), TestFailures: failures(3)}
	got := evaluate(t, kpi.TestFailureRate, d, kpi.Query{})
	assert.Equal(t, []string{"run-1"}, got.Detail.(*kpi.TestRuns).Impossible)

	d.TestFailures[0].Project = ptr("another") // numbers its runs alike
	assert.Equal(t, kpi.Met, evaluate(t, kpi.TestFailureRate, d, kpi.Query{}).Status)
}

func TestStrictModeNamesTheRow(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		data kpi.Data
		want string
	}{
		"confidence in percent": {
			kpi.Data{Generations: with(generations(9, 3), func(i int, g *metrics.CodeGeneration) {
				if i > 5 {
					g.Confidence = ptr(85.0)
				}
			})},
			"kpi: strict: metrics_code_generation: row 7: confidence 85 is outside [0, 1]",
		},
		"negative count of patterns": {
			kpi.Data{Generations: counted(generations(1, 1), -1)},
			"kpi: strict: metrics_code_generation: row 1: patterns_count -1 is negative",
		},
		"score beyond 1": {
			kpi.Data{Effectiveness: repeated(period("a", 9, 9, 90), 1)},
			"kpi: strict: pattern_effectiveness: row 0: effectiveness_score 90 is outside [0, 1]",
		},
		"more successes than applications": {
			kpi.Data{Effectiveness: repeated(period("a", 9, 10, 1), 1)},
			"kpi: strict: pattern_effectiveness: row 0: 10 successes and -1 failures of 9 applications",
		},
		"negative applications": {
			kpi.Data{Effectiveness: repeated(period("a", -1, -1, 1), 1)},
			"kpi: strict: pattern_effectiveness: row 0: application_count -1 is negative",
		},
		"a period that ends before it starts": {
			kpi.Data{Effectiveness: []metrics.Effectiveness{{PatternName: "a", PeriodStart: ago(1), PeriodEnd: ago(1)}}},
			"kpi: strict: pattern_effectiveness: row 0: the period ends before it starts",
		},
		"half a test": {
			kpi.Data{Performance: runs(`{"failed":0,"passed":1.5}`)},
			"kpi: strict: metrics_performance: row 1: details of a test run need passed, failed and skipped as counts",
		},
	} {
		_, err := kpi.Evaluate(c.data, kpi.Query{AsOf: asOf, Strict: true})
		assert.EqualError(t, err, c.want, name)

		_, err = kpi.Evaluate(c.data, kpi.Query{AsOf: asOf})
		assert.NoError(t, err, name)
	}
}

func TestQueriesThatMakeNoSense(t *testing.T) {
	t.Parallel()

	_, err := kpi.Evaluate(kpi.Data{}, kpi.Query{})
	require.EqualError(t, err, "kpi: query without as_of")
	_, err = kpi.Evaluate(kpi.Data{}, kpi.Query{AsOf: asOf, Days: -1})
	require.EqualError(t, err, "kpi: query over -1 days")
}

// keys are those that every KPI has in JSON.
var keys = []string{"id", "value", "unit", "numerator", "denominator", "n", "interval", "target", "meets", "status",
	"evidence", "reason", "window", "as_of", "quality", "previous", "change"}

func TestNoKeyIsEverLeftOut(t *testing.T) {
	t.Parallel()

	empty, err := kpi.Evaluate(kpi.Data{}, kpi.Query{AsOf: asOf})
	require.NoError(t, err)
	full, err := kpi.Evaluate(sampleData(2), kpi.Query{AsOf: asOf})
	require.NoError(t, err)
	require.Len(t, empty.KPIs, 16)

	decode := func(r kpi.Report) []map[string]any {
		var form struct{ KPIs []map[string]any }
		require.NoError(t, json.Unmarshal([]byte(asJSON(t, r)), &form))
		return form.KPIs
	}
	without, filled := decode(empty), decode(full)
	for i, d := range kpi.Definitions() {
		assert.Equal(t, string(d.ID), without[i]["id"], "order of the report")
		for _, key := range keys {
			assert.Contains(t, without[i], key, "%s", d.ID)
		}
		assert.Nil(t, without[i]["value"], "%s of nothing", d.ID)
		for key := range filled[i] {
			assert.Contains(t, without[i], key, "%s of nothing", d.ID)
		}
	}
}

func TestDefinitionsAgreeWithResults(t *testing.T) {
	t.Parallel()

	r, err := kpi.Evaluate(sampleData(1), kpi.Query{AsOf: asOf})
	require.NoError(t, err)
	for i, d := range kpi.Definitions() {
		got := r.KPIs[i]
		assert.Equal(t, d.ID, got.ID)
		assert.Equal(t, d.Unit, got.Unit, "%s", d.ID)
		assert.Equal(t, d.Target, got.Target, "%s", d.ID)
		assert.NotEmpty(t, d.Formula, "%s", d.ID)
		assert.NotEmpty(t, d.Sources, "%s", d.ID)
		assert.NotEmpty(t, d.TargetText(), "%s", d.ID)
	}
}

func ExampleEvaluate() {
	yes, no := true, false
	at := metrics.At(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	report, err := kpi.Evaluate(kpi.Data{Generations: []metrics.CodeGeneration{
		{Prompt: "a", Success: &yes, Timestamp: at},
		{Prompt: "b", Success: &yes, Timestamp: at},
		{Prompt: "c", Success: &no, Timestamp: at},
	}}, kpi.Query{AsOf: time.Date(2026, 3, 4, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		panic(err)
	}
	rate, _ := report.KPI(kpi.SuccessRate)
	fmt.Printf("%.3f from %d generations: %s\n", *rate.Value, rate.N, rate.Status)
	// Output: 0.667 from 3 generations: insufficient_data
}
