package kpi

import (
	"cmp"
	"fmt"
	"slices"
)

// BenjaminiHochberg adjusts the p of several tests made at once, so that of
// those with an adjusted p ≤ 0.05 one in twenty is expected to be luck. The
// result has the order of the argument.
//
// Source: Benjamini and Hochberg, J. R. Statist. Soc. B 57 (1995).
func BenjaminiHochberg(p []float64) ([]float64, error) {
	order := make([]int, len(p))
	for i, v := range p {
		if !(v >= 0 && v <= 1) {
			return nil, fmt.Errorf("kpi: p %v is outside [0, 1]", v)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })

	adjusted, least := make([]float64, len(p)), 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		least = min(least, p[i]*float64(len(p))/float64(rank))
		adjusted[i] = least
	}
	return adjusted, nil
}
