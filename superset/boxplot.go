package superset

// BoxPlot compares the distribution of a value between groups: median,
// quartiles, whiskers after Tukey and outliers.
type BoxPlot struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	Value  string // metric, computed for each value of Over: AVG(x) of one row is x
	Over   string // column that the distribution runs over; a row's id gives that of the rows
	By     string // column; a box for each value
	Format Format
	Limit  int // rows; zero is 50,000, and more rows than the limit bend the picture
}

// About implements [Chart].
func (c BoxPlot) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (BoxPlot) Type() string { return "box_plot" }

// Params implements [Chart].
func (c BoxPlot) Params() Params {
	return Params{
		"columns":                 []string{c.Over},
		"groupby":                 []string{c.By},
		"metrics":                 []string{c.Value},
		"whiskerOptions":          "Tukey",
		"row_limit":               c.limit(),
		"series_limit":            0,
		"number_format":           c.Dataset.format(c.Format, c.Value),
		"x_ticks_layout":          "auto",
		"color_scheme":            colorScheme,
		"temporal_columns_lookup": Params{},
		"y_axis_title":            c.Dataset.label(c.Value),
		"y_axis_title_margin":     40,
		"x_axis_title_margin":     15,
	}
}

// Queries implements [Chart].
func (c BoxPlot) Queries() []Query {
	return []Query{{
		Columns: []string{c.Over, c.By},
		Metrics: []string{c.Value},
		Limit:   c.limit(),
		Series:  []string{c.By},
		Steps: []Step{{"boxplot", Params{
			"whisker_type": "tukey", "groupby": []string{c.By}, "metrics": []string{c.Value},
		}}},
	}}
}

func (c BoxPlot) limit() int {
	if c.Limit == 0 {
		return 50000
	}
	return c.Limit
}
