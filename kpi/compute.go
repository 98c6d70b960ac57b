package kpi

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/uptrace/bun"
)

// Compute reads a database and returns the report that the query asks for. It
// sends about twenty SELECTs. When db is a pool, two run at a time and each sees
// what is stored when it begins; pass a transaction for one consistent picture
// while others write.
//
// Memory follows what is distinct (confidences, patterns, runs), not rows: the
// quantiles and the calibration need the values of confidence, nothing else
// does. A statement that fails, a query that makes no sense and, in strict mode,
// an invalid row are errors.
func Compute(ctx context.Context, db bun.IDB, q Query) (Report, error) {
	p, err := q.plan()
	if err != nil {
		return Report{}, err
	}
	f := newFacts(p)
	if err := f.read(ctx, db); err != nil {
		return Report{}, err
	}
	return f.report()
}

// read adds all rows of a database. What takes longest comes first, so that
// both lanes end at about the same time. Each chain keeps to its own part of the
// facts.
func (f *facts) read(ctx context.Context, db bun.IDB) error {
	return atOnce(ctx, db, [][]reader{
		{{"generations", f.readGenerations(current)}},
		{{"previous generations", f.readGenerations(previous)}},
		{
			// Patterns come before what belongs to an organization by a
			// pattern's name or id.
			{"patterns", f.readPatterns},
			{"pattern effectiveness", f.readEffectiveness},
			{"age of pattern effectiveness", f.readEffectivenessAge},
			{"audit log", f.readAudit},
			{"metrics", f.readSavings},
		},
		{{"test runs", f.readTestRuns}},
		{{"test failures", f.readFailures}},
		{{"duplicate generations", f.readDuplicates}},
		{{"bugs", f.readBugs}, {"code reviews", f.readReviews}},
		{{"users", f.readUsers}, {"first events", f.readFirstSeen}},
		{{"future generations", f.readGenerations(future)}},
	})
}

// reader adds the rows of one kind.
type reader struct {
	what string
	read func(context.Context, bun.IDB) error
}

// lanes is how many chains of readers run at once.
const lanes = 2

// atOnce runs chains of readers at the same time where db is a pool, which can
// serve them, and else one after the other.
func atOnce(ctx context.Context, db bun.IDB, chains [][]reader) error {
	if _, isPool := db.(interface{ Stats() sql.DBStats }); !isPool {
		return inTurn(ctx, db, slices.Concat(chains...))
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	queue := make(chan []reader, len(chains))
	for _, chain := range chains {
		queue <- chain
	}
	close(queue)

	var all sync.WaitGroup
	var once sync.Once
	var failed error
	for range lanes {
		all.Go(func() {
			for chain := range queue {
				if err := inTurn(ctx, db, chain); err != nil {
					once.Do(func() { failed = err })
					stop()
				}
			}
		})
	}
	all.Wait()
	return failed
}

func inTurn(ctx context.Context, db bun.IDB, readers []reader) error {
	for _, r := range readers {
		if err := r.read(ctx, db); err != nil {
			return fmt.Errorf("kpi: %s: %w", r.what, err)
		}
	}
	return nil
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
	mapless       mapless // those that do not
	covered       nameSet // patterns that test runs list
	violated      nameSet // patterns that failed tests name
	audit         auditFacts
	savings       savingFacts
	users         userFacts

	refusing sync.Mutex
	invalid  map[string]invalidRow // by table
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
	f.refusing.Lock()
	defer f.refusing.Unlock()
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
		r.KPIs = append(r.KPIs, f.result(d))
	}
	for _, evaluate := range []func(*facts, period) Result{
		(*facts).runsWithFailures, (*facts).observedInTests, (*facts).engagedUsers,
	} {
		r.Companions = append(r.Companions, evaluate(f, current))
	}
	return r, nil
}

// result evaluates one KPI, beside the window before where there is one.
func (f *facts) result(d Definition) Result {
	evaluate := evaluations[d.ID]
	r := evaluate(f, current)
	if d.Span.repeats() {
		before := evaluate(f, previous)
		r.Previous = &before
		r.changed()
	}
	return r
}
