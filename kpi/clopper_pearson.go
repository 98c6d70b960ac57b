package kpi

import "gonum.org/v1/gonum/stat/distuv"

// ClopperPearson returns the exact interval of a proportion. It covers at
// least 95 % always and more than that usually: choose it where the promise
// must hold for every true proportion, [Wilson] else.
//
// Source: Clopper and Pearson, Biometrika 26 (1934).
func ClopperPearson(hits, trials int64) (Interval, error) {
	if err := checkTrials(hits, trials); err != nil {
		return Interval{}, err
	}
	return clopperPearson(hits, trials), nil
}

func clopperPearson(hits, trials int64) Interval {
	lower, upper := 0.0, 1.0
	k, misses := float64(hits), float64(trials-hits)
	if hits > 0 {
		lower = betaQuantile(tail, k, misses+1)
	}
	if hits < trials {
		upper = betaQuantile(1-tail, k+1, misses)
	}
	return interval(lower, upper, MethodClopperPearson)
}

func betaQuantile(p, alpha, beta float64) float64 {
	return distuv.Beta{Alpha: alpha, Beta: beta}.Quantile(p)
}
