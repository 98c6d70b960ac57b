package kpi

// Jeffreys returns the equal-tailed credible interval of a proportion under
// the prior Beta(½, ½), in its modified form: the lower bound is 0 without
// hits and the upper bound 1 without misses.
//
// Source: Brown, Cai and DasGupta, Statistical Science 16 (2001).
func Jeffreys(hits, trials int64) (Interval, error) {
	if err := checkTrials(hits, trials); err != nil {
		return Interval{}, err
	}
	alpha, beta := float64(hits)+0.5, float64(trials-hits)+0.5
	lower, upper := 0.0, 1.0
	if hits > 0 {
		lower = betaQuantile(tail, alpha, beta)
	}
	if hits < trials {
		upper = betaQuantile(1-tail, alpha, beta)
	}
	return interval(lower, upper, MethodJeffreys), nil
}
