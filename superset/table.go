package superset

import "slices"

// Table shows metrics in rows, one row per combination of the columns in By.
// Headings are the labels that the dataset gives to columns and metrics.
type Table struct {
	Slug        string
	Title       string
	Description string
	Dataset     Dataset
	Where       []Condition

	By        []string // columns
	Values    []TableValue
	SortBy    string // metric; zero is the first value
	Ascending bool   // the smallest first
	Limit     int    // rows; zero is 100
	Search    bool   // a search box above the table
}

// TableValue is one column of numbers in a [Table].
type TableValue struct {
	Metric string
	Format Format // zero is the metric's
	Share  bool   // the metric as share of its sum over all rows of the table
	Label  string // heading of a share, from version 6 on; else it is the metric's with a % before it
	Bars   bool   // a bar behind each number: at most one column, and not together with Tints
	Tints  []Tint // before version 6 a table with tints shows no bars
}

// Tint is the background of cells whose value is in the range.
type Tint struct {
	Range Range
	Color Color
}

const defaultTableLimit = 100

// About implements [Chart].
func (c Table) About() About {
	return About{c.Slug, c.Title, c.Description, c.Dataset, c.Where}
}

// Type implements [Chart].
func (Table) Type() string { return "table" }

// Params implements [Chart].
func (c Table) Params() Params {
	config := Params{}
	for _, by := range c.By {
		// Superset draws bars behind every number, also behind a version.
		config[by] = Params{"showCellBars": false}
	}
	tints := []any{}
	bars := false
	for _, v := range c.Values {
		column := Params{"d3NumberFormat": v.format(c.Dataset), "showCellBars": v.Bars}
		if v.Share && v.Label != "" {
			column["customColumnName"] = v.Label
		}
		config[v.key()] = column
		for _, t := range v.Tints {
			tints = append(tints, t.encode(v.key()))
		}
		bars = bars || v.Bars
	}
	return tableParams(config, tints, bars).with(Params{
		"query_mode":              "aggregate",
		"groupby":                 list(c.By),
		"metrics":                 list(c.metrics(false)),
		"percent_metrics":         list(c.metrics(true)),
		"all_columns":             []string{},
		"order_by_cols":           []string{},
		"timeseries_limit_metric": c.sortBy(),
		"order_desc":              !c.Ascending,
		"row_limit":               c.limit(),
		"include_search":          c.Search,
	})
}

// tableParams are the settings that grouped and plain tables share.
func tableParams(config Params, tints []any, bars bool) Params {
	return Params{
		"server_page_length":      10,
		"page_length":             0, // no pager
		"table_timestamp_format":  "smart_date",
		"show_cell_bars":          bars,
		"color_pn":                false, // green bars would look like praise
		"align_pn":                false,
		"allow_rearrange_columns": false,
		"column_config":           config,
		"conditional_formatting":  tints,
	}
}

// Queries implements [Chart].
func (c Table) Queries() []Query {
	q := Query{
		Columns: c.By,
		Metrics: list(c.metrics(false)),
		Limit:   c.limit(),
	}
	if by := c.sortBy(); by != "" {
		q.OrderBy = []Order{{By: by, Descending: !c.Ascending}}
	}
	var names []string
	shares := c.metrics(true)
	for _, m := range shares {
		if !slices.Contains(q.Metrics, m) {
			q.Metrics = append(q.Metrics, m)
		}
		names = append(names, "%"+m)
	}
	if len(shares) > 0 {
		q.Steps = []Step{{"contribution", Params{"columns": shares, "rename_columns": names}}}
	}
	return []Query{q}
}

// metrics are the metrics that are shown as such, or as shares.
func (c Table) metrics(share bool) []string {
	var names []string
	for _, v := range c.Values {
		if v.Share == share {
			names = append(names, v.Metric)
		}
	}
	return names
}

func (c Table) sortBy() string {
	if c.SortBy == "" && len(c.Values) > 0 {
		return c.Values[0].Metric
	}
	return c.SortBy
}

func (c Table) limit() int {
	if c.Limit == 0 {
		return defaultTableLimit
	}
	return c.Limit
}

// key is the name of the column in the result.
func (v TableValue) key() string {
	if v.Share {
		return "%" + v.Metric
	}
	return v.Metric
}

func (v TableValue) format(d Dataset) Format {
	if v.Share && v.Format == "" {
		return Percent1
	}
	return d.format(v.Format, v.Metric)
}

// encode is the tint as one rule of Superset's conditional formatting.
func (t Tint) encode(column string) Params {
	rule := Params{"column": column, "colorScheme": t.Color, "useGradient": false}
	switch {
	case t.Range.Min != nil && t.Range.Max != nil:
		rule["operator"] = "≤ x <"
		rule["targetValueLeft"] = *t.Range.Min
		rule["targetValueRight"] = *t.Range.Max
	case t.Range.Min != nil:
		rule["operator"] = "≥"
		rule["targetValue"] = *t.Range.Min
	case t.Range.Max != nil:
		rule["operator"] = "<"
		rule["targetValue"] = *t.Range.Max
	}
	return rule
}

func (c Table) rules(r report) {
	if len(c.Values) == 0 {
		r(RuleTable, "add a value, or use List", "no value")
	}
	bars := 0
	for _, v := range c.Values {
		if v.Bars {
			bars++
		}
		checkTints(r, v.Metric, v.Bars, v.Tints)
	}
	if bars > 1 {
		r(RuleTable, "keep the bars of the column that matters", "bars on %d columns", bars)
	}
}

func checkTints(r report, column string, bars bool, tints []Tint) {
	if bars && len(tints) > 0 {
		r(RuleTable, "choose one", "%q has bars, which hide its tints", column)
	}
	for _, t := range tints {
		checkColor(r, t.Color, "a tint of %q", column)
		t.Range.check(r, "a tint")
		if !t.Range.fixed() {
			r(RuleRange, "use From, Below or Between", "a tint of %q is for every value", column)
		}
	}
}
