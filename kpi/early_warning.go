package kpi

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Alert says how the effectiveness of a pattern moves from week to week.
type Alert string

// The alerts, worst first.
const (
	AlertCritical     Alert = "critical"          // below 0.6, and more than 0.1 below its baseline
	AlertWarning      Alert = "warning"           // more than 0.05 below the week before
	AlertInsufficient Alert = "insufficient_data" // nothing in the week before
	AlertNoData       Alert = "no_data"           // nothing in the last complete week
	AlertStable       Alert = "stable"
	AlertImproving    Alert = "improving" // more than 0.05 above the week before
)

// alerts is the order in which they are listed.
var alerts = []Alert{AlertCritical, AlertWarning, AlertInsufficient, AlertNoData, AlertStable, AlertImproving}

// Warning is about one pattern. Scores are weighted by applications and absent
// for a week without any.
type Warning struct {
	Pattern  string
	Alert    Alert
	Current  *float64 // of the last complete week
	Previous *float64 // of the calendar week before
	Baseline *float64 // mean of those of the three weeks before that

	// Evidence is conclusive when each week that was compared has at least 5
	// applications. It is empty where nothing was compared.
	Evidence Evidence

	// Change is the Newcombe interval of the success rate of the last week
	// less that of the week before; absent without successes to compare.
	Change *Interval
}

// The weeks of a warning, by how many complete weeks they lie back.
const (
	warningWeeks = 5
	lastWeek     = 1
	weekBefore   = 2
)

// EarlyWarnings compares each pattern's last complete ISO week before asOf, in
// its zone, with those before, worst first. Rows that no score can be made of
// are left out; a gap is a gap and no older week takes its place.
func EarlyWarnings(rows []metrics.Effectiveness, asOf time.Time) []Warning {
	bounds := weeks(asOf, warningWeeks)
	patterns := map[string]*[warningWeeks + 1]patternWeek{} // by weeks back
	for _, row := range rows {
		start := row.PeriodStart.Time
		if start.Before(bounds[0]) || !start.Before(bounds[warningWeeks]) || !row.PeriodEnd.After(start) ||
			row.EffectivenessScore == nil || !isShare(*row.EffectivenessScore) ||
			row.ApplicationCount == nil || *row.ApplicationCount < 0 {
			continue
		}
		if patterns[row.PatternName] == nil {
			patterns[row.PatternName] = &[warningWeeks + 1]patternWeek{}
		}
		after, _ := slices.BinarySearchFunc(bounds, start, func(bound, t time.Time) int {
			if bound.After(t) {
				return 1
			}
			return -1
		})
		patterns[row.PatternName][warningWeeks+1-after].add(row)
	}

	warnings := make([]Warning, 0, len(patterns))
	for _, name := range slices.Sorted(maps.Keys(patterns)) {
		warnings = append(warnings, warn(name, patterns[name]))
	}
	slices.SortStableFunc(warnings, func(a, b Warning) int {
		return cmp.Compare(slices.Index(alerts, a.Alert), slices.Index(alerts, b.Alert))
	})
	return warnings
}

// patternWeek is what a week says about a pattern.
type patternWeek struct {
	scores []Weighted
	pooled outcomes
}

func (w *patternWeek) add(row metrics.Effectiveness) {
	n := *row.ApplicationCount
	w.scores = append(w.scores, Weighted{Value: *row.EffectivenessScore, Weight: float64(n)})
	if s := row.SuccessCount; s != nil && *s >= 0 && *s <= n {
		w.pooled.hits += *s
		w.pooled.misses += n - *s
	}
}

// score is the weighted mean with its weight, nil without applications.
func (w *patternWeek) score() (*float64, float64) {
	m, err := Kish(w.scores)
	if err != nil {
		return nil, 0
	}
	return &m.Mean, m.Weight
}

func warn(name string, back *[warningWeeks + 1]patternWeek) Warning {
	w := Warning{Pattern: name}
	var now, before float64 // applications
	w.Current, now = back[lastWeek].score()
	w.Previous, before = back[weekBefore].score()
	var older []float64
	fewest := now // applications of a week that was compared
	for i := weekBefore + 1; i <= warningWeeks; i++ {
		if score, n := back[i].score(); score != nil {
			older = append(older, *score)
			if w.Previous == nil {
				fewest = min(fewest, n)
			}
		}
	}
	if len(older) > 0 {
		mean := Sum(older) / float64(len(older))
		w.Baseline = &mean
	}
	if w.Previous != nil {
		fewest = min(fewest, before)
		if a, b := back[lastWeek].pooled, back[weekBefore].pooled; a.n() > 0 && b.n() > 0 {
			i := newcombe(a.hits, a.n(), b.hits, b.n())
			w.Change = &i
		}
	}
	w.Alert = w.alert()
	if w.Alert != AlertNoData && w.Alert != AlertInsufficient {
		w.Evidence = Conclusive
		if fewest < listed {
			w.Evidence = Inconclusive
		}
	}
	return w
}

// alert decides. A drop of exactly 0.05 is no warning, however it was rounded.
func (w Warning) alert() Alert {
	switch {
	case w.Current == nil:
		return AlertNoData
	case w.Baseline != nil && *w.Current < 0.6-tolerance && *w.Current < *w.Baseline-0.1-tolerance:
		return AlertCritical
	case w.Previous == nil:
		return AlertInsufficient
	case *w.Current < *w.Previous-0.05-tolerance:
		return AlertWarning
	case *w.Current > *w.Previous+0.05+tolerance:
		return AlertImproving
	default:
		return AlertStable
	}
}
