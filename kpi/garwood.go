package kpi

import (
	"fmt"

	"gonum.org/v1/gonum/mathext"
)

// Garwood returns the exact interval of a Poisson mean after count events
// were seen. No events give [0, 3.69].
//
// Source: F. Garwood, Biometrika 28 (1936).
func Garwood(count int64) (Interval, error) {
	if count < 0 {
		return Interval{}, fmt.Errorf("kpi: %d events", count)
	}
	return garwood(count), nil
}

func garwood(count int64) Interval {
	lower, n := 0.0, float64(count)
	if count > 0 {
		lower = mathext.GammaIncRegInv(n, tail)
	}
	return interval(lower, mathext.GammaIncRegInv(n+1, 1-tail), MethodGarwood)
}
