package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// A summary compares the week that ends with its day with the one before.
const (
	week    = 7
	twoWeek = 2 * week
)

// summarize makes the rows of metrics_summary anew that these events are part
// of: those of their days, and of the thirteen after each.
func (r rollup) summarize(ctx context.Context, tx bun.Tx, e engine, ids idRange) error {
	var days []struct{ Day metrics.Time }
	err := ids.among(tx.NewSelect().Table(r.table)).Distinct().ColumnExpr(e.day+" AS day").Scan(ctx, &days)
	if err != nil {
		return err
	}
	var affected []time.Time
	for _, d := range days {
		for i := range twoWeek {
			affected = append(affected, d.Day.AddDate(0, 0, i))
		}
	}
	slices.SortFunc(affected, time.Time.Compare)
	affected = slices.CompactFunc(affected, time.Time.Equal)

	since := affected[0].AddDate(0, 0, 1-twoWeek)
	totals, err := r.totals(ctx, tx, since, affected[len(affected)-1])
	if err != nil {
		return err
	}
	for _, day := range affected {
		if totals[day] == nil {
			continue
		}
		_, err := tx.NewRaw("DELETE FROM metrics_summary WHERE rolled_up AND metric_type = ? AND summary_date = ?", r.table, metrics.At(day)).Exec(ctx)
		if err != nil {
			return err
		}
		s := totals.summary(day)
		_, err = tx.NewRaw(`INSERT INTO metrics_summary (metric_type, summary_date, total_count,
				high_severity_count, medium_severity_count, low_severity_count, top_pattern, top_pattern_count,
				trend_direction, week_over_week_change, rolled_up)
			SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, TRUE
			WHERE NOT EXISTS (SELECT 1 FROM metrics_summary WHERE metric_type = ? AND summary_date = ?)`,
			r.table, metrics.At(day), s.TotalCount, s.HighSeverityCount, s.MediumSeverityCount, s.LowSeverityCount,
			s.TopPattern, s.TopPatternCount, s.TrendDirection, s.WeekOverWeekChange, r.table, metrics.At(day)).Exec(ctx)
		if err != nil {
			return err
		}
	}
	return nil
}

// dayTotals are the events of a day.
type dayTotals struct {
	events     int64
	severities map[metrics.Severity]int64
	patterns   map[string]int64
}

// totalsByDay are those of a table. Days without events are not in it, but
// before the first day nothing was recorded at all.
type totalsByDay map[time.Time]*dayTotals

// totals reads the totals from one day to another, both included, and the very
// first day.
func (r rollup) totals(ctx context.Context, tx bun.Tx, from, to time.Time) (totalsByDay, error) {
	var rows []struct {
		Day               metrics.Time
		Pattern, Severity string
		Events, Applied   int64
	}
	first := tx.NewSelect().TableExpr("(?) AS all_days", bun.Safe(r.sums)).ColumnExpr("MIN(day)")
	err := tx.NewSelect().TableExpr("(?) AS sums", bun.Safe(r.sums)).
		ColumnExpr("day, pattern, severity, CAST(SUM(events) AS BIGINT) AS events, CAST(SUM(applied) AS BIGINT) AS applied").
		Where("day >= ? AND day <= ? OR day = (?)", metrics.At(from), metrics.At(to), first).
		Group("day", "pattern", "severity").Scan(ctx, &rows)
	totals := totalsByDay{}
	for _, row := range rows {
		t := totals[row.Day.Time]
		if t == nil {
			t = &dayTotals{severities: map[metrics.Severity]int64{}, patterns: map[string]int64{}}
			totals[row.Day.Time] = t
		}
		t.events += row.Events
		if row.Severity != "" {
			t.severities[metrics.Severity(row.Severity)] += row.Events
		}
		if row.Pattern != "" {
			t.patterns[row.Pattern] += row.Applied
		}
	}
	return totals, err
}

// between adds up the events from so many days before a day to so many.
func (totals totalsByDay) between(day time.Time, from, to int) int64 {
	var n int64
	for i := to; i <= from; i++ {
		if t := totals[day.AddDate(0, 0, -i)]; t != nil {
			n += t.events
		}
	}
	return n
}

// summary is the row of a day with events.
func (totals totalsByDay) summary(day time.Time) metrics.Summary {
	t := totals[day]
	s := metrics.Summary{TotalCount: &t.events}
	if len(t.severities) > 0 {
		high := t.severities[metrics.SeverityHigh] + t.severities[metrics.SeverityCritical]
		medium, low := t.severities[metrics.SeverityMedium], t.severities[metrics.SeverityLow]
		s.HighSeverityCount, s.MediumSeverityCount, s.LowSeverityCount = &high, &medium, &low
	}
	for _, pattern := range slices.Sorted(maps.Keys(t.patterns)) {
		if n := t.patterns[pattern]; s.TopPattern == nil || n > *s.TopPatternCount {
			s.TopPattern, s.TopPatternCount = &pattern, &n
		}
	}
	first := slices.MinFunc(slices.Collect(maps.Keys(totals)), time.Time.Compare)
	before := totals.between(day, twoWeek-1, week)
	if first.After(day.AddDate(0, 0, 1-twoWeek)) || before == 0 {
		return s
	}
	now := totals.between(day, week-1, 0)
	change := float64(now-before) / float64(before)
	trend := metrics.TrendStable
	switch { // a twentieth is nothing
	case 20*(now-before) > before:
		trend = metrics.TrendIncreasing
	case 20*(before-now) > before:
		trend = metrics.TrendDecreasing
	}
	s.WeekOverWeekChange, s.TrendDirection = &change, &trend
	return s
}
