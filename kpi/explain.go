package kpi

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"
)

// Explanation says how one KPI came to its value: what counts, what was asked
// of the database, what became of every row, and what to keep in mind.
type Explanation struct {
	ID      ID     `json:"id"`
	Title   string `json:"title"`
	Formula string `json:"formula"`
	Target  string `json:"target"` // as people write it, such as "≥ 85 %"
	Method  string `json:"method"` // how sure the value is, in words

	Organizations []int64 `json:"organizations"` // null: all
	Project       string  `json:"project"`       // empty: all

	// Result is what [Compute] reports, with window, interval and status.
	Result Result `json:"result"`
	// Tables account for every row of the KPI's sources.
	Tables []TableRows `json:"tables"`
	// Statements are what was sent to compute the result, in order. They are
	// the only part that differs between databases.
	Statements []Statement `json:"statements"`
	Caveats    []string    `json:"caveats"`
}

// Statement is a SELECT that was sent.
type Statement struct {
	What string `json:"what"` // what it reads, such as "test runs"
	SQL  string `json:"sql"`  // to the letter, with its arguments
}

// Explain computes one of the sixteen KPIs as [Compute] does, keeps the
// statements that this takes, and counts what became of the rows. The counting
// looks at every row of the KPI's tables, not only at those of the window.
//
// Pass a transaction while others write: else the counts may be of another
// moment than the result. An unknown id is an error, and so is what Compute
// refuses.
func Explain(ctx context.Context, db bun.IDB, id ID, q Query) (Explanation, error) {
	d, ok := byID[id]
	if !ok {
		return Explanation{}, fmt.Errorf("kpi: explain: no KPI %q", id)
	}
	p, err := q.plan()
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{
		ID: id, Title: d.Title, Formula: d.Formula, Target: d.TargetText(), Method: d.Method,
		Organizations: p.Organizations, Project: p.Project, Caveats: d.Caveats,
	}
	f := newFacts(p)
	for _, r := range f.readersOf(id) {
		w := &witness{IDB: db}
		if err := inTurn(ctx, w, []reader{r}); err != nil {
			return Explanation{}, err
		}
		for _, text := range w.heard {
			e.Statements = append(e.Statements, Statement{What: r.what, SQL: text})
		}
	}
	if err := f.strictly(); err != nil {
		return Explanation{}, err
	}
	f.library.link()
	e.Result = f.result(d)
	e.Tables, err = f.account(ctx, db, e.Result)
	return e, err
}

// readersOf returns what a KPI is computed from, of all that a report reads.
func (f *facts) readersOf(id ID) []reader {
	patterns := reader{"patterns", f.readPatterns}
	periods := reader{"pattern effectiveness", f.readEffectiveness}
	testRuns := reader{"test runs", f.readTestRuns}
	firstEvents := reader{"first events", f.readFirstSeen}
	switch id {
	case EffectivenessScore, PatternSuccessRate:
		return []reader{patterns, periods}
	case ApplicationCount:
		return []reader{patterns, periods, {"age of pattern effectiveness", f.readEffectivenessAge}}
	case BugDetectionTrend:
		return []reader{firstEvents, {"bugs", f.readBugs}}
	case HighSeverityIssues:
		return []reader{firstEvents, {"code reviews", f.readReviews}}
	case TestFailureRate:
		return []reader{testRuns, {"test failures", f.readFailures}}
	case PatternCoverage:
		return []reader{patterns, testRuns}
	case PatternVersioning:
		return []reader{patterns}
	case AuditTrailCoverage:
		return []reader{patterns, {"audit log", f.readAudit}}
	case ROIPerPattern:
		return []reader{patterns, {"metrics", f.readSavings}}
	case UserAdoption:
		return []reader{{"users", f.readUsers}}
	default: // the five about generations
		return []reader{
			{"generations", f.readGenerations(current)},
			{"previous generations", f.readGenerations(previous)},
			{"future generations", f.readGenerations(future)},
			{"duplicate generations", f.readDuplicates},
		}
	}
}

// witness passes statements on to a database and keeps their text.
type witness struct {
	bun.IDB
	heard []string
}

// NewSelect returns a query that is sent through the witness.
func (w *witness) NewSelect() *bun.SelectQuery { return w.IDB.NewSelect().Conn(w) }

// QueryContext sends a statement for rows.
func (w *witness) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	w.heard = append(w.heard, query)
	return w.IDB.QueryContext(ctx, query, args...)
}

// QueryRowContext sends a statement for one row.
func (w *witness) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	w.heard = append(w.heard, query)
	return w.IDB.QueryRowContext(ctx, query, args...)
}
