package superset

// BarLine draws one metric as bars and another as a line over them.
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
	TwoAxes    bool  // the line has its own scale, at the right
	BarRange   Range // zero starts at 0
	LineRange  Range // with TwoAxes; zero starts at 0
}

// About implements [Chart].
func (c BarLine) About() About {
	return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where}
}

// Type implements [Chart].
func (BarLine) Type() string { return "mixed_timeseries" }

// Params implements [Chart].
func (c BarLine) Params() Params {
	p := mixed(c.Dataset, c.X, c.Bars, c.Line).with(Params{
		"seriesType":              "bar",
		"seriesTypeB":             "line",
		"opacity":                 0.55,
		"opacityB":                0.2,
		"markerEnabledB":          true,
		"markerSizeB":             7,
		"yAxisIndex":              0,
		"yAxisIndexB":             0,
		"y_axis_format":           c.Dataset.format(c.BarFormat, c.Bars),
		"y_axis_format_secondary": c.Dataset.format(c.LineFormat, c.Line),
		"y_axis_bounds":           fromZero(c.BarRange).bounds(),
		"y_axis_bounds_secondary": fromZero(c.LineRange).bounds(),
		"truncateYAxis":           false,
		"y_axis_title":            c.Dataset.label(c.Bars),
		"y_axis_title_margin":     50,
		"x_axis_title_margin":     15,
		// A title at the right edge is cut off; the legend names the line.
		"yAxisTitleSecondary": "",
		"show_value":          false,
		"show_valueB":         false,
	})
	if c.TwoAxes {
		p["yAxisIndexB"] = 1
	}
	return p
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
}
