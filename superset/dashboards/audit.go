package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// Audit describes the view v_audit: who did what, one row for each entry of the
// audit log.
func Audit() superset.Dataset {
	return superset.Dataset{
		Name:        "v_audit",
		Description: "Who did what, one row for each entry of the audit log.",
		Time:        "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Instant", Type: superset.Time, Description: "When it was done, UTC."},
			{Name: "week", Label: "Week", Type: superset.Time, Description: "Monday of that week, UTC."},
			{Name: "week_label", Type: superset.Text, Description: "The same Monday as text."},
			{Name: "minute", Label: "Time (UTC)", Type: superset.Text, Description: "When it was done, UTC, to the minute, as text."},
			{Name: "username", Label: "User", Type: superset.Text, Description: "Who did it; (program) if nobody did."},
			{Name: "action", Label: "Action", Type: superset.Text, Description: "What was done: created, updated, …"},
			{Name: "resource_type", Label: "Kind", Type: superset.Text, Description: "What kind of thing it was done to."},
			{Name: "resource", Label: "To", Type: superset.Text, Description: "The name of the thing, else the number of its row; (none) if the log does not say."},
			{Name: "ip_address", Label: "IP address", Type: superset.Text, Description: "Where the request came from; (none) if the log does not say."},
			{Name: "user_agent", Label: "Program", Type: superset.Text, Description: "The program that sent it."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose log it is in."},
			{Name: "id", Label: "Row", Type: superset.Integer, Description: "Row of the table audit_logs."},
		},
		Metrics: []superset.Metric{
			{
				Name: "actions", Label: "Actions", Format: superset.Count,
				Expression:  "COUNT(*)",
				Description: "Entries of the audit log.",
			},
			{
				Name: "actors", Label: "People", Format: superset.Count,
				Expression:  "COUNT(DISTINCT username)",
				Description: "People and programs in the log.",
			},
		},
	}
}
