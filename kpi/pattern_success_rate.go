package kpi

import (
	"cmp"
	"slices"
)

// PatternSuccess is what pattern_success_rate says beyond the pooled rate.
type PatternSuccess struct {
	// Items are the patterns with at least 5 applications, best first by the
	// lower end of their interval: 95 of 100 outrank 5 of 5.
	Items       []PatternRate `json:"items"`
	Overlapping []string      `json:"overlapping"` // periods of these count twice
}

// PatternRate is the success rate of one pattern.
type PatternRate struct {
	Pattern      string   `json:"pattern"`
	Value        float64  `json:"value"`
	Meets        bool     `json:"meets"`
	Successes    int64    `json:"successes"`
	Applications int64    `json:"applications"`
	Interval     Interval `json:"interval"` // Wilson
}

func (*PatternSuccess) detail() {}

// listed is how many applications a pattern needs to be listed.
const listed = 5

// patternSuccessRate is Σ successes / Σ applications.
func (f *facts) patternSuccessRate(when period) Result {
	in := &f.effectiveness[when]
	r := f.ofEffectiveness(PatternSuccessRate, when)
	r.Quality.Null, r.Quality.Contradictory = in.noSuccess, in.unequal
	r.Quality.Invalid += in.badRate
	detail := &PatternSuccess{Items: []PatternRate{}, Overlapping: in.overlapping()}
	r.Detail = detail
	if f.Project != "" {
		r.undefined(Unavailable, ReasonNoProject)
		return r
	}
	for name, a := range in.patterns {
		if a.pooled >= listed {
			detail.Items = append(detail.Items, PatternRate{
				Pattern: name, Value: share(a.hits, a.pooled), Meets: r.Target.MeetsRatio(a.hits, a.pooled),
				Successes: a.hits, Applications: a.pooled, Interval: wilson(a.hits, a.pooled),
			})
		}
	}
	slices.SortFunc(detail.Items, func(a, b PatternRate) int {
		return cmp.Or(
			cmp.Compare(b.Interval.Lower, a.Interval.Lower),
			cmp.Compare(b.Applications, a.Applications),
			cmp.Compare(a.Pattern, b.Pattern))
	})
	switch hits, n := in.pooled(); {
	case n > 0:
		r.proportion(hits, n)
	case in.rows > in.noSuccess+r.Quality.Invalid:
		r.undefined(NoData, ReasonZeroWeight)
	default:
		r.undefined(NoData, nothing(in.rows))
	}
	return r
}
