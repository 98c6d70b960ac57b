package api

import (
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Metric is something measured about people at work: above all the time that
// a pattern saved them.
type Metric struct {
	bun.BaseModel `bun:"table:metrics,alias:met"`

	ID               int64 `bun:",pk,autoincrement"`
	OrganizationID   int64 `bun:",notnull"`
	TeamID           *int64
	UserID           *int64
	MetricType       string       `bun:",notnull"`
	MetricData       metrics.JSON `bun:"type:jsonb,notnull"` // a JSON object
	TimeSavedSeconds *int64       // negative when the pattern cost time
	PatternID        *int64       // NULL when no pattern is to thank
	CreatedAt        metrics.Time `bun:",notnull"`
}

// Validate reports every rule that the metric breaks.
func (m *Metric) Validate() error {
	var c metrics.Checks
	c.Name("metric_type", m.MetricType)
	c.Rule(m.MetricData != nil, "metric_data", nil, "must not be NULL")
	c.Object("metric_data", m.MetricData)
	c.Time("created_at", m.CreatedAt)
	return c.Err()
}
