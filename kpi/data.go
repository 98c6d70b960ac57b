package kpi

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// Data is rows that are in no database.
type Data struct {
	Generations   []metrics.CodeGeneration
	Bugs          []metrics.Bug
	TestFailures  []metrics.TestFailure
	CodeReviews   []metrics.CodeReview
	Performance   []metrics.Performance
	Deployments   []metrics.Deployment
	Effectiveness []metrics.Effectiveness
	Patterns      []api.Pattern
	AuditLogs     []api.AuditLog
	Metrics       []api.Metric
	Users         []api.User
}

// Evaluate returns the report that the query asks for, to the last bit what
// [Compute] returns for a database with the same rows.
func Evaluate(d Data, q Query) (Report, error) {
	p, err := q.plan()
	if err != nil {
		return Report{}, err
	}
	f := newFacts(p)
	if err := f.takeGenerations(d.Generations); err != nil {
		return Report{}, err
	}
	f.takeQuality(d)
	f.takeLibrary(d)
	return f.report()
}

func (f *facts) takeGenerations(rows []metrics.CodeGeneration) error {
	type key struct {
		at         time.Time
		prompt     string
		confidence sql.NullFloat64
	}
	seen := map[key]bool{}
	for i := range rows {
		row := &rows[i]
		if !f.inScope(row.Origin) {
			continue
		}
		f.addSeen(generationTable, row.Timestamp.Time)
		when, ok := f.periodOf(row.Timestamp.Time)
		if !ok {
			continue
		}
		g := generation{
			id: row.ID, flags: int(when),
			confidence: nullFloat(row.Confidence),
			count:      nullInt(row.PatternsCount),
		}
		if row.Success != nil {
			if *row.Success {
				g.flags |= flagSuccess
			} else {
				g.flags |= flagFailure
			}
		}
		if row.CompilationError != nil && strings.TrimSpace(*row.CompilationError) != "" {
			g.flags |= flagError
		}
		if row.Source != nil && slices.Contains(f.ExcludeSources, *row.Source) || f.excludedBy(row.GenerationMetadata) {
			g.flags |= flagExcluded
		}
		if row.PatternsApplied != nil {
			text, err := json.Marshal([]string(row.PatternsApplied))
			if err != nil {
				return fmt.Errorf("kpi: generation %d: patterns_applied: %w", row.ID, err)
			}
			g.list = text
		}
		f.addGeneration(&g)

		k := key{row.Timestamp.UTC(), row.Prompt, g.confidence}
		if seen[k] {
			f.generations[when].duplicates++
		}
		seen[k] = true
	}
	return nil
}

// takeQuality adds bugs, reviews and tests.
func (f *facts) takeQuality(d Data) {
	for _, b := range d.Bugs {
		if !f.inScope(b.Origin) {
			continue
		}
		f.addSeen(bugTable, b.Timestamp.Time)
		if week, ok := f.weekOf(b.Timestamp.Time); ok {
			f.addBugs(week, 1, max(1, b.Count))
		}
	}
	for _, c := range d.CodeReviews {
		if !f.inScope(c.Origin) {
			continue
		}
		f.addSeen(reviewTable, c.Timestamp.Time)
		if week, ok := f.weekOf(c.Timestamp.Time); ok {
			f.addReviews(week, sql.NullString{String: string(c.Severity), Valid: true}, 1)
		}
	}
	for _, p := range d.Performance {
		if !f.inScope(p.Origin) {
			continue
		}
		f.addSeen(performanceTable, p.Timestamp.Time)
		if p.MetricType == metrics.MetricTestRun {
			f.addTestRun(p.ID, p.Timestamp, runOf(p.Origin), p.Details)
		}
	}
	for _, t := range d.TestFailures {
		if !f.inScope(t.Origin) {
			continue
		}
		f.addSeen(failureTable, t.Timestamp.Time)
		if t.PatternViolated != nil && t.Timestamp.Before(f.AsOf) {
			f.violated[ownName{nullInt(t.OrganizationID), *t.PatternViolated}] = true
		}
		if when, ok := f.periodOf(t.Timestamp.Time); ok {
			f.addFailures(when, runOf(t.Origin), max(1, t.Count))
		}
	}
	for _, e := range d.Deployments {
		if f.inScope(e.Origin) {
			f.addSeen(deploymentTable, e.Timestamp.Time)
		}
	}
}

// takeLibrary adds patterns and what is about them.
func (f *facts) takeLibrary(d Data) {
	for _, p := range d.Patterns {
		f.addPattern(pattern{
			id: p.ID, organization: p.OrganizationID, name: p.Name,
			version: sql.NullInt64{Int64: p.Version, Valid: true}, parent: nullInt(p.ParentID),
			active: p.IsActive && !p.IsArchived, created: p.CreatedAt, updated: p.UpdatedAt,
		})
	}
	for _, e := range d.Effectiveness {
		f.rolledUp = f.rolledUp || e.PeriodStart.Before(f.AsOf)
		f.addEffectiveness(&effectiveness{
			id: e.ID, pattern: e.PatternName,
			applied: nullInt(e.ApplicationCount), passed: nullInt(e.SuccessCount), failed: nullInt(e.FailureCount),
			score: nullFloat(e.EffectivenessScore), start: e.PeriodStart, end: e.PeriodEnd,
		})
	}
	for _, a := range d.AuditLogs {
		if f.isTenant(a.OrganizationID) && strings.EqualFold(strings.Trim(a.ResourceType, " "), "pattern") {
			f.addAudit(nullInt(a.ResourceID), a.Action, !a.CreatedAt.Before(f.AsOf), 1)
		}
	}
	for _, m := range d.Metrics {
		if f.isTenant(m.OrganizationID) {
			when := previous
			if !m.CreatedAt.Before(f.AsOf) {
				when = future
			} else if !m.CreatedAt.Before(rolling(f.AsOf, engagedDays).Start) {
				when = current
			}
			f.addSaving(nullInt(m.PatternID), nullInt(m.UserID), nullInt(m.TimeSavedSeconds), when)
		}
	}
	for _, u := range d.Users {
		if u.IsActive && f.isTenant(u.OrganizationID) {
			f.addUsers(f.loginOf(u), u.CreatedAt.Before(f.AsOf), 1)
		}
	}
}

// loginOf says when a user logged in last.
func (f *facts) loginOf(u api.User) int {
	switch {
	case u.LastLogin == nil:
		return loginNever
	case !u.LastLogin.Before(f.AsOf):
		return loginSince
	case !u.LastLogin.Before(rolling(f.AsOf, adoptionDays).Start):
		return loginRecent
	default:
		return loginOld
	}
}

func runOf(o metrics.Origin) run {
	return run{nullInt(o.OrganizationID), nullString(o.Project), nullString(o.RunID)}
}

func nullInt(v *int64) sql.NullInt64 {
	if v == nil {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: *v, Valid: true}
}

func nullFloat(v *float64) sql.NullFloat64 {
	if v == nil {
		return sql.NullFloat64{}
	}
	return sql.NullFloat64{Float64: *v, Valid: true}
}

func nullString(v *string) sql.NullString {
	if v == nil {
		return sql.NullString{}
	}
	return sql.NullString{String: *v, Valid: true}
}
