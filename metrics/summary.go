package metrics

import (
	"math"

	"github.com/uptrace/bun"
)

// Trend is the direction in which a summary moves.
type Trend string

// The trends.
const (
	TrendIncreasing Trend = "increasing"
	TrendDecreasing Trend = "decreasing"
	TrendStable     Trend = "stable"
)

// Summary is the rollup of one kind of event over one day.
type Summary struct {
	bun.BaseModel `bun:"table:metrics_summary,alias:sum"`

	ID                  int64  `bun:",pk,autoincrement"`
	MetricType          string `bun:",notnull"`
	SummaryDate         Time   `bun:",notnull"`
	TotalCount          *int64
	HighSeverityCount   *int64
	MediumSeverityCount *int64
	LowSeverityCount    *int64
	TopPattern          *string
	TopPatternCount     *int64
	TrendDirection      *Trend   // NULL when there are too few days to tell
	WeekOverWeekChange  *float64 // relative: 0.5 is half as much again; NULL after a week of zero
}

// Validate reports every rule that the row breaks.
func (s *Summary) Validate() error {
	var c Checks
	c.Name("metric_type", s.MetricType)
	c.Time("summary_date", s.SummaryDate)
	c.NotNegative("total_count", s.TotalCount)
	c.NotNegative("high_severity_count", s.HighSeverityCount)
	c.NotNegative("medium_severity_count", s.MediumSeverityCount)
	c.NotNegative("low_severity_count", s.LowSeverityCount)
	c.OptionalName("top_pattern", s.TopPattern)
	c.NotNegative("top_pattern_count", s.TopPatternCount)
	if t := s.TrendDirection; t != nil {
		c.Rule(*t == TrendIncreasing || *t == TrendDecreasing || *t == TrendStable,
			"trend_direction", *t, "must be increasing, decreasing or stable")
	}
	if f := s.WeekOverWeekChange; f != nil {
		c.Rule(math.Abs(*f) <= math.MaxFloat64, "week_over_week_change", *f, "must be finite")
	}
	return c.Err()
}
