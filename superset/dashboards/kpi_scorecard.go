package dashboards

import (
	"strings"

	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// KPIScorecard is the page "KPI Scorecard": are we on target, and where are we
// going? It shows what a report has saved.
func KPIScorecard() superset.Dashboard {
	page := superset.Dashboard{
		Slug:        slugPrefix + "kpi-scorecard",
		Title:       "KPI Scorecard",
		Description: "Are we on target, and where are we going? The sixteen KPIs with value, target, interval and history.",
		CertifiedBy: certifiedBy,
		Intro: "### Are we on target, and where are we going?\n" +
			"Each KPI looks back from the day on which its report was saved, most of them 30 days. Dial and table are of the newest report: " +
			"**✓** met, **✗** missed, **unproven** if chance may explain it.",
		Rows: []superset.Row{
			{Height: 72, Cells: []superset.Cell{
				{Width: 5, Stack: []superset.Cell{{Height: 38, Chart: onTarget()}, {Chart: onTargetOverTime()}}},
				{Width: 7, Chart: scorecard()},
			}},
		},
		Filters: []superset.Filter{
			// A report of today belongs to the page, which periods of the past leave out.
			superset.TimeRange{Default: "90 days ago : tomorrow", Exclude: []string{"kpis-on-target", "scorecard"}},
			// Each organization has KPIs of its own, and so have all together: to add them up would mean nothing.
			superset.Select{Dataset: KPISnapshots(), Column: "organization", Default: everybody},
		},
		Colors: superset.Colors{
			"kpis_met":      superset.Good,
			"kpis_missed":   superset.Bad,
			"kpis_unjudged": superset.Light,
		},
	}
	for _, area := range []struct {
		title string
		color superset.Color
		kpis  []kpi.ID
	}{
		{"Code generation", superset.Main, []kpi.ID{kpi.SuccessRate, kpi.AverageConfidence, kpi.PatternsPerGen, kpi.CompilationErrorRate}},
		{"Patterns and confidence", superset.Violet, []kpi.ID{kpi.EffectivenessScore, kpi.PatternSuccessRate, kpi.ApplicationCount, kpi.CalibrationError}},
		{"Quality", superset.Warn, []kpi.ID{kpi.BugDetectionTrend, kpi.TestFailureRate, kpi.HighSeverityIssues, kpi.PatternCoverage}},
		{"Organizations", superset.Good, []kpi.ID{kpi.PatternVersioning, kpi.AuditTrailCoverage, kpi.ROIPerPattern, kpi.UserAdoption}},
	} {
		cards := superset.Row{Height: 26}
		for _, id := range area.kpis {
			cards.Cells = append(cards.Cells, superset.Cell{Chart: kpiCard(id, area.color)})
		}
		heading := superset.Row{Height: 6, Cells: []superset.Cell{{Text: "#### " + area.title}}}
		page.Rows = append(page.Rows, heading, cards)
	}
	return page
}

// everybody stands for all organizations together.
const everybody = "(all)"

// newest keeps those of the newest report.
var newest = superset.Is("latest", 1)

// onTarget: how many of the KPIs that can be judged meet their target?
func onTarget() superset.Chart {
	return superset.Gauge{
		Slug:        "kpis-on-target",
		Title:       "KPIs on Target",
		Description: "Which share of the KPIs that can be judged meets its target, in the newest report?",
		Dataset:     KPISnapshots(),
		Where:       []superset.Condition{newest},
		Value:       "share_met",
		Warn:        0.5,
		Target:      0.75,
	}
}

// onTargetOverTime: are we getting there?
func onTargetOverTime() superset.Chart {
	return superset.Area{
		Slug:        "kpis-on-target-over-time",
		Title:       "KPIs on Target Over Time",
		Description: "How many KPIs met and missed their targets in each report, and how many could not be judged?",
		Dataset:     KPISnapshots(),
		X:           superset.Axis{Column: "timestamp", Grain: superset.Day},
		Values:      []string{"kpis_met", "kpis_missed", "kpis_unjudged"},
		Stacked:     true,
	}
}

// scorecard: what is each KPI, what should it be, and how sure is that?
func scorecard() superset.Chart {
	return superset.List{
		Slug:        "scorecard",
		Title:       "Scorecard",
		Description: "What is each KPI in the newest report, what should it be, and how sure is that?",
		Dataset:     KPISnapshots(),
		Where:       []superset.Condition{newest},
		Columns: []superset.ListColumn{
			{Column: "title"}, {Column: "value_text"}, {Column: "target_text"}, {Column: "status_text"}, {Column: "interval_text"}, {Column: "n", Format: superset.Count},
		},
		OrderBy: []superset.Order{{By: "position"}},
	}
}

// kpiCard: what is the KPI, and where is it going?
func kpiCard(id kpi.ID, color superset.Color) superset.Chart {
	d := definition(id)
	format := superset.Compact
	switch d.Unit {
	case kpi.UnitRatio:
		format = superset.Percent1
	case kpi.UnitPatterns:
		format = superset.Decimal2
	default:
	}
	return superset.BigNumber{
		Slug:        "kpi-" + strings.ReplaceAll(string(id), "_", "-"),
		Title:       d.Title,
		Description: "What is it, and where is it going? " + d.Formula + ". " + strings.Join(d.Caveats, " "),
		Dataset:     KPISnapshots(),
		Where:       []superset.Condition{superset.Is("kpi", string(id)), superset.NotNull("value")},
		Value:       "mean_value",
		Trend:       superset.Axis{Column: "timestamp", Grain: superset.Day},
		Compare:     1,
		Against:     "vs before",
		When:        "%d %b %Y",
		Note:        "target " + d.TargetText(),
		Format:      format,
		Color:       color,
		FromZero:    true,
	}
}
