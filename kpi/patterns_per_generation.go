package kpi

// PatternLoad is what patterns_per_generation says beyond the mean.
type PatternLoad struct {
	// ShareInRange is the share of generations with 2 to 5 patterns.
	ShareInRange *float64 `json:"share_in_range"`
	SD           *float64 `json:"sd"` // of the sample, with n-1; absent for one value
	Min          *float64 `json:"min"`
	Max          *float64 `json:"max"`
}

func (*PatternLoad) detail() {}

// patternsPerGeneration is the mean number of patterns of those generations
// where it is known.
func (f *facts) patternsPerGeneration(when period) Result {
	g := &f.generations[when]
	r := f.ofGenerations(PatternsPerGen, when)
	r.Quality.Null, r.Quality.Invalid, r.Quality.Contradictory = g.noPatterns, g.badPattern, g.mismatched
	detail := &PatternLoad{}
	r.Detail = detail
	if len(g.patterns) == 0 {
		r.undefined(NoData, nothing(g.rows))
		return r
	}
	counts, inRange := map[float64]int64{}, int64(0)
	for patterns, n := range g.patterns {
		counts[float64(patterns)] += n
		if r.Target.Meets(float64(patterns)) {
			inRange += n
		}
	}
	s := summarize(counts)
	portion := share(inRange, s.n)
	detail.ShareInRange, detail.SD, detail.Min, detail.Max = &portion, s.sd, &s.min, &s.max
	r.mean(s)
	return r
}
