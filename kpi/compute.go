package kpi

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/uptrace/bun"
)

// Compute reads a database and returns the report that the query asks for. It
// sends a handful of SELECTs; pass a transaction for one consistent picture
// while others write.
//
// Memory follows what is distinct (confidences, patterns, days), not rows. A
// statement that fails, a query that makes no sense and, in strict mode, an
// invalid row are errors.
func Compute(ctx context.Context, db bun.IDB, q Query) (Report, error) {
	p, err := q.plan()
	if err != nil {
		return Report{}, err
	}
	f := newFacts(p)
	for _, read := range []struct {
		what string
		from func(context.Context, bun.IDB) error
	}{
		{"generations", f.readGenerations},
		{"duplicate generations", f.readDuplicates},
		{"patterns", f.readPatterns},
		{"pattern effectiveness", f.readEffectiveness},
		{"age of pattern effectiveness", f.readEffectivenessAge},
		{"first events", f.readFirstSeen},
		{"bugs", f.readBugs},
		{"code reviews", f.readReviews},
		{"test runs", f.readTestRuns},
		{"test failures", f.readFailures},
		{"audit log", f.readAudit},
		{"metrics", f.readSavings},
		{"users", f.readUsers},
	} {
		if err := read.from(ctx, db); err != nil {
			return Report{}, fmt.Errorf("kpi: %s: %w", read.what, err)
		}
	}
	return f.report()
}

// facts are the sufficient statistics of all KPIs. They are the same whatever
// the order in which rows are added.
type facts struct {
	plan
	generations   [periods]generationFacts
	library       library
	effectiveness [periods]effectivenessFacts
	rolledUp      bool // there are pattern periods, of whatever time
	firstSeen     map[string]instant
	bugs          bugFacts
	reviews       reviewFacts
	tests         [periods]testFacts
	mapped        bool    // a test run lists patterns
	covered       nameSet // patterns that test runs list
	violated      nameSet // patterns that failed tests name
	audit         auditFacts
	savings       savingFacts
	users         userFacts

	invalid map[string]invalidRow // by table
}

func newFacts(p plan) *facts {
	f := &facts{
		plan:      p,
		library:   newLibrary(),
		firstSeen: map[string]instant{},
		covered:   nameSet{},
		violated:  nameSet{},
		audit:     newAuditFacts(),
		savings:   newSavingFacts(),
		invalid:   map[string]invalidRow{},
	}
	for i := range periods {
		f.generations[i] = newGenerationFacts()
		f.effectiveness[i] = newEffectivenessFacts()
		f.tests[i] = newTestFacts()
	}
	return f
}

// invalidRow is the invalid row of a table with the lowest id.
type invalidRow struct {
	id  int64
	why string
}

// refuse remembers an invalid row for strict mode.
func (f *facts) refuse(table string, id int64, why string) {
	if first, ok := f.invalid[table]; !ok || id < first.id {
		f.invalid[table] = invalidRow{id: id, why: why}
	}
}

// strictly is the error of strict mode.
func (f *facts) strictly() error {
	if !f.Strict {
		return nil
	}
	var all []error
	for _, table := range slices.Sorted(maps.Keys(f.invalid)) {
		row := f.invalid[table]
		all = append(all, fmt.Errorf("kpi: strict: %s: row %d: %s", table, row.id, row.why))
	}
	return errors.Join(all...)
}

// evaluations make each KPI of the facts of one period.
var evaluations = map[ID]func(*facts, period) Result{
	SuccessRate:          (*facts).successRate,
	AverageConfidence:    (*facts).averageConfidence,
	PatternsPerGen:       (*facts).patternsPerGeneration,
	CompilationErrorRate: (*facts).compilationErrorRate,
	CalibrationError:     (*facts).calibrationError,
	EffectivenessScore:   (*facts).effectivenessScore,
	ApplicationCount:     (*facts).applicationCount,
	PatternSuccessRate:   (*facts).patternSuccessRate,
	BugDetectionTrend:    (*facts).bugDetectionTrend,
	TestFailureRate:      (*facts).testFailureRate,
	HighSeverityIssues:   (*facts).highSeverityIssues,
	PatternCoverage:      (*facts).patternCoverage,
	PatternVersioning:    (*facts).patternVersioning,
	AuditTrailCoverage:   (*facts).auditTrailCoverage,
	ROIPerPattern:        (*facts).roiPerPattern,
	UserAdoption:         (*facts).userAdoption,
}

// report evaluates every KPI, in the order of the definitions.
func (f *facts) report() (Report, error) {
	if err := f.strictly(); err != nil {
		return Report{}, err
	}
	f.library.link()
	r := Report{
		AsOf: f.AsOf, Zone: f.Zone.String(), Days: f.Days,
		Organizations: f.Organizations, Project: f.Project,
	}
	for _, d := range Definitions() {
		evaluate := evaluations[d.ID]
		result := evaluate(f, current)
		if d.Span.repeats() {
			before := evaluate(f, previous)
			result.Previous = &before
			result.changed()
		}
		r.KPIs = append(r.KPIs, result)
	}
	for _, evaluate := range []func(*facts, period) Result{
		(*facts).runsWithFailures, (*facts).observedInTests, (*facts).engagedUsers,
	} {
		r.Companions = append(r.Companions, evaluate(f, current))
	}
	return r, nil
}
