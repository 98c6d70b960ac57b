package sample

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// rollups is what the events of the period add up to.
type rollups struct {
	weeks    map[patternWeek]*outcomes
	days     map[tableDay]*totals
	versions map[*version]*life
}

type patternWeek struct {
	pattern string
	monday  time.Time
}

// outcomes are those of the generations that applied a pattern.
type outcomes struct{ applied, succeeded, failed int64 }

type tableDay struct {
	table string
	date  time.Time
}

// totals are those of the events of one kind on a day.
type totals struct {
	events     int64
	severities map[metrics.Severity]int64
	patterns   map[string]int64
}

// life is what became of a version of a pattern.
type life struct {
	outcomes
	violated    int64
	lastApplied time.Time
}

// tally adds up the events.
func (s *story) tally() *rollups {
	t := &rollups{weeks: map[patternWeek]*outcomes{}, days: map[tableDay]*totals{}, versions: map[*version]*life{}}
	entries := map[string]map[string]*entry{} // by project and name
	for _, p := range s.projects {
		entries[p.name] = map[string]*entry{}
		for _, e := range p.org.library {
			entries[p.name][e.name] = e
			for _, v := range e.versions {
				t.versions[v] = &life{}
			}
		}
	}
	for event := range s.events() {
		known := entries[*event.Provenance().Project]
		switch e := event.(type) {
		case *metrics.Bug:
			t.violation(known, e.Table(), e.Timestamp, &e.Pattern)
		case *metrics.TestFailure:
			t.violation(known, e.Table(), e.Timestamp, e.PatternViolated)
		case *metrics.CodeReview:
			t.violation(known, e.Table(), e.Timestamp, &e.Pattern)
			t.day(e.Table(), e.Timestamp).severities[e.Severity]++
		case *metrics.Deployment:
			t.violation(known, e.Table(), e.Timestamp, e.Pattern)
		case *metrics.Performance:
			t.day(e.Table(), e.Timestamp).events++
		case *metrics.CodeGeneration:
			t.generation(known, e)
		}
	}
	return t
}

func (t *rollups) day(table string, at metrics.Time) *totals {
	year, month, day := at.Date()
	key := tableDay{table, time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
	if t.days[key] == nil {
		t.days[key] = &totals{severities: map[metrics.Severity]int64{}, patterns: map[string]int64{}}
	}
	return t.days[key]
}

// violation adds an event that names the pattern it violates, if any.
func (t *rollups) violation(known map[string]*entry, table string, at metrics.Time, pattern *string) {
	day := t.day(table, at)
	day.events++
	if pattern != nil {
		day.patterns[*pattern]++
		t.versions[known[*pattern].at(at.Time)].violated++
	}
}

func (t *rollups) generation(known map[string]*entry, g *metrics.CodeGeneration) {
	day := t.day(g.Table(), g.Timestamp)
	day.events++
	if *g.Source == metrics.SourcePlanFile {
		return
	}
	for _, name := range g.PatternsApplied {
		day.patterns[name]++
		key := patternWeek{name, monday(g.Timestamp.Time)}
		if t.weeks[key] == nil {
			t.weeks[key] = &outcomes{}
		}
		version := t.versions[known[name].at(g.Timestamp.Time)]
		version.lastApplied = g.Timestamp.Time
		for _, o := range []*outcomes{t.weeks[key], &version.outcomes} {
			o.applied++
			switch {
			case g.Success == nil:
			case *g.Success:
				o.succeeded++
			default:
				o.failed++
			}
		}
	}
}

// score is the share of known outcomes that are successes, NULL without any.
func (o *outcomes) score() *float64 {
	known := o.succeeded + o.failed
	if known == 0 {
		return nil
	}
	score := float64(o.succeeded) / float64(known)
	return &score
}

// effectiveness returns the rows of pattern_effectiveness, one for each
// pattern and week.
func (t *rollups) effectiveness() []metrics.Effectiveness {
	keys := slices.SortedFunc(maps.Keys(t.weeks), func(a, b patternWeek) int {
		return cmp.Or(a.monday.Compare(b.monday), cmp.Compare(a.pattern, b.pattern))
	})
	rows := make([]metrics.Effectiveness, len(keys))
	for i, key := range keys {
		o := t.weeks[key]
		rows[i] = metrics.Effectiveness{
			PatternName:        key.pattern,
			ApplicationCount:   &o.applied,
			SuccessCount:       &o.succeeded,
			FailureCount:       &o.failed,
			EffectivenessScore: o.score(),
			PeriodStart:        metrics.At(key.monday),
			PeriodEnd:          metrics.At(key.monday.AddDate(0, 0, 7)),
		}
	}
	return rows
}

// summaries returns the rows of metrics_summary, one for each kind of event
// and each day of the period.
func (t *rollups) summaries(from, until time.Time) []metrics.Summary {
	tables := []string{
		(*metrics.Bug)(nil).Table(), (*metrics.TestFailure)(nil).Table(), (*metrics.CodeReview)(nil).Table(),
		(*metrics.Performance)(nil).Table(), (*metrics.Deployment)(nil).Table(), (*metrics.CodeGeneration)(nil).Table(),
	}
	var rows []metrics.Summary
	for date := from; date.Before(until); date = date.AddDate(0, 0, 1) {
		for _, table := range tables {
			rows = append(rows, t.summary(table, date, from))
		}
	}
	return rows
}

func (t *rollups) summary(table string, date, from time.Time) metrics.Summary {
	row := metrics.Summary{MetricType: table, SummaryDate: metrics.At(date), TotalCount: new(int64)}
	if day := t.days[tableDay{table, date}]; day != nil {
		row.TotalCount = &day.events
		if len(day.severities) > 0 {
			high := day.severities[metrics.SeverityHigh] + day.severities[metrics.SeverityCritical]
			medium, low := day.severities[metrics.SeverityMedium], day.severities[metrics.SeverityLow]
			row.HighSeverityCount, row.MediumSeverityCount, row.LowSeverityCount = &high, &medium, &low
		}
		if len(day.patterns) > 0 {
			top := slices.MinFunc(slices.Collect(maps.Keys(day.patterns)), func(a, b string) int {
				return cmp.Or(cmp.Compare(day.patterns[b], day.patterns[a]), cmp.Compare(a, b))
			})
			count := day.patterns[top]
			row.TopPattern, row.TopPatternCount = &top, &count
		}
	}
	if date.AddDate(0, 0, -13).Before(from) {
		return row // there are no two weeks to compare
	}
	var week, before int64
	for i := range 7 {
		if day := t.days[tableDay{table, date.AddDate(0, 0, -i)}]; day != nil {
			week += day.events
		}
		if day := t.days[tableDay{table, date.AddDate(0, 0, -i-7)}]; day != nil {
			before += day.events
		}
	}
	if before > 0 {
		change := float64(week-before) / float64(before)
		trend := metrics.TrendStable
		switch { // a twentieth is nothing
		case 20*(week-before) > before:
			trend = metrics.TrendIncreasing
		case 20*(before-week) > before:
			trend = metrics.TrendDecreasing
		}
		row.WeekOverWeekChange, row.TrendDirection = &change, &trend
	}
	return row
}
