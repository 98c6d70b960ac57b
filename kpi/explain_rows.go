package kpi

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// TableRows says what became of the rows of a table: Rows is Used and all that
// was left out, no more and no less.
type TableRows struct {
	Table   string    `json:"table"`
	Rows    int64     `json:"rows"`     // that the table holds
	LeftOut []LeftOut `json:"left_out"` // a row once, for the first reason that holds
	Used    int64     `json:"used"`     // that the formula counts
}

// LeftOut is how many rows were left out for one reason.
type LeftOut struct {
	Why  Omission `json:"why"`
	Rows int64    `json:"rows"`
}

// Omission is why a row did not count.
type Omission string

// The omissions, in the order in which they are looked for.
const (
	OmittedElsewhere    Omission = "elsewhere"     // of other organizations or projects
	OmittedOtherKind    Omission = "other_kind"    // about something else: no test run, no pattern
	OmittedDeactivated  Omission = "deactivated"   // a user who may no longer log in
	OmittedBefore       Omission = "before_window" // older than the window
	OmittedFuture       Omission = "future"        // at or after as_of
	OmittedRunningWeek  Omission = "running_week"  // in the week that has not ended at as_of
	OmittedUnavailable  Omission = "unavailable"   // the KPI has no value, as its reason says
	OmittedExcluded     Omission = "excluded"      // of an excluded source
	OmittedNull         Omission = "null"          // without the value that is needed
	OmittedInvalid      Omission = "invalid"       // with an impossible value
	OmittedWeightless   Omission = "weightless"    // a score without applications
	OmittedLowSeverity  Omission = "low_severity"  // neither high nor critical
	OmittedNoPattern    Omission = "no_pattern"    // of no active pattern
	OmittedInactive     Omission = "inactive"      // given up, archived, or followed by a version
	OmittedSameName     Omission = "same_name"     // a pattern of another organization has the name, too
	OmittedOtherActions Omission = "other_actions" // deletions, and what is no change
	OmittedSurplus      Omission = "surplus"       // more entries than there were changes
)

// omissionTexts are the omissions in words, after a number of rows.
var omissionTexts = map[Omission]string{
	OmittedElsewhere:    "of other organizations or projects",
	OmittedOtherKind:    "about something else",
	OmittedDeactivated:  "of deactivated users",
	OmittedBefore:       "before the window",
	OmittedFuture:       "in the future",
	OmittedRunningWeek:  "in the week that has not ended",
	OmittedUnavailable:  "not counted, because the KPI is unavailable",
	OmittedExcluded:     "of an excluded source",
	OmittedNull:         "without the value",
	OmittedInvalid:      "with an impossible value",
	OmittedWeightless:   "without applications",
	OmittedLowSeverity:  "of lower severity",
	OmittedNoPattern:    "of no active pattern",
	OmittedInactive:     "inactive, archived or followed by a version",
	OmittedSameName:     "with the name of another",
	OmittedOtherActions: "about deletions and what is no change",
	OmittedSurplus:      "beyond the changes",
}

// leave takes rows out of those that are used so far.
func (t *TableRows) leave(all ...LeftOut) {
	for _, left := range all {
		if left.Rows != 0 {
			t.LeftOut = append(t.LeftOut, left)
			t.Used -= left.Rows
		}
	}
}

// source is a table of a KPI: which of its rows are looked at, as conditions one
// after the other, and what is then left out of those.
type source struct {
	table string
	looks []look
	left  []LeftOut
}

// look is a condition on rows, and why the others are left out.
type look struct {
	why Omission
	at  func(*bun.SelectQuery) *bun.SelectQuery
}

// account counts the rows of the sources of a KPI. What a condition leaves out
// the database counts; the rest the facts know, from which the result was made.
func (f *facts) account(ctx context.Context, db bun.IDB, r Result) ([]TableRows, error) {
	var all []TableRows
	for _, s := range f.sourcesOf(r) {
		q := db.NewSelect().TableExpr(s.table)
		rows, err := q.Count(ctx)
		t := TableRows{Table: s.table, Rows: rows, Used: rows, LeftOut: []LeftOut{}}
		for _, l := range s.looks {
			if err != nil {
				break
			}
			q = l.at(q)
			rows, err = q.Count(ctx)
			t.leave(LeftOut{l.why, t.Used - rows})
		}
		if err != nil {
			return nil, fmt.Errorf("kpi: count %s: %w", s.table, err)
		}
		if r.Status == Unavailable {
			t.leave(LeftOut{OmittedUnavailable, t.Used})
		} else {
			t.leave(s.left...)
		}
		all = append(all, t)
	}
	return all, nil
}

// sourcesOf returns the tables of a KPI, in the order of its definition.
func (f *facts) sourcesOf(r Result) []source {
	q := r.Quality
	null, invalid := LeftOut{OmittedNull, q.Null}, LeftOut{OmittedInvalid, q.Invalid}
	scoped, owned := look{OmittedElsewhere, f.scope}, look{OmittedElsewhere, f.tenants}
	testRuns := where(OmittedOtherKind, "metric_type = ?", metrics.MetricTestRun)
	live := LeftOut{OmittedInactive, int64(len(f.library.rows) - len(f.library.active))}
	patterns := source{"patterns", []look{owned, until("created_at", f.AsOf)}, []LeftOut{live}}
	switch r.ID {
	case EffectivenessScore:
		weightless := LeftOut{OmittedWeightless, q.Rows - q.Null - q.Invalid - r.N}
		return []source{f.periodsOf(r, null, invalid, weightless)}
	case PatternSuccessRate:
		return []source{f.periodsOf(r, null, invalid)}
	case ApplicationCount:
		foreign, same := f.unapplied()
		patterns.left = append(patterns.left, LeftOut{OmittedSameName, same})
		return []source{f.periodsOf(r, null, invalid, LeftOut{OmittedNoPattern, foreign}), patterns}
	case BugDetectionTrend:
		return []source{{bugTable, f.complete(r.Window, scoped), nil}}
	case HighSeverityIssues:
		var count int64
		if r.Value != nil {
			count = int64(*r.Value)
		}
		minor := LeftOut{OmittedLowSeverity, q.Rows - q.Null - count}
		return []source{{reviewTable, f.complete(r.Window, scoped), []LeftOut{null, minor}}}
	case TestFailureRate:
		return []source{
			{performanceTable, f.inside(r.Window, "timestamp", scoped, testRuns), []LeftOut{null, invalid}},
			{failureTable, f.inside(r.Window, "timestamp", scoped), nil},
		}
	case PatternCoverage:
		return []source{patterns, {
			performanceTable, []look{scoped, testRuns, until("timestamp", f.AsOf)},
			[]LeftOut{{OmittedNull, f.mapless.without}, {OmittedInvalid, f.mapless.unreadable}},
		}}
	case PatternVersioning:
		return []source{patterns}
	case AuditTrailCoverage:
		patterns.left = nil // every version is a change
		about := where(OmittedOtherKind, "LOWER(TRIM(resource_type)) = 'pattern'")
		return []source{patterns, {"audit_logs", []look{owned, about, until("created_at", f.AsOf)}, f.unmatched(r)}}
	case ROIPerPattern:
		return []source{{"metrics", []look{owned, until("created_at", f.AsOf)}, f.unthanked()}, patterns}
	case UserAdoption:
		return []source{{"users", []look{owned, where(OmittedDeactivated, "is_active"), until("created_at", f.AsOf)}, nil}}
	default: // the five about generations
		excluded := LeftOut{OmittedExcluded, q.Excluded}
		return []source{{generationTable, f.inside(r.Window, "timestamp", scoped), []LeftOut{excluded, null, invalid}}}
	}
}

// where leaves out the rows that do not fulfil a condition.
func where(why Omission, condition string, args ...any) look {
	return look{why, func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where(condition, args...) }}
}

// until leaves out the future.
func until(column string, asOf time.Time) look {
	return where(OmittedFuture, "? < ?", bun.Ident(column), asOf)
}

// inside looks at the rows in a window that ends at as_of.
func (f *facts) inside(w *Window, column string, looks ...look) []look {
	return append(looks, where(OmittedBefore, "? >= ?", bun.Ident(column), w.Start), until(column, f.AsOf))
}

// complete looks at the rows in a window that ends with a week.
func (f *facts) complete(w *Window, looks ...look) []look {
	return append(f.inside(w, "timestamp", looks...), where(OmittedRunningWeek, "timestamp < ?", w.End))
}

// periodsOf is the pattern periods. They belong to whoever has the name.
func (f *facts) periodsOf(r Result, left ...LeftOut) source {
	mine := look{OmittedElsewhere, func(q *bun.SelectQuery) *bun.SelectQuery {
		if f.Organizations == nil {
			return q
		}
		return q.Where("pattern_name IN (?)", bun.List(slices.Sorted(maps.Keys(f.library.names))))
	}}
	return source{effectivenessTable, f.inside(r.Window, "period_start", mine), left}
}

// unapplied counts the periods of no active pattern, and the active patterns
// whose name another has, too: applications are counted by name.
func (f *facts) unapplied() (periods, same int64) {
	active := map[string]bool{}
	for _, p := range f.library.active {
		if active[p.name] {
			same++
		}
		active[p.name] = true
	}
	for name, a := range f.effectiveness[current].patterns {
		if !active[name] {
			periods += a.rows
		}
	}
	return periods, same
}

// unmatched are the entries of the log that match no change.
func (f *facts) unmatched(r Result) []LeftOut {
	var logged, matched int64
	for _, kind := range []map[int64]int64{f.audit.created, f.audit.updated} {
		for _, n := range kind {
			logged += n
		}
	}
	if r.Numerator != nil {
		matched = *r.Numerator
	}
	return []LeftOut{
		{OmittedOtherActions, f.audit.rows - f.audit.orphans - logged},
		{OmittedNoPattern, f.audit.orphans},
		{OmittedSurplus, logged - matched},
	}
}

// unthanked are the savings that no active pattern is to thank for.
func (f *facts) unthanked() []LeftOut {
	var thanked int64
	for id, n := range f.savings.timed {
		if f.library.rows[id].carrier() != nil {
			thanked += n
		}
	}
	return []LeftOut{
		{OmittedNull, f.savings.null},
		{OmittedNoPattern, f.savings.rows - f.savings.null - thanked},
	}
}
