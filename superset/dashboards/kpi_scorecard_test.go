package dashboards_test

import (
	"slices"
	"strconv"
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

// seedSnapshots saves what the KPIs were in each of n weeks up to the day of
// now, of all organizations together and, with other values, of the first. It
// returns the rows by what the page's filter calls their organization.
func seedSnapshots(t *testing.T, db *store.DB, l *library, n int) map[string][]metrics.KPISnapshot {
	t.Helper()

	first := l.organizations[0]
	saved := map[string][]metrics.KPISnapshot{}
	statuses := []kpi.Status{kpi.Met, kpi.NotMet, kpi.Met, kpi.InsufficientData}
	for shift, scope := range []struct {
		name string
		ids  []int64
	}{{"(all)", nil}, {first.Name, []int64{first.ID}}} {
		for week := range n {
			report := kpi.Report{AsOf: now.AddDate(0, 0, -7*week), Organizations: scope.ids}
			for i, d := range kpi.Definitions() {
				r := kpi.Result{
					ID: d.ID, Unit: d.Unit, Target: d.Target, N: int64(10*i + shift), Value: new(float64(i*n+week)/7 + 100*float64(shift)),
					Status: statuses[(i+week*(shift+1)+shift)%len(statuses)], Evidence: kpi.Conclusive,
				}
				if i%5 == 0 {
					r.Interval = &kpi.Interval{Lower: *r.Value - 0.1, Upper: *r.Value + 0.1}
				}
				if i == 7 && week%2 == 1 {
					r.Value, r.Status = nil, kpi.NoData
				}
				report.KPIs = append(report.KPIs, r)
			}
			rows, err := report.Snapshots()
			require.NoError(t, err)
			require.NoError(t, db.SaveSnapshots(t.Context(), rows))
			saved[scope.name] = append(saved[scope.name], rows...)
		}
	}
	return saved
}

// The filter of the page always has one organization, (all) at first: each
// chart shows what was saved of that one and of no other.
func TestKPIScorecardShowsWhatWasSaved(t *testing.T) {
	t.Parallel()

	page := dashboards.KPIScorecard()
	filter := page.Filters[slices.IndexFunc(page.Filters, func(f superset.Filter) bool {
		s, ok := f.(superset.Select)
		return ok && s.Column == "organization"
	})].(superset.Select)
	assert.Equal(t, "(all)", filter.Default, "what has a default cannot be left empty")
	assert.False(t, filter.Multi)
	assert.Empty(t, filter.Exclude)

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		saved := seedSnapshots(t, db, seedLibrary(t, db), 16)
		require.Len(t, saved, 2)
		for organization, rows := range saved {
			assertCharts(t, db, page, scorecardOf(rows), superset.Is("organization", organization))
		}
	})
}

// scorecardOf is what the charts of the page show of snapshots.
func scorecardOf(rows []metrics.KPISnapshot) map[string][][][]string {
	day := func(s metrics.KPISnapshot) string { return s.AsOf.Truncate(24 * time.Hour).Format(time.DateTime) }
	is := func(statuses ...kpi.Status) func(metrics.KPISnapshot) bool {
		return func(s metrics.KPISnapshot) bool { return slices.Contains(statuses, kpi.Status(s.Status)) }
	}
	met, missed := counting(is(kpi.Met)), counting(is(kpi.NotMet))
	unjudged := counting(is(kpi.InsufficientData, kpi.NoData))

	var shown, newest []metrics.KPISnapshot
	for _, s := range rows {
		if twelveWeeks.contains(s.AsOf.Time) {
			shown = append(shown, s)
		}
		if s.AsOf.Equal(now) {
			newest = append(newest, s)
		}
	}
	signs := map[kpi.Status]string{kpi.Met: "✓ ", kpi.NotMet: "✗ "}
	dash := func(s *string) string {
		if s == nil {
			return "–"
		}
		return *s
	}
	var table [][]string
	for _, s := range newest {
		sign, ok := signs[kpi.Status(s.Status)]
		if !ok {
			sign = "· "
		}
		table = append(table, []string{
			s.Title, dash(s.ValueText), s.TargetText, sign + s.StatusText, dash(s.IntervalText), strconv.FormatInt(s.N, 10),
		})
	}
	hits, misses := 0.0, 0.0
	for _, s := range newest {
		switch kpi.Status(s.Status) {
		case kpi.Met:
			hits++
		case kpi.NotMet:
			misses++
		default:
		}
	}
	want := map[string][][][]string{
		"kpis-on-target":           {{{number(hits / (hits + misses))}}},
		"kpis-on-target-over-time": {tally(shown, day, met, missed, unjudged)},
		"scorecard":                {table},
	}
	for _, d := range kpi.Definitions() {
		var points [][]string
		for _, s := range shown {
			if s.KPI == string(d.ID) && s.Value != nil {
				points = append(points, []string{day(s), number(*s.Value)})
			}
		}
		want["kpi-"+slugOf(d.ID)] = [][][]string{points}
	}
	return want
}

func TestScorecardHasEveryKPI(t *testing.T) {
	t.Parallel()

	var slugs []string
	for _, chart := range dashboards.KPIScorecard().Charts() {
		slugs = append(slugs, chart.About().Slug)
	}
	for _, d := range kpi.Definitions() {
		assert.Contains(t, slugs, "kpi-"+slugOf(d.ID))
	}
}

func slugOf(id kpi.ID) string {
	slug := []byte(id)
	for i, c := range slug {
		if c == '_' {
			slug[i] = '-'
		}
	}
	return string(slug)
}
