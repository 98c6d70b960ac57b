package kpi

import (
	"errors"
	"fmt"
	"math"
)

// ErrNoData is returned when a statistic has nothing to work on.
var ErrNoData = errors.New("kpi: no data")

// coverage is how often an interval of this package holds the truth.
const coverage = 0.95

// tail is what lies outside an interval on each side.
const tail = (1 - coverage) / 2

// z95 is the standard normal quantile at 1 - tail.
const z95 = 1.959963984540054

// Method names how an interval was made.
type Method string

// The methods of intervals.
const (
	MethodWilson         Method = "wilson"
	MethodClopperPearson Method = "clopper_pearson"
	MethodJeffreys       Method = "jeffreys"
	MethodStudent        Method = "student_t"
	MethodKish           Method = "student_t_kish" // weighted mean, effective sample size
	MethodGarwood        Method = "garwood"
	MethodNewcombe       Method = "newcombe"
	MethodRateRatio      Method = "exact_rate_ratio"
	MethodSen            Method = "sen"
)

// Interval is a two-sided confidence interval. Lower ≤ Upper, both finite.
type Interval struct {
	Lower  float64 `json:"lower"`
	Upper  float64 `json:"upper"`
	Level  float64 `json:"level"` // how often it holds the truth: 0.95
	Method Method  `json:"method"`
}

// Width is Upper - Lower.
func (i Interval) Width() float64 { return i.Upper - i.Lower }

// Excludes tells whether v lies outside the interval. Its ends belong to it.
func (i Interval) Excludes(v float64) bool {
	return v < i.Lower-tolerance || v > i.Upper+tolerance
}

func interval(lower, upper float64, m Method) Interval {
	return Interval{Lower: lower, Upper: upper, Level: coverage, Method: m}
}

// checkTrials holds what every function of hits among trials demands.
func checkTrials(hits, trials int64) error {
	if trials == 0 && hits == 0 {
		return ErrNoData
	}
	if hits < 0 || hits > trials {
		return fmt.Errorf("kpi: %d hits among %d trials", hits, trials)
	}
	return nil
}

// square is x².
func square(x float64) float64 { return x * x }

// share is part/whole as a float64.
func share(part, whole int64) float64 { return float64(part) / float64(whole) }

// finite tells a number from NaN and the infinities.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
