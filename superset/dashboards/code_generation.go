package dashboards

import (
	"fmt"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// CodeGeneration is the page "Code Generation Analytics": does generated code
// work, does the generator know when it will not, and how many patterns help?
func CodeGeneration() superset.Dashboard {
	return superset.Dashboard{
		Slug:        slugPrefix + "code-generation",
		Title:       "Code Generation Analytics",
		Description: "Does generated code work, does the generator know when it will not, and how many patterns help?",
		CertifiedBy: certifiedBy,
		Intro: fmt.Sprintf("### How well does AI code generation work?\n"+
			"Targets: **success rate %s** · **confidence ≥ %v** · **%s patterns per generation** · **compilation errors %s**. "+
			"By default: the last 12 complete weeks, Monday to Sunday, UTC.",
			definition(kpi.SuccessRate).TargetText(), definition(kpi.AverageConfidence).Target.Value,
			definition(kpi.PatternsPerGen).TargetText(), definition(kpi.CompilationErrorRate).TargetText()),
		Rows: []superset.Row{
			{Height: 72, Cells: []superset.Cell{
				{Width: 4, Stack: []superset.Cell{{Height: 28, Chart: successRate()}, {Chart: averageConfidence()}}},
				{Width: 8, Chart: patternsPerGeneration()},
			}},
			{Height: 44, Cells: []superset.Cell{
				{Width: 7, Chart: patternFusion()},
				{Width: 5, Chart: compilationErrors()},
			}},
		},
		Filters: []superset.Filter{
			superset.TimeRange{Default: superset.CompleteWeeks(12)},
			superset.Select{Dataset: GenerationDays(), Column: "project", Multi: true, Where: wholeRows},
			superset.Select{Dataset: GenerationDays(), Column: "source", Multi: true, Where: wholeRows},
			// Of several patterns a generation would count once for each.
			superset.Select{
				Dataset: GenerationDays(), Column: "pattern", Description: "Generations that applied this pattern",
				Where: []superset.Condition{superset.NotNull("pattern")},
			},
		},
		Colors: superset.Colors{
			"generations":             superset.Light,
			"patterns_per_generation": superset.Main,
		},
	}
}

// successRate: what share of the last week's generations compiled and ran, and
// where is it going?
func successRate() superset.Chart {
	target := definition(kpi.SuccessRate).TargetText()
	return superset.BigNumber{
		Slug:        "generation-success-rate",
		Title:       "Generation Success Rate",
		Description: "What share of the last week's generations compiled and ran, and where is it going? Target " + target + ".",
		Dataset:     GenerationDays(),
		Value:       "success_rate",
		Trend:       superset.Axis{Column: "week"},
		Compare:     1,
		Against:     "vs previous week",
		When:        "Week of %d %b %Y",
		Note:        "target " + target,
		Color:       superset.Good,
	}
}

// averageConfidence: how sure was the generator of its code?
func averageConfidence() superset.Chart {
	target := definition(kpi.AverageConfidence).Target.Value
	return superset.Gauge{
		Slug:  "average-confidence",
		Title: "Average Confidence",
		Description: fmt.Sprintf("How sure was the generator of its code, on average over the period? Target ≥ %v. "+
			"It is a level, not a quality: far above the success rate it is overconfidence.", target),
		Dataset: GenerationDays(),
		Value:   "average_confidence",
		Warn:    0.6,
		Target:  target,
	}
}

// patternsPerGeneration: how much is generated, and with how many patterns?
func patternsPerGeneration() superset.Chart {
	optimum := definition(kpi.PatternsPerGen)
	label := "Optimum " + optimum.TargetText()
	return superset.BarLine{
		Slug:        "patterns-per-generation",
		Title:       "Patterns per Generation",
		Description: "How much is generated each week, and how many patterns does a generation apply on average? " + label + ".",
		Dataset:     GenerationDays(),
		X:           superset.Axis{Column: "week_label"}, // an axis of times would have its labels between the bars
		Bars:        "generations",
		Line:        "patterns_per_generation",
		TwoAxes:     true,
		LineRange:   superset.Between(0, 6), // the optimum ends below the top
		Targets:     []superset.Target{{Label: label, Value: optimum.Target.Value}, {Label: label, Value: optimum.Target.Upper}},
	}
}

// patternFusion: do generations fail when they fuse many patterns?
func patternFusion() superset.Chart {
	return superset.Heatmap{
		Slug:  "pattern-fusion",
		Title: "Pattern Fusion Heatmap",
		Description: "Do generations fail when they fuse many patterns? Success rate by number of patterns and week; " +
			"upper rows that stay red are over-fusion. A cell of few generations says little.",
		Dataset: GenerationLoads(),
		X:       superset.Axis{Column: "week"},
		Y:       "patterns_bucket",
		Value:   "success_rate",
		Format:  superset.Percent0,
		Scheme:  superset.Diverging,
		Range:   superset.Between(0.3, 1),
	}
}

// compilationErrors: which errors keep code from compiling, and how sure was
// the generator when they occurred?
func compilationErrors() superset.Chart {
	target := definition(kpi.AverageConfidence).Target.Value
	return superset.Table{
		Slug:  "compilation-errors",
		Title: "Compilation Error Analysis",
		Description: fmt.Sprintf("Which errors keep generated code from compiling, and how sure was the generator when they occurred? "+
			"Tinted where three of four were as sure as the target of %v asks, and yet wrong.", target),
		Dataset: GenerationErrors(),
		By:      []string{"error_type"},
		Values: []superset.TableValue{
			{Metric: "total_errors", Bars: true},
			{Metric: "share_of_errors"},
			{Metric: "average_confidence"},
			{Metric: "share_confident", Format: superset.Percent0, Tints: []superset.Tint{{Range: superset.From(0.75), Color: superset.WarnTint}}},
		},
		Limit: 50,
	}
}

// wholeRows offers the values of a filter without reading the rows of patterns.
var wholeRows = []superset.Condition{superset.Is("whole", 1)}

const (
	// slugPrefix keeps a push from taking over somebody else's page: Superset
	// replaces the one that has the slug.
	slugPrefix = "fl-"

	certifiedBy = "feedback-loop"
)
