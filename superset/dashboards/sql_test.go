package dashboards_test

import (
	"fmt"
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

	about.Where = append(filters, about.Where...)
	statement := statement(t, db, about, q, p)
	rows, err := db.DB.DB.QueryContext(t.Context(), statement)
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

// statement is the SQL that Superset makes of a query: time grains and time
// literals in the words of the database, everything else as it is.
func statement(t *testing.T, db *store.DB, about superset.About, q superset.Query, p period) string {
	t.Helper()

	d := about.Dataset
	var shown, groups, where, having, order []string
	if q.X.Column != "" {
		axis := quote(q.X.Column)
		if c, _ := d.Column(q.X.Column); c.Type == superset.Time {
			require.Contains(t, []superset.Grain{"", superset.Day}, q.X.Grain, "a grain that this test does not know")
			axis = startOfDay(db, axis)
		}
		shown = append(shown, axis+" AS "+quote(q.X.Column))
		groups = append(groups, axis)
	}
	for _, c := range q.Columns {
		shown = append(shown, quote(c)+" AS "+quote(c))
		groups = append(groups, quote(c))
	}
	for _, name := range q.Metrics {
		m, ok := d.Metric(name)
		require.True(t, ok, name)
		shown = append(shown, m.Expression+" AS "+quote(name))
	}

	where = append(where, quote(d.Time)+" >= "+literal(db, p.from), quote(d.Time)+" < "+literal(db, p.to))
	for _, c := range about.Where {
		switch {
		case c.Metric != "":
			m, _ := d.Metric(c.Metric)
			having = append(having, fmt.Sprintf("(%s >= %v)", m.Expression, c.Value))
		case c.Operator == superset.OpEqual:
			where = append(where, fmt.Sprintf("%s = %s", quote(c.Column), constant(c.Value)))
		case c.Operator == superset.OpIn:
			var values []string
			for _, v := range c.Value.([]string) {
				values = append(values, constant(v))
			}
			where = append(where, quote(c.Column)+" IN ("+strings.Join(values, ", ")+")")
		default:
			require.Contains(t, []superset.Operator{superset.OpNull, superset.OpNotNull}, c.Operator, "an operator that this test does not know")
			where = append(where, quote(c.Column)+" "+string(c.Operator))
		}
	}
	for _, o := range q.OrderBy {
		if o.Descending {
			order = append(order, quote(o.By)+" DESC")
		} else {
			order = append(order, quote(o.By)+" ASC")
		}
	}

	s := "SELECT " + strings.Join(shown, ", ") + " FROM " + d.Name + " WHERE " + strings.Join(where, " AND ")
	for _, part := range []struct {
		keyword, separator string
		texts              []string
	}{{"GROUP BY", ", ", groups}, {"HAVING", " AND ", having}, {"ORDER BY", ", ", order}} {
		if len(part.texts) > 0 {
			s += " " + part.keyword + " " + strings.Join(part.texts, part.separator)
		}
	}
	return s + fmt.Sprintf(" LIMIT %d", q.Limit)
}

func quote(name string) string { return `"` + name + `"` }

func constant(v any) string {
	if s, ok := v.(string); ok {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return fmt.Sprint(v)
}

func isPostgres(db *store.DB) bool { return db.Dialect().Name() == dialect.PG }

func startOfDay(db *store.DB, column string) string {
	if isPostgres(db) {
		return "DATE_TRUNC('day', " + column + ")"
	}
	return "DATETIME(" + column + ", 'start of day')"
}

func literal(db *store.DB, t time.Time) string {
	text := "'" + t.UTC().Format(time.DateTime) + "'"
	if isPostgres(db) {
		return "TO_TIMESTAMP(" + text + ", 'YYYY-MM-DD HH24:MI:SS.US')"
	}
	return text
}

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
