package superset

// Total shows one metric over the whole period in large type.
type Total struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	Value  string // metric
	Note   string // line below the number
	Format Format // the metric's own, if it has one, goes first
}

// About implements [Chart].
func (c Total) About() About {
	return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where}
}

// Type implements [Chart].
func (Total) Type() string { return "big_number_total" }

// Params implements [Chart].
func (c Total) Params() Params {
	return Params{
		"metric":              c.Value,
		"subheader":           c.Note,
		"header_font_size":    0.4,
		"subheader_font_size": 0.15,
		"show_metric_name":    false,
		"time_format":         "smart_date",
		"y_axis_format":       c.Dataset.format(c.Format, c.Value),
	}
}

// Queries implements [Chart].
func (c Total) Queries() []Query {
	return []Query{{Metrics: []string{c.Value}, Limit: defaultLimit}}
}
