package kpi

import (
	"fmt"
	"math"
)

// MethodSquareAndAdd combines the Wilson intervals of several proportions as
// [Newcombe] does those of two.
const MethodSquareAndAdd Method = "square_and_add"

// DifferenceInDifferences returns by how much more the rate of the treated
// rose than that of the control, -2 to 2, with its interval. What moved both
// alike, such as a better model or harder work, so cancels out. That both would
// have moved alike is an assumption and not tested here. All four samples need
// a trial: [ErrNoData].
//
// Source: Card and Krueger, American Economic Review 84 (1994), for the
// comparison; R. G. Newcombe, Statistics in Medicine 20 (2001), for the
// interval.
func DifferenceInDifferences(treated, control Stratum) (float64, Interval, error) {
	for _, s := range []Stratum{treated, control} {
		for _, pair := range [][2]int64{{s.HitsBefore, s.TrialsBefore}, {s.HitsAfter, s.TrialsAfter}} {
			if err := checkTrials(pair[0], pair[1]); err != nil {
				return 0, Interval{}, fmt.Errorf("kpi: difference in differences: %q: %w", s.Name, err)
			}
		}
	}
	value, bounds := differenceInDifferences(treated, control)
	return value, bounds, nil
}

func differenceInDifferences(treated, control Stratum) (float64, Interval) {
	var value, down, up float64
	for _, term := range []struct {
		sign         float64
		hits, trials int64
	}{
		{+1, treated.HitsAfter, treated.TrialsAfter},
		{-1, treated.HitsBefore, treated.TrialsBefore},
		{-1, control.HitsAfter, control.TrialsAfter},
		{+1, control.HitsBefore, control.TrialsBefore},
	} {
		rate, bounds := share(term.hits, term.trials), wilson(term.hits, term.trials)
		value += term.sign * rate
		below, above := rate-bounds.Lower, bounds.Upper-rate
		if term.sign < 0 {
			below, above = above, below
		}
		down, up = math.Hypot(down, below), math.Hypot(up, above)
	}
	return value, interval(value-down, value+up, MethodSquareAndAdd)
}
