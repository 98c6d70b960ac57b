package kpi

// successRate is Σ success / count of known outcomes.
func (f *facts) successRate(when period) Result {
	g := &f.generations[when]
	r := f.ofGenerations(SuccessRate, when)
	r.Quality.Null = g.rows - g.outcomes.n()
	switch {
	case g.rows == 0:
		r.undefined(NoData, ReasonNoRows)
	case g.outcomes.n() == 0:
		r.undefined(NoData, ReasonNoValues)
	default:
		r.proportion(g.outcomes.hits, g.outcomes.n())
	}
	return r
}

// ofGenerations starts a result about the generations of a period.
func (f *facts) ofGenerations(id ID, when period) Result {
	g := &f.generations[when]
	r := f.rolling(id, when)
	r.Quality = Quality{
		Rows: g.rows, Excluded: g.excluded, Duplicates: g.duplicates,
		Future: f.generations[future].rows,
	}
	return r
}

// rolling starts a result about a rolling window.
func (f *facts) rolling(id ID, when period) Result {
	w := f.window
	if when == previous {
		w = f.previous
	}
	return f.about(id, &w)
}

// about starts a result.
func (f *facts) about(id ID, w *Window) Result {
	d := definitionOf(id)
	return Result{ID: id, Unit: d.Unit, Target: d.Target, Window: w, AsOf: f.AsOf}
}
