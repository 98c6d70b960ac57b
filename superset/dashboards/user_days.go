package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// UserDays describes the view v_user_days: on which days each user was at work,
// one row for each user, day and organization with an entry of the audit log.
func UserDays() superset.Dataset {
	return superset.Dataset{
		Name:        "v_user_days",
		Description: "On which days each user was at work, one row for each user, day and organization with an entry of the audit log.",
		Time:        "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Day", Type: superset.Time, Description: "Midnight that begins the day, UTC."},
			{Name: "username", Label: "User", Type: superset.Text, Description: "Who was at work; (program) if nobody was."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose log it is in."},
			{Name: "activity", Label: "Activity", Type: superset.Text, Description: "The weightiest of the day: changed, exported, viewed or signed in."},
			{Name: "entries", Label: "Entries", Type: superset.Integer, Description: "Entries of the audit log."},
			{Name: "first_entry", Label: "First (UTC)", Type: superset.Text, Description: "Time of the first entry, UTC."},
			{Name: "last_entry", Label: "Last (UTC)", Type: superset.Text, Description: "Time of the last entry, UTC."},
			{Name: "ip_addresses", Label: "IP address", Type: superset.Text, Description: "Where the requests came from."},
			{Name: "start_ms", Label: "Begins", Type: superset.Integer, Description: "Begin of the day, milliseconds since 1970."},
			{Name: "end_ms", Label: "Ends", Type: superset.Integer, Description: "End of the day, milliseconds since 1970."},
			{Name: "id", Label: "Row", Type: superset.Integer, Description: "First row of the table audit_logs."},
		},
		Metrics: []superset.Metric{
			{
				Name: "days_at_work", Label: "Days", Format: superset.Count,
				Expression:  "COUNT(*)",
				Description: "Days on which users were at work, each user's counted.",
			},
		},
	}
}
