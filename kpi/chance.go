package kpi

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// chanceOfHits is how likely a process that succeeds exactly as often as the
// target says is at least as far on its wrong side, exact.
func (t Target) chanceOfHits(hits, trials int64) *float64 {
	x, n, chance := float64(hits), float64(trials), 1.0
	switch {
	case t.Op == AtLeast && hits < trials: // as few or fewer
		chance = mathext.RegIncBeta(n-x, x+1, 1-t.Value)
	case t.Op == Below && hits > 0: // as many or more
		chance = mathext.RegIncBeta(x, n-x+1, t.Value)
	}
	return &chance
}

// chanceOfCount is the same for events that happen as often as the target says.
func (t Target) chanceOfCount(count int64) *float64 {
	chance := 1.0
	if count > 0 {
		chance = mathext.GammaIncReg(float64(count), t.Value)
	}
	return &chance
}

// chanceOfMean is the same for the mean of a sample, by Student's t. With two
// bounds the nearer one is the target.
func (t Target) chanceOfMean(mean, se, freedom float64) *float64 {
	short := mean - t.Value // above 0: within the target
	if t.Op == Between {
		short = min(short, t.Upper-mean)
	}
	chance := 1.0
	switch {
	case se > 0:
		chance = distuv.StudentsT{Sigma: 1, Nu: freedom}.CDF(short / se)
	case short < -tolerance:
		chance = 0
	}
	return &chance
}

// chanceOfTrend is the same for a series without any trend, which is the border
// of a target that asks for a falling one.
func (t Trend) chanceOfTrend() *float64 {
	chance := t.P / 2
	if t.S <= 0 {
		chance = 1 - chance
	}
	return &chance
}

// chanceOfError is the same for a source whose calibration error is exactly the
// target. The gap of a bin is at most the true one and the noise of the bin's
// success rate, so the error is at most the target and the sum of that noise:
// its mean is that of half-normal deviations, its spread at most that of normal
// ones. The success rates are smoothed by Laplace's rule, for a bin in which
// nothing failed is not free of noise.
func (r Reliability) chanceOfError(target float64) *float64 {
	var noise, variance float64
	for _, b := range r.Bins {
		if b.N > 0 {
			rate := share(b.Successes+1, b.N+2)
			v := float64(b.N) * rate * (1 - rate)
			noise += math.Sqrt(2 * v / math.Pi)
			variance += v
		}
	}
	n := float64(r.N)
	z := (r.ECE - target - noise/n) / (math.Sqrt(variance) / n)
	chance := math.Erfc(z/math.Sqrt2) / 2
	return &chance
}
