package kpi

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// PatternReport says of each pattern what it is, how much it is used and what
// came of it.
type PatternReport struct {
	AsOf     time.Time    `json:"as_of"`
	Window   Window       `json:"window"`
	Patterns []PatternRow `json:"patterns"` // by name and organization

	// Quality accounts for the generations, Periods for the rows of
	// pattern_effectiveness.
	Quality Quality `json:"quality"`
	Periods Quality `json:"periods"`
}

// PatternRow is one pattern of one organization, in all its versions.
//
// What happened to a name that no library knows has a row without Library. So
// has what happened to a name that the libraries of several organizations know
// when it does not say whose: it could be put down to each of them, and would
// count twice. Rows of a name so add up to all that happened to the name.
type PatternRow struct {
	Pattern        string        `json:"pattern"`
	OrganizationID *int64        `json:"organization_id"`
	Library        *LibraryEntry `json:"library"`

	// In the window. Generations count for each pattern that they applied;
	// Failures are failed tests that name the pattern as violated.
	Generations int64 `json:"generations"`
	Bugs        int64 `json:"bugs"`
	Failures    int64 `json:"failures"`

	// SuccessRate is that of the generations whose outcome is known, with its
	// Wilson interval. Both are absent for a pattern that none of them applied.
	SuccessRate *float64  `json:"success_rate"`
	Interval    *Interval `json:"interval"`

	// Applications and Effectiveness, a share weighted by applications, are
	// those of the pattern periods that begin in the window; Hours is the time
	// saved. They are absent without such rows, and in a query for one project,
	// because these sources know none.
	Applications  *int64   `json:"applications"`
	Effectiveness *float64 `json:"effectiveness"`
	Hours         *float64 `json:"hours"`
}

// LibraryEntry is what a library says of a pattern: the active version, else
// the newest, speaks for it.
type LibraryEntry struct {
	ID           int64             `json:"id"`
	Version      int64             `json:"version"`
	Category     *string           `json:"category"`
	Severity     *metrics.Severity `json:"severity"`
	Active       bool              `json:"active"`
	Archived     bool              `json:"archived"`
	Usage        Usage             `json:"usage"`
	TimesApplied int64             `json:"times_applied"` // in its lifetime, over all versions
	LastApplied  *metrics.Time     `json:"last_applied"`  // of any version
}

// Usage says when a pattern was applied last.
type Usage string

// The usages.
const (
	UsageActive   Usage = "active"   // within 7 days before as_of, or since
	UsageRecent   Usage = "recent"   // within 30 days
	UsageInactive Usage = "inactive" // earlier
	UsageNever    Usage = "never_used"
)

func (p plan) usage(last *metrics.Time) Usage {
	switch {
	case last == nil:
		return UsageNever
	case !last.Before(rolling(p.AsOf, 7).Start):
		return UsageActive
	case !last.Before(rolling(p.AsOf, 30).Start):
		return UsageRecent
	default:
		return UsageInactive
	}
}

// WriteTable writes the patterns for a terminal, at most 100 columns wide.
func (r PatternReport) WriteTable(w io.Writer) error {
	rows := [][]string{{"Pattern", "Usage", "Org", "Generations", "Success", "Effective", "Bugs", "Failures", "Hours"}}
	for _, p := range r.Patterns {
		usage, organization := "–", "–"
		if p.OrganizationID != nil {
			organization = countCell(*p.OrganizationID)
		}
		if p.Library != nil {
			usage = strings.ReplaceAll(string(p.Library.Usage), "_", " ")
		}
		rows = append(rows, []string{
			nameCell(&p.Pattern, 20), usage, organization, countCell(p.Generations), percentCell(p.SuccessRate), percentCell(p.Effectiveness),
			countCell(p.Bugs), countCell(p.Failures), numberCell("%.1f", p.Hours, 1),
		})
	}
	return writeCells(w, 2, rows)
}

// Patterns reports on every pattern of the libraries in scope, and on what
// events call a pattern. Counts are of the rolling window of the query; each
// table is counted by itself, so that two bugs and five failures are no ten.
//
// When a pattern was applied last is overwritten in place: an as_of in the past
// makes patterns look more active than they were.
func Patterns(ctx context.Context, db bun.IDB, q Query) (PatternReport, error) {
	p, err := q.plan()
	if err != nil {
		return PatternReport{}, err
	}
	r := patternReader{facts: newFacts(p), rows: map[ownName]*patternRow{}, owners: map[string][]int64{}}
	r.found = PatternReport{AsOf: p.AsOf, Window: p.window, Patterns: []PatternRow{}}
	parts := []reader{
		{"libraries", r.readLibraries}, // first: they say whose a name is
		{"generations", r.readGenerations},
		{"bugs", r.readBugs},
		{"test failures", r.readFailures},
	}
	if p.Project == "" {
		parts = append(parts, reader{"pattern periods", r.readPeriods}, reader{"time saved", r.readHours})
	}
	for _, part := range parts {
		if err := part.read(ctx, db); err != nil {
			return PatternReport{}, fmt.Errorf("kpi: patterns: %s: %w", part.what, err)
		}
	}
	if err := r.strictly(); err != nil {
		return PatternReport{}, err
	}
	return r.report(), nil
}

// patternReader makes a report.
type patternReader struct {
	*facts // whose plan it follows, and which remembers invalid rows
	found  PatternReport
	rows   map[ownName]*patternRow
	owners map[string][]int64 // organizations whose library has a name, in scope or not
}

// patternRow is a row that grows.
type patternRow struct {
	PatternRow
	outcomes outcomes
	scores   []Weighted
}

// row returns the row of what names a pattern and maybe an organization.
func (r *patternReader) row(organization sql.NullInt64, name string) *patternRow {
	if owners := r.owners[name]; !organization.Valid && len(owners) == 1 {
		organization = sql.NullInt64{Int64: owners[0], Valid: true}
	}
	key := ownName{organization, name}
	if r.rows[key] == nil {
		r.rows[key] = &patternRow{PatternRow: PatternRow{Pattern: name}}
		if organization.Valid {
			r.rows[key].OrganizationID = &organization.Int64
		}
	}
	return r.rows[key]
}

// readLibraries makes the rows of the patterns.
func (r *patternReader) readLibraries(ctx context.Context, db bun.IDB) error {
	var versions []struct {
		OrganizationID int64
		Name           string
		LibraryEntry
	}
	err := db.NewSelect().TableExpr("patterns").
		ColumnExpr("id, organization_id, name, version, category, severity, last_applied").
		ColumnExpr("COALESCE(times_applied, 0) AS times_applied").
		ColumnExpr("CASE WHEN is_active THEN 1 ELSE 0 END AS active").
		ColumnExpr("CASE WHEN is_archived THEN 1 ELSE 0 END AS archived").
		Where("created_at < ?", r.AsOf).
		OrderExpr("version, id").
		Scan(ctx, &versions)
	for _, v := range versions {
		if !slices.Contains(r.owners[v.Name], v.OrganizationID) {
			r.owners[v.Name] = append(r.owners[v.Name], v.OrganizationID)
		}
		if !r.isTenant(v.OrganizationID) {
			continue
		}
		row := r.row(sql.NullInt64{Int64: v.OrganizationID, Valid: true}, v.Name)
		entry, older := v.LibraryEntry, row.Library
		if older != nil {
			times, last := entry.TimesApplied+older.TimesApplied, later(entry.LastApplied, older.LastApplied)
			if older.Active && !entry.Active {
				entry = *older
			}
			entry.TimesApplied, entry.LastApplied = times, last
		}
		entry.Usage = r.usage(entry.LastApplied)
		row.Library = &entry
	}
	return err
}

// later is the later of two times, either of which may be missing.
func later(a, b *metrics.Time) *metrics.Time {
	if a == nil || b != nil && b.After(a.Time) {
		return b
	}
	return a
}

func (r *patternReader) readGenerations(ctx context.Context, db bun.IDB) (err error) {
	quality := &r.found.Quality
	quality.Excluded, err = r.eachAttempt(ctx, db, r.window, false, func(a *attempt) {
		quality.Rows++
		names, state := a.patterns()
		switch state {
		case listUnknown:
			quality.Null++
		case listInvalid:
			quality.Invalid++
			r.refuse(generationTable, a.id, "patterns_applied is no JSON array")
		case listKnown:
			for _, name := range names {
				row := r.row(a.organization, name)
				row.Generations++
				if a.success.Valid {
					row.outcomes = row.outcomes.with(a.success.Bool)
				}
			}
		}
	})
	if err != nil {
		return err
	}
	quality.Future, err = r.futureAttempts(ctx, db)
	return err
}

func (r *patternReader) readBugs(ctx context.Context, db bun.IDB) error {
	return r.count(ctx, db, bugTable, "pattern", func(row *patternRow, n int64) { row.Bugs += n })
}

func (r *patternReader) readFailures(ctx context.Context, db bun.IDB) error {
	return r.count(ctx, db, failureTable, "pattern_violated", func(row *patternRow, n int64) { row.Failures += n })
}

// count counts the events of a table by the pattern that they name.
func (r *patternReader) count(ctx context.Context, db bun.IDB, table, column string, add func(row *patternRow, n int64)) error {
	var counts []struct {
		OrganizationID sql.NullInt64
		Name           string
		N              int64
	}
	err := r.scope(db.NewSelect().TableExpr(table)).
		ColumnExpr("organization_id, ? AS name, COUNT(*) AS n", bun.Ident(column)).
		Where("? IS NOT NULL", bun.Ident(column)).
		Where("timestamp >= ?", r.window.Start).
		Where("timestamp < ?", r.window.End).
		GroupExpr("organization_id, ?", bun.Ident(column)).
		Scan(ctx, &counts)
	for _, c := range counts {
		add(r.row(c.OrganizationID, c.Name), c.N)
	}
	return err
}

// readPeriods adds the rows of pattern_effectiveness, which know names but no
// organizations.
func (r *patternReader) readPeriods(ctx context.Context, db bun.IDB) error {
	var periods []struct {
		ID                 int64
		PatternName        string
		ApplicationCount   sql.NullInt64
		EffectivenessScore sql.NullFloat64
		PeriodStart        metrics.Time
		PeriodEnd          metrics.Time
	}
	err := db.NewSelect().TableExpr(effectivenessTable).
		ColumnExpr("id, pattern_name, application_count, effectiveness_score, period_start, period_end").
		Where("period_start >= ?", r.window.Start).
		Scan(ctx, &periods)
	quality := &r.found.Periods
	for _, e := range periods {
		if r.Organizations != nil && !slices.ContainsFunc(r.owners[e.PatternName], r.isTenant) {
			continue
		}
		n, score := e.ApplicationCount, e.EffectivenessScore
		if !e.PeriodStart.Before(r.window.End) {
			quality.Future++
			continue
		}
		quality.Rows++
		switch {
		case !e.PeriodEnd.After(e.PeriodStart.Time):
			quality.Invalid++
			r.refuse(effectivenessTable, e.ID, "the period ends before it starts")
		case n.Int64 < 0:
			quality.Invalid++
			r.refuse(effectivenessTable, e.ID, fmt.Sprintf("application_count %d is negative", n.Int64))
		case score.Valid && !isShare(score.Float64):
			quality.Invalid++
			r.refuse(effectivenessTable, e.ID, fmt.Sprintf("effectiveness_score %v is outside [0, 1]", score.Float64))
		case !n.Valid:
			quality.Null++
		default:
			row := r.row(sql.NullInt64{}, e.PatternName)
			if row.Applications == nil {
				row.Applications = new(int64)
			}
			*row.Applications += n.Int64
			if !score.Valid {
				quality.Null++
				continue
			}
			row.scores = append(row.scores, Weighted{Value: score.Float64, Weight: float64(n.Int64)})
		}
	}
	return err
}

// readHours adds the time saved.
func (r *patternReader) readHours(ctx context.Context, db bun.IDB) error {
	saved := r.tenants(db.NewSelect().TableExpr("metrics")).
		ColumnExpr("pattern_id, CAST(SUM(time_saved_seconds) AS BIGINT) AS seconds").
		Where("created_at >= ?", r.window.Start).
		Where("created_at < ?", r.window.End).
		Where("time_saved_seconds IS NOT NULL").
		Group("pattern_id")
	var sums []struct {
		OrganizationID sql.NullInt64
		Name           string
		Seconds        int64
	}
	err := db.NewSelect().TableExpr("patterns AS pat").
		ColumnExpr("pat.organization_id, pat.name, CAST(SUM(saved.seconds) AS BIGINT) AS seconds").
		Join("JOIN (?) AS saved ON saved.pattern_id = pat.id", saved).
		GroupExpr("pat.organization_id, pat.name").
		Scan(ctx, &sums)
	for _, s := range sums {
		hours := share(s.Seconds, secondsPerHour)
		r.row(s.OrganizationID, s.Name).Hours = &hours
	}
	return err
}

// report works out the rates.
func (r *patternReader) report() PatternReport {
	for _, row := range r.rows {
		if o := row.outcomes; o.n() > 0 {
			rate, bounds := share(o.hits, o.n()), wilson(o.hits, o.n())
			row.SuccessRate, row.Interval = &rate, &bounds
		}
		if m, err := Kish(row.scores); err == nil { // else no applications
			row.Effectiveness = &m.Mean
		}
		r.found.Patterns = append(r.found.Patterns, row.PatternRow)
	}
	slices.SortFunc(r.found.Patterns, func(a, b PatternRow) int {
		return cmp.Or(cmp.Compare(a.Pattern, b.Pattern), absentLast(a.OrganizationID, b.OrganizationID))
	})
	return r.found
}
