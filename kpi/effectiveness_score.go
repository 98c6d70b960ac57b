package kpi

// Effectiveness is what effectiveness_score says beyond the weighted mean.
type Effectiveness struct {
	Unweighted   *float64 `json:"unweighted"`   // plain mean of all valid scores
	Effective    *float64 `json:"n_eff"`        // Kish's effective number of periods
	Applications *int64   `json:"applications"` // sum of the weights

	// Pooled is the Wilson interval of successes among applications, which
	// the score should resemble.
	Pooled *Interval `json:"pooled_interval"`

	// Overlapping are patterns with periods that overlap and count twice.
	Overlapping []string `json:"overlapping"`
	// Ambiguous are names that patterns of several organizations have.
	Ambiguous []string `json:"ambiguous"`
}

func (*Effectiveness) detail() {}

// What the weighted mean needs.
const (
	enoughEffective    = 5
	enoughApplications = 30
)

// effectivenessScore is Σ w·s / Σ w of scores s with applications w.
func (f *facts) effectivenessScore(when period) Result {
	in := &f.effectiveness[when]
	r := f.ofEffectiveness(EffectivenessScore, when)
	r.Quality.Null = in.noScore
	r.Quality.Invalid += in.badScore
	detail := &Effectiveness{Overlapping: in.overlapping(), Ambiguous: f.ambiguous(in)}
	r.Detail = detail
	if f.Project != "" {
		r.undefined(Unavailable, ReasonNoProject)
		return r
	}
	weighted, plain := in.scored()
	if len(plain) == 0 {
		r.undefined(NoData, nothing(in.rows))
		return r
	}
	unweighted := summarize(plain).mean
	detail.Unweighted = &unweighted
	if hits, n := in.pooled(); n > 0 {
		i := wilson(hits, n)
		detail.Pooled = &i
	}
	m, err := Kish(weighted)
	if err != nil {
		r.undefined(NoData, ReasonZeroWeight)
		return r
	}
	total := int64(m.Weight)
	detail.Effective, detail.Applications = &m.Effective, &total
	r.number(m.Mean, int64(m.N))
	r.Interval = m.Interval()
	if r.Interval != nil && m.Effective >= enoughEffective {
		r.Chance = r.Target.chanceOfMean(m.Mean, *m.Error, m.Effective-1)
	}
	switch {
	case m.Effective < enoughEffective:
		r.undefined(InsufficientData, ReasonFewRows)
	case m.Weight < enoughApplications:
		r.undefined(InsufficientData, ReasonFewApplications)
	case r.Target.decides(*r.Interval):
		r.verdict(Conclusive)
	default:
		r.verdict(Inconclusive)
	}
	return r
}

// pooled adds up the successes and applications of all patterns.
func (in *effectivenessFacts) pooled() (hits, n int64) {
	for _, a := range in.patterns {
		hits += a.hits
		n += a.pooled
	}
	return hits, n
}
