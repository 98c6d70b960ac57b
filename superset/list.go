package superset

import "encoding/json"

// List shows rows of the dataset as they are. SQLite gives a time as text with
// microseconds: for a shorter one let the view make the text.
type List struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	Columns []ListColumn
	OrderBy []Order // columns
	Limit   int     // rows; zero is 100. A list that reaches it gets a warning sign from version 6 on.
	Search  bool    // a search box above the list
}

// ListColumn is one column of a [List].
type ListColumn struct {
	Column string
	Format Format // of numbers
	Center bool   // else text is at the left and numbers are at the right
	Bars   bool   // a bar behind each number, not together with Tints
	Tints  []Tint
}

// About implements [Chart].
func (c List) About() About { return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where} }

// Type implements [Chart].
func (List) Type() string { return "table" }

// Params implements [Chart].
func (c List) Params() Params {
	config, tints, bars := Params{}, []any{}, false
	for _, column := range c.Columns {
		look := Params{"showCellBars": column.Bars}
		if column.Format != "" {
			look["d3NumberFormat"] = column.Format
		}
		if column.Center {
			look["horizontalAlign"] = "center"
		}
		config[column.Column] = look
		for _, t := range column.Tints {
			tints = append(tints, t.encode(column.Column))
		}
		bars = bars || column.Bars
	}
	orders := []string{}
	for _, o := range c.OrderBy {
		text, _ := json.Marshal([]any{o.By, !o.Descending}) // a string and a boolean always encode
		orders = append(orders, string(text))
	}
	return tableParams(config, tints, bars).with(Params{
		"query_mode":      "raw",
		"all_columns":     c.names(),
		"groupby":         []string{},
		"metrics":         []string{},
		"percent_metrics": []string{},
		"order_by_cols":   orders,
		"order_desc":      true,
		"row_limit":       c.limit(),
		"include_search":  c.Search,
	})
}

// Queries implements [Chart].
func (c List) Queries() []Query {
	return []Query{{Columns: c.names(), OrderBy: c.OrderBy, Limit: c.limit()}}
}

func (c List) names() []string {
	names := []string{}
	for _, column := range c.Columns {
		names = append(names, column.Column)
	}
	return names
}

func (c List) limit() int {
	if c.Limit == 0 {
		return defaultTableLimit
	}
	return c.Limit
}

func (c List) rules(r report) {
	if len(c.Columns) == 0 {
		r(RuleTable, "add a column", "no column")
	}
	for _, column := range c.Columns {
		checkTints(r, column.Column, column.Bars, column.Tints)
	}
}
