package kpi

import (
	"maps"
	"math"
	"slices"
)

// Level is what average_confidence says beyond the mean.
type Level struct {
	SD   *float64 `json:"sd"` // of the sample, with n-1; absent for one value
	Min  *float64 `json:"min"`
	Max  *float64 `json:"max"`
	Bias *float64 `json:"bias"` // of the calibration: mean confidence − success rate
}

func (*Level) detail() {}

// averageConfidence is the mean of the valid confidences.
func (f *facts) averageConfidence(when period) Result {
	g := &f.generations[when]
	r := f.ofGenerations(AverageConfidence, when)
	r.Quality.Null, r.Quality.Invalid = g.noLevel, g.badLevel
	levels := maps.Clone(g.unknown)
	for c, o := range g.known.cells {
		levels[c] += o.n()
	}
	detail := &Level{}
	r.Detail = detail
	if len(levels) == 0 {
		r.undefined(NoData, nothing(g.rows))
		return r
	}
	s := summarize(levels)
	detail.SD, detail.Min, detail.Max = s.sd, &s.min, &s.max
	if c, err := g.known.Calibration(CalibrationOptions{}); err == nil {
		detail.Bias = &c.Bias
	}
	r.Quality.PointMass = pointMass(levels, s.n)
	r.mean(s)
	return r
}

// nothing says why a KPI without values has none.
func nothing(rows int64) Reason {
	if rows == 0 {
		return ReasonNoRows
	}
	return ReasonNoValues
}

// summary describes values that were counted.
type summary struct {
	n        int64
	mean     float64
	sd       *float64 // nil for one value
	min, max float64
}

// summarize describes the values, each as often as it counts. There must be
// one at least.
func summarize(counts map[float64]int64) summary {
	values := slices.Sorted(maps.Keys(counts))
	var s summary
	var total, spread sum
	for _, v := range values {
		s.n += counts[v]
		total.addProduct(float64(counts[v]), v)
	}
	s.mean, s.min, s.max = total.value()/float64(s.n), values[0], values[len(values)-1]
	for _, v := range values {
		spread.add(float64(counts[v]) * square(v-s.mean))
	}
	if s.n > 1 {
		sd := math.Sqrt(spread.value() / float64(s.n-1))
		s.sd = &sd
	}
	return s
}

// pointMass is the share of the most common value.
func pointMass(counts map[float64]int64, n int64) *float64 {
	var most int64
	for _, c := range counts {
		most = max(most, c)
	}
	mass := share(most, n)
	return &mass
}
