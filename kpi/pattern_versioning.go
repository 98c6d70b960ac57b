package kpi

import "time"

// Versioning is what pattern_versioning says beyond the literal share.
type Versioning struct {
	Variants VersioningVariants `json:"variants"`
}

// VersioningVariants are other readings of "versioned". Both are absent when
// their denominator is empty.
type VersioningVariants struct {
	// VersionRecorded is the share of active patterns with a version at all.
	VersionRecorded *float64 `json:"version_recorded"`
	// ChangedPatternsVersioned is the share with a version above 1 among
	// the active patterns that did change. This is the one to steer by.
	ChangedPatternsVersioned *float64 `json:"changed_patterns_versioned"`
}

func (*Versioning) detail() {}

// patternVersioning is the share of active patterns with a version above 1.
func (f *facts) patternVersioning(period) Result {
	r := f.ofPatterns(PatternVersioning)
	detail := &Versioning{}
	r.Detail = detail
	if f.Project != "" {
		r.undefined(Unavailable, ReasonNoProject)
		return r
	}
	var above, recorded, changed, changedAbove int64
	for _, p := range f.library.active {
		isAbove := p.version.Valid && p.version.Int64 > 1
		if isAbove {
			above++
		}
		if p.version.Valid && p.version.Int64 >= 1 {
			recorded++
		} else {
			r.Quality.Null++
		}
		if p.changed() {
			changed++
			if isAbove {
				changedAbove++
			}
		}
	}
	whole := int64(len(f.library.active))
	if whole == 0 {
		r.undefined(NoData, ReasonNoPatterns)
		return r
	}
	portion := share(recorded, whole)
	detail.Variants.VersionRecorded = &portion
	if changed > 0 {
		portion := share(changedAbove, changed)
		detail.Variants.ChangedPatternsVersioned = &portion
	}
	r.census(above, whole)
	return r
}

// changed tells whether the pattern is not as it was first written: it follows
// another version, or was updated later than the second of its creation (both
// times are taken one after the other).
func (p *pattern) changed() bool {
	return p.before != nil || p.updated.Sub(p.created.Time) > time.Second
}
