package superset

import (
	"encoding/json"
	"slices"
)

// Gantt draws rows of the dataset as bars along time, in one lane for each value
// of a column. It exists from version 6 on: for older ones, and in a bundle for
// all versions, Before6 takes its place.
type Gantt struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	Lane       string   // column
	LaneTitle  string   // beside the lanes
	LaneWidth  int      // pixels for the names of the lanes; zero is 110, enough for 15 letters
	Start, End string   // columns of type Integer: milliseconds since 1970; from a time the browser would take off its own zone
	Series     string   // column; a colour for each value
	Tooltip    []string // columns, shown where the mouse is
	Limit      int      // bars; zero is 1,000

	Before6 Chart // has the same slug
}

// About implements [Chart].
func (c Gantt) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (Gantt) Type() string { return "gantt_chart" }

// Params implements [Chart].
func (c Gantt) Params() Params {
	order, _ := json.Marshal([]any{c.Lane, true}) // a string and a boolean always encode
	width := c.LaneWidth
	if width == 0 {
		width = 110
	}
	return Params{
		"start_time":            c.Start,
		"end_time":              c.End,
		"y_axis":                c.Lane,
		"series":                c.Series,
		"subcategories":         false,
		"tooltip_columns":       list(c.Tooltip),
		"tooltip_metrics":       []string{},
		"order_by_cols":         []string{string(order)},
		"row_limit":             c.limit(),
		"x_axis_time_format":    axisTimeFormat,
		"tooltipTimeFormat":     tooltipTimeFormat,
		"zoomable":              false,
		"show_legend":           true,
		"legendType":            "scroll",
		"legendOrientation":     "top",
		"color_scheme":          colorScheme,
		"show_extra_controls":   false,
		"x_axis_title_margin":   15,
		"y_axis_title":          c.LaneTitle,
		"y_axis_title_margin":   width, // without one the names of the lanes are cut off
		"y_axis_title_position": "Left",
	}
}

// Queries implements [Chart].
func (c Gantt) Queries() []Query {
	var columns []string
	for _, name := range append([]string{c.Start, c.End, c.Lane, c.Series}, c.Tooltip...) {
		if !slices.Contains(columns, name) {
			columns = append(columns, name)
		}
	}
	return []Query{{Columns: columns, OrderBy: []Order{{By: c.Lane}}, Limit: c.limit(), Series: []string{c.Series}}}
}

func (c Gantt) limit() int {
	if c.Limit == 0 {
		return 1000
	}
	return c.Limit
}

func (c Gantt) rules(r report) {
	for _, name := range []string{c.Start, c.End} {
		if column, ok := c.Dataset.Column(name); ok && column.Type != Integer {
			r(RuleAxis, "name a column of type Integer, with milliseconds since 1970", "%q is not of type Integer", name)
		}
	}
}
