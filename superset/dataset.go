package superset

import "slices"

// Dataset describes a table or view of the database to Superset, which knows
// only the columns and metrics that are listed here. Its name is written
// without a schema; the bundle adds the one that its database has.
type Dataset struct {
	Name        string // table or view, also the identity of the dataset
	Description string
	Time        string // column that time filters apply to, of type Time
	Columns     []Column
	Metrics     []Metric
}

// Column is one column of a dataset.
type Column struct {
	Name        string
	Label       string // shown instead of the name, where not empty
	Type        ColumnType
	Description string
}

// ColumnType tells Superset how to treat a column. How the database spells the
// type is the bundle's business.
type ColumnType string

// The column types.
const (
	Text    ColumnType = "text"
	Integer ColumnType = "integer"
	Float   ColumnType = "float"
	Time    ColumnType = "time"
)

// Metric is an aggregate that charts of a dataset refer to by its name.
type Metric struct {
	Name        string
	Label       string // shown in legends, headings and on axes; the name, where empty
	Expression  string // SQL that SQLite and PostgreSQL both understand
	Format      Format // what charts use unless they say otherwise
	Description string
	Warning     string // shown beside the metric, for example when n is small
}

// Metric returns the metric of that name, and whether there is one.
func (d Dataset) Metric(name string) (Metric, bool) {
	i := slices.IndexFunc(d.Metrics, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{}, false
	}
	return d.Metrics[i], true
}

// Column returns the column of that name, and whether there is one.
func (d Dataset) Column(name string) (Column, bool) {
	i := slices.IndexFunc(d.Columns, func(c Column) bool { return c.Name == name })
	if i < 0 {
		return Column{}, false
	}
	return d.Columns[i], true
}

// format is the chart's own format, else the metric's.
func (d Dataset) format(own Format, metric string) Format {
	if own != "" {
		return own
	}
	if m, ok := d.Metric(metric); ok && m.Format != "" {
		return m.Format
	}
	return Smart
}

// label is what readers see instead of a metric's name.
func (d Dataset) label(metric string) string {
	if m, ok := d.Metric(metric); ok && m.Label != "" {
		return m.Label
	}
	return metric
}

// isTime reports whether the column holds times.
func (d Dataset) isTime(column string) bool {
	c, ok := d.Column(column)
	return ok && c.Type == Time
}
