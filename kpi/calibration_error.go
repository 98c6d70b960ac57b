package kpi

func (*Reliability) detail() {}

// calibrationError is the expected calibration error in ten bins of equal
// width, judged against what chance alone would show.
func (f *facts) calibrationError(when period) Result {
	g := &f.generations[when]
	r := f.ofGenerations(CalibrationError, when)
	n := g.known.N()
	r.Quality.Invalid = g.badLevel
	r.Quality.Null = g.rows - n - g.badLevel
	c, err := g.known.Calibration(CalibrationOptions{})
	if err != nil {
		r.Detail = &Reliability{}
		r.undefined(NoData, nothing(g.rows))
		return r
	}
	levels := map[float64]int64{}
	for confidence, o := range g.known.cells {
		levels[confidence] = o.n()
	}
	r.Quality.PointMass = pointMass(levels, n)
	r.Detail = &c
	r.number(c.ECE, n)
	r.Chance = c.chanceOfError(r.Target.Value)
	evidence := Inconclusive
	if c.NoiseFloor <= r.Target.Value/2 {
		evidence = Conclusive
	}
	switch {
	case n < enoughRows:
		r.undefined(InsufficientData, ReasonFewRows)
	case !*r.Meets && c.P > 0.05+tolerance:
		r.undefined(InsufficientData, ReasonWithinNoise)
	default:
		r.verdict(evidence)
	}
	return r
}
