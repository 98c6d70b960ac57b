package kpi

import (
	"cmp"
	"fmt"
	"math"
	"math/big"
	"slices"
)

// Verdict says where a series goes, at a two-sided level of 5 %.
type Verdict string

// The verdicts of a trend.
const (
	Decreasing        Verdict = "decreasing"
	Increasing        Verdict = "increasing"
	NoTrend           Verdict = "no_trend"
	VerdictTooFewData Verdict = "insufficient_data" // fewer periods than a verdict needs
)

// How many periods a verdict needs. Four can never reach 5 %; five to seven
// have a verdict only when they reach it.
const (
	minPeriods     = 5
	routinePeriods = 8
)

// Trend is the result of a Mann-Kendall test with the Theil-Sen slope.
type Trend struct {
	Verdict Verdict `json:"verdict"`
	S       int64   `json:"s"` // rising pairs less falling pairs
	P       float64 `json:"p"` // two-sided; exact up to 30 periods

	// Slope is the median change per period; absent with fewer than two
	// periods.
	Slope         *float64  `json:"slope"`
	SlopeInterval *Interval `json:"slope_interval"`

	// Stable: the slope is known to stay within 5 % of the median per
	// period. "No trend" alone does not say so.
	Stable bool `json:"stable"`

	// Autocorrelated: neighbouring periods resemble each other beyond the
	// slope, so that P is smaller than it should be.
	Autocorrelated bool `json:"autocorrelated"`
}

// MannKendall looks for a monotonic trend in values, one per period in order.
// NaN marks a period without a value; infinities are an error.
//
// P is exact for up to 30 values, ties included, and from the normal
// approximation with continuity correction above. The interval of the slope
// follows Sen, JASA 63 (1968), with the ranks that scipy.stats.theilslopes
// takes. Sources: H. B. Mann, Econometrica 13 (1945); M. G. Kendall, Rank
// Correlation Methods (1948).
func MannKendall(values []float64) (Trend, error) {
	for i, v := range values {
		if math.IsInf(v, 0) {
			return Trend{}, fmt.Errorf("kpi: trend: period %d is infinite", i)
		}
	}
	return trendOf(values), nil
}

func trendOf(values []float64) Trend {
	var x, at []float64
	for i, v := range values {
		if !math.IsNaN(v) {
			x, at = append(x, v), append(at, float64(i))
		}
	}
	ties := tieSizes(x)
	t := Trend{S: kendallS(x)}
	t.P = kendallP(t.S, len(x), ties)
	if len(x) > 1 {
		t.slope(x, at, kendallVariance(len(x), ties))
	}
	switch significant := t.P <= 0.05+tolerance; {
	case len(x) < minPeriods, len(x) < routinePeriods && !significant:
		t.Verdict = VerdictTooFewData
	case !significant:
		t.Verdict = NoTrend
	case t.S < 0:
		t.Verdict = Decreasing
	default:
		t.Verdict = Increasing
	}
	return t
}

// kendallS counts the pairs that rise less those that fall.
func kendallS(x []float64) int64 {
	var s int64
	for j := range x {
		for i := range j {
			s += int64(cmp.Compare(x[j], x[i]))
		}
	}
	return s
}

// tieSizes returns how often each distinct value occurs.
func tieSizes(x []float64) []int {
	counts := map[float64]int{}
	for _, v := range x {
		counts[v]++
	}
	sizes := make([]int, 0, len(counts))
	for _, n := range counts {
		sizes = append(sizes, n)
	}
	slices.Sort(sizes)
	return sizes
}

func kendallVariance(n int, ties []int) float64 {
	term := func(n int) int { return n * (n - 1) * (2*n + 5) }
	total := term(n)
	for _, t := range ties {
		total -= term(t)
	}
	return float64(total) / 18
}

// kendallP is the two-sided p of S.
func kendallP(s int64, n int, ties []int) float64 {
	if s == 0 {
		return 1
	}
	if n <= 30 {
		return exactKendallP(s, n, ties)
	}
	z := (math.Abs(float64(s)) - 1) / math.Sqrt(kendallVariance(n, ties))
	return math.Erfc(z / math.Sqrt2)
}

// exactKendallP counts the arrangements of the values by their number of
// falling pairs. Its generating function is the q-multinomial
// Π(1-q^i, i ≤ n) / ΠΠ(1-q^j, j ≤ t) over the groups of ties t.
func exactKendallP(s int64, n int, ties []int) float64 {
	pairs := n * (n - 1) / 2
	for _, t := range ties {
		pairs -= t * (t - 1) / 2
	}
	count := make([]*big.Int, pairs+1)
	for d := range count {
		count[d] = new(big.Int)
	}
	count[0].SetInt64(1)
	for i := 1; i <= n; i++ { // multiply by 1-q^i
		for d := pairs; d >= i; d-- {
			count[d].Sub(count[d], count[d-i])
		}
	}
	for _, t := range ties {
		for j := 1; j <= t; j++ { // divide by 1-q^j
			for d := j; d <= pairs; d++ {
				count[d].Add(count[d], count[d-j])
			}
		}
	}
	extreme, all := new(big.Int), new(big.Int)
	for d, c := range count {
		all.Add(all, c)
		if other := int64(pairs - 2*d); max(other, -other) >= max(s, -s) {
			extreme.Add(extreme, c)
		}
	}
	p, _ := new(big.Rat).SetFrac(extreme, all).Float64()
	return p
}

// slope fills in what Theil and Sen say about x at the periods at.
func (t *Trend) slope(x, at []float64, variance float64) {
	slopes := make([]float64, 0, len(x)*(len(x)-1)/2)
	for j := range x {
		for i := range j {
			slopes = append(slopes, (x[j]-x[i])/(at[j]-at[i]))
		}
	}
	slices.Sort(slopes)
	mid := median(slopes)
	t.Slope = &mid

	n, reach := float64(len(slopes)), z95*math.Sqrt(variance)
	low := max(int(math.RoundToEven((n-reach)/2))-1, 0)
	high := min(int(math.RoundToEven((n+reach)/2)), len(slopes)-1)
	bounds := interval(slopes[low], slopes[high], MethodSen)
	t.SlopeInterval = &bounds

	level := 0.05 * math.Abs(median(slices.Sorted(slices.Values(x))))
	t.Stable = len(x) >= routinePeriods && bounds.Lower >= -level && bounds.Upper <= level
	t.Autocorrelated = autocorrelated(x, at, mid)
}

// autocorrelated tells whether the ranks of what a slope leaves over follow
// one another: |r₁| > 1.96/√n, as Hamed and Rao judge it (J. Hydrology 204,
// 1998).
func autocorrelated(x, at []float64, slope float64) bool {
	if len(x) < routinePeriods {
		return false
	}
	rest := make([]float64, len(x))
	for i := range x {
		rest[i] = x[i] - slope*at[i]
	}
	r := ranks(rest)
	centre := float64(len(r)+1) / 2
	var lagged, variance float64
	for i := range r {
		variance += square(r[i] - centre)
		if i > 0 {
			lagged += (r[i] - centre) * (r[i-1] - centre)
		}
	}
	return variance > 0 && math.Abs(lagged/variance) > z95/math.Sqrt(float64(len(x)))
}

// ranks returns the rank of each value, from 1; equal values share the mean
// of theirs.
func ranks(x []float64) []float64 {
	order := make([]int, len(x))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(x[a], x[b]) })
	r := make([]float64, len(x))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && x[order[to]] == x[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			r[i] = float64(from+1+to) / 2
		}
		from = to
	}
	return r
}
