package superset

// Bar draws metrics as bars. Along time they keep its order; categories are
// sorted by the first metric, the largest at the top or left.
type Bar struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	X          Axis
	Values     []string // metrics
	By         string   // column; a colour for each value
	Horizontal bool     // room for long names
	Stacked    bool
	Limit      int  // bars, without By; zero is all
	Numbers    bool // written at the bars
	Format     Format
	Range      Range // zero is from 0 as far as the bars reach, to either side
	Target     Target
}

// About implements [Chart].
func (c Bar) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (Bar) Type() string { return "echarts_timeseries_bar" }

// Params implements [Chart].
func (c Bar) Params() Params {
	p := c.series().params().with(Params{
		"orientation": "vertical",
		"show_value":  c.Numbers,
		"stack":       nil,
	})
	if c.Horizontal {
		p.with(Params{"orientation": "horizontal", "x_axis_title_margin": 15, "y_axis_title_margin": 15})
	}
	if c.Stacked {
		p.with(Params{"stack": "Stack", "sort_series_type": "name", "showTooltipTotal": true})
	}
	return p
}

// Queries implements [Chart].
func (c Bar) Queries() []Query { return c.series().queries() }

func (c Bar) series() series {
	s := series{
		dataset: c.Dataset, x: c.X, values: c.Values, by: c.By,
		format: c.Format, bounds: c.Range, target: c.Target, limit: c.Limit,
	}
	if !c.Dataset.isTime(c.X.Column) {
		s.sortX = s.first()
		s.ascending = c.Horizontal // a horizontal chart begins at the bottom
	}
	return s
}

func (c Bar) rules(r report) {
	c.series().rules(r)
	if c.Limit > 0 && c.By != "" {
		r(RuleLimit, "leave out Limit or By", "a limit would cut bars apart")
	}
}
