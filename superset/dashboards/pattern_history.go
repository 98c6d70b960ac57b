package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// PatternHistory describes the view v_pattern_history: the phases that each
// pattern went through.
//
// The days of a phase are whole and negative. So a stack of an entry's phases,
// the latest first, reaches from 0, which is today, back to the day on which the
// entry was first published: a calendar without dates.
func PatternHistory() superset.Dataset {
	return superset.Dataset{
		Name: "v_pattern_history",
		Description: "The phases that each pattern went through: its versions, v1 to v8 and v9+, and withdrawn once it is archived. " +
			"One row for each phase; its days are negative.",
		Time: "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "From", Type: superset.Time, Description: "When the phase began, UTC."},
			{Name: "until", Label: "Until", Type: superset.Time, Description: "When the next one began, UTC; empty if it goes on."},
			{Name: "phase", Label: "Phase", Type: superset.Text, Description: "v1 to v8, v9+ or withdrawn."},
			{Name: "entry", Label: "Pattern", Type: superset.Text, Description: "Name of the pattern, with its organization where several have the name."},
			{Name: "pattern", Label: "Name", Type: superset.Text, Description: "Name of the pattern."},
			{Name: "category", Label: "Category", Type: superset.Text, Description: "Category of the version; (none) if it has none."},
			{Name: "author", Label: "Author", Type: superset.Text, Description: "Who wrote the version."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose pattern it is."},
			{Name: "days", Label: "Days", Type: superset.Integer, Description: "How long the phase lasted up to now, in days below zero."},
			{Name: "id", Label: "Row", Type: superset.Integer, Description: "Row of the table patterns."},
		},
		Metrics: []superset.Metric{{
			Name: "days_back", Label: "Days from today", Format: superset.Count,
			Expression:  "SUM(days)",
			Description: "Days of the phases, below zero.",
		}},
	}
}
