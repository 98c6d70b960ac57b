package superset

// Bubble shows three metrics of each value of a column: two as place, one as
// size.
type Bubble struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	Entity     string // column; a bubble for each value
	Series     string // another column, for the colour; to colour by entity give the view a copy of it
	X, Y, Size string // metrics
	XFormat    Format
	YFormat    Format
	SizeFormat Format
	LogX, LogY bool // for sizes and times
	Limit      int  // bubbles; zero is 500
}

// About implements [Chart].
func (c Bubble) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (Bubble) Type() string { return "bubble_v2" }

// Params implements [Chart].
func (c Bubble) Params() Params {
	return Params{
		"entity":              c.Entity,
		"series":              c.Series,
		"x":                   c.X,
		"y":                   c.Y,
		"size":                c.Size,
		"orderby":             nil,
		"order_desc":          true,
		"row_limit":           c.limit(),
		"max_bubble_size":     "50",
		"opacity":             0.65,
		"color_scheme":        colorScheme,
		"show_legend":         true,
		"legendType":          "scroll",
		"legendOrientation":   "top",
		"x_axis_label":        axisTitle(c.Dataset.label(c.X), c.LogX),
		"y_axis_label":        axisTitle(c.Dataset.label(c.Y), c.LogY),
		"xAxisFormat":         c.Dataset.format(c.XFormat, c.X),
		"y_axis_format":       c.Dataset.format(c.YFormat, c.Y),
		"tooltipSizeFormat":   c.Dataset.format(c.SizeFormat, c.Size),
		"logXAxis":            c.LogX,
		"logYAxis":            c.LogY,
		"x_axis_title_margin": 35,
		"y_axis_title_margin": 45,
		"truncateXAxis":       false,
		"truncateYAxis":       false,
		"xAxisBounds":         Range{}.bounds(),
		"xAxisLabelInterval":  nil, // "auto", the default, leaves only the two ends of the axis
		"y_axis_bounds":       Range{}.bounds(),
	}
}

func axisTitle(label string, log bool) string {
	if log {
		return label + " (log scale)"
	}
	return label
}

// Queries implements [Chart].
func (c Bubble) Queries() []Query {
	return []Query{{
		Columns: []string{c.Entity, c.Series},
		Metrics: []string{c.X, c.Y, c.Size},
		Limit:   c.limit(),
	}}
}

func (c Bubble) limit() int {
	if c.Limit == 0 {
		return 500
	}
	return c.Limit
}
