package dashboards

import (
	"slices"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// GenerationDays describes the view v_generation_days: what [Generations] are
// by day. It costs what the days cost, however many generations there are, so
// the pages read it.
//
// A row adds up the generations of a day that are alike: as a whole (whole = 1)
// and once more for each pattern that they applied (whole = 0). The metrics
// treat the two as those of Generations do. Times are days in UTC.
func GenerationDays() superset.Dataset {
	return generationSums("v_generation_days", "What AI tools generated, by day.")
}

// GenerationLoads describes the view v_generation_loads: generations whose
// outcome is known by day and number of patterns. The rest is as in
// [GenerationDays].
func GenerationLoads() superset.Dataset {
	return generationSums("v_generation_loads", "Generations with a known outcome by day and number of patterns.",
		superset.Column{Name: "patterns_bucket", Label: "Patterns applied", Type: superset.Text, Description: "The number of patterns as text, 0 to 6 and 7+."})
}

// GenerationConfidence describes the view v_generation_confidence: generations
// whose outcome is known by day and tenth of confidence. The rest is as in
// [GenerationDays].
func GenerationConfidence() superset.Dataset {
	return generationSums("v_generation_confidence", "Generations with a known outcome by day and tenth of confidence.",
		superset.Column{Name: "confidence_bin", Label: "Confidence from", Type: superset.Float, Description: "Lower edge of the tenth that the confidence is in."})
}

// GenerationErrors describes the view v_generation_errors: generations with a
// compilation error by day and type of error. The rest is as in
// [GenerationDays].
func GenerationErrors() superset.Dataset {
	return generationSums("v_generation_errors", "Generations with a compilation error by day and type of error.",
		superset.Column{Name: "error_type", Label: "Error type", Type: superset.Text, Description: "Class of the compilation error, Other if it names none."})
}

// generationSums describes a view with the sums of generations by day and one
// more column, if any.
func generationSums(name, description string, by ...superset.Column) superset.Dataset {
	return superset.Dataset{
		Name: name,
		Description: description + " As a whole (whole = 1), and once more for each pattern that was applied (whole = 0). " +
			"Use the metrics, or add up rows with whole = 1.",
		Time: "timestamp",
		Columns: slices.Concat([]superset.Column{
			{Name: "timestamp", Label: "Day", Type: superset.Time, Description: "Day of the generations, UTC."},
			{Name: "week", Label: "Week", Type: superset.Time, Description: "Monday of the week of the day, UTC."},
			{Name: "week_label", Type: superset.Text, Description: "The same Monday as text, for axes with a label below each bar."},
			{Name: "project", Label: "Project", Type: superset.Text, Description: "What was worked on; (none) where nobody said."},
			{Name: "source", Label: "Source", Type: superset.Text, Description: "What reported the generations; (none) where nobody said."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose generations they are; (none) where nobody said."},
			{Name: "pattern", Label: "Pattern", Type: superset.Text, Description: "A pattern that the generations applied; empty on whole rows."},
			{Name: "whole", Label: "Whole", Type: superset.Integer, Description: "1 stands for generations, 0 for one pattern of them."},
		}, by, []superset.Column{
			{Name: "generated", Label: "Number", Type: superset.Integer, Description: "Generations that the row adds up."},
			{Name: "known", Label: "Known outcomes", Type: superset.Integer, Description: "Those of them whose outcome is known."},
			{Name: "succeeded", Label: "Successes", Type: superset.Integer, Description: "Those that compiled and ran."},
			{Name: "confidence_known", Label: "Known confidences", Type: superset.Integer, Description: "Those whose confidence is known."},
			{Name: "confidence_sum", Label: "Sum of confidence", Type: superset.Float, Description: "Sum of these confidences."},
			{Name: "confident", Label: "Confident", Type: superset.Integer, Description: "Those with a confidence of 0.75 or more."},
			{Name: "counted", Label: "Counted", Type: superset.Integer, Description: "Those whose number of patterns is known."},
			{Name: "patterns_sum", Label: "Sum of patterns", Type: superset.Integer, Description: "Sum of these numbers."},
			{Name: "in_range", Label: "In range", Type: superset.Integer, Description: "Those with 2 to 5 patterns."},
			{Name: "errors", Label: "Compilation errors", Type: superset.Integer, Description: "Those with a compilation error."},
		}),
		Metrics: []superset.Metric{
			{
				Name: "generations", Label: "Generations", Format: superset.Count,
				Expression:  "COALESCE(" + added("generated") + ", 0)",
				Description: "How often code was generated.",
			},
			measure(kpi.SuccessRate, superset.Percent1, quotient("succeeded", "known")),
			measure(kpi.AverageConfidence, superset.Decimal2, quotient("confidence_sum", "confidence_known")),
			measure(kpi.PatternsPerGen, superset.Decimal1, quotient("patterns_sum", "counted")),
			measure(kpi.CompilationErrorRate, superset.Percent1, quotient("errors", "generated")),
			{
				Name: "share_in_range", Label: "With 2 to 5 patterns", Format: superset.Percent1,
				Expression:  quotient("in_range", "counted"),
				Description: "Share of generations that applied 2 to 5 patterns, where the number is known.",
			},
			{
				Name: "share_confident", Label: "Confidence ≥ 0.75", Format: superset.Percent1,
				Expression:  quotient("confident", "confidence_known"),
				Description: "Share of generations of which the generator was as sure as the target asks, where its confidence is known.",
			},
			{
				Name: "total_errors", Label: "Errors", Format: superset.Count,
				Expression:  "COALESCE(" + added("errors") + ", 0)",
				Description: "Generations with a compilation error.",
			},
			{
				// As a share of its column a table would call it %Errors, before version 6.
				Name: "share_of_errors", Label: "Share of errors", Format: superset.Percent1,
				Expression:  added("errors") + " * 1e0 / NULLIF(SUM(" + added("errors") + ") OVER (), 0)",
				Description: "Share of the errors in all rows of a table.",
			},
			{
				Name: "failures", Label: "Failures", Format: superset.Count,
				Expression:  "COALESCE(" + added("known - succeeded") + ", 0)",
				Description: "Generations that did not compile or run, with or without a compilation error.",
			},
		},
	}
}

// added is the sum over generations: over whole rows, or if a filter on a
// pattern left none, over the rows that it left. Quotient is that of two sums,
// and empty where there is nothing to divide by.
func added(value string) string {
	return "COALESCE(SUM(CASE WHEN whole = 1 THEN " + value + " END), SUM(" + value + "))"
}

func quotient(value, by string) string {
	return added(value) + " * 1e0 / NULLIF(" + added(by) + ", 0)"
}
