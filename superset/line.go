package superset

// Line draws metrics as lines, or one metric as a line for each value of a
// column.
type Line struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	X       Axis
	Values  []string // metrics
	By      string   // column; a line for each value
	Top     int      // only that many of them, zero is all,
	TopBy   string   // with the highest of this metric; zero is the first of Values
	Average int      // points in a rolling mean; zero draws the values themselves
	Format  Format
	Range   Range
	Target  Target
}

// About implements [Chart].
func (c Line) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (Line) Type() string { return "echarts_timeseries_line" }

// Params implements [Chart].
func (c Line) Params() Params {
	return c.series().params().with(Params{"seriesType": "line", "markerEnabled": false})
}

// Queries implements [Chart].
func (c Line) Queries() []Query { return c.series().queries() }

func (c Line) series() series {
	return series{
		dataset: c.Dataset, x: c.X, values: c.Values, by: c.By, top: c.Top, topBy: c.TopBy,
		rolling: c.Average, format: c.Format, bounds: c.Range, target: c.Target,
	}
}

func (c Line) rules(r report) { c.series().rules(r) }
