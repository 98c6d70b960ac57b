package dashboards

import (
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// PatternFacts describes the view v_pattern_facts: what is known of patterns.
//
// The view has one row for each fact, which fills the columns of its kind and
// leaves the others empty: a period of pattern_effectiveness, or of a day the
// time saved by one user, the bugs, failed tests, review issues or deployment
// issues. So the metrics of several kinds stand beside one another in a table and
// none is counted twice.
func PatternFacts() superset.Dataset {
	return superset.Dataset{
		Name: "v_pattern_facts",
		Description: "What is known of patterns, one row for each fact: a period of effectiveness, the time saved by a user, " +
			"or the bugs, failed tests, review issues or deployment issues of a day. Patterns of one name count as one, whoever has them.",
		Time: "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Time", Type: superset.Time, Description: "When it happened, UTC; of a period its start."},
			{Name: "week", Label: "Week", Type: superset.Time, Description: "Monday of that week, UTC."},
			{Name: "week_label", Type: superset.Text, Description: "The same Monday as text, for axes with a label for each week."},
			{Name: "kind", Label: "Kind", Type: superset.Text, Description: "Period, Saving, Bug, Test failure, Review issue or Deployment issue."},
			{Name: "pattern", Label: "Pattern", Type: superset.Text, Description: "Name of the pattern."},
			{Name: "category", Label: "Category", Type: superset.Text, Description: "Category of the pattern in the library; (none) if it has none."},
			{Name: "severity", Label: "Severity", Type: superset.Text, Description: "Severity of breaking the pattern; (none) if nobody said."},
			{Name: "version", Label: "Version", Type: superset.Integer, Description: "Version of the pattern that counts now; empty outside the library."},
			{Name: "status", Label: "Status", Type: superset.Text, Description: "Active: applied in the last 7 days. Recent: in the last 30. Inactive: before. Never used. (none): not in the library."},
			{Name: "applications", Label: "Applied", Type: superset.Integer, Description: "Of a period: generations that applied the pattern."},
			{Name: "successes", Label: "Succeeded", Type: superset.Integer, Description: "Of a period: those of them that compiled and ran."},
			{Name: "failures", Label: "Failed", Type: superset.Integer, Description: "Of a period: those of them that did not."},
			{Name: "score_weight", Label: "Weighted score", Type: superset.Float, Description: "Of a period: its effectiveness times its applications."},
			{Name: "seconds_saved", Label: "Seconds saved", Type: superset.Integer, Description: "Of time saved; negative where the pattern cost time."},
			{Name: "user_id", Label: "User", Type: superset.Integer, Description: "Of time saved: whose."},
			{Name: "found", Label: "Found", Type: superset.Integer, Description: "Of bugs and the like: how many the row adds up."},
		},
		Metrics: []superset.Metric{
			measure(kpi.EffectivenessScore, superset.Percent1,
				"SUM(score_weight) / NULLIF(SUM(CASE WHEN score_weight IS NOT NULL THEN applications END), 0)"),
			measure(kpi.PatternSuccessRate, superset.Percent1,
				"SUM(CASE WHEN successes <= applications THEN successes END) * 1.0 / "+pooledApplications),
			{
				Name: "surely_effective", Label: "Surely at least", Format: superset.Percent0,
				Expression: wilsonLower("SUM(CASE WHEN successes <= applications THEN successes END) * 1.0", pooledApplications),
				Description: "Lower end of the 95 % Wilson interval of the pattern success rate: few applications prove little, " +
					"so 5 of 5 do not stand above 95 of 100.",
			},
			{
				Name: "applications_total", Label: "Applications", Format: superset.Count,
				Expression:  "SUM(applications)",
				Description: "Generations that applied the pattern.",
			},
			{
				Name: "hours_saved", Label: "Hours saved", Format: superset.Decimal1,
				Expression:  "SUM(seconds_saved) / 3600.0",
				Description: "Time that the pattern saved people, less what it cost them. Target " + definition(kpi.ROIPerPattern).TargetText() + " in its lifetime.",
			},
			{
				Name: "users", Label: "Users", Format: superset.Count,
				Expression:  "COUNT(DISTINCT user_id)",
				Description: "People who entered time saved by the pattern.",
			},
			{
				Name: "hours_per_user", Label: "Hours per user", Format: superset.Decimal1,
				Expression:  "SUM(CASE WHEN user_id IS NOT NULL THEN seconds_saved END) / 3600.0 / NULLIF(COUNT(DISTINCT user_id), 0)",
				Description: "Hours saved for each of them.",
			},
			detected("bugs", "Bugs", "kind = 'Bug'", "Bugs that violate the pattern."),
			detected("test_failures", "Test failures", "kind = 'Test failure'", "Failed tests that caught its violation."),
			detected("review_issues", "Review issues", "kind = 'Review issue'", "Findings of reviews about it."),
			detected("deployment_issues", "Deployment issues", "kind = 'Deployment issue'", "Problems of deployments that come from it."),
		},
	}
}

// pooledApplications are those of the periods whose successes are known and
// possible.
const pooledApplications = "NULLIF(SUM(CASE WHEN successes <= applications THEN applications END), 0)"

// wilsonLower is the lower end of the 95 % Wilson interval of hits among
// trials, as kpi.Wilson computes it.
func wilsonLower(hits, trials string) string {
	const z2 = "3.8414588206941236" // the square of 1.96, to more digits
	return "(" + hits + " + " + z2 + " / 2 - 1.959963984540054 * SQRT(" +
		hits + " * (1 - " + hits + " / " + trials + ") + " + z2 + " / 4)) / (" + trials + " + " + z2 + ")"
}
