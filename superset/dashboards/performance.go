package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// Performance describes the view v_performance_days: what was measured, by day
// and function. Sums stand beside the number of measurements that have such a
// value; v_performance has one row for each measurement.
func Performance() superset.Dataset {
	return superset.Dataset{
		Name: "v_performance_days",
		Description: "What was measured, by day and function: how long functions took, runs of tests, deployments, " +
			"calls of language models.",
		Time: "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Day", Type: superset.Time, Description: "Day on which it was measured, UTC."},
			{Name: "week", Label: "Week", Type: superset.Time, Description: "Monday of that week, UTC."},
			{Name: "week_label", Type: superset.Text, Description: "The same Monday as text."},
			{Name: "metric_type", Label: "Measurement", Type: superset.Text, Description: "execution_time, test_run, deployment, llm_call, …"},
			{Name: "function_name", Label: "Function", Type: superset.Text, Description: "What was measured; (none) where nobody said."},
			{Name: "measured", Label: "Measured", Type: superset.Integer, Description: "Measurements that the row adds up."},
			{Name: "timed", Label: "Timed", Type: superset.Integer, Description: "Those with a time."},
			{Name: "ms_sum", Label: "Sum of milliseconds", Type: superset.Float, Description: "How long they took together."},
			{Name: "weighed", Label: "With memory", Type: superset.Integer, Description: "Those with memory."},
			{Name: "memory_sum", Label: "Sum of memory", Type: superset.Float, Description: "Bytes that they used together."},
			{Name: "sized", Label: "With file size", Type: superset.Integer, Description: "Those with the size of a file."},
			{Name: "file_sum", Label: "Sum of file sizes", Type: superset.Float, Description: "Bytes of the files that they worked on."},
			{Name: "project", Label: "Project", Type: superset.Text, Description: "What was worked on; (none) where nobody said."},
			{Name: "source", Label: "Source", Type: superset.Text, Description: "What measured it; (none) where nobody said."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose code it is; (none) where nobody said."},
		},
		Metrics: []superset.Metric{
			{
				Name: "measurements", Label: "Measurements", Format: superset.Count,
				Expression:  "COALESCE(SUM(measured), 0)",
				Description: "How often something was measured.",
			},
			{
				Name: "mean_ms", Label: "Execution time (ms)", Format: superset.Decimal1,
				Expression:  "SUM(ms_sum) / NULLIF(SUM(timed), 0)",
				Description: "Mean execution time in milliseconds.",
			},
			{
				Name: "mean_file_kib", Label: "File size (KiB)", Format: superset.Decimal1,
				Expression:  "SUM(file_sum) / NULLIF(SUM(sized), 0) / 1024.0",
				Description: "Mean size of the file that was worked on, in KiB.",
			},
			{
				Name: "mean_memory_mib", Label: "Memory (MiB)", Format: superset.Decimal1,
				Expression:  "SUM(memory_sum) / NULLIF(SUM(weighed), 0) / 1048576.0",
				Description: "Mean memory in MiB.",
			},
		},
	}
}
