package kpi

import "slices"

// Box is what a box plot shows.
type Box struct {
	Q1, Median, Q3 float64 // as [Quantile] gives them

	// Low and High are the ends of the whiskers: the most extreme values
	// within 1.5 times Q3 − Q1 of the box.
	Low, High float64

	Outliers []float64 // values beyond the whiskers, ascending
}

// BoxPlot summarises values for a box plot. It does not modify them. Without
// values it is [ErrNoData].
//
// Source: J. W. Tukey, Exploratory Data Analysis (1977), 2C and 2D.
func BoxPlot(values []float64) (Box, error) {
	if len(values) == 0 {
		return Box{}, ErrNoData
	}
	sorted := slices.Sorted(slices.Values(values))
	b := Box{Q1: quantile(sorted, 0.25), Median: median(sorted), Q3: quantile(sorted, 0.75)}
	b.Low, b.High = b.Q1, b.Q3
	reach := 1.5 * (b.Q3 - b.Q1)
	for _, v := range sorted {
		switch {
		case v < b.Q1-reach || v > b.Q3+reach:
			b.Outliers = append(b.Outliers, v)
		default:
			b.Low, b.High = min(b.Low, v), max(b.High, v)
		}
	}
	return b, nil
}
