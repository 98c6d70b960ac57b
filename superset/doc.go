// Package superset writes Apache Superset dashboards as plain Go values.
//
// A page is a [Dashboard]: rows of charts, filters and colours. A chart is a
// struct that holds what is particular to it ([BigNumber], [Total], [Gauge],
// [BarLine], [Heatmap], [Table], …) and names columns and metrics of a
// [Dataset], which describes a table or view. What a chart cannot say in these
// words belongs into a view of the database; the only SQL in a definition is
// the expression of a [Metric], in the part of the language that SQLite and
// PostgreSQL share.
//
// A [Bundle] checks the pages and writes them as the files that Superset
// imports, into a ZIP or a folder. The same definition gives the same bytes
// everywhere, every UUID is derived from a name, and importing again updates
// in place. One bundle works on Superset 4.1, 5.0 and 6.1; [Bundle.Version] makes
// one for a single version.
//
// [Lint] checks bundles that others wrote. README.md is a short guide to a page of
// your own.
//
// [Login] gives a [Client] that pushes a bundle and reads the data of charts.
//
// # Time
//
// Every dataset names its time column, and every chart follows the page's time
// filter through it. Weeks are a column of the view that holds the week's
// Monday, never a grain: Superset 4.1 counts Mondays wrongly on SQLite, and a
// column is right everywhere.
//
//	superset.Axis{Column: "week"} // one point a week
package superset
