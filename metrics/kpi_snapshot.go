package metrics

import (
	"math"

	"github.com/uptrace/bun"
)

// KPISnapshot is what one KPI was at one time, kept so that its history can be
// shown. There is one for each KPI, organization and day (UTC); numbers are in
// the KPI's unit, texts as people write them, because units differ from KPI to
// KPI.
type KPISnapshot struct {
	bun.BaseModel `bun:"table:kpi_snapshots,alias:ks"`

	ID             int64    `bun:",pk,autoincrement"`
	KPI            string   `bun:"kpi,notnull"` // its id, such as success_rate
	Position       int64    `bun:",notnull"`    // in a report, from 1
	Title          string   `bun:",notnull"`    // such as "Success rate"
	Area           string   `bun:",notnull"`    // such as code_generation
	OrganizationID *int64   // NULL for all organizations together
	AsOf           Time     `bun:",notnull"` // end of its window
	Value          *float64 // NULL when undefined
	ValueText      *string  // such as "84.7 %"; NULL when undefined
	Lower          *float64 // ends of the 95 % interval; NULL without one
	Upper          *float64
	IntervalText   *string
	TargetOp       string   `bun:",notnull"` // >=, >, <, =, between or decreasing
	Target         *float64 // NULL for decreasing
	TargetUpper    *float64 // of between only
	TargetText     string   `bun:",notnull"` // such as "≥ 85 %"
	Status         string   `bun:",notnull"` // met, not_met, insufficient_data, …
	StatusText     string   `bun:",notnull"` // such as "not met, unproven"
	N              int64    `bun:",notnull"` // rows behind the value
}

// Validate reports every rule that the snapshot breaks.
func (s *KPISnapshot) Validate() error {
	var c Checks
	c.Name("kpi", s.KPI)
	c.Positive("position", s.Position)
	c.Name("title", s.Title)
	c.Name("area", s.Area)
	c.Time("as_of", s.AsOf)
	for _, number := range []struct {
		field string
		value *float64
	}{{"value", s.Value}, {"lower", s.Lower}, {"upper", s.Upper}, {"target", s.Target}, {"target_upper", s.TargetUpper}} {
		finite := number.value == nil || !math.IsNaN(*number.value) && !math.IsInf(*number.value, 0)
		c.Rule(finite, number.field, number.value, "must be a finite number")
	}
	c.Name("target_op", s.TargetOp)
	c.Name("target_text", s.TargetText)
	c.Name("status", s.Status)
	c.Name("status_text", s.StatusText)
	c.NotNegative("n", &s.N)
	return c.Err()
}
