package kpi

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

const effectivenessTable = "pattern_effectiveness"

// effectivenessFacts is what the KPIs need to know about the pattern periods
// that start in one window.
type effectivenessFacts struct {
	rows     int64
	badTimes int64 // the period ends before it starts

	scores   map[Weighted]int64 // by score and applications
	noScore  int64              // score or applications NULL
	badScore int64

	patterns  map[string]*applications
	noCount   int64 // applications NULL
	badCount  int64
	noSuccess int64 // applications or successes NULL
	badRate   int64 // negative, or more successes than applications
	unequal   int64 // successes and failures are not the applications

	spans map[string][]span // periods by pattern
}

// applications are those of one pattern.
type applications struct {
	rows   int64 // that have a count
	count  int64 // of these rows
	pooled int64 // of rows that have successes, too
	hits   int64
}

// span is a period of a pattern.
type span struct{ start, end time.Time }

func newEffectivenessFacts() effectivenessFacts {
	return effectivenessFacts{
		scores:   map[Weighted]int64{},
		patterns: map[string]*applications{},
		spans:    map[string][]span{},
	}
}

// effectiveness is one row.
type effectiveness struct {
	id                      int64
	pattern                 string
	applied, passed, failed sql.NullInt64
	score                   sql.NullFloat64
	start, end              metrics.Time
}

// readEffectiveness adds the pattern periods of a database. Patterns come
// first: they say which names belong to an organization.
func (f *facts) readEffectiveness(ctx context.Context, db bun.IDB) error {
	rows, err := db.NewSelect().TableExpr(effectivenessTable).
		ColumnExpr("id, pattern_name, application_count, success_count, failure_count").
		ColumnExpr("effectiveness_score, period_start, period_end").
		Where("period_start >= ?", f.previous.Start).
		Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

	var e effectiveness
	for rows.Next() {
		if err := rows.Scan(&e.id, &e.pattern, &e.applied, &e.passed, &e.failed,
			&e.score, &e.start, &e.end); err != nil {
			return err
		}
		f.addEffectiveness(&e)
	}
	return rows.Err()
}

// readEffectivenessAge learns whether anybody ever rolled patterns up.
func (f *facts) readEffectivenessAge(ctx context.Context, db bun.IDB) error {
	n, err := db.NewSelect().TableExpr(effectivenessTable).
		Where("period_start < ?", f.AsOf).Limit(1).Count(ctx)
	f.rolledUp = n > 0
	return err
}

func (f *facts) addEffectiveness(e *effectiveness) {
	when, ok := f.periodOf(e.start.Time)
	if !ok || f.Organizations != nil && !f.library.names[e.pattern] {
		return
	}
	in := &f.effectiveness[when]
	in.rows++
	if !e.end.After(e.start.Time) {
		in.badTimes++
		f.refuse(effectivenessTable, e.id, "the period ends before it starts")
		return
	}
	in.spans[e.pattern] = append(in.spans[e.pattern], span{e.start.Time, e.end.Time})
	f.addScore(in, e)
	f.addApplications(in, e)
}

func (f *facts) addScore(in *effectivenessFacts, e *effectiveness) {
	switch {
	case !e.score.Valid || !e.applied.Valid:
		in.noScore++
	case !isShare(e.score.Float64):
		in.badScore++
		f.refuse(effectivenessTable, e.id, fmt.Sprintf("effectiveness_score %v is outside [0, 1]", e.score.Float64))
	case e.applied.Int64 < 0:
		in.badScore++
	default:
		in.scores[Weighted{Value: e.score.Float64, Weight: float64(e.applied.Int64)}]++
	}
}

func (f *facts) addApplications(in *effectivenessFacts, e *effectiveness) {
	if !e.applied.Valid {
		in.noCount++
		in.noSuccess++
		return
	}
	n := e.applied.Int64
	if n < 0 {
		in.badCount++
		in.badRate++
		f.refuse(effectivenessTable, e.id, fmt.Sprintf("application_count %d is negative", n))
		return
	}
	a := in.patterns[e.pattern]
	if a == nil {
		a = &applications{}
		in.patterns[e.pattern] = a
	}
	a.rows++
	a.count += n
	switch {
	case !e.passed.Valid:
		in.noSuccess++
	case e.passed.Int64 < 0, e.passed.Int64 > n, e.failed.Valid && e.failed.Int64 < 0:
		in.badRate++
		f.refuse(effectivenessTable, e.id, fmt.Sprintf(
			"%d successes and %d failures of %d applications", e.passed.Int64, e.failed.Int64, n))
	default:
		a.pooled += n
		a.hits += e.passed.Int64
		if e.failed.Valid && e.passed.Int64+e.failed.Int64 != n {
			in.unequal++
		}
	}
}

// overlapping returns the patterns of which two periods overlap: daily and
// weekly rows side by side count twice.
func (in *effectivenessFacts) overlapping() []string {
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(in.spans)) {
		spans := slices.Clone(in.spans[name])
		slices.SortFunc(spans, func(a, b span) int { return a.start.Compare(b.start) })
		var end time.Time // the latest of those before
		for _, s := range spans {
			if s.start.Before(end) {
				names = append(names, name)
				break
			}
			if s.end.After(end) {
				end = s.end
			}
		}
	}
	return names
}

// ofEffectiveness starts a result about the pattern periods of a window.
func (f *facts) ofEffectiveness(id ID, when period) Result {
	r := f.rolling(id, when)
	r.Quality = Quality{
		Rows:    f.effectiveness[when].rows,
		Invalid: f.effectiveness[when].badTimes,
		Future:  f.effectiveness[future].rows,
	}
	return r
}

// scored returns the scores, each as often as it occurs, in one order.
func (in *effectivenessFacts) scored() (weighted []Weighted, plain map[float64]int64) {
	plain = map[float64]int64{}
	for w, n := range in.scores {
		plain[w.Value] += n
		for range n {
			weighted = append(weighted, w)
		}
	}
	return weighted, plain
}
