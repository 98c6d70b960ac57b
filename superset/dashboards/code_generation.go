package dashboards

import "github.com/doronpers/feedback-loop-go/superset"

// CodeGeneration is the page "Code Generation Analytics": does generated code
// work, does the generator know when it will not, and do patterns help?
func CodeGeneration() superset.Dashboard {
	return superset.Dashboard{
		Slug:        slugPrefix + "code-generation",
		Title:       "Code Generation Analytics",
		Description: "Does generated code work, do we know when it will not, and how many patterns help?",
		CertifiedBy: certifiedBy,
		Intro: "### How well does AI code generation work?\n" +
			"Targets: **success rate ≥ 85 %** · **confidence ≥ 0.75** · **2 to 5 patterns per generation** · " +
			"**compilation errors < 15 %**. Weeks begin on Monday, UTC; the page shows complete weeks.",
		Rows: []superset.Row{
			{Height: 64, Cells: []superset.Cell{
				{Width: 4, Stack: []superset.Cell{{Height: 26, Chart: successRate()}, {Chart: averageConfidence()}}},
				{Width: 8, Chart: patternsPerGeneration()},
			}},
			{Height: 48, Cells: []superset.Cell{
				{Width: 7, Chart: patternFusion()},
				{Width: 5, Chart: compilationErrors()},
			}},
		},
		Filters: []superset.Filter{
			superset.TimeRange{Default: superset.CompleteWeeks(12)},
			superset.Select{Dataset: Generations(), Column: "project", Multi: true, Where: wholeRows},
			superset.Select{Dataset: Generations(), Column: "source", Multi: true, Where: wholeRows},
			superset.Select{
				Dataset: Generations(), Column: "pattern",
				Where:       []superset.Condition{superset.NotNull("pattern")},
				Description: "Only generations that applied this pattern.",
			},
		},
		Colors: superset.Colors{
			"success_rate":            superset.Good,
			"average_confidence":      superset.Main,
			"generations":             superset.Light,
			"patterns_per_generation": superset.Main,
		},
	}
}

// successRate: what share of the latest week's generations compiled and ran,
// and where is it going?
func successRate() superset.Chart {
	return superset.BigNumber{
		Slug:        "generation-success-rate",
		Title:       "Generation Success Rate",
		Description: "What share of the last week's generations compiled and ran, and where is it going? Target: 85 % or more.",
		Dataset:     Generations(),
		Value:       "success_rate",
		Trend:       superset.Axis{Column: "week"},
		Compare:     1,
		Against:     "vs previous week",
		When:        "Week of %d %b %Y",
		Note:        "Target ≥ 85%",
		Color:       superset.Good,
	}
}

// averageConfidence: how sure was the generator over the period?
func averageConfidence() superset.Chart {
	return superset.Gauge{
		Slug:        "average-confidence",
		Title:       "Average Confidence",
		Description: "How sure was the generator of its code, on average over the period? Target: 0.75 or more. Far above the success rate it is overconfident.",
		Dataset:     Generations(),
		Value:       "average_confidence",
		Warn:        0.6,
		Target:      0.75,
	}
}

// patternsPerGeneration: how much is generated, and with how many patterns?
func patternsPerGeneration() superset.Chart {
	return superset.BarLine{
		Slug:        "patterns-per-generation",
		Title:       "Patterns per Generation",
		Description: "How much is generated each week, and with how many patterns on average? 2 to 5 are best.",
		Dataset:     Generations(),
		X:           superset.Axis{Column: "week_label"},
		Bars:        "generations",
		Line:        "patterns_per_generation",
		TwoAxes:     true,
		LineRange:   superset.Between(0, 8),
		Targets:     []superset.Target{{Label: "Optimum 2 to 5", Value: 2}, {Label: "Optimum 2 to 5", Value: 5}},
	}
}

// patternFusion: do generations fail more when they mix many patterns?
func patternFusion() superset.Chart {
	return superset.Heatmap{
		Slug:        "pattern-fusion",
		Title:       "Pattern Fusion Heatmap",
		Description: "Do generations fail more when they fuse many patterns? Success rate by number of patterns and week; red rows at the top are over-fusion.",
		Dataset:     Generations(),
		Where:       []superset.Condition{superset.NotNull("patterns_bucket"), superset.NotNull("success_num")},
		X:           superset.Axis{Column: "week"},
		Y:           "patterns_bucket",
		Value:       "success_rate",
		Format:      superset.Percent0,
		Scheme:      superset.Diverging,
		Range:       superset.Between(0.3, 1),
	}
}

// compilationErrors: which errors keep code from compiling, and was the
// generator sure of it?
func compilationErrors() superset.Chart {
	return superset.Table{
		Slug:        "compilation-errors",
		Title:       "Compilation Error Analysis",
		Description: "Which errors keep generated code from compiling, and how sure was the generator when they occurred? Tinted: as sure as the target asks, and yet wrong.",
		Dataset:     Generations(),
		Where:       []superset.Condition{superset.NotNull("error_type")},
		By:          []string{"error_type"},
		Values: []superset.TableValue{
			{Metric: "errors", Bars: true},
			{Metric: "errors", Share: true, Label: "Share"},
			{Metric: "average_confidence", Tints: []superset.Tint{{Range: superset.From(0.75), Color: superset.BadTint}}},
		},
		Limit: 50,
	}
}

// wholeRows offers each value of a filter without reading the rows of patterns.
var wholeRows = []superset.Condition{superset.Is("whole", 1)}

const (
	// slugPrefix keeps a push from taking over somebody else's page: Superset
	// replaces the one that has the slug.
	slugPrefix = "fl-"

	certifiedBy = "feedback-loop"
)
