package kpi

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Weighted is a value and how much it counts.
type Weighted struct {
	Value  float64
	Weight float64
}

// WeightedMean is the mean of weighted values and how sure it is.
type WeightedMean struct {
	N         int     // values with a weight above 0
	Weight    float64 // sum of the weights
	Mean      float64
	Effective float64 // Kish's effective sample size, 1 to N
	// Error is the standard error of Mean; absent with fewer than two values.
	Error *float64
}

// Kish returns the weighted mean with Kish's effective sample size
// (Σw)²/Σw², and the standard error that belongs to it. Values with weight 0
// add nothing. Negative weights and values that are no number are errors;
// without any weight it is [ErrNoData].
//
// Source: L. Kish, Survey Sampling (1965), 8.2; the standard error is that of
// a ratio estimator, Cochran, Sampling Techniques (1977), 6.4.
func Kish(values []Weighted) (WeightedMean, error) {
	// In one order whatever the order of the argument, for the same bits.
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b Weighted) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Weight, b.Weight))
	})
	var weight, product, squares sum
	n := 0
	for _, v := range values {
		if !finite(v.Value) || !finite(v.Weight) || v.Weight < 0 {
			return WeightedMean{}, fmt.Errorf("kpi: value %v with weight %v", v.Value, v.Weight)
		}
		if v.Weight == 0 {
			continue
		}
		n++
		weight.add(v.Weight)
		squares.addProduct(v.Weight, v.Weight)
		product.addProduct(v.Weight, v.Value)
	}
	if n == 0 {
		return WeightedMean{}, ErrNoData
	}
	m := WeightedMean{
		N:         n,
		Weight:    weight.value(),
		Mean:      product.value() / weight.value(),
		Effective: square(weight.value()) / squares.value(),
	}
	if n > 1 {
		var spread sum
		for _, v := range values {
			spread.add(square(v.Weight * (v.Value - m.Mean)))
		}
		se := math.Sqrt(float64(n)/float64(n-1)*spread.value()) / m.Weight
		m.Error = &se
	}
	return m, nil
}

// Interval returns the t interval of the mean, with as many degrees of
// freedom as there are effective values less one. It is absent when fewer
// than two values stand behind the mean.
func (m WeightedMean) Interval() *Interval {
	if m.Error == nil || m.Effective <= 1 {
		return nil
	}
	i := student(m.Mean, *m.Error, m.Effective-1, MethodKish)
	return &i
}
