package superset

// ScatterLine draws one metric as points and another as a line behind them,
// such as what was measured and what was expected.
type ScatterLine struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	X      Axis   // a number counts as a category here
	Points string // metric
	Line   string // metric
	Format Format // of both
	Range  Range  // of both
	XTitle string
	YTitle string
}

// About implements [Chart].
func (c ScatterLine) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (ScatterLine) Type() string { return "mixed_timeseries" }

// Params implements [Chart].
func (c ScatterLine) Params() Params {
	return mixed(c.Dataset, c.X, c.Points, c.Line).with(Params{
		"xAxisForceCategorical": true,
		"seriesType":            "scatter",
		"seriesTypeB":           "line",
		"markerEnabled":         true,
		"markerSize":            14,
		"markerEnabledB":        false,
		"opacity":               1,
		"opacityB":              0.2,
		"yAxisIndex":            0,
		"yAxisIndexB":           0,
		"y_axis_format":         c.Dataset.format(c.Format, c.Points),
		"y_axis_bounds":         c.Range.bounds(),
		"truncateYAxis":         c.Range.fixed(),
		"x_axis_title":          c.XTitle,
		"x_axis_title_margin":   30,
		"y_axis_title":          c.YTitle,
		"y_axis_title_margin":   45,
		"show_value":            false, // the line would run through them
		"show_valueB":           false,
	})
}

// Queries implements [Chart].
func (c ScatterLine) Queries() []Query { return mixedQueries(c.X, c.Points, c.Line, defaultLimit) }

func (c ScatterLine) rules(r report) { c.Range.check(r, "Range") }
