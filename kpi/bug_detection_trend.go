package kpi

import (
	"context"
	"time"

	"github.com/uptrace/bun"
)

const bugTable = "metrics_bugs"

// bugFacts are the bugs by complete week.
type bugFacts struct {
	weeks  [trendWeeks + 1]struct{ rows, occurrences int64 }
	future int64
}

// readBugs adds the bugs of a database.
func (f *facts) readBugs(ctx context.Context, db bun.IDB) error {
	var counts []struct {
		Week int
		N    int64
		Sum  int64
	}
	err := f.selectWeek(f.scope(db.NewSelect().TableExpr(bugTable)), "timestamp").
		ColumnExpr("COUNT(*) AS n, CAST(SUM(COALESCE(count, 1)) AS BIGINT) AS sum").
		Group("week").
		Scan(ctx, &counts)
	for _, c := range counts {
		f.addBugs(c.Week, c.N, c.Sum)
	}
	return err
}

func (f *facts) addBugs(week int, rows, occurrences int64) {
	switch week {
	case afterAsOf:
		f.bugs.future += rows
	case thisWeek:
	default:
		f.bugs.weeks[week].rows += rows
		f.bugs.weeks[week].occurrences += occurrences
	}
}

// BugTrend is what bug_detection_trend says beyond the last week's count.
type BugTrend struct {
	Trend *WeeklyTrend `json:"trend"` // absent without any week
}

// WeeklyTrend is the trend over complete weeks.
type WeeklyTrend struct {
	Trend
	Counts      []int64   `json:"counts"`      // rows a week
	Occurrences []int64   `json:"occurrences"` // a row may stand for several
	From        time.Time `json:"from"`        // Monday of the first week
	Weeks       int       `json:"weeks"`
}

func (*BugTrend) detail() {}

// bugDetectionTrend is the number of bugs in the last complete week, judged by
// the trend of the twelve weeks that end with it.
func (f *facts) bugDetectionTrend(when period) Result {
	from, to := f.trendSpan(when)
	r := f.about(BugDetectionTrend, &Window{Start: f.weeks[from], End: f.weeks[to]})
	r.Quality.Future = f.bugs.future
	detail := &BugTrend{}
	r.Detail = detail
	if from == to || !f.firstSeen[bugTable].before(f.weeks[to]) {
		r.undefined(NoData, ReasonNoRows)
		return r
	}
	t := &WeeklyTrend{From: f.weeks[from], Weeks: to - from}
	detail.Trend = t
	values := make([]float64, 0, t.Weeks)
	for _, week := range f.bugs.weeks[from:to] {
		r.Quality.Rows += week.rows
		t.Counts = append(t.Counts, week.rows)
		t.Occurrences = append(t.Occurrences, week.occurrences)
		values = append(values, float64(week.rows))
	}
	t.Trend = trendOf(values)
	r.number(values[len(values)-1], int64(t.Weeks))
	r.Meets = nil // the target judges the series
	r.Chance = t.chanceOfTrend()
	switch {
	case t.Verdict == Decreasing:
		r.Status, r.Evidence = Met, Conclusive
	case t.Verdict == Increasing:
		r.Status, r.Evidence = NotMet, Conclusive
	case t.Verdict == VerdictTooFewData:
		r.undefined(InsufficientData, ReasonFewPeriods)
	case r.Quality.Rows == 0:
		r.undefined(Met, ReasonAllZero)
	default:
		r.Status, r.Evidence = NotMet, Inconclusive
	}
	return r
}

// trendSpan is the range of weeks that a trend looks at: twelve, less those
// before anything was ever recorded, which are no zeros.
func (f *facts) trendSpan(when period) (from, to int) {
	to = trendWeeks + 1
	if when == previous {
		to--
	}
	from = to - trendWeeks
	for from < to && !f.earliest().before(f.weeks[from+1]) {
		from++
	}
	return from, to
}
