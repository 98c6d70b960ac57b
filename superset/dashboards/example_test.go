package dashboards_test

import (
	"fmt"

	"github.com/doronpers/feedback-loop-go/superset"
	"github.com/doronpers/feedback-loop-go/superset/dashboards"
)

func ExampleAll() {
	for _, page := range dashboards.All() {
		fmt.Println(page.Title)
		for _, chart := range page.Charts() {
			fmt.Println("-", chart.About().Title)
		}
	}
	// Output:
	// KPI Scorecard
	// - KPIs on Target
	// - KPIs on Target Over Time
	// - Scorecard
	// - Success rate
	// - Average confidence
	// - Patterns per generation
	// - Compilation error rate
	// - Effectiveness score
	// - Pattern success rate
	// - Application count
	// - Calibration error
	// - Bug detection trend
	// - Test failure rate
	// - High severity issues
	// - Pattern coverage
	// - Pattern versioning
	// - Audit trail coverage
	// - ROI per pattern
	// - User adoption
	// Code Generation Analytics
	// - Generation Success Rate
	// - Average Confidence
	// - Patterns per Generation
	// - Pattern Fusion Heatmap
	// - Compilation Error Analysis
	// Pattern Effectiveness & Confidence
	// - Pattern Effectiveness Over Time
	// - Top 10 Most Effective Patterns
	// - Confidence vs Success
	// - Confidence Distribution by Success
	// - Pattern ROI Analysis
	// Issue Detection & Tracking
	// - Bugs
	// - Test Failures
	// - Review Issues
	// - Deployment Issues
	// - Multi-Source Detection Timeline
	// - Severity Breakdown Over Time
	// - Bug Pattern Treemap
	// - Test Failure Patterns
	// Pattern Analysis & Audit Trail
	// - Patterns in the Library
	// - Active Patterns
	// - Categories
	// - Applications per Pattern
	// - Pattern Version History, in Days from Today
	// - Audit Activity Heatmap
	// - Comprehensive Pattern Analysis Report
	// - User Activity Timeline
	// - Audit Trail
	// - Performance Impact
}

// A page of your own reads our datasets beside ours.
func ExampleGenerations() {
	mine := superset.Dashboard{
		Slug:  "my-patterns",
		Title: "My patterns",
		Rows: []superset.Row{{Height: 40, Cells: []superset.Cell{{Chart: superset.Table{
			Slug: "success-by-pattern", Title: "Success by pattern", Dataset: dashboards.Generations(),
			Where:  []superset.Condition{superset.NotNull("pattern")},
			By:     []string{"pattern"},
			Values: []superset.TableValue{{Metric: "generations", Bars: true}, {Metric: "success_rate"}},
		}}}}},
	}
	db, err := superset.ParseDatabase("/data/feedback.db")
	if err != nil {
		panic(err)
	}
	bundle := superset.Bundle{Database: db, Dashboards: append(dashboards.All(), mine)}
	fmt.Println(bundle.Check())
	// Output: <nil>
}
