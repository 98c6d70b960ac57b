package kpi

// Change compares a value with that of the previous window.
type Change struct {
	Absolute float64 `json:"absolute"`
	// Relative is Absolute divided by the previous value; absent when that
	// is 0, also when both are.
	Relative *float64 `json:"relative"`

	// Interval is that of the difference of two ratios ([Newcombe]) or of
	// the quotient of two counts ([RateRatio]); absent for other values.
	Interval *Interval `json:"interval"`
	// Significant: the interval excludes no change. Absent without one.
	Significant *bool `json:"significant"`
}

// changed fills in Change where both windows have a value.
func (r *Result) changed() {
	if r.Value == nil || r.Previous == nil || r.Previous.Value == nil {
		return
	}
	before := r.Previous
	c := Change{Absolute: *r.Value - *before.Value}
	if *before.Value != 0 {
		relative := c.Absolute / *before.Value
		c.Relative = &relative
	}
	unchanged := 0.0
	switch {
	case r.Interval != nil && r.Denominator != nil: // a sample, no census
		i := newcombe(*r.Numerator, *r.Denominator, *before.Numerator, *before.Denominator)
		c.Interval = &i
	case r.Unit == UnitCount:
		i, err := RateRatio(int64(*r.Value), int64(*before.Value))
		if err == nil {
			c.Interval, unchanged = &i, 1
		}
	}
	if c.Interval != nil {
		significant := c.Interval.Excludes(unchanged)
		c.Significant = &significant
	}
	r.Change = &c
}
