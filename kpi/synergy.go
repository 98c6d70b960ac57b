package kpi

import (
	"cmp"
	"fmt"
	"slices"
)

// Use is one generation: the patterns that it applied and how it ended.
type Use struct {
	Patterns []string // a name counts once, in whatever order
	Success  bool
}

// Synergy is two patterns that were applied together.
type Synergy struct {
	A, B      string // A < B
	Uses      int64  // generations with both
	Successes int64
	Interval  Interval // Wilson, of the success rate with both

	// Lift is how many times as often the two meet as they would if patterns
	// were picked independently.
	Lift float64

	// Uplift is the success rate with both less that with exactly one of
	// them, with its Newcombe interval. P is Fisher's, adjusted for all pairs
	// that were compared. All are absent when neither was ever applied alone.
	Uplift         *float64
	UpliftInterval *Interval
	P              *float64
}

// Limits of synergies.
const (
	maxPatterns = 64 // of one use; it would have 2016 pairs
	pairUses    = 5  // with fewer, a pair is not listed
)

// Synergies finds the pairs of patterns that were applied together five times
// or more, best first by the lower end of their interval, so that 5 of 5 does
// not outrank 95 of 100. Uses with more than 64 patterns are an error.
func Synergies(uses []Use) ([]Synergy, error) {
	type pair struct{ a, b string }
	single, both := map[string]outcomes{}, map[pair]outcomes{}
	for i, use := range uses {
		names := slices.Clone(use.Patterns)
		slices.Sort(names)
		names = slices.Compact(names)
		if len(names) > maxPatterns {
			return nil, fmt.Errorf("kpi: synergies: use %d has %d patterns, more than %d", i, len(names), maxPatterns)
		}
		for j, a := range names {
			single[a] = single[a].with(use.Success)
			for _, b := range names[j+1:] {
				both[pair{a, b}] = both[pair{a, b}].with(use.Success)
			}
		}
	}

	var found []Synergy
	for p, o := range both {
		if o.n() < pairUses {
			continue
		}
		s := Synergy{
			A: p.a, B: p.b, Uses: o.n(), Successes: o.hits, Interval: wilson(o.hits, o.n()),
			Lift: float64(o.n()) * float64(len(uses)) / (float64(single[p.a].n()) * float64(single[p.b].n())),
		}
		// Exactly one: either of the two, less twice the generations with both.
		one := outcomes{
			hits:   single[p.a].hits + single[p.b].hits - 2*o.hits,
			misses: single[p.a].misses + single[p.b].misses - 2*o.misses,
		}
		if one.n() > 0 {
			uplift := share(o.hits, o.n()) - share(one.hits, one.n())
			bounds := newcombe(o.hits, o.n(), one.hits, one.n())
			chance, err := Fisher(o.hits, o.n(), one.hits, one.n())
			if err != nil {
				return nil, err
			}
			s.Uplift, s.UpliftInterval, s.P = &uplift, &bounds, &chance
		}
		found = append(found, s)
	}
	slices.SortFunc(found, func(x, y Synergy) int {
		return cmp.Or(
			cmp.Compare(y.Interval.Lower, x.Interval.Lower), cmp.Compare(y.Uses, x.Uses),
			cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	return found, adjust(found)
}

// adjust corrects P for the number of pairs.
func adjust(found []Synergy) error {
	var compared []*float64
	var p []float64
	for _, s := range found {
		if s.P != nil {
			compared, p = append(compared, s.P), append(p, *s.P)
		}
	}
	adjusted, err := BenjaminiHochberg(p)
	for i := range adjusted {
		*compared[i] = adjusted[i]
	}
	return err
}
