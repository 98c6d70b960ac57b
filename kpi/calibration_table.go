package kpi

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"

	"github.com/uptrace/bun"
)

// Dimension is what generations are told apart by.
type Dimension string

// The dimensions. A generation that applied several patterns counts for each
// of them, so groups by pattern add up to more than there are generations. The
// model is what the metadata of a generation call so.
const (
	ByPattern Dimension = "pattern"
	ByModel   Dimension = "model"
	ByProject Dimension = "project"
	BySource  Dimension = "source"
)

// CalibrationTable is the calibration of groups of generations.
type CalibrationTable struct {
	By      Dimension          `json:"by"`
	Window  Window             `json:"window"`
	Quality Quality            `json:"quality"`
	Groups  []CalibrationGroup `json:"groups"` // largest first, then by name
}

// CalibrationGroup is one row of the table. The bins of its reliability are
// those of the KPI, so groups and periods compare bin by bin.
type CalibrationGroup struct {
	// Name is nil for the generations that applied no pattern, or whose model,
	// project or source nobody stated.
	Name *string `json:"name"`
	N    int64   `json:"n"` // generations with a valid confidence and a known outcome

	// P is how likely a perfectly calibrated group shows an error as large,
	// adjusted (Benjamini and Hochberg) for all groups of the table: of many
	// groups, some look bad by luck.
	P           float64     `json:"p"`
	Reliability Reliability `json:"reliability"`
}

// WriteTable writes the groups for a terminal, at most 100 columns wide.
func (t CalibrationTable) WriteTable(w io.Writer) error {
	rows := [][]string{{"By " + string(t.By), "Generations", "Bias", "Error", "By chance", "P"}}
	for _, g := range t.Groups {
		r := g.Reliability
		rows = append(rows, []string{
			nameCell(g.Name, nameWidth), countCell(g.N), pointsCell(&r.Bias), percentCell(&r.ECE), percentCell(&r.NoiseFloor),
			fmt.Sprintf("%.3f", g.P),
		})
	}
	return writeCells(w, 1, rows)
}

// Calibrations measures, group by group, how well confidence predicted success
// in the rolling window of the query. Generations without a confidence or an
// outcome, and by pattern those whose list is unknown, are counted as null;
// impossible values as invalid, or in strict mode they are an error.
//
// Memory follows the distinct confidences of each group.
func Calibrations(ctx context.Context, db bun.IDB, q Query, by Dimension) (CalibrationTable, error) {
	p, err := q.plan()
	if err != nil {
		return CalibrationTable{}, err
	}
	if !slices.Contains([]Dimension{ByPattern, ByModel, ByProject, BySource}, by) {
		return CalibrationTable{}, fmt.Errorf("kpi: calibrations: no dimension %q", by)
	}
	f := newFacts(p)
	t := CalibrationTable{By: by, Window: p.window, Groups: []CalibrationGroup{}}
	tallies := map[sql.NullString]*Tally{}
	t.Quality.Excluded, err = p.eachAttempt(ctx, db, p.window, by == ByModel, func(a *attempt) {
		t.Quality.Rows++
		if a.confidence.Valid && !isShare(a.confidence.Float64) {
			t.Quality.Invalid++
			f.refuse(generationTable, a.id, fmt.Sprintf("confidence %v is outside [0, 1]", a.confidence.Float64))
			return
		}
		groups, state := a.groups(by)
		switch {
		case state == listInvalid:
			t.Quality.Invalid++
			f.refuse(generationTable, a.id, "patterns_applied is no JSON array")
			return
		case state == listUnknown, !a.confidence.Valid, !a.success.Valid:
			t.Quality.Null++
			return
		}
		for _, g := range groups {
			if tallies[g] == nil {
				tallies[g] = &Tally{}
			}
			tallies[g].add(a.confidence.Float64, a.success.Bool)
		}
	})
	if err == nil {
		t.Quality.Future, err = p.futureAttempts(ctx, db)
	}
	if err != nil {
		return CalibrationTable{}, fmt.Errorf("kpi: calibrations by %s: %w", by, err)
	}
	if err := f.strictly(); err != nil {
		return CalibrationTable{}, err
	}
	return t, t.fill(tallies)
}

// groups returns the groups to which a generation belongs.
func (a *attempt) groups(by Dimension) ([]sql.NullString, listState) {
	switch by {
	case ByModel:
		name, ok := a.model()
		return []sql.NullString{{String: name, Valid: ok}}, listKnown
	case ByProject:
		return []sql.NullString{a.project}, listKnown
	case BySource:
		return []sql.NullString{a.source}, listKnown
	default:
		names, state := a.patterns()
		if len(names) == 0 {
			return []sql.NullString{{}}, state
		}
		groups := make([]sql.NullString, len(names))
		for i, name := range names {
			groups[i] = sql.NullString{String: name, Valid: true}
		}
		return groups, state
	}
}

// fill makes the groups of their tallies.
func (t *CalibrationTable) fill(tallies map[sql.NullString]*Tally) error {
	for name, tally := range tallies {
		r, err := tally.Calibration(CalibrationOptions{})
		if err != nil {
			return err
		}
		t.Groups = append(t.Groups, CalibrationGroup{Name: optional(name), N: r.N, Reliability: r})
	}
	slices.SortFunc(t.Groups, func(a, b CalibrationGroup) int {
		return cmp.Or(cmp.Compare(b.N, a.N), absentLast(a.Name, b.Name))
	})
	p := make([]float64, len(t.Groups))
	for i, g := range t.Groups {
		p[i] = g.Reliability.P
	}
	adjusted, err := BenjaminiHochberg(p)
	for i := range adjusted {
		t.Groups[i].P = adjusted[i]
	}
	return err
}

// optional is the text, nil for NULL.
func optional(s sql.NullString) *string {
	if !s.Valid {
		return nil
	}
	return &s.String
}

// absentLast orders values and puts what is absent after them.
func absentLast[T cmp.Ordered](a, b *T) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	default:
		return cmp.Compare(*a, *b)
	}
}
