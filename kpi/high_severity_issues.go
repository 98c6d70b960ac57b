package kpi

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

const reviewTable = "metrics_code_reviews"

// reviewFacts are the review findings by complete week.
type reviewFacts struct {
	weeks  [trendWeeks + 1]struct{ rows, null, high, critical int64 }
	future int64
}

// readReviews adds the review findings of a database.
func (f *facts) readReviews(ctx context.Context, db bun.IDB) error {
	var counts []struct {
		Week     int
		Severity sql.NullString
		N        int64
	}
	err := f.selectWeek(f.scope(db.NewSelect().TableExpr(reviewTable)), "timestamp").
		ColumnExpr("severity, COUNT(*) AS n").
		Group("week", "severity").
		Scan(ctx, &counts)
	for _, c := range counts {
		f.addReviews(c.Week, c.Severity, c.N)
	}
	return err
}

func (f *facts) addReviews(week int, severity sql.NullString, n int64) {
	if week == afterAsOf {
		f.reviews.future += n
	}
	if week < 0 {
		return
	}
	in := &f.reviews.weeks[week]
	in.rows += n
	// Adopted databases hold other spellings than the two that we store.
	switch s := metrics.Severity(strings.ToLower(strings.TrimSpace(severity.String))); {
	case !severity.Valid:
		in.null += n
	case s == metrics.SeverityHigh:
		in.high += n
	case s == metrics.SeverityCritical:
		in.critical += n
	}
}

// HighSeverity is what high_severity_issues says beyond the count.
type HighSeverity struct {
	High     *int64      `json:"high"`
	Critical *int64      `json:"critical"`
	Series   []WeekCount `json:"series"` // up to twelve complete weeks, oldest first
	Mean     *float64    `json:"mean"`   // of the series
	Worst    *WeekCount  `json:"worst"`  // the latest week with the highest count
}

// WeekCount is the count of one week.
type WeekCount struct {
	Week  time.Time `json:"week"` // its Monday
	Count int64     `json:"count"`
}

func (*HighSeverity) detail() {}

// highSeverityIssues counts the findings of severity high and critical in the
// last complete week.
func (f *facts) highSeverityIssues(when period) Result {
	from, to := f.trendSpan(when)
	r := f.about(HighSeverityIssues, &Window{Start: f.weeks[to-1], End: f.weeks[to]})
	r.Quality.Future = f.reviews.future
	detail := &HighSeverity{Series: []WeekCount{}}
	r.Detail = detail
	if from == to || !f.firstSeen[reviewTable].before(f.weeks[to]) {
		r.undefined(NoData, ReasonNoRows)
		return r
	}
	var total int64
	for i, week := range f.reviews.weeks[from:to] {
		count := WeekCount{Week: f.weeks[from+i], Count: week.high + week.critical}
		detail.Series = append(detail.Series, count)
		total += count.Count
		if detail.Worst == nil || count.Count >= detail.Worst.Count {
			detail.Worst = &count
		}
	}
	mean := share(total, int64(len(detail.Series)))
	last := f.reviews.weeks[to-1]
	detail.Mean, detail.High, detail.Critical = &mean, &last.high, &last.critical
	r.Quality.Rows, r.Quality.Null = last.rows, last.null

	count := last.high + last.critical
	r.number(float64(count), 1)
	i := garwood(count)
	r.Interval, r.Chance = &i, r.Target.chanceOfCount(count)
	if r.Target.decides(i) {
		r.verdict(Conclusive)
	} else {
		r.verdict(Inconclusive)
	}
	return r
}
