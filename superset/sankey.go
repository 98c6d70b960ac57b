package superset

// Sankey shows how much flows from the values of one column to those of
// another. NULL is drawn as a value called null: let the view say "(none)".
type Sankey struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	Source string // column
	Target string // column
	Value  string // metric
	Limit  int    // flows, the widest; zero is 200
}

// About implements [Chart].
func (c Sankey) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (Sankey) Type() string { return "sankey_v2" }

// Params implements [Chart].
func (c Sankey) Params() Params {
	return Params{
		"source":         c.Source,
		"target":         c.Target,
		"metric":         c.Value,
		"row_limit":      c.limit(),
		"sort_by_metric": true,
		"color_scheme":   colorScheme,
	}
}

// Queries implements [Chart].
func (c Sankey) Queries() []Query {
	return []Query{{
		Columns: []string{c.Source, c.Target},
		Metrics: []string{c.Value},
		OrderBy: []Order{{By: c.Value, Descending: true}, {By: c.Source}, {By: c.Target}}, // no cut by chance among equals
		Limit:   c.limit(),
	}}
}

func (c Sankey) limit() int {
	if c.Limit == 0 {
		return 200
	}
	return c.Limit
}
