package kpi

import (
	"cmp"
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// pattern is one version of an entry in a library.
type pattern struct {
	id, organization int64
	name             string
	version          sql.NullInt64
	parent           sql.NullInt64
	active           bool // and not archived
	created, updated metrics.Time

	successor *pattern // the version that follows
	before    *pattern // the version that it follows
}

// library is the patterns of the organizations, as of the end of the report.
type library struct {
	rows   map[int64]*pattern
	names  map[string]bool    // of these rows
	owners map[string][]int64 // organizations by name of their patterns, whoever they are
	future int64
	active []*pattern // one for each lineage, by organization, name and id
}

func newLibrary() library {
	return library{rows: map[int64]*pattern{}, names: map[string]bool{}, owners: map[string][]int64{}}
}

// readPatterns adds the patterns of a database.
func (f *facts) readPatterns(ctx context.Context, db bun.IDB) error {
	rows, err := db.NewSelect().TableExpr("patterns").
		ColumnExpr("id, organization_id, name, version, parent_id").
		ColumnExpr("CASE WHEN is_active AND NOT is_archived THEN 1 ELSE 0 END").
		ColumnExpr("created_at, updated_at").
		Rows(ctx)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err says what there is to say

	for rows.Next() {
		var p pattern
		if err := rows.Scan(&p.id, &p.organization, &p.name, &p.version, &p.parent,
			&p.active, &p.created, &p.updated); err != nil {
			return err
		}
		f.addPattern(p)
	}
	return rows.Err()
}

// addPattern adds a pattern. Those of other organizations tell only whether a
// name is ambiguous.
func (f *facts) addPattern(p pattern) {
	if !p.created.Before(f.AsOf) {
		if f.isTenant(p.organization) {
			f.library.future++
		}
		return
	}
	if owners := f.library.owners[p.name]; !slices.Contains(owners, p.organization) {
		f.library.owners[p.name] = append(owners, p.organization)
	}
	if f.isTenant(p.organization) {
		f.library.rows[p.id] = &p
		f.library.names[p.name] = true
	}
}

// link finds the lineages, once all patterns are there.
func (l *library) link() {
	byID := slices.SortedFunc(maps.Values(l.rows), func(a, b *pattern) int { return cmp.Compare(a.id, b.id) })
	for _, p := range byID {
		parent := l.rows[p.parent.Int64]
		// A version that does not come after its parent would close a circle.
		if !p.parent.Valid || parent == nil || !parent.precedes(p) {
			continue
		}
		p.before = parent
		if parent.successor == nil || parent.successor.precedes(p) {
			parent.successor = p
		}
	}
	for _, p := range byID {
		if p.active && p.successor.carrier() == nil {
			l.active = append(l.active, p)
		}
	}
	slices.SortStableFunc(l.active, func(a, b *pattern) int {
		return cmp.Or(cmp.Compare(a.organization, b.organization), cmp.Compare(a.name, b.name))
	})
}

// precedes tells whether q can be a later version of p.
func (p *pattern) precedes(q *pattern) bool {
	return cmp.Or(cmp.Compare(p.version.Int64, q.version.Int64), cmp.Compare(p.id, q.id)) < 0
}

// carrier is the last active version at or after p: the one that counts for
// the lineage. It is nil when all were given up.
func (p *pattern) carrier() *pattern {
	var last *pattern
	for ; p != nil; p = p.successor {
		if p.active {
			last = p
		}
	}
	return last
}

// born is when the first version of the lineage was created.
func (p *pattern) born() time.Time {
	for p.before != nil {
		p = p.before
	}
	return p.created.Time
}

// ambiguous returns the names among those of a period that patterns of
// several organizations have.
func (f *facts) ambiguous(in *effectivenessFacts) []string {
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(in.patterns)) {
		if len(f.library.owners[name]) > 1 {
			names = append(names, name)
		}
	}
	return names
}
