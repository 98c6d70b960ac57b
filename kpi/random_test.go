package kpi_test

import (
	"math"
	"math/rand/v2"
)

// binomial draws the hits among n trials.
func binomial(r *rand.Rand, n int64, p float64) int64 {
	var hits int64
	for range n {
		if r.Float64() < p {
			hits++
		}
	}
	return hits
}

// poisson draws a count (Knuth's method, for small means).
func poisson(r *rand.Rand, mean float64) int64 {
	var n int64
	for left := r.Float64(); left > math.Exp(-mean); left *= r.Float64() {
		n++
	}
	return n
}

// sampleSD is the standard deviation of n values with this sum and sum of
// squares.
func sampleSD(total, squares float64, n int) float64 {
	return math.Sqrt((squares - total*total/float64(n)) / float64(n-1))
}
