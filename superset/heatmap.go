package superset

// Heatmap shows a metric for each pair of two columns as a coloured cell. Both
// axes are sorted as text: name buckets so that this is their order ("0" to
// "6", "7+").
type Heatmap struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	X      Axis   // of type Time or Text; version 4.1 labels a numeric 0 as NULL
	Y      string // column of type Text
	Value  string // metric
	Format Format
	Scheme Scheme // zero is Sequential
	Range  Range  // of the colours; fix it, so that a colour means the same in each period
	Ranked bool   // coloured by rank, without a scale: one huge value does not swallow the others
	Margin int    // pixels for labels of Y longer than eight letters; zero is automatic
}

// Scheme is a family of colours for a scale.
type Scheme string

// The schemes.
const (
	Sequential Scheme = "superset_seq_1" // the more, the darker: for counts
	Diverging  Scheme = "schemeRdYlGn"   // red to green: for rates
)

// About implements [Chart].
func (c Heatmap) About() About {
	return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where}
}

// Type implements [Chart].
func (Heatmap) Type() string { return "heatmap_v2" }

// Params implements [Chart].
func (c Heatmap) Params() Params {
	scheme := c.Scheme
	if scheme == "" {
		scheme = Sequential
	}
	var margin any = "auto"
	if c.Margin > 0 {
		margin = c.Margin
	}
	return c.X.params(c.Dataset).with(Params{
		"groupby":             c.Y,
		"metric":              c.Value,
		"row_limit":           defaultLimit,
		"sort_x_axis":         "alpha_asc",
		"sort_y_axis":         "alpha_asc",
		"normalize_across":    "heatmap",
		"legend_type":         "continuous",
		"linear_color_scheme": scheme,
		"xscale_interval":     -1,
		"yscale_interval":     -1,
		"left_margin":         margin,
		"bottom_margin":       15, // "auto" cuts the labels off
		"value_bounds":        c.Range.bounds(),
		"y_axis_format":       c.Dataset.format(c.Format, c.Value),
		"x_axis_time_format":  axisTimeFormat,
		"show_legend":         !c.Ranked,
		"show_percentage":     false,
		"show_values":         true,
		"normalized":          c.Ranked,
		"border_color":        Params{"r": 255, "g": 255, "b": 255, "a": 1},
		"border_width":        1,
		"xAxisLabelRotation":  0,
	})
}

// Queries implements [Chart].
func (c Heatmap) Queries() []Query {
	return []Query{{
		X:       c.X,
		Columns: []string{c.Y},
		Metrics: []string{c.Value},
		OrderBy: []Order{{By: c.X.Column}, {By: c.Y}},
		Limit:   defaultLimit,
		Steps:   []Step{{"rank", Params{"metric": c.Value}}},
	}}
}

func (c Heatmap) rules(r report) {
	for _, name := range []string{c.X.Column, c.Y} {
		if column, ok := c.Dataset.Column(name); ok && (column.Type == Integer || column.Type == Float) {
			r(RuleAxis, "use a column of text whose alphabetical order is right", "version 4.1 shows 0 of the numeric column %q as NULL", name)
		}
	}
	c.Range.check(r, "Range")
}
