package superset

import "strings"

// Query is one question that a chart asks of its dataset. It groups by the
// axis and the columns and computes the metrics; without metrics it lists the
// rows. The chart's conditions apply to it too.
type Query struct {
	X       Axis     // zero when there is none
	Columns []string // after the axis
	Metrics []string // names of the dataset's metrics
	OrderBy []Order
	Limit   int // rows, at most

	// SeriesLimit keeps that many values of Series, those with the highest
	// SeriesBy. Zero keeps all.
	SeriesLimit int
	SeriesBy    string

	// Series are the columns of which each value is a line, colour or box of
	// its own; nil where that makes no sense.
	Series []string

	// Steps are done to the result before the chart gets it.
	Steps []Step
}

// Order is one sort key: a column or metric, ascending unless it says otherwise.
type Order struct {
	By         string
	Descending bool
}

// Step is one of Superset's post-processing operations on the result of a query.
type Step struct {
	Operation string
	Options   Params
}

// defaultLimit is what Superset itself uses for charts with an axis.
const defaultLimit = 10000

// pivot turns rows into one column per metric and series.
func pivot(q Query, dropMissing bool) Step {
	aggregates := Params{}
	for _, m := range q.Metrics {
		aggregates[m] = Params{"operator": "mean"}
	}
	return Step{"pivot", Params{
		"index":                []string{q.X.Column},
		"columns":              list(q.Columns),
		"aggregates":           aggregates,
		"drop_missing_columns": dropMissing,
	}}
}

// flatten gives pivoted columns plain names.
var flatten = Step{"flatten", nil}

// list is the slice, and empty instead of nil: Superset tells [] from null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// encode is the query in a chart's query context.
func (q Query) encode(a About) Params {
	extras := Params{"having": "", "where": ""}
	columns := []any{}
	if q.X.Column != "" {
		columns = append(columns, q.X.column(a.Dataset))
		if g := q.X.grain(a.Dataset); g != "" {
			extras["time_grain_sqla"] = g
		}
	}
	for _, c := range q.Columns {
		columns = append(columns, c)
	}

	filters := []any{Params{"col": a.Dataset.Time, "op": "TEMPORAL_RANGE", "val": everything}}
	var having []string
	for _, c := range a.Where {
		switch {
		case c.Metric != "":
			having = append(having, "("+c.having(a.Dataset)+")")
		case c.Value == nil:
			filters = append(filters, Params{"col": c.Column, "op": c.Operator})
		default:
			filters = append(filters, Params{"col": c.Column, "op": c.Operator, "val": c.Value})
		}
	}
	extras["having"] = strings.Join(having, " AND ")

	p := Params{
		"filters":             filters,
		"extras":              extras,
		"applied_time_extras": Params{},
		"columns":             columns,
		"annotation_layers":   []any{},
		"row_limit":           q.Limit,
		"series_limit":        q.SeriesLimit,
		"order_desc":          true,
		"url_params":          Params{},
		"custom_params":       Params{},
		"custom_form_data":    Params{},
	}
	if q.Metrics != nil {
		p["metrics"] = q.Metrics
	}
	if q.Series != nil {
		p["series_columns"] = q.Series
	}
	if q.SeriesBy != "" {
		p["series_limit_metric"] = q.SeriesBy
	}
	if len(q.OrderBy) > 0 {
		var orders []any
		for _, o := range q.OrderBy {
			orders = append(orders, []any{o.By, !o.Descending})
		}
		p["orderby"] = orders
	}
	if len(q.Steps) > 0 {
		var steps []any
		for _, s := range q.Steps {
			step := Params{"operation": s.Operation}
			if s.Options != nil {
				step["options"] = s.Options
			}
			steps = append(steps, step)
		}
		p["post_processing"] = steps
	}
	return p
}
