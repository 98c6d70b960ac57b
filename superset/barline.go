package superset

// BarLine draws one metric as bars and another as a line over them. With two
// axes the line, which is what the chart is about, has the scale at the left.
type BarLine struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	X          Axis
	Bars       string // metric
	Line       string // metric
	BarFormat  Format
	LineFormat Format
	TwoAxes    bool     // the bars have a scale of their own, at the right
	BarRange   Range    // zero starts at 0
	LineRange  Range    // with TwoAxes; zero starts at 0
	Targets    []Target // on the scale at the left; those of one label share its place in the legend
}

// About implements [Chart].
func (c BarLine) About() About {
	return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where}
}

// Type implements [Chart].
func (BarLine) Type() string { return "mixed_timeseries" }

// Params implements [Chart].
func (c BarLine) Params() Params {
	layers := []any{}
	for _, t := range c.Targets {
		layers = append(layers, t.layers()...)
	}
	p := mixed(c.Dataset, c.X, c.Bars, c.Line).with(Params{
		"seriesType":          "bar",
		"seriesTypeB":         "line",
		"opacity":             0.55,
		"opacityB":            0.2,
		"markerEnabledB":      true,
		"markerSizeB":         7,
		"yAxisIndex":          0,
		"yAxisIndexB":         0,
		"y_axis_format":       c.Dataset.format(c.BarFormat, c.Bars),
		"y_axis_bounds":       fromZero(c.BarRange).bounds(),
		"truncateYAxis":       false,
		"y_axis_title":        c.Dataset.label(c.Bars),
		"y_axis_title_margin": 50,
		"x_axis_title_margin": 15,
		"show_value":          false,
		"show_valueB":         false,
		"annotation_layers":   layers,
	})
	if !c.TwoAxes {
		return p
	}
	// Annotations are drawn on the first axis, and a target is one of the line.
	return p.with(Params{
		"yAxisIndex":              1,
		"y_axis_format":           c.Dataset.format(c.LineFormat, c.Line),
		"y_axis_format_secondary": c.Dataset.format(c.BarFormat, c.Bars),
		"y_axis_bounds":           fromZero(c.LineRange).bounds(),
		"y_axis_bounds_secondary": fromZero(c.BarRange).bounds(),
		"y_axis_title":            c.Dataset.label(c.Line),
		// A title at the right edge is cut off; the legend names the bars.
		"yAxisTitleSecondary": "",
	})
}

// Queries implements [Chart].
func (c BarLine) Queries() []Query { return mixedQueries(c.X, c.Bars, c.Line, defaultLimit) }

// fromZero is the range, or one that starts at zero if it is not set.
func fromZero(r Range) Range {
	if r.fixed() {
		return r
	}
	return From(0)
}

func (c BarLine) rules(r report) {
	c.BarRange.check(r, "BarRange")
	c.LineRange.check(r, "LineRange")
	for _, t := range c.Targets {
		t.check(r, c.Dataset, c.X)
	}
}
