package superset

// mixed is what charts of the type mixed_timeseries share: series A and series
// B over one axis. Keys about queries end in _b for the second, keys about
// looks in B.
func mixed(d Dataset, x Axis, a, b string) Params {
	return x.params(d).with(Params{
		"metrics":               []string{a},
		"metrics_b":             []string{b},
		"groupby":               []string{},
		"groupby_b":             []string{},
		"row_limit":             defaultLimit,
		"row_limit_b":           defaultLimit,
		"truncate_metric":       true,
		"truncate_metric_b":     true,
		"comparison_type":       "values",
		"comparison_type_b":     "values",
		"order_desc":            true,
		"order_desc_b":          true,
		"y_axis_title_position": "Left",
		"show_legend":           true,
		"legendType":            "plain",
		"legendOrientation":     "top",
		"rich_tooltip":          true,
		"tooltipTimeFormat":     tooltipTimeFormat,
		"x_axis_time_format":    axisTimeFormat,
		"color_scheme":          colorScheme,
		"annotation_layers":     []any{},
	})
}

// mixedQueries asks for A and for B.
func mixedQueries(x Axis, a, b string, limit int) []Query {
	var queries []Query
	for _, metric := range []string{a, b} {
		q := Query{
			X:       x,
			Metrics: []string{metric},
			OrderBy: []Order{{By: metric, Descending: true}},
			Limit:   limit,
			Series:  []string{},
		}
		q.Steps = []Step{pivot(q, false), flatten}
		queries = append(queries, q)
	}
	return queries
}
