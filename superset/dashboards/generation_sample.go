package dashboards

import (
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// GenerationSample describes the view v_generation_sample: what a chart needs
// that shows the distribution of single values. Of many [Generations] it holds a
// random sample, always the same one, of 2,048 to 4,096; of fewer all.
func GenerationSample() superset.Dataset {
	return superset.Dataset{
		Name: "v_generation_sample",
		Description: "A random sample of the generations, or all of them if they are few. One row per generation (whole = 1), " +
			"and one more per pattern that it applied (whole = 0). For distributions; numbers are counted elsewhere.",
		Time: "timestamp",
		Columns: []superset.Column{
			{Name: "timestamp", Label: "Time", Type: superset.Time, Description: "When the code was generated, UTC."},
			{Name: "project", Label: "Project", Type: superset.Text, Description: "What was worked on; (none) where nobody said."},
			{Name: "source", Label: "Source", Type: superset.Text, Description: "What reported the generation; (none) where nobody said."},
			{Name: "organization", Label: "Organization", Type: superset.Text, Description: "Whose generation it is; (none) where nobody said."},
			{Name: "pattern", Label: "Pattern", Type: superset.Text, Description: "A pattern that the generation applied; empty on whole rows."},
			{Name: "whole", Label: "Whole", Type: superset.Integer, Description: "1 stands for the generation, 0 for one pattern of it."},
			{Name: "confidence", Label: "Confidence", Type: superset.Float, Description: "How sure the generator was, 0 to 1; empty if unknown."},
			{Name: "success_num", Label: "Success", Type: superset.Float, Description: "1 compiled and ran, 0 did not, empty if unknown."},
			{Name: "outcome", Label: "Outcome", Type: superset.Text, Description: "Success, Failure or Unknown."},
			{Name: "id", Label: "Generation", Type: superset.Integer, Description: "Row of metrics_code_generation."},
		},
		Metrics: []superset.Metric{
			measure(kpi.AverageConfidence, superset.Decimal2, mean("confidence")),
		},
	}
}
