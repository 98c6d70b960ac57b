package superset

import "cmp"

// BigNumber shows the latest value of a metric in large type, how it compares
// with an earlier one, and its course below. The value is that of the last
// point, which may be an unfinished day or week; for the value of the whole
// period use [Total].
type BigNumber struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	Value    string // metric
	Trend    Axis   // column of type Time
	Compare  int    // how many points back to compare with; zero compares with nothing
	Against  string // words after the difference: "vs previous week"
	When     string // line above the number, for the time of its point: "Week of %d %b %Y"
	Note     string // in the line below the number: the place for a target
	Format   Format // the metric's own, if it has one, goes first
	Color    Color  // of the trend; zero is Main
	FromZero bool   // the trend starts at zero: right for counts, flat for rates
}

// About implements [Chart].
func (c BigNumber) About() About {
	return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where}
}

// Type implements [Chart].
func (BigNumber) Type() string { return "big_number" }

// Params implements [Chart].
func (c BigNumber) Params() Params {
	color := c.Color
	if color == "" {
		color = Main
	}
	p := c.Trend.params(c.Dataset).with(Params{
		"metric":               c.Value,
		"show_trend_line":      true,
		"start_y_axis_at_zero": c.FromZero,
		"compare_lag":          c.Compare,
		"compare_suffix":       c.suffix(),
		"header_font_size":     0.4,
		"subheader_font_size":  0.15,
		"show_timestamp":       c.When != "",
		"show_metric_name":     false,
		"rolling_type":         "None",
		"time_format":          cmp.Or(c.When, "smart_date"),
		"y_axis_format":        c.Dataset.format(c.Format, c.Value),
		"color_picker":         color.rgba(),
	})
	// A comparison takes the place of the subheader.
	if c.Compare == 0 {
		p["subheader"] = c.Note
	}
	return p
}

// suffix is what follows the difference. Only version 6 has a line of its own
// for the note.
func (c BigNumber) suffix() string {
	if c.Compare == 0 || c.Note == "" {
		return c.Against
	}
	return c.Against + " · " + c.Note
}

// Queries implements [Chart].
func (c BigNumber) Queries() []Query {
	q := Query{X: c.Trend, Metrics: []string{c.Value}, Limit: defaultLimit}
	q.Steps = []Step{pivot(q, true), flatten}
	return []Query{q}
}

func (c BigNumber) rules(r report) {
	c.Trend.overTime(r, c.Dataset)
	if c.Color != "" {
		checkColor(r, c.Color, "Color")
	}
	if c.Compare < 0 {
		r(RuleRange, "count the points backwards from the latest", "Compare is negative")
	}
}
