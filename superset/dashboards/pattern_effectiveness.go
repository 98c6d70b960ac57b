package dashboards

import (
	"fmt"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// PatternEffectiveness is the page "Pattern Effectiveness & Confidence": which
// patterns help, what do they save, and can the confidence be trusted?
func PatternEffectiveness() superset.Dashboard {
	return superset.Dashboard{
		Slug:        slugPrefix + "pattern-effectiveness",
		Title:       "Pattern Effectiveness & Confidence",
		Description: "Which patterns help, what do they save, and can the confidence be trusted?",
		CertifiedBy: certifiedBy,
		Intro: fmt.Sprintf("### Which patterns help, and can the confidence be trusted?\n"+
			"Targets: **effectiveness %s** · **pattern success rate %s** · **calibration error %s** · **time saved %s pattern**. "+
			"By default: the last 12 complete weeks, Monday to Sunday, UTC.",
			definition(kpi.EffectivenessScore).TargetText(), definition(kpi.PatternSuccessRate).TargetText(),
			definition(kpi.CalibrationError).TargetText(), definition(kpi.ROIPerPattern).TargetText()),
		Rows: []superset.Row{
			{Height: 46, Cells: []superset.Cell{
				{Width: 8, Chart: effectivenessOverTime()},
				{Width: 4, Chart: mostEffective()},
			}},
			{Height: 46, Cells: []superset.Cell{
				{Width: 7, Chart: calibration()},
				{Width: 5, Chart: confidenceByOutcome()},
			}},
			{Height: 72, Cells: []superset.Cell{{Chart: patternROI()}}},
		},
		Filters: []superset.Filter{
			superset.TimeRange{Default: superset.CompleteWeeks(12)},
			// Of several patterns a generation would count once for each.
			superset.Select{Dataset: PatternFacts(), Column: "pattern", Description: "One pattern, and the generations that applied it"},
			superset.Select{
				Dataset: GenerationDays(), Column: "organization", Multi: true, Where: wholeRows,
				Description: "Whose generations: of the charts about confidence",
				Exclude:     []string{"effectiveness-over-time", "most-effective-patterns", "pattern-roi"},
			},
			superset.Select{
				Dataset: GenerationDays(), Column: "source", Multi: true, Where: wholeRows,
				Description: "Whose confidence: of the charts about confidence",
				Exclude:     []string{"effectiveness-over-time", "most-effective-patterns", "pattern-roi"},
			},
		},
		Colors: superset.Colors{
			"Success":            superset.Good,
			"Failure":            superset.Bad,
			"surely_effective":   superset.Good,
			"success_rate":       superset.Main,
			"average_confidence": superset.Neutral,
		},
	}
}

// effectivenessOverTime: do the patterns that are used most help more and more?
func effectivenessOverTime() superset.Chart {
	target := definition(kpi.EffectivenessScore)
	return superset.Area{
		Slug:  "effectiveness-over-time",
		Title: "Pattern Effectiveness Over Time",
		Description: "Do the patterns that are used most help more and more? The five with the most applications; " +
			"share of the generations that compiled and ran among those that applied the pattern.",
		Dataset: PatternFacts(),
		Where:   []superset.Condition{superset.Is("kind", "Period")},
		X:       superset.Axis{Column: "week_label"},
		Values:  []string{string(kpi.EffectivenessScore)},
		By:      "pattern",
		Top:     5,
		TopBy:   "applications_total",
		Format:  superset.Percent0,
		Range:   superset.Between(0.4, 1),
		Target:  superset.Target{Label: "Target " + target.TargetText(), Value: target.Target.Value},
	}
}

// mostEffective: which patterns surely help most?
func mostEffective() superset.Chart {
	return superset.Bar{
		Slug:  "most-effective-patterns",
		Title: "Top 10 Most Effective Patterns",
		Description: "Which patterns surely help most? Lower end of the 95 % Wilson interval of the success rate, " +
			"of patterns with 10 applications or more: few applications prove little.",
		Dataset:    PatternFacts(),
		Where:      []superset.Condition{superset.Is("kind", "Period"), superset.AtLeast("applications_total", 10)},
		X:          superset.Axis{Column: "pattern"},
		Values:     []string{"surely_effective"},
		Horizontal: true,
		Limit:      10,
		Numbers:    true,
		Range:      superset.Between(0, 1),
	}
}

// calibration: does code succeed as often as its generator expected?
func calibration() superset.Chart {
	return superset.ScatterLine{
		Slug:  "calibration",
		Title: "Confidence vs Success",
		Description: "Does code succeed as often as its generator expected? A point for each tenth of confidence with 10 generations or more: " +
			"below the line the generator is overconfident, above it too modest. Target: calibration error " +
			definition(kpi.CalibrationError).TargetText() + ".",
		Dataset: GenerationConfidence(),
		Where:   []superset.Condition{superset.AtLeast("generations", 10)},
		X:       superset.Axis{Column: "confidence_bin"},
		Points:  string(kpi.SuccessRate),
		Line:    string(kpi.AverageConfidence),
		Format:  superset.Percent0,
		Range:   superset.Between(0, 1),
		XTitle:  "Confidence, from",
		YTitle:  "Share",
	}
}

// confidenceByOutcome: does the confidence tell success from failure?
func confidenceByOutcome() superset.Chart {
	return superset.BoxPlot{
		Slug:  "confidence-by-outcome",
		Title: "Confidence Distribution by Success",
		Description: "Does the confidence tell code that will work from code that will not? " +
			"The more the boxes overlap, the less it does. Of many generations, a random sample of thousands.",
		Dataset: GenerationSample(),
		Where:   []superset.Condition{superset.NotNull("confidence"), superset.NotNull("success_num")},
		Value:   string(kpi.AverageConfidence),
		Over:    "id",
		By:      "outcome",
	}
}

// patternROI: what does each pattern save, and whom?
func patternROI() superset.Chart {
	weak := definition(kpi.PatternSuccessRate).Target.Value
	strong := definition(kpi.EffectivenessScore).Target.Value
	return superset.Table{
		Slug:  "pattern-roi",
		Title: "Pattern ROI Analysis",
		Description: fmt.Sprintf("What does each pattern save, and whom? Hours in the period; the target of %s counts its lifetime. "+
			"Effectiveness is tinted from %v up and below %v.", definition(kpi.ROIPerPattern).TargetText(), strong, weak),
		Dataset: PatternFacts(),
		Where:   []superset.Condition{superset.OneOf("kind", "Period", "Saving")},
		By:      []string{"pattern", "category"},
		Values: []superset.TableValue{
			{Metric: "hours_saved", Bars: true},
			{Metric: "users"},
			{Metric: "hours_per_user"},
			{Metric: "applications_total"},
			{Metric: string(kpi.EffectivenessScore), Tints: []superset.Tint{
				{Range: superset.From(strong), Color: superset.GoodTint},
				{Range: superset.Below(weak), Color: superset.BadTint},
			}},
		},
		Limit: 500,
	}
}
