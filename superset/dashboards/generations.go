package dashboards

import (
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// Generations describes the view v_generations: what AI tools generated, and
// what became of it.
//
// The view has one row for each generation (whole = 1, pattern NULL) and one
// more for each pattern that the generation applied (whole = 0). So a filter on
// one pattern finds each generation that applied it, once; without such a
// filter the metrics count whole rows only, and no generation counts twice.
// Metrics that are added to the dataset have to follow that rule too.
func Generations() superset.Dataset {
	return superset.Dataset{
		Name: "v_generations",
		Description: "What AI tools generated. One row per generation (whole = 1), and one more per pattern " +
			"that it applied (whole = 0). Use the metrics, or count rows with whole = 1.",
		Time: "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Time", Type: superset.Time, Description: "When the code was generated, UTC."},
			{Name: "week", Label: "Week", Type: superset.Time, Description: "Monday of the week of the generation, UTC."},
			{Name: "week_label", Type: superset.Text, Description: "The same Monday as text, for axes with a label below each bar."},
			{Name: "project", Label: "Project", Type: superset.Text, Description: "What was worked on; (none) where nobody said."},
			{Name: "source", Label: "Source", Type: superset.Text, Description: "What reported the generation; (none) where nobody said."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose generation it is; (none) where nobody said."},
			{Name: "run_id", Label: "Run", Type: superset.Text, Description: "The build or session in which it happened."},
			{Name: "pattern", Label: "Pattern", Type: superset.Text, Description: "A pattern that the generation applied; empty on whole rows."},
			{Name: "patterns_count", Label: "Patterns", Type: superset.Integer, Description: "How many patterns the generation applied; empty if unknown."},
			{Name: "patterns_bucket", Label: "Patterns applied", Type: superset.Text, Description: "The number of patterns as text, 0 to 6 and 7+."},
			{Name: "confidence", Label: "Confidence", Type: superset.Float, Description: "How sure the generator was, 0 to 1; empty if unknown."},
			{Name: "confidence_bin", Label: "Confidence from", Type: superset.Float, Description: "Lower edge of the tenth that the confidence is in."},
			{Name: "outcome", Label: "Outcome", Type: superset.Text, Description: "Success, Failure or Unknown."},
			{Name: "success_num", Label: "Success", Type: superset.Float, Description: "1 compiled and ran, 0 did not, empty if unknown."},
			{Name: "has_error", Label: "Compilation error", Type: superset.Float, Description: "1 with a compilation error, else 0."},
			{Name: "error_type", Label: "Error type", Type: superset.Text, Description: "Class of the compilation error, Other if it names none; empty without error."},
			{Name: "code_length", Label: "Code length", Type: superset.Integer, Description: "Characters of the generated code."},
			{Name: "id", Label: "Generation", Type: superset.Integer, Description: "Row of metrics_code_generation."},
			{Name: "whole", Label: "Whole", Type: superset.Integer, Description: "1 stands for the generation, 0 for one pattern of it."},
		},
		Metrics: []superset.Metric{
			{
				Name: "generations", Label: "Generations", Format: superset.Count,
				Expression:  "COALESCE(NULLIF(SUM(whole), 0), COUNT(*))",
				Description: "How often code was generated.",
			},
			measure(kpi.SuccessRate, superset.Percent1, mean("success_num")),
			measure(kpi.AverageConfidence, superset.Decimal2, mean("confidence")),
			measure(kpi.PatternsPerGen, superset.Decimal1, mean("patterns_count * 1.0")),
			measure(kpi.CompilationErrorRate, superset.Percent1, mean("has_error")),
			{
				Name: "share_in_range", Label: "With 2 to 5 patterns", Format: superset.Percent1,
				Expression:  mean("CASE WHEN patterns_count BETWEEN 2 AND 5 THEN 1.0 WHEN patterns_count >= 0 THEN 0.0 END"),
				Description: "Share of generations that applied 2 to 5 patterns, where the number is known.",
			},
			{
				Name: "share_confident", Label: "Confidence ≥ 0.75", Format: superset.Percent1,
				Expression:  mean("CASE WHEN confidence >= 0.75 THEN 1.0 WHEN confidence >= 0 THEN 0.0 END"),
				Description: "Share of generations of which the generator was as sure as the target asks, where its confidence is known.",
			},
			{
				Name: "errors", Label: "Errors", Format: superset.Count,
				Expression:  total("has_error"),
				Description: "Generations with a compilation error.",
			},
			{
				Name: "failures", Label: "Failures", Format: superset.Count,
				Expression:  total("1.0 - success_num"),
				Description: "Generations that did not compile or run, with or without a compilation error.",
			},
		},
	}
}

// mean is the mean of the value over generations, and total its sum: over the
// whole rows, or if a filter on a pattern left none, over the rows that it
// left, which are one for each generation. NULL values do not count.
func mean(value string) string {
	return "COALESCE(AVG(CASE WHEN whole = 1 THEN " + value + " END), AVG(" + value + "))"
}

func total(value string) string {
	return "COALESCE(SUM(CASE WHEN whole = 1 THEN " + value + " END), SUM(" + value + "))"
}
