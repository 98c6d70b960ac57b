package kpi

// Outcome of a gate, as exit codes of a program.
const (
	GatePassed    = 0  // nothing misses its target beyond chance
	GateMissed    = 10 // a KPI misses its target beyond chance, or its rows contradict each other
	GateTooLittle = 20 // no KPI misses its target so, and one has too little data to say so
)

// gateAlarms is how often a report on processes that are all on their targets
// may stop a build.
const gateAlarms = 0.05

// Gate judges a report as a whole, for a build that should stop. Only a miss
// that chance does not explain stops it, so a small team is not blocked by bad
// luck; KPIs without data or source do not count at all.
//
// A report looks at many KPIs, and each may be unlucky. A conclusive miss of a
// sample therefore stops the build only when its [Result].Chance, times the
// number of KPIs that have one, is at most 0.05: then at most one in twenty
// reports on processes that are exactly on their targets does so, however the
// KPIs hang together. A census has no luck, and its miss always counts.
//
// Source: C. E. Bonferroni (1936); O. J. Dunn, JASA 56 (1961).
func (r Report) Gate() int {
	var samples float64
	for _, k := range r.KPIs {
		if k.Chance != nil {
			samples++
		}
	}
	outcome := GatePassed
	for _, k := range r.KPIs {
		switch {
		case k.missed() && (k.isCensus() || k.Chance != nil && *k.Chance*samples <= gateAlarms), k.Status == InvalidData:
			return GateMissed
		case k.Status == InsufficientData:
			outcome = GateTooLittle
		}
	}
	return outcome
}

// missed tells whether the KPI by itself misses its target for sure.
func (r Result) missed() bool { return r.Status == NotMet && r.Evidence == Conclusive }

// isCensus tells whether everything was counted, so that nothing is uncertain.
func (r Result) isCensus() bool { return r.Interval == nil && r.Chance == nil }
