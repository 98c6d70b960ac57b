package dashboards

import (
	"fmt"
	"strings"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// IssueDetection is the page "Issue Detection & Tracking": what was found,
// where, how severe, and is it becoming less?
func IssueDetection() superset.Dashboard {
	return superset.Dashboard{
		Slug:        slugPrefix + "issue-detection",
		Title:       "Issue Detection & Tracking",
		Description: "What was found, where, how severe, and is it becoming less?",
		CertifiedBy: certifiedBy,
		Intro: fmt.Sprintf("### What was found, where, and how severe?\n"+
			"Targets: **bugs %s from week to week** · **high and critical review issues %s**. "+
			"By default: the last 12 complete weeks, Monday to Sunday, UTC.",
			definition(kpi.BugDetectionTrend).TargetText(), definition(kpi.HighSeverityIssues).TargetText()),
		Rows: []superset.Row{
			{Height: 26, Cells: []superset.Cell{
				{Chart: bugs()}, {Chart: testFailures()}, {Chart: reviewIssues()}, {Chart: deploymentIssues()},
			}},
			{Height: 44, Cells: []superset.Cell{
				{Width: 7, Chart: detectionTimeline()},
				{Width: 5, Chart: severityBreakdown()},
			}},
			{Height: 44, Cells: []superset.Cell{{Chart: bugPatterns()}}},
			{Height: 62, Cells: []superset.Cell{{Chart: testFailurePatterns()}}},
		},
		Filters: []superset.Filter{
			superset.TimeRange{Default: superset.CompleteWeeks(12)},
			superset.Select{Dataset: Detections(), Column: "project", Multi: true},
			superset.Select{
				Dataset: Detections(), Column: "severity", Multi: true, Where: []superset.Condition{superset.IsNot("severity", none)},
				Description: "The verdict of review issues; else the severity of breaking the pattern",
			},
			superset.Select{
				Dataset: Detections(), Column: "pattern", Multi: true, Where: []superset.Condition{superset.IsNot("pattern", none)},
				Description: "The pattern that was violated",
			},
		},
		Colors: superset.Colors{
			"bugs":              superset.Bad,
			"test_failures":     superset.Warn,
			"review_issues":     superset.Main,
			"deployment_issues": superset.Violet,
			"critical":          superset.Critical,
			"high":              superset.Bad,
			"medium":            superset.Warn,
			"low":               superset.Low,
		},
	}
}

// bugs: how many bugs were reported last week?
func bugs() superset.Chart {
	return detectionCard("bugs", "Bugs",
		"How many bugs were reported last week, and how does that compare? Target: "+definition(kpi.BugDetectionTrend).TargetText()+".",
		superset.Bad)
}

// testFailures: how many tests failed last week?
func testFailures() superset.Chart {
	return detectionCard("test_failures", "Test Failures",
		"How many tests failed last week, counted once for each run, and how does that compare?", superset.Warn)
}

// reviewIssues: how much did reviews find last week?
func reviewIssues() superset.Chart {
	return detectionCard("review_issues", "Review Issues",
		"How much did people and tools find in reviews last week, and how does that compare?", superset.Main)
}

// deploymentIssues: how many deployments had problems last week?
func deploymentIssues() superset.Chart {
	return detectionCard("deployment_issues", "Deployment Issues",
		"How many problems did deployments bring last week, and how does that compare?", superset.Violet)
}

func detectionCard(metric, title, question string, color superset.Color) superset.Chart {
	return superset.BigNumber{
		Slug:        "detected-" + strings.ReplaceAll(metric, "_", "-"),
		Title:       title,
		Description: question,
		Dataset:     Detections(),
		Value:       metric,
		Trend:       superset.Axis{Column: "week"},
		Compare:     1,
		Against:     "vs previous week",
		When:        "Week of %d %b %Y",
		Color:       color,
		FromZero:    true,
	}
}

// detectionTimeline: is less found from week to week, and did one kind break
// out?
func detectionTimeline() superset.Chart {
	return superset.Line{
		Slug:  "detection-timeline",
		Title: "Multi-Source Detection Timeline",
		Description: "Is less found from week to week, and did one kind break out? " +
			"Less found can also mean less looked for.",
		Dataset: Detections(),
		X:       superset.Axis{Column: "week_label"},
		Values:  []string{"bugs", "test_failures", "review_issues", "deployment_issues"},
		Range:   superset.From(0),
	}
}

// severityBreakdown: do severe review issues become rarer?
func severityBreakdown() superset.Chart {
	return superset.Area{
		Slug:  "severity-breakdown",
		Title: "Severity Breakdown Over Time",
		Description: "Do severe review issues become rarer? Target: high and critical ones " +
			definition(kpi.HighSeverityIssues).TargetText() + ".",
		Dataset: Detections(),
		X:       superset.Axis{Column: "week_label"},
		Values:  []string{"critical", "high", "medium", "low"},
		Stacked: true,
	}
}

// bugPatterns: which patterns are violated by most bugs?
func bugPatterns() superset.Chart {
	return superset.Treemap{
		Slug:        "bug-patterns",
		Title:       "Bug Pattern Treemap",
		Description: "Which patterns, of which categories, are violated by most of the bugs?",
		Dataset:     Detections(),
		Where:       []superset.Condition{superset.Is("kind", "Bug")},
		By:          []string{"category", "pattern"},
		Value:       "bugs",
	}
}

// testFailurePatterns: which tests fail because of which pattern?
func testFailurePatterns() superset.Chart {
	return superset.Sankey{
		Slug:        "test-failure-patterns",
		Title:       "Test Failure Patterns",
		Description: "Which tests fail because of which pattern? The 15 that fail most: a wide band is a test that fails often; one that comes from no pattern needs a look.",
		Dataset:     Detections(),
		Where:       []superset.Condition{superset.Is("kind", "Test failure")},
		Source:      "pattern",
		Target:      "test_name",
		Value:       "test_failures",
		Limit:       15,
	}
}
