package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// Performance describes the view v_performance: what was measured, one row for
// each measurement.
func Performance() superset.Dataset {
	return superset.Dataset{
		Name: "v_performance",
		Description: "What was measured, one row for each measurement: how long functions took, runs of tests, deployments, " +
			"calls of language models.",
		Time: "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Time", Type: superset.Time, Description: "When it was measured, UTC."},
			{Name: "week", Label: "Week", Type: superset.Time, Description: "Monday of that week, UTC."},
			{Name: "week_label", Type: superset.Text, Description: "The same Monday as text."},
			{Name: "metric_type", Label: "Measurement", Type: superset.Text, Description: "execution_time, test_run, deployment, llm_call, …"},
			{Name: "function_name", Label: "Function", Type: superset.Text, Description: "What was measured; (none) where nobody said."},
			{Name: "execution_time_ms", Label: "Milliseconds", Type: superset.Float, Description: "How long it took."},
			{Name: "memory_usage_bytes", Label: "Memory", Type: superset.Integer, Description: "Bytes of memory that it used."},
			{Name: "file_size_bytes", Label: "File size", Type: superset.Integer, Description: "Bytes of the file that it worked on."},
			{Name: "project", Label: "Project", Type: superset.Text, Description: "What was worked on; (none) where nobody said."},
			{Name: "source", Label: "Source", Type: superset.Text, Description: "What measured it; (none) where nobody said."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose code it is; (none) where nobody said."},
			{Name: "run_id", Label: "Run", Type: superset.Text, Description: "The build or session in which it happened."},
			{Name: "id", Label: "Row", Type: superset.Integer, Description: "Row of the table metrics_performance."},
		},
		Metrics: []superset.Metric{
			{
				Name: "measurements", Label: "Measurements", Format: superset.Count,
				Expression:  "COUNT(*)",
				Description: "Rows.",
			},
			{
				Name: "mean_ms", Label: "Execution time (ms)", Format: superset.Decimal1,
				Expression:  "AVG(execution_time_ms)",
				Description: "Mean execution time in milliseconds.",
			},
			{
				Name: "mean_file_kib", Label: "File size (KiB)", Format: superset.Decimal1,
				Expression:  "AVG(file_size_bytes) / 1024.0",
				Description: "Mean size of the file that was worked on, in KiB.",
			},
			{
				Name: "mean_memory_mib", Label: "Memory (MiB)", Format: superset.Decimal1,
				Expression:  "AVG(memory_usage_bytes) / 1048576.0",
				Description: "Mean memory in MiB.",
			},
		},
	}
}
