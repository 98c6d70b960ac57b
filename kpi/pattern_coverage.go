package kpi

import (
	"cmp"
	"database/sql"
	"maps"
	"slices"
)

// Coverage is what pattern_coverage says beyond the share.
type Coverage struct {
	Uncovered []string `json:"uncovered"` // names of active patterns that no run covers
	Unknown   []string `json:"unknown"`   // names in test runs that no pattern has
}

func (*Coverage) detail() {}

// patternCoverage is the share of active patterns that a test run names.
func (f *facts) patternCoverage(period) Result {
	r := f.ofPatterns(PatternCoverage)
	detail := &Coverage{Uncovered: []string{}, Unknown: []string{}}
	r.Detail = detail
	if f.Project != "" {
		r.undefined(Unavailable, ReasonNoProject)
		return r
	}
	for _, name := range slices.SortedFunc(maps.Keys(f.covered), compareNames) {
		if !f.library.names[name.name] && !slices.Contains(detail.Unknown, name.name) {
			detail.Unknown = append(detail.Unknown, name.name)
		}
	}
	var covered int64
	for _, p := range f.library.active {
		if f.covered.names(p) {
			covered++
		} else {
			detail.Uncovered = append(detail.Uncovered, p.name)
		}
	}
	whole := int64(len(f.library.active))
	switch {
	case whole == 0:
		r.undefined(NoData, ReasonNoPatterns)
	case !f.mapped:
		detail.Uncovered = []string{}
		r.undefined(Unavailable, ReasonNoTestMap)
	default:
		r.census(covered, whole)
	}
	return r
}

// observedInTests is the share of active patterns that a failed test named as
// violated: a lower bound of the coverage that needs no test map.
func (f *facts) observedInTests(period) Result {
	r := f.ofPatterns(ObservedInTests)
	r.Unit = UnitRatio
	var observed int64
	for _, p := range f.library.active {
		if f.violated.names(p) {
			observed++
		}
	}
	switch whole := int64(len(f.library.active)); {
	case f.Project != "":
		r.undefined(Unavailable, ReasonNoProject)
	case whole == 0:
		r.undefined(NoData, ReasonNoPatterns)
	default:
		r.inform(observed, whole)
	}
	return r
}

// ofPatterns starts a result about the library.
func (f *facts) ofPatterns(id ID) Result {
	r := f.about(id, nil)
	r.Quality = Quality{Rows: int64(len(f.library.rows)), Future: f.library.future}
	return r
}

// nameSet is a set of names that events mention.
type nameSet map[ownName]bool

// names tells whether the set has the pattern's name, by its organization or
// by nobody in particular.
func (s nameSet) names(p *pattern) bool {
	return s[ownName{name: p.name}] ||
		s[ownName{sql.NullInt64{Int64: p.organization, Valid: true}, p.name}]
}

func compareNames(a, b ownName) int {
	return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.organization.Int64, b.organization.Int64))
}
