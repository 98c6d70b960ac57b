package kpi

import (
	"cmp"
	"slices"
)

// Applications is what application_count says beyond the share of patterns
// that meet the target.
type Applications struct {
	// Normalised: the window is no month, and the values are converted.
	Normalised bool   `json:"normalised"`
	Items      []Item `json:"items"` // the active patterns, worst first
	// Ambiguous are names that patterns of several organizations have.
	Ambiguous []string `json:"ambiguous"`
}

// Item is one active pattern.
type Item struct {
	Pattern string  `json:"pattern"`
	Value   float64 `json:"value"` // applications a month
	Meets   bool    `json:"meets"`
}

func (*Applications) detail() {}

// daysPerMonth is the mean length of a month of the Gregorian calendar, in
// millionths of a day.
const daysPerMonth = 30_436_875

// applicationCount is the share of active patterns that are applied at least
// ten times a month. It is met when all are.
func (f *facts) applicationCount(when period) Result {
	in := &f.effectiveness[when]
	r := f.ofEffectiveness(ApplicationCount, when)
	r.Quality.Null = in.noCount
	r.Quality.Invalid += in.badCount
	detail := &Applications{
		Normalised: f.Days < 28 || f.Days > 31,
		Items:      []Item{},
		Ambiguous:  f.ambiguous(in),
	}
	r.Detail = detail
	seen, met := map[string]bool{}, int64(0)
	for _, p := range f.library.active {
		if seen[p.name] {
			continue
		}
		seen[p.name] = true
		var n int64
		if a := in.patterns[p.name]; a != nil {
			n = a.count
		}
		item := Item{Pattern: p.name, Value: float64(n), Meets: r.Target.MeetsRatio(n, 1)}
		if detail.Normalised {
			months := int64(f.Days) * 1_000_000 // times daysPerMonth
			item.Value = share(n*daysPerMonth, months)
			item.Meets = r.Target.MeetsRatio(n*daysPerMonth, months)
		}
		if item.Meets {
			met++
		}
		detail.Items = append(detail.Items, item)
	}
	slices.SortFunc(detail.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.Pattern, b.Pattern))
	})
	switch {
	case f.Project != "":
		detail.Items = []Item{}
		r.undefined(Unavailable, ReasonNoProject)
	case len(seen) == 0:
		r.undefined(NoData, ReasonNoPatterns)
	case !f.rolledUp:
		r.undefined(NoData, ReasonNoRows)
	default:
		r.allOf(met, int64(len(seen)))
	}
	return r
}

// allOf sets the value to part/whole and judges it as met when the part is the
// whole: the target is one of each, and here the share of those that meet it.
func (r *Result) allOf(part, whole int64) {
	r.ratio(part, whole)
	*r.Meets = part == whole
	r.verdict(Conclusive)
}
