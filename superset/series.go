package superset

// series is what charts of values along an axis share: [Line], [Area] and [Bar].
type series struct {
	dataset Dataset
	x       Axis
	values  []string // metrics
	by      string   // column; empty for none
	top     int      // how many values of by; zero for all
	topBy   string   // metric; empty for the first value
	rolling int      // points in a rolling mean; zero for none
	format  Format
	bounds  Range
	target  Target
	limit   int // rows; zero is the default limit

	// sortX is the metric that sorts the values of the axis, empty for their
	// own order; ascending puts the smallest first.
	sortX     string
	ascending bool
}

// Target is a dashed line across a chart. Without label there is none. Before
// version 6 it is drawn only if the column of the axis has no label of its own.
type Target struct {
	Label string // in the legend: "Target 80 %"
	Value float64
}

func (s series) columns() []string {
	if s.by == "" {
		return nil
	}
	return []string{s.by}
}

// first is the metric that stands for the chart where only one can.
func (s series) first() string {
	if len(s.values) == 0 {
		return ""
	}
	return s.values[0]
}

func (s series) rank() string {
	if s.topBy != "" {
		return s.topBy
	}
	return s.first()
}

func (s series) rows() int {
	if s.limit == 0 {
		return defaultLimit
	}
	return s.limit
}

// legend reports whether there is anything to tell apart.
func (s series) legend() bool { return s.by != "" || len(s.values) > 1 || s.target.Label != "" }

func (s series) params() Params {
	p := s.x.params(s.dataset).with(Params{
		"metrics":               list(s.values),
		"groupby":               list(s.columns()),
		"row_limit":             s.rows(),
		"truncate_metric":       true,
		"show_empty_columns":    true,
		"comparison_type":       "values",
		"order_desc":            true,
		"rich_tooltip":          true,
		"tooltipTimeFormat":     tooltipTimeFormat,
		"x_axis_time_format":    axisTimeFormat,
		"show_legend":           s.legend(),
		"legendType":            "scroll",
		"legendOrientation":     "top",
		"legendMargin":          nil,
		"y_axis_format":         s.dataset.format(s.format, s.first()),
		"y_axis_bounds":         s.bounds.bounds(),
		"truncateYAxis":         s.bounds.fixed(),
		"truncateXAxis":         true,
		"x_axis_title_margin":   30,
		"y_axis_title_margin":   40,
		"y_axis_title_position": "Left",
		"sort_series_type":      "sum",
		"sort_series_ascending": false,
		"only_total":            true,
		"zoomable":              false,
		"color_scheme":          colorScheme,
		"annotation_layers":     s.target.layers(),
	})
	if s.top > 0 {
		p["limit"] = s.top
		p["timeseries_limit_metric"] = s.rank()
	}
	if s.rolling > 0 {
		p["rolling_type"] = "mean"
		p["rolling_periods"] = s.rolling
		p["min_periods"] = 1
	}
	if s.sortX != "" {
		// Version 6 reads the first pair also with several series, older ones
		// the second.
		p["x_axis_sort"] = s.sortX
		p["x_axis_sort_asc"] = s.ascending
		p["x_axis_sort_series"] = "sum"
		p["x_axis_sort_series_ascending"] = s.ascending
		if s.by != "" {
			p["x_axis_sort"] = "sum"
		}
	}
	return p
}

func (s series) queries() []Query {
	q := Query{
		X:       s.x,
		Columns: s.columns(),
		Metrics: list(s.values),
		Limit:   s.rows(),
		Series:  list(s.columns()),
		OrderBy: []Order{{By: s.rank(), Descending: true}},
	}
	if s.top > 0 {
		q.SeriesLimit, q.SeriesBy = s.top, s.rank()
	}
	q.Steps = []Step{pivot(q, false)}
	if s.rolling > 0 {
		columns := Params{}
		for _, m := range s.values {
			columns[m] = m
		}
		q.Steps = append(q.Steps, Step{"rolling", Params{
			"rolling_type": "mean", "window": s.rolling, "min_periods": 1, "columns": columns,
		}})
	}
	if len(s.values) == 1 && s.by != "" {
		// "revenue, Chile" becomes "Chile".
		q.Steps = append(q.Steps, Step{"rename", Params{
			"columns": Params{s.first(): nil}, "level": 0, "inplace": true,
		}})
	}
	if s.sortX != "" && s.by == "" {
		q.Steps = append(q.Steps, Step{"sort", Params{"by": s.sortX, "ascending": s.ascending}})
	}
	q.Steps = append(q.Steps, flatten)
	return []Query{q}
}

func (s series) rules(r report) {
	s.bounds.check(r, "Range")
	if len(s.values) == 0 {
		r(RuleUnknownMetric, "name a metric", "no value")
	}
	if s.top < 0 || s.rolling < 0 {
		r(RuleLimit, "use a positive number", "negative number of series or points")
	}
	if s.target != (Target{}) {
		s.target.check(r, s.dataset, s.x)
	}
}

// check checks a target that is to be drawn. Older versions look its place up
// under the name of the column, in rows that they have under its label.
func (t Target) check(r report, d Dataset, x Axis) {
	if t.Label == "" || !isNumber(t.Value) {
		r(RuleTarget, "give it a label and a finite number", "the target %q at %v cannot be drawn", t.Label, t.Value)
	}
	if column, _ := d.Column(x.Column); column.Label != "" {
		r(RuleTarget, "leave out the label of the column", "before version 6 there is no target over %q, which has a label", x.Column)
	}
}

// layers is the target as an annotation, the only kind that an import keeps.
func (t Target) layers() []any {
	if t.Label == "" {
		return []any{}
	}
	return []any{Params{
		"annotationType":     "FORMULA",
		"name":               t.Label,
		"value":              number(t.Value),
		"sourceType":         "",
		"style":              "dashed",
		"color":              targetLine,
		"opacity":            "",
		"width":              2,
		"show":               true,
		"showLabel":          true,
		"hideLine":           false,
		"showMarkers":        false,
		"overrides":          Params{"time_range": nil},
		"timeColumn":         "",
		"titleColumn":        "",
		"descriptionColumns": []string{},
		"intervalEndColumn":  "",
	}}
}
