package metrics

import "github.com/uptrace/bun"

// Effectiveness says how one pattern fared in one period: a rollup over the
// generations that applied it.
type Effectiveness struct {
	bun.BaseModel `bun:"table:pattern_effectiveness,alias:pe"`

	ID                 int64    `bun:",pk,autoincrement"`
	PatternName        string   `bun:",notnull"`
	ApplicationCount   *int64   // generations that applied the pattern
	SuccessCount       *int64   // of them, those that compiled and ran
	FailureCount       *int64   // of them, those that did not
	EffectivenessScore *float64 // 0 to 1; NULL when nothing is known
	PeriodStart        Time     `bun:",notnull"`
	PeriodEnd          Time     `bun:",notnull"` // exclusive
}

// Validate reports every rule that the row breaks. Counts that contradict one
// another are stored: package kpi counts and reports them.
func (e *Effectiveness) Validate() error {
	var c Checks
	c.Name("pattern_name", e.PatternName)
	c.NotNegative("application_count", e.ApplicationCount)
	c.NotNegative("success_count", e.SuccessCount)
	c.NotNegative("failure_count", e.FailureCount)
	c.Share("effectiveness_score", e.EffectivenessScore)
	c.Time("period_start", e.PeriodStart)
	c.Time("period_end", e.PeriodEnd)
	return c.Err()
}
