package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// Patterns describes the view v_patterns: the pattern library, one row for each
// version of each pattern. Metrics count patterns, hence heads: of each pattern
// the version that counts now, the active one, else the newest.
func Patterns() superset.Dataset {
	return superset.Dataset{
		Name:        "v_patterns",
		Description: "The pattern library, one row for each version of each pattern. Where head = 1 it is the version that counts now.",
		Time:        "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Published", Type: superset.Time, Description: "When the version was published, UTC."},
			{Name: "entry", Label: "Entry", Type: superset.Text, Description: "Name of the pattern, with its organization where several have the name."},
			{Name: "pattern", Label: "Pattern", Type: superset.Text, Description: "Name of the pattern."},
			{Name: "category", Label: "Category", Type: superset.Text, Description: "Its category; (none) if it has none."},
			{Name: "severity", Label: "Severity", Type: superset.Text, Description: "Severity of breaking it; (none) if nobody said."},
			{Name: "version", Label: "Version", Type: superset.Integer, Description: "From 1."},
			{Name: "head", Label: "Head", Type: superset.Integer, Description: "1 for the version that counts now, else 0."},
			{Name: "active", Label: "Active", Type: superset.Integer, Description: "1 for the version in use, else 0."},
			{Name: "archived", Label: "Archived", Type: superset.Integer, Description: "1 if it is withdrawn, else 0."},
			{Name: "times_applied", Label: "Applied", Type: superset.Integer, Description: "How often the version was applied in its life."},
			{Name: "effectiveness_score", Label: "Effectiveness", Type: superset.Float, Description: "What the library says of it, 0 to 1."},
			{Name: "last_applied", Label: "Last applied", Type: superset.Time, Description: "When it was applied last, UTC; empty if never."},
			{Name: "author", Label: "Author", Type: superset.Text, Description: "Who wrote the version."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose pattern it is."},
			{Name: "id", Label: "Row", Type: superset.Integer, Description: "Row of the table patterns."},
		},
		Metrics: []superset.Metric{
			{
				Name: "patterns", Label: "Patterns", Format: superset.Count,
				Expression:  "COUNT(CASE WHEN head = 1 THEN 1 END)",
				Description: "Patterns in the library, whatever became of them.",
			},
			{
				Name: "active_patterns", Label: "Active patterns", Format: superset.Count,
				Expression:  "COUNT(CASE WHEN head = 1 AND active = 1 THEN 1 END)",
				Description: "Patterns that have a version in use.",
			},
			{
				Name: "categories", Label: "Categories", Format: superset.Count,
				Expression:  "COUNT(DISTINCT CASE WHEN head = 1 AND category <> '(none)' THEN category END)",
				Description: "Categories of the patterns.",
			},
			{
				Name: "applications_per_pattern", Label: "Applications per pattern", Format: superset.Count,
				Expression:  "SUM(times_applied) * 1.0 / NULLIF(COUNT(CASE WHEN head = 1 THEN 1 END), 0)",
				Description: "How often a pattern was applied in its life, on average over the library, all its versions together.",
			},
		},
	}
}
