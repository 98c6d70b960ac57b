package kpi

// CompilationErrors is what compilation_error_rate says beyond the rate.
type CompilationErrors struct {
	// ShareOfFailures is the share of failed generations that have a
	// compilation error; absent without failures.
	ShareOfFailures *float64 `json:"share_of_failures"`
}

func (*CompilationErrors) detail() {}

// compilationErrorRate is the share of all generations that have a compilation
// error which is not blank.
func (f *facts) compilationErrorRate(when period) Result {
	g := &f.generations[when]
	r := f.ofGenerations(CompilationErrorRate, when)
	r.Quality.Contradictory = g.impossible
	detail := &CompilationErrors{}
	r.Detail = detail
	if g.rows == 0 {
		r.undefined(NoData, ReasonNoRows)
		return r
	}
	if g.outcomes.misses > 0 {
		portion := share(g.failedSo, g.outcomes.misses)
		detail.ShareOfFailures = &portion
	}
	r.proportion(g.errors, g.rows)
	return r
}
