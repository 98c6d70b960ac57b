package kpi

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"strings"

	"github.com/uptrace/bun"
)

// auditFacts counts the entries of the log that are about patterns.
type auditFacts struct {
	created map[int64]int64 // by id of the pattern's row
	updated map[int64]int64
	orphans int64 // about no row, or about one that is not there
	deleted int64
	rows    int64
	future  int64
}

func newAuditFacts() auditFacts {
	return auditFacts{created: map[int64]int64{}, updated: map[int64]int64{}}
}

// readAudit adds the log of a database. Patterns come first.
func (f *facts) readAudit(ctx context.Context, db bun.IDB) error {
	var counts []struct {
		ResourceID sql.NullInt64
		Action     string
		Future     bool
		N          int64
	}
	err := f.tenants(db.NewSelect().TableExpr("audit_logs")).
		ColumnExpr("resource_id, action, COUNT(*) AS n").
		ColumnExpr("CASE WHEN created_at >= ? THEN 1 ELSE 0 END AS future", f.AsOf).
		Where("LOWER(TRIM(resource_type)) = 'pattern'").
		GroupExpr("resource_id, action, future").
		Scan(ctx, &counts)
	for _, c := range counts {
		f.addAudit(c.ResourceID, c.Action, c.Future, c.N)
	}
	return err
}

func (f *facts) addAudit(resource sql.NullInt64, action string, isFuture bool, n int64) {
	if isFuture {
		f.audit.future += n
		return
	}
	f.audit.rows += n
	known := resource.Valid && f.library.rows[resource.Int64] != nil
	switch strings.ToLower(strings.TrimSpace(action)) {
	case "create", "created", "insert":
		if known {
			f.audit.created[resource.Int64] += n
			return
		}
	case "update", "updated", "edit":
		if known {
			f.audit.updated[resource.Int64] += n
			return
		}
	case "delete", "deleted":
		f.audit.deleted += n
		return
	}
	if !known {
		f.audit.orphans += n
	}
}

// AuditTrail is what audit_trail_coverage says beyond the share.
type AuditTrail struct {
	Uncovered []UncoveredChange `json:"uncovered"` // by pattern and version
	Orphans   int64             `json:"orphans"`   // entries about patterns that are not there
	Deleted   int64             `json:"deleted"`   // entries about deletions, which leave nothing to expect
}

// UncoveredChange is a row of the library whose changes the log does not hold
// all.
type UncoveredChange struct {
	Pattern  string `json:"pattern"`
	ID       int64  `json:"id"`
	Version  int64  `json:"version"`
	Kind     string `json:"kind"` // created or updated
	Expected int64  `json:"expected"`
	Logged   int64  `json:"logged"`
}

func (*AuditTrail) detail() {}

// auditTrailCoverage is the share of the changes of patterns that the log
// holds: for each row and kind of change no more than are expected.
func (f *facts) auditTrailCoverage(period) Result {
	r := f.ofPatterns(AuditTrailCoverage)
	r.Quality.Future += f.audit.future
	detail := &AuditTrail{Uncovered: []UncoveredChange{}, Orphans: f.audit.orphans, Deleted: f.audit.deleted}
	r.Detail = detail
	if f.Project != "" {
		r.undefined(Unavailable, ReasonNoProject)
		return r
	}
	var matched, expected int64
	count := func(p *pattern, kind string, due, logged int64) {
		expected += due
		matched += min(due, logged)
		if logged < due {
			detail.Uncovered = append(detail.Uncovered, UncoveredChange{
				Pattern: p.name, ID: p.id, Version: p.version.Int64, Kind: kind, Expected: due, Logged: logged,
			})
		}
	}
	for _, p := range slices.SortedFunc(maps.Values(f.library.rows), func(a, b *pattern) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.version.Int64, b.version.Int64), cmp.Compare(a.id, b.id))
	}) {
		// A version kept as a row of its own is due the updates since its
		// parent; one changed in place is due its creation and all updates.
		creations, since := int64(1), int64(1)
		if p.before != nil {
			creations, since = 0, p.before.version.Int64
		}
		count(p, "created", creations, f.audit.created[p.id])
		count(p, "updated", max(0, p.version.Int64-since), f.audit.updated[p.id])
	}
	if expected == 0 {
		r.undefined(NoData, ReasonNoPatterns)
		return r
	}
	r.census(matched, expected)
	return r
}
