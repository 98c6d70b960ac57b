package kpi

import (
	"fmt"
	"math"
)

// Stratum is one kind of case, such as a project, before and after.
type Stratum struct {
	Name                     string
	HitsBefore, TrialsBefore int64
	HitsAfter, TrialsAfter   int64
}

// Decomposition splits the change of a rate into what the strata did and what
// their mix did: Total = Mix + Rate, up to rounding.
type Decomposition struct {
	Total float64 // rate after − rate before
	Mix   float64 // because other cases came
	Rate  float64 // because the same cases ended otherwise

	// Paradox: every stratum with cases on both sides moved one way, and the
	// total the other (Simpson). The total then misleads.
	Paradox bool
}

// Decompose splits the change of a rate by strata, with the mean of before and
// after as weights, so that swapping the two only turns the signs. A stratum
// without cases on one side counts as mix. Both sides need a case: [ErrNoData].
//
// Source: E. M. Kitagawa, JASA 50 (1955).
func Decompose(strata []Stratum) (Decomposition, error) {
	var before, after outcomes
	for _, s := range strata {
		for _, pair := range [][2]int64{{s.HitsBefore, s.TrialsBefore}, {s.HitsAfter, s.TrialsAfter}} {
			if pair[0] < 0 || pair[0] > pair[1] {
				return Decomposition{}, fmt.Errorf("kpi: decompose: %q: %d hits among %d trials", s.Name, pair[0], pair[1])
			}
		}
		before.hits += s.HitsBefore
		before.misses += s.TrialsBefore - s.HitsBefore
		after.hits += s.HitsAfter
		after.misses += s.TrialsAfter - s.HitsAfter
	}
	if before.n() == 0 || after.n() == 0 {
		return Decomposition{}, ErrNoData
	}
	var mix, rate sum
	rising, falling, both := 0, 0, 0
	for _, s := range strata {
		w0, w1 := share(s.TrialsBefore, before.n()), share(s.TrialsAfter, after.n())
		p0, p1 := s.rates()
		mix.add((w1 - w0) * (p0 + p1) / 2)
		rate.add((p1 - p0) * (w0 + w1) / 2)
		if s.TrialsBefore > 0 && s.TrialsAfter > 0 {
			both++
			switch left, right := s.HitsAfter*s.TrialsBefore, s.HitsBefore*s.TrialsAfter; {
			case left > right:
				rising++
			case left < right:
				falling++
			}
		}
	}
	d := Decomposition{
		Total: share(after.hits, after.n()) - share(before.hits, before.n()),
		Mix:   mix.value(),
		Rate:  rate.value(),
	}
	moved := math.Abs(d.Total) > tolerance
	d.Paradox = both > 0 && moved && (rising == both && d.Total < 0 || falling == both && d.Total > 0)
	return d, nil
}

// rates returns the stratum's rates. One that is unknown is taken as the other,
// so that the stratum's coming or going is mix alone.
func (s Stratum) rates() (before, after float64) {
	switch {
	case s.TrialsBefore == 0 && s.TrialsAfter == 0:
		return 0, 0
	case s.TrialsBefore == 0:
		after = share(s.HitsAfter, s.TrialsAfter)
		return after, after
	case s.TrialsAfter == 0:
		before = share(s.HitsBefore, s.TrialsBefore)
		return before, before
	default:
		return share(s.HitsBefore, s.TrialsBefore), share(s.HitsAfter, s.TrialsAfter)
	}
}
