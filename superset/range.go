package superset

// Range is a half-open range of numbers, [Min, Max). A nil end is open; the
// zero value is everything. On a scale it fixes the ends that are set.
type Range struct {
	Min, Max *float64
}

// From is the range of numbers that are at least low.
func From(low float64) Range { return Range{Min: &low} }

// Below is the range of numbers less than high.
func Below(high float64) Range { return Range{Max: &high} }

// Between is the range from low up to high.
func Between(low, high float64) Range { return Range{Min: &low, Max: &high} }

// bounds is the range as Superset takes it for a scale.
func (r Range) bounds() []any {
	b := []any{nil, nil}
	if r.Min != nil {
		b[0] = *r.Min
	}
	if r.Max != nil {
		b[1] = *r.Max
	}
	return b
}

// fixed reports whether an end is set.
func (r Range) fixed() bool { return r.Min != nil || r.Max != nil }
