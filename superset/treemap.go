package superset

// Treemap shows parts of a whole as areas, one level for each column.
type Treemap struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	By     []string // columns, from the outer to the inner
	Value  string   // metric
	Format Format
	Limit  int // areas; zero is 100
}

// About implements [Chart].
func (c Treemap) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (Treemap) Type() string { return "treemap_v2" }

// Params implements [Chart].
func (c Treemap) Params() Params {
	return Params{
		"groupby":           list(c.By),
		"metric":            c.Value,
		"row_limit":         c.limit(),
		"sort_by_metric":    true,
		"show_labels":       true,
		"show_upper_labels": true,
		"label_type":        "key_value",
		"number_format":     c.Dataset.format(c.Format, c.Value),
		"color_scheme":      colorScheme,
		"date_format":       "smart_date",
	}
}

// Queries implements [Chart].
func (c Treemap) Queries() []Query {
	return []Query{{
		Columns: c.By,
		Metrics: []string{c.Value},
		OrderBy: []Order{{By: c.Value, Descending: true}},
		Limit:   c.limit(),
	}}
}

func (c Treemap) limit() int {
	if c.Limit == 0 {
		return 100
	}
	return c.Limit
}
