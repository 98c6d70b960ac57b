package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// Detections describes the view v_detection_days: the bugs, failed tests, review
// issues and deployment issues that were found. A row adds up those of a day
// that are alike, so a chart costs what the days cost, however many there are;
// v_detections has one row for each, with its source, run and issue type.
//
// Metrics of one kind count within the rows of all kinds. So a week in which
// nothing of a kind was found is a zero and no gap, as long as anything was
// found in it.
func Detections() superset.Dataset {
	return superset.Dataset{
		Name: "v_detection_days",
		Description: "What was found: bugs, failed tests, review issues and deployment issues, by day. " +
			"A row adds up those that are alike; use the metrics, or add up found.",
		Time: "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Day", Type: superset.Time, Description: "Day on which it was found, UTC."},
			{Name: "week", Label: "Week", Type: superset.Time, Description: "Monday of the week in which it was found, UTC."},
			{Name: "week_label", Type: superset.Text, Description: "The same Monday as text, for axes with a label for each week."},
			{Name: "kind", Label: "Kind", Type: superset.Text, Description: "Bug, Test failure, Review issue or Deployment issue."},
			{Name: "severity", Label: "Severity", Type: superset.Text, Description: "The verdict of a review issue, else the severity of breaking the pattern; (none) if neither is known."},
			{Name: "pattern", Label: "Pattern", Type: superset.Text, Description: "The pattern that was violated; (none) where nobody said."},
			{Name: "category", Label: "Category", Type: superset.Text, Description: "Category of the pattern in the library; (none) if it has none."},
			{Name: "test_name", Label: "Test", Type: superset.Text, Description: "The test that failed; empty for other kinds."},
			{Name: "occurrences", Label: "Occurrences", Type: superset.Integer, Description: "How often the same was found."},
			{Name: "project", Label: "Project", Type: superset.Text, Description: "What was worked on; (none) where nobody said."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose code it is; (none) where nobody said."},
			{Name: "found", Label: "Found", Type: superset.Integer, Description: "How many detections the row adds up."},
		},
		Metrics: []superset.Metric{
			{
				Name: "detections", Label: "Detections", Format: superset.Count,
				Expression:  "COALESCE(SUM(found), 0)",
				Description: "Bugs, failed tests, review issues and deployment issues.",
			},
			{
				Name: "total_occurrences", Label: "All occurrences", Format: superset.Count,
				Expression:  "SUM(occurrences)",
				Description: "The same with each occurrence counted.",
			},
			detected("bugs", "Bugs", "kind = 'Bug'", "Bugs that were reported."),
			detected("test_failures", "Test failures", "kind = 'Test failure'", "Tests that failed in a run, once for each run."),
			detected("review_issues", "Review issues", "kind = 'Review issue'", "Findings of reviews, by people and tools."),
			detected("deployment_issues", "Deployment issues", "kind = 'Deployment issue'", "Problems that appeared when code was deployed."),
			// A stack is sorted by these labels, the highest below.
			detected("critical", "4 Critical", "kind = 'Review issue' AND severity = 'critical'", "Review issues of severity critical."),
			detected("high", "3 High", "kind = 'Review issue' AND severity = 'high'", "Review issues of severity high."),
			detected("medium", "2 Medium", "kind = 'Review issue' AND severity = 'medium'", "Review issues of severity medium."),
			detected("low", "1 Low", "kind = 'Review issue' AND severity = 'low'", "Review issues of severity low."),
		},
	}
}

// detected counts the detections for which the condition holds.
func detected(name, label, condition, description string) superset.Metric {
	return superset.Metric{
		Name: name, Label: label, Format: superset.Count, Description: description,
		Expression: "COALESCE(SUM(CASE WHEN " + condition + " THEN found END), 0)",
	}
}

// none is what the views say where nobody said anything.
const none = "(none)"
