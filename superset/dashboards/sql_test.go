package dashboards_test

import (
	"iter"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun/dialect"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/superset"
)

// period is what a page's time filter is set to.
type period struct{ from, to time.Time }

func (p period) contains(t time.Time) bool { return !t.Before(p.from) && t.Before(p.to) }

// run asks one query of a chart as Superset does, with the page's filters as
// further conditions, and returns the rows as text.
func run(t *testing.T, db *store.DB, about superset.About, q superset.Query, p period, filters ...superset.Condition) [][]string {
	t.Helper()

	statement := statement(t, db, about, q, p, filters...)
	rows, err := db.DB.DB.QueryContext(t.Context(), statement) // Bun would read ? in it
	require.NoError(t, err, statement)
	defer rows.Close()

	columns, err := rows.Columns()
	require.NoError(t, err)
	var found [][]string
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		require.NoError(t, rows.Scan(cells...))
		var row []string
		for i := range cells {
			row = append(row, text(t, *cells[i].(*any)))
		}
		found = append(found, row)
	}
	require.NoError(t, rows.Err())
	return found
}

// stages yields twice: while nothing is rolled up, and once everything is.
func stages(t *testing.T, db *store.DB) iter.Seq[string] {
	t.Helper()

	return func(yield func(string) bool) {
		if !yield("nothing rolled up") {
			return
		}
		events, err := store.Rollup(t.Context(), db)
		require.NoError(t, err)
		require.NotZero(t, events)
		yield("all rolled up")
	}
}

// statement is the SQL that Superset sends for a query of a chart.
func statement(tb testing.TB, db *store.DB, about superset.About, q superset.Query, p period, filters ...superset.Condition) string {
	tb.Helper()

	uri := sqliteURI
	if isPostgres(db) {
		uri = postgresURI
	}
	to, err := superset.ParseDatabase(uri)
	require.NoError(tb, err)
	about.Where = slices.Concat(about.Where, filters, []superset.Condition{
		{Column: about.Dataset.Time, Operator: ">=", Value: p.from.Format(time.DateTime)},
		{Column: about.Dataset.Time, Operator: "<", Value: p.to.Format(time.DateTime)},
	})
	return to.SQL(about, q)
}

func isPostgres(db *store.DB) bool { return db.Dialect().Name() == dialect.PG }

// text is a value in a form that is the same whichever driver gave it. Of a
// mean nine digits count: the databases add in different orders.
func text(t *testing.T, v any) string {
	t.Helper()

	switch v := v.(type) {
	case nil:
		return "NULL"
	case time.Time:
		return v.UTC().Format(time.DateTime)
	case int64:
		return number(float64(v))
	case float64:
		return number(v)
	case []byte:
		return text(t, string(v))
	case string: // text, or a number of PostgreSQL's type numeric
		if f, err := strconv.ParseFloat(v, 64); err == nil && strings.Contains(v, ".") {
			return number(f)
		}
		return v
	}
	require.Fail(t, "a value of an unknown type", "%T", v)
	return ""
}

func number(f float64) string { return strconv.FormatFloat(f, 'g', 9, 64) }
