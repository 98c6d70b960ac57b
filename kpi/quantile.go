package kpi

import (
	"fmt"
	"math"
	"slices"
)

// Quantile returns the q-th quantile of values, interpolating between
// neighbours as PostgreSQL's percentile_cont does (type 7 of Hyndman and Fan,
// The American Statistician 50, 1996). It does not modify values. q lies in
// [0, 1]; without values it is [ErrNoData].
func Quantile(values []float64, q float64) (float64, error) {
	if !(q >= 0 && q <= 1) {
		return 0, fmt.Errorf("kpi: quantile %v is outside [0, 1]", q)
	}
	if len(values) == 0 {
		return 0, ErrNoData
	}
	return quantile(slices.Sorted(slices.Values(values)), q), nil
}

func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	below := math.Floor(at)
	low := sorted[int(below)]
	if at == below {
		return low
	}
	return low + (at-below)*(sorted[int(below)+1]-low)
}

func median(sorted []float64) float64 { return quantile(sorted, 0.5) }
