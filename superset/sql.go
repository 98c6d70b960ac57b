package superset

import (
	"fmt"
	"strings"
)

// SQL is the query as Superset sends it to this database, for tests that run
// charts without a Superset. The page's filters are not in it, and neither are
// the steps that follow the query.
func (d Database) SQL(a About, q Query) string {
	var columns, groups []string
	if q.X.Column != "" {
		x := d.grain(q.X.grain(a.Dataset), q.X.Column)
		columns = append(columns, x+" AS "+q.X.Column)
		groups = append(groups, x)
	}
	for _, c := range q.Columns {
		columns = append(columns, c)
		groups = append(groups, c)
	}
	for _, m := range q.Metrics {
		columns = append(columns, a.Dataset.expression(m)+" AS "+m)
	}

	where, having := conditionSQL(a)
	from := d.schema() + "." + a.Dataset.Name
	sql := "SELECT " + strings.Join(columns, ", ") + " FROM " + from
	if q.SeriesLimit > 0 && len(q.Series) > 0 {
		sql += d.seriesLimit(a, q, from, where)
	}
	sql += clause(" WHERE ", where, " AND ")
	if len(q.Metrics) > 0 {
		sql += clause(" GROUP BY ", groups, ", ")
		sql += clause(" HAVING ", having, " AND ")
	}
	var orders []string
	for _, o := range q.OrderBy {
		orders = append(orders, orderSQL(a.Dataset, q, o))
	}
	return sql + clause(" ORDER BY ", orders, ", ") + fmt.Sprintf(" LIMIT %d OFFSET 0", q.Limit)
}

// seriesLimit joins the values that the chart keeps of its series.
func (d Database) seriesLimit(a About, q Query, from string, where []string) string {
	var names, on []string
	for _, s := range q.Series {
		names = append(names, s+" AS "+s+"__")
		on = append(on, s+" = "+s+"__")
	}
	return fmt.Sprintf(" JOIN (SELECT %s FROM %s%s GROUP BY %s ORDER BY %s DESC LIMIT %d OFFSET 0) AS series_limit ON %s",
		strings.Join(names, ", "), from, clause(" WHERE ", where, " AND "), strings.Join(q.Series, ", "),
		a.Dataset.expression(q.SeriesBy), q.SeriesLimit, strings.Join(on, " AND "))
}

// grain cuts a time to its step, as Superset does on this database.
func (d Database) grain(g Grain, column string) string {
	if g == "" {
		return column
	}
	forms := map[Grain]string{
		Hour:    "DATETIME(STRFTIME('%%Y-%%m-%%dT%%H:00:00', %[1]s))",
		Day:     "DATETIME(%[1]s, 'start of day')",
		Month:   "DATETIME(%[1]s, 'start of month')",
		Quarter: "DATETIME(%[1]s, 'start of month', PRINTF('-%%d month', (STRFTIME('%%m', %[1]s) - 1) %% 3))",
		Year:    "DATETIME(%[1]s, 'start of year')",
	}
	if d.engine == postgreSQL {
		forms = map[Grain]string{
			Hour:    "DATE_TRUNC('hour', %[1]s)",
			Day:     "DATE_TRUNC('day', %[1]s)",
			Month:   "DATE_TRUNC('month', %[1]s)",
			Quarter: "DATE_TRUNC('quarter', %[1]s)",
			Year:    "DATE_TRUNC('year', %[1]s)",
		}
	}
	return fmt.Sprintf(forms[g], column)
}

func (d Dataset) expression(metric string) string {
	m, _ := d.Metric(metric)
	return m.Expression
}

// conditionSQL are the conditions on rows and on groups.
func conditionSQL(a About) (where, having []string) {
	for _, c := range a.Where {
		switch {
		case c.Metric != "":
			having = append(having, "("+c.having(a.Dataset)+")")
		case c.Operator == OpIn:
			var values []string
			texts, _ := c.Value.([]string)
			for _, v := range texts {
				values = append(values, literal(v))
			}
			where = append(where, c.Column+" IN ("+strings.Join(values, ", ")+")")
		case c.Value == nil:
			where = append(where, c.Column+" "+string(c.Operator))
		case c.Operator == OpEqual:
			where = append(where, c.Column+" = "+literal(c.Value))
		default:
			where = append(where, c.Column+" "+string(c.Operator)+" "+literal(c.Value))
		}
	}
	return where, having
}

// literal writes a value of a condition into SQL.
func literal(v any) string {
	if text, ok := v.(string); ok {
		return "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return number(v)
}

// orderSQL orders by the name of what is shown, else by the metric itself.
func orderSQL(d Dataset, q Query, o Order) string {
	by := o.By
	if _, isMetric := d.Metric(by); isMetric && q.Metrics != nil {
		by = d.expression(by)
	}
	if o.Descending {
		return by + " DESC"
	}
	return by + " ASC"
}

func clause(word string, parts []string, between string) string {
	if len(parts) == 0 {
		return ""
	}
	return word + strings.Join(parts, between)
}
