package kpi

import "math"

// Wilson returns the score interval of a proportion, hits among trials. It
// never leaves [0, 1] and keeps a width at 0 and 100 %, where the textbook
// (Wald) interval collapses to a point. Without trials it is [ErrNoData].
//
// Source: E. B. Wilson, JASA 22 (1927); recommended for small samples by
// Brown, Cai and DasGupta, Statistical Science 16 (2001).
func Wilson(hits, trials int64) (Interval, error) {
	if err := checkTrials(hits, trials); err != nil {
		return Interval{}, err
	}
	return wilson(hits, trials), nil
}

func wilson(hits, trials int64) Interval {
	n, p := float64(trials), share(hits, trials)
	scale := 1 + square(z95)/n
	centre := (p + square(z95)/(2*n)) / scale
	half := z95 / scale * math.Sqrt(p*(1-p)/n+square(z95)/(4*n*n))
	lower, upper := centre-half, centre+half
	// At the extremes cancellation leaves -2e-17 where the bound is exactly 0.
	if hits == 0 {
		lower = 0
	}
	if hits == trials {
		upper = 1
	}
	return interval(lower, upper, MethodWilson)
}
