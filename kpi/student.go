package kpi

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Student returns the t interval of a mean, given the sample's mean, its
// standard deviation (with n-1) and its size. It needs two values at least;
// with fewer it is [ErrNoData].
//
// Source: "Student", Biometrika 6 (1908).
func Student(mean, sd float64, n int64) (Interval, error) {
	if n < 2 {
		return Interval{}, ErrNoData
	}
	if !finite(mean) || !finite(sd) || sd < 0 {
		return Interval{}, fmt.Errorf("kpi: mean %v with standard deviation %v", mean, sd)
	}
	return student(mean, sd/math.Sqrt(float64(n)), float64(n-1), MethodStudent), nil
}

// student is the interval of an estimate with a standard error.
func student(estimate, se, freedom float64, m Method) Interval {
	half := tQuantile(freedom) * se
	return interval(estimate-half, estimate+half, m)
}

// tQuantile is the 97.5 % quantile of Student's t.
func tQuantile(freedom float64) float64 {
	return distuv.StudentsT{Sigma: 1, Nu: freedom}.Quantile(1 - tail)
}
