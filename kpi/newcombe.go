package kpi

import "math"

// Newcombe returns the interval of the difference of two independent
// proportions, a - b, built from their Wilson intervals. Where it excludes 0
// the proportions differ.
//
// Source: R. G. Newcombe, Statistics in Medicine 17 (1998), method 10.
func Newcombe(hitsA, trialsA, hitsB, trialsB int64) (Interval, error) {
	if err := checkTrials(hitsA, trialsA); err != nil {
		return Interval{}, err
	}
	if err := checkTrials(hitsB, trialsB); err != nil {
		return Interval{}, err
	}
	return newcombe(hitsA, trialsA, hitsB, trialsB), nil
}

func newcombe(hitsA, trialsA, hitsB, trialsB int64) Interval {
	a, b := wilson(hitsA, trialsA), wilson(hitsB, trialsB)
	pa, pb := share(hitsA, trialsA), share(hitsB, trialsB)
	d := pa - pb
	return interval(
		d-math.Hypot(pa-a.Lower, b.Upper-pb),
		d+math.Hypot(a.Upper-pa, pb-b.Lower),
		MethodNewcombe)
}
