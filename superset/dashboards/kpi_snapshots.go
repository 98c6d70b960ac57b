package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// KPISnapshots describes the view v_kpi_snapshots: what the KPIs were, one row
// for each KPI, organization and day. Units differ from KPI to KPI: look at the
// values of one KPI, or at the texts. All organizations together are one of the
// organizations, so look at one at a time.
func KPISnapshots() superset.Dataset {
	return superset.Dataset{
		Name: "v_kpi_snapshots",
		Description: "What the KPIs were, one row for each KPI, organization and day on which a report was saved. " +
			"The organization (all) stands for all of them together: choose one.",
		Time: "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "As of", Type: superset.Time, Description: "End of the KPI's window, UTC."},
			{Name: "kpi", Label: "Id", Type: superset.Text, Description: "Such as success_rate."},
			{Name: "position", Label: "Position", Type: superset.Integer, Description: "In a report, from 1."},
			{Name: "title", Label: "KPI", Type: superset.Text, Description: "Such as Success rate."},
			{Name: "area", Label: "Area", Type: superset.Text, Description: "code_generation, patterns, quality or organizations."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose KPI it is; (all) for all of them together."},
			{Name: "latest", Label: "Latest", Type: superset.Integer, Description: "1 on the newest day of the organization, else 0."},
			{Name: "value", Label: "Number", Type: superset.Float, Description: "In the unit of the KPI; empty where it is undefined."},
			{Name: "value_text", Label: "Value", Type: superset.Text, Description: "The value as people write it."},
			{Name: "lower", Label: "Lower", Type: superset.Float, Description: "Lower end of the 95 % interval."},
			{Name: "upper", Label: "Upper", Type: superset.Float, Description: "Upper end of the 95 % interval."},
			{Name: "interval_text", Label: "95 % interval", Type: superset.Text, Description: "The interval as people write it; – for a census."},
			{Name: "target_text", Label: "Target", Type: superset.Text, Description: "What the KPI should reach."},
			{Name: "status", Label: "Status id", Type: superset.Text, Description: "met, not_met, insufficient_data, no_data, unavailable, invalid_data or informative."},
			{Name: "status_text", Label: "Status", Type: superset.Text, Description: "The status with its sign; unproven where chance may explain it."},
			{Name: "n", Label: "n", Type: superset.Integer, Description: "How many rows, executions or weeks stand behind the value."},
			{Name: "id", Label: "Row", Type: superset.Integer, Description: "Row of the table kpi_snapshots."},
		},
		Metrics: []superset.Metric{
			{
				Name: "mean_value", Label: "Value",
				Expression:  "AVG(value)",
				Description: "The value; over several KPIs or organizations it means nothing.",
			},
			{
				Name: "share_met", Label: "Share on target", Format: superset.Percent0,
				Expression:  "COUNT(CASE WHEN status = 'met' THEN 1 END) * 1.0 / NULLIF(COUNT(CASE WHEN status IN ('met', 'not_met') THEN 1 END), 0)",
				Description: "Share of the KPIs that meet their target, of those that can be judged.",
			},
			// A stack is sorted by these labels, the last one below.
			found("kpis_met", "On target", "status = 'met'", "KPIs that meet their target."),
			found("kpis_missed", "Missed", "status = 'not_met'", "KPIs that miss their target."),
			found("kpis_unjudged", "Not judged", "status NOT IN ('met', 'not_met')", "KPIs with too little data to judge them."),
		},
	}
}

// found counts the rows for which the condition holds.
func found(name, label, condition, description string) superset.Metric {
	return superset.Metric{
		Name: name, Label: label, Format: superset.Count, Description: description,
		Expression: "COUNT(CASE WHEN " + condition + " THEN 1 END)",
	}
}
