package superset

import (
	"fmt"
	"strconv"
)

// Condition restricts what a chart counts: by the value of a column, or after
// grouping by the value of a metric. Make one with [Is], [IsNot], [OneOf],
// [IsNull], [NotNull] or [AtLeast].
type Condition struct {
	Column   string // or
	Metric   string
	Operator Operator
	Value    any // string, int or float64; []string for OneOf; nil without operand
}

// Operator compares a column or metric with a value.
type Operator string

// The operators, as Superset spells them.
const (
	OpEqual    Operator = "=="
	OpNotEqual Operator = "!="
	OpIn       Operator = "IN"
	OpNull     Operator = "IS NULL"
	OpNotNull  Operator = "IS NOT NULL"
	OpAtLeast  Operator = ">="
)

// Is keeps rows whose column has the value.
func Is(column string, value any) Condition {
	return Condition{Column: column, Operator: OpEqual, Value: value}
}

// IsNot keeps rows whose column has another value; rows without one are dropped.
func IsNot(column string, value any) Condition {
	return Condition{Column: column, Operator: OpNotEqual, Value: value}
}

// OneOf keeps rows whose text column has one of the values.
func OneOf(column string, values ...string) Condition {
	return Condition{Column: column, Operator: OpIn, Value: values}
}

// IsNull keeps rows whose column has no value.
func IsNull(column string) Condition {
	return Condition{Column: column, Operator: OpNull}
}

// NotNull keeps rows whose column has a value.
func NotNull(column string) Condition {
	return Condition{Column: column, Operator: OpNotNull}
}

// AtLeast keeps groups in which the metric is low or more.
func AtLeast(metric string, low float64) Condition {
	return Condition{Metric: metric, Operator: OpAtLeast, Value: low}
}

// having is the condition on a metric as SQL. The metric is written out,
// because PostgreSQL knows no aliases there.
func (c Condition) having(d Dataset) string {
	m, _ := d.Metric(c.Metric)
	return fmt.Sprintf("%s >= %s", m.Expression, number(c.Value))
}

// number writes a number without an exponent.
func number(v any) string {
	switch n := v.(type) {
	case float64:
		return strconv.FormatFloat(n, 'f', -1, 64)
	default:
		return fmt.Sprint(n)
	}
}

// everything is what a time filter starts from, and what it replaces on a page.
const everything = "No filter"

// adhocFilters are the conditions of a chart in its params. The first one lets
// the page's time filter reach the chart.
func adhocFilters(a About) []any {
	period := Params{
		"expressionType": "SIMPLE",
		"clause":         "WHERE",
		"subject":        a.Dataset.Time,
		"operator":       "TEMPORAL_RANGE",
		"comparator":     everything,
		"isExtra":        false,
		"isNew":          false,
	}
	return append([]any{period}, adhocConditions(a)...)
}

// adhocConditions are the conditions alone.
func adhocConditions(a About) []any {
	var filters []any
	for _, c := range a.Where {
		if c.Metric != "" {
			filters = append(filters, Params{
				"expressionType": "SQL",
				"clause":         "HAVING",
				"sqlExpression":  c.having(a.Dataset),
			})
			continue
		}
		filters = append(filters, Params{
			"expressionType": "SIMPLE",
			"clause":         "WHERE",
			"subject":        c.Column,
			"operator":       c.Operator,
			"comparator":     c.Value,
		})
	}
	return filters
}
