package kpi

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// Query says which rows a report is about.
type Query struct {
	// AsOf ends every window, itself not included. Rows at or after it are
	// counted in [Quality].Future and nowhere else. It is required.
	AsOf time.Time

	// Now is the present. What is overwritten in place, such as the last
	// login of a user, tells nothing about an AsOf more than a day before it.
	// Zero means that AsOf is the present.
	Now time.Time

	// Days is the length of rolling windows, in days of 24 hours; 0 means 30.
	Days int

	// Zone is where weeks begin; nil means UTC.
	Zone *time.Location

	// Organizations restricts the report to these tenants; nil means all.
	Organizations []int64

	// Project restricts the report to one project; empty means all. KPIs
	// whose sources know no projects are unavailable then.
	Project string

	// ExcludeSources are sources whose generations do not count, by their
	// column or by the key "source" of their metadata. Nil means plan_file,
	// whose entries no model made; an empty list excludes nothing.
	ExcludeSources []string

	// Strict makes an invalid row an error that names the row, instead of a
	// number in [Quality].
	Strict bool
}

// plan is a query with everything worked out.
type plan struct {
	Query
	window   Window      // rolling
	previous Window      // the one before
	weeks    []time.Time // bounds of the complete weeks of a trend and the one before
}

// trendWeeks is how many complete weeks a trend looks at.
const trendWeeks = 12

func (q Query) plan() (plan, error) {
	if q.AsOf.IsZero() {
		return plan{}, errors.New("kpi: query without as_of")
	}
	if q.Days < 0 {
		return plan{}, fmt.Errorf("kpi: query over %d days", q.Days)
	}
	if q.Days == 0 {
		q.Days = 30
	}
	if q.Zone == nil {
		q.Zone = time.UTC
	}
	if q.Now.IsZero() {
		q.Now = q.AsOf
	}
	if q.ExcludeSources == nil {
		q.ExcludeSources = []string{metrics.SourcePlanFile}
	}
	q.AsOf = q.AsOf.In(q.Zone)
	p := plan{Query: q, window: rolling(q.AsOf, q.Days), weeks: weeks(q.AsOf, trendWeeks+1)}
	p.previous = p.window.before()
	return p, nil
}

// period is where a row lies.
type period int

// The periods. A row outside all of them is not looked at.
const (
	previous period = iota
	current
	future
	periods
)

// periodOf returns the period of t by the rolling windows, false when t lies
// before both.
func (p plan) periodOf(t time.Time) (period, bool) {
	switch {
	case !t.Before(p.window.End):
		return future, true
	case !t.Before(p.window.Start):
		return current, true
	default:
		return previous, !t.Before(p.previous.Start)
	}
}

// selectPeriod adds the column "period" and leaves out what lies in none.
func (p plan) selectPeriod(q *bun.SelectQuery, column string) *bun.SelectQuery {
	return q.
		ColumnExpr("CASE WHEN ? >= ? THEN ? WHEN ? >= ? THEN ? ELSE ? END AS period",
			bun.Ident(column), p.window.End, future, bun.Ident(column), p.window.Start, current, previous).
		Where("? >= ?", bun.Ident(column), p.previous.Start)
}

// tenants leaves out the rows of other organizations.
func (p plan) tenants(q *bun.SelectQuery) *bun.SelectQuery {
	if p.Organizations == nil {
		return q
	}
	return q.Where("organization_id IN (?)", bun.List(p.Organizations))
}

// scope leaves out the events of other organizations and projects.
func (p plan) scope(q *bun.SelectQuery) *bun.SelectQuery {
	if p.Project != "" {
		q = q.Where("project = ?", p.Project)
	}
	return p.tenants(q)
}

// inScope tells whether an event belongs to the organizations and project.
func (p plan) inScope(o metrics.Origin) bool {
	if p.Project != "" && (o.Project == nil || *o.Project != p.Project) {
		return false
	}
	return p.Organizations == nil || o.OrganizationID != nil && p.isTenant(*o.OrganizationID)
}

// isTenant tells whether an organization is asked for.
func (p plan) isTenant(organization int64) bool {
	return p.Organizations == nil || slices.Contains(p.Organizations, organization)
}

// Where a row lies that is in no complete week.
const (
	thisWeek  = -1 // in the week that has not ended at as_of
	afterAsOf = -2
)

// selectWeek adds the column "week": the number of the complete week, or
// thisWeek or afterAsOf. It leaves out what is older.
func (p plan) selectWeek(q *bun.SelectQuery, column string) *bun.SelectQuery {
	ladder, args := []string{"CASE WHEN ? >= ? THEN ?"}, []any{bun.Ident(column), p.AsOf, afterAsOf}
	for i, start := range slices.Backward(p.weeks) {
		week := i
		if i == len(p.weeks)-1 {
			week = thisWeek
		}
		ladder = append(ladder, "WHEN ? >= ? THEN ?")
		args = append(args, bun.Ident(column), start, week)
	}
	return q.ColumnExpr(strings.Join(ladder, " ")+" END AS week", args...).
		Where("? >= ?", bun.Ident(column), p.weeks[0])
}

// weekOf returns what selectWeek selects, false when t is older.
func (p plan) weekOf(t time.Time) (int, bool) {
	if !t.Before(p.AsOf) {
		return afterAsOf, true
	}
	last := len(p.weeks) - 1
	for i, start := range slices.Backward(p.weeks) {
		if !t.Before(start) {
			if i == last {
				return thisWeek, true
			}
			return i, true
		}
	}
	return 0, false
}
