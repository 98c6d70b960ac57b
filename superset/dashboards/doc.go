// Package dashboards holds the pages that this project puts into Apache
// Superset, and the datasets that they read.
//
// A page is a function that returns a [superset.Dashboard]; below it, in page
// order, stands one small function per chart, whose comment is the question
// that the chart answers. Datasets describe views of the database. They are
// exported, so that a page of your own can use them beside ours:
//
//	superset.Bundle{Database: db, Dashboards: append(dashboards.All(), mine)}
//
// What grows with events is read by day (see store.Rollup). Of a sample of
// 1,000,000 events in ninety days, rolled up, a query takes at most 65 ms on
// PostgreSQL and 101 ms on SQLite, on two cores. BenchmarkCharts measures them
// all.
package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// All returns every page, in the order in which a newcomer would open them.
func All() []superset.Dashboard {
	return []superset.Dashboard{KPIScorecard(), CodeGeneration(), PatternEffectiveness(), IssueDetection(), PatternAudit()}
}
