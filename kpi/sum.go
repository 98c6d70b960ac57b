package kpi

import "math"

// Sum adds values with Neumaier's compensation: the error does not grow with
// the number of values, so ten times 0.1 is 1. An empty sum is 0.
//
// Source: A. Neumaier, Rundungsfehleranalyse einiger Verfahren zur Summation
// endlicher Summen, ZAMM 54 (1974).
func Sum(values []float64) float64 {
	var s sum
	for _, v := range values {
		s.add(v)
	}
	return s.value()
}

// sum is a running compensated sum; its zero value is 0.
type sum struct{ total, lost float64 }

func (s *sum) add(v float64) {
	t := s.total + v
	if math.Abs(s.total) >= math.Abs(v) {
		s.lost += (s.total - t) + v
	} else {
		s.lost += (v - t) + s.total
	}
	s.total = t
}

// addProduct adds a·b without the rounding of the product.
func (s *sum) addProduct(a, b float64) {
	p := a * b
	s.add(p)
	s.lost += math.FMA(a, b, -p)
}

func (s *sum) value() float64 { return s.total + s.lost }
