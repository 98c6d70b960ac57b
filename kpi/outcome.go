package kpi

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// outcomeDays are the ages at which generations are looked at again.
var outcomeDays = []int{1, 7, 30}

// OutcomeTable is what became of generations.
type OutcomeTable struct {
	AsOf    time.Time      `json:"as_of"`
	Days    int            `json:"days"` // how long generations were made that are looked at
	By      Dimension      `json:"by"`   // empty: all of them are one group
	Quality Quality        `json:"quality"`
	Links   Links          `json:"links"`
	Groups  []OutcomeGroup `json:"groups"` // largest first, then by name
}

// Links counts the events before as_of that name a generation as the one they
// follow from ([metrics.Origin].GenerationKey). Those of generations too old to
// be looked at are left out.
type Links struct {
	Bugs         int64 `json:"bugs"`
	TestFailures int64 `json:"test_failures"`
	Reviews      int64 `json:"reviews"` // of high or critical severity
	Deployments  int64 `json:"deployments"`

	Dangling int64 `json:"dangling"` // of them, those whose generation is not stored
	Early    int64 `json:"early"`    // of them, those dated before their generation
}

// OutcomeGroup is one row of the table.
type OutcomeGroup struct {
	// Name is nil for the generations that applied no pattern, or whose model,
	// project or source nobody stated, and when all are one group.
	Name     *string   `json:"name"`
	Outcomes []Outcome `json:"outcomes"` // after 1, 7 and 30 days
}

// Outcome says how many generations were still a success some days later.
type Outcome struct {
	Days   int    `json:"days"`   // of 24 hours
	Window Window `json:"window"` // when the generations were made; it ends Days before as_of

	Value     *float64  `json:"value"` // Successes/N; absent when N is 0
	Interval  *Interval `json:"interval"`
	N         int64     `json:"n"`         // generations with a known success
	Successes int64     `json:"successes"` // of them, those that succeeded and had no problem within Days
	Failures  int64     `json:"failures"`  // of them, those that did not succeed to begin with
	Unknown   int64     `json:"unknown"`   // further ones, of which nobody knows whether they succeeded
	Young     int64     `json:"young"`     // made since: less than Days before as_of, so that nobody can know yet

	// How many of the N that succeeded at first had a problem within Days, by
	// its kind. One with problems of two kinds is in both.
	Bugs         int64 `json:"bugs"`
	TestFailures int64 `json:"test_failures"`
	Reviews      int64 `json:"reviews"`
	Deployments  int64 `json:"deployments"`
}

// Outcomes follows generations to what came of them after 1, 7 and 30 days. A
// generation that succeeded stays a success until a bug, a test failure, a
// review finding of high or critical severity or a deployment issue names it.
// Findings of less severity are matters of taste as often as not, and the KPI
// high_severity_issues leaves them out as well. Whether a link is missing
// cannot be told: without links, the outcome is the success rate.
//
// For each number of days, the generations are those of the rolling window of
// the query shifted back by these days, so that each of them had the same time
// to fail. A problem counts from the instant of the generation on and before
// that many days have passed. One that is dated earlier still follows from it,
// by what it says itself: clocks differ. It counts as one at that instant.
//
// Events of other organizations than those of the query are not seen. A link
// counts whatever project its event names.
func Outcomes(ctx context.Context, db bun.IDB, q Query, by Dimension) (OutcomeTable, error) {
	p, err := q.plan()
	if err != nil {
		return OutcomeTable{}, err
	}
	if !slices.Contains([]Dimension{"", ByPattern, ByModel, ByProject, BySource}, by) {
		return OutcomeTable{}, fmt.Errorf("kpi: outcomes: no dimension %q", by)
	}
	f := newFacts(p)
	o := outcomeFacts{table: OutcomeTable{AsOf: p.AsOf, Days: p.Days, By: by}, problems: map[int64]*problems{}, groups: map[sql.NullString][]Outcome{}}
	for _, days := range outcomeDays {
		o.windows = append(o.windows, rolling(p.AsOf.Add(-time.Duration(days)*24*time.Hour), p.Days))
	}
	seen := Window{Start: o.windows[len(o.windows)-1].Start, End: p.AsOf}

	for kind := range problemKinds {
		if err := o.readProblems(ctx, db, p, seen.Start, kind); err != nil {
			return OutcomeTable{}, fmt.Errorf("kpi: outcomes: %s: %w", kind.table(), err)
		}
	}
	quality := &o.table.Quality
	quality.Excluded, err = p.eachAttempt(ctx, db, seen, by == ByModel, func(a *attempt) {
		quality.Rows++
		groups, state := []sql.NullString{{}}, listKnown
		if by != "" {
			groups, state = a.groups(by)
		}
		switch state {
		case listInvalid:
			quality.Invalid++
			f.refuse(generationTable, a.id, "patterns_applied is no JSON array")
			return
		case listUnknown:
			quality.Null++
			return
		case listKnown:
		}
		if !a.success.Valid {
			quality.Null++
		}
		for _, g := range groups {
			o.add(g, a)
		}
	})
	if err == nil {
		quality.Future, err = p.futureAttempts(ctx, db)
	}
	if err != nil {
		return OutcomeTable{}, fmt.Errorf("kpi: outcomes: %w", err)
	}
	if err := f.strictly(); err != nil {
		return OutcomeTable{}, err
	}
	return o.finish(), nil
}

// outcomeFacts is what [Outcomes] gathers.
type outcomeFacts struct {
	table    OutcomeTable
	windows  []Window            // one for each of outcomeDays
	problems map[int64]*problems // by id of the generation
	groups   map[sql.NullString][]Outcome
}

// problems are the first ones of a generation, by their kind; zero is none.
type problems [problemKinds]metrics.Time

// problem is a kind of event that makes a success none.
type problem int

// The kinds of problems.
const (
	aBug problem = iota
	aTestFailure
	aReview
	aDeployment
	problemKinds
)

func (p problem) table() string {
	return [...]string{bugTable, failureTable, reviewTable, deploymentTable}[p]
}

// of returns the number of a kind among those of an outcome.
func (p problem) of(o *Outcome) *int64 {
	return [...]*int64{&o.Bugs, &o.TestFailures, &o.Reviews, &o.Deployments}[p]
}

// link returns the number of a kind among the links.
func (p problem) link(l *Links) *int64 {
	return [...]*int64{&l.Bugs, &l.TestFailures, &l.Reviews, &l.Deployments}[p]
}

// readProblems adds the problems of one kind that generations since start had,
// and counts their links.
func (o *outcomeFacts) readProblems(ctx context.Context, db bun.IDB, p plan, start time.Time, kind problem) error {
	// Few events have a link. IS NOT NULL would let SQLite read all rows by the
	// index of their times.
	linked := p.tenants(db.NewSelect().TableExpr(kind.table())).
		ColumnExpr("generation_key, timestamp").
		Where("generation_key > ''").
		Where("timestamp < ?", p.AsOf)
	if kind == aReview {
		linked = linked.Where("severity IN (?)", bun.List([]metrics.Severity{metrics.SeverityHigh, metrics.SeverityCritical}))
	}
	rows, err := db.NewSelect().TableExpr("(?) AS linked", linked).
		Join("LEFT JOIN ? AS cg ON cg.event_key = linked.generation_key", bun.Ident(generationTable)).
		ColumnExpr("cg.id, MIN(linked.timestamp), COUNT(*)").
		ColumnExpr("COALESCE(SUM(CASE WHEN linked.timestamp < cg.timestamp THEN 1 ELSE 0 END), 0)").
		Where("cg.id IS NULL OR cg.timestamp >= ?", start).
		GroupExpr("cg.id").
		Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

	for rows.Next() {
		var (
			id           sql.NullInt64
			first        metrics.Time
			links, early int64
		)
		if err := rows.Scan(&id, &first, &links, &early); err != nil {
			return err
		}
		*kind.link(&o.table.Links) += links
		o.table.Links.Early += early
		if !id.Valid {
			o.table.Links.Dangling += links
			continue
		}
		if o.problems[id.Int64] == nil {
			o.problems[id.Int64] = &problems{}
		}
		o.problems[id.Int64][kind] = first
	}
	return rows.Err()
}

// add counts a generation for a group.
func (o *outcomeFacts) add(group sql.NullString, a *attempt) {
	outcomes := o.group(group)
	for i, window := range o.windows {
		at := &outcomes[i]
		if !a.at.Before(window.End) {
			at.Young++
			continue
		}
		if a.at.Before(window.Start) {
			continue
		}
		if !a.success.Valid {
			at.Unknown++
			continue
		}
		at.N++
		if !a.success.Bool {
			at.Failures++
			continue
		}
		end, spoiled := a.at.Add(time.Duration(at.Days)*24*time.Hour), false
		if found := o.problems[a.id]; found != nil {
			for kind, first := range found {
				if !first.IsZero() && first.Before(end) {
					*problem(kind).of(at)++
					spoiled = true
				}
			}
		}
		if !spoiled {
			at.Successes++
		}
	}
}

func (o *outcomeFacts) group(name sql.NullString) []Outcome {
	if o.groups[name] == nil {
		for i, days := range outcomeDays {
			o.groups[name] = append(o.groups[name], Outcome{Days: days, Window: o.windows[i]})
		}
	}
	return o.groups[name]
}

// finish works out the shares and puts the groups in order.
func (o *outcomeFacts) finish() OutcomeTable {
	if o.table.By == "" {
		o.group(sql.NullString{}) // there even when it is empty
	}
	o.table.Groups = make([]OutcomeGroup, 0, len(o.groups))
	for name, outcomes := range o.groups {
		for i := range outcomes {
			if at := &outcomes[i]; at.N > 0 {
				value, bounds := share(at.Successes, at.N), wilson(at.Successes, at.N)
				at.Value, at.Interval = &value, &bounds
			}
		}
		o.table.Groups = append(o.table.Groups, OutcomeGroup{Name: optional(name), Outcomes: outcomes})
	}
	slices.SortFunc(o.table.Groups, func(a, b OutcomeGroup) int {
		return cmp.Or(cmp.Compare(b.Outcomes[0].N, a.Outcomes[0].N), absentLast(a.Name, b.Name))
	})
	return o.table
}
