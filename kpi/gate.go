package kpi

// Outcome of a gate, as exit codes of a program.
const (
	GatePassed    = 0  // nothing conclusively misses its target
	GateMissed    = 10 // a KPI conclusively misses its target, or its rows contradict each other
	GateTooLittle = 20 // no KPI misses its target, and one has too little data to say so
)

// Gate judges a report as a whole, for a build that should stop. Only a miss
// that chance does not explain stops it, so a small team is not blocked by bad
// luck; KPIs without data or source do not count at all.
func (r Report) Gate() int {
	outcome := GatePassed
	for _, k := range r.KPIs {
		switch {
		case k.Status == NotMet && k.Evidence == Conclusive, k.Status == InvalidData:
			return GateMissed
		case k.Status == InsufficientData:
			outcome = GateTooLittle
		}
	}
	return outcome
}
