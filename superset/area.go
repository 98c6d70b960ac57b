package superset

// Area draws metrics as areas, stacked or one before the other. A stack is
// sorted by the names of its parts, the last one below: number them where the
// order matters ("1 Low", "2 High"), and give them one metric each, because
// parts that come from a column leave gaps where they have no rows.
type Area struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	X       Axis
	Values  []string // metrics
	By      string   // column; an area for each value
	Top     int      // only that many of them, zero is all,
	TopBy   string   // with the highest of this metric; zero is the first of Values
	Stacked bool
	Format  Format
	Range   Range
	Target  Target
}

// About implements [Chart].
func (c Area) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (Area) Type() string { return "echarts_area" }

// Params implements [Chart].
func (c Area) Params() Params {
	p := c.series().params().with(Params{
		"seriesType":          "line",
		"markerEnabled":       false,
		"show_extra_controls": false,
		"stack":               nil,
		"opacity":             0.02, // areas that overlap turn grey
	})
	if c.Stacked {
		p.with(Params{"stack": "Stack", "opacity": 0.8, "sort_series_type": "name", "showTooltipTotal": true})
	}
	return p
}

// Queries implements [Chart].
func (c Area) Queries() []Query { return c.series().queries() }

func (c Area) series() series {
	return series{
		dataset: c.Dataset, x: c.X, values: c.Values, by: c.By, top: c.Top, topBy: c.TopBy,
		format: c.Format, bounds: c.Range, target: c.Target,
	}
}

func (c Area) rules(r report) { c.series().rules(r) }
