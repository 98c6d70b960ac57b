package dashboards

import (
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/superset"
)

// PatternAudit is the page "Pattern Analysis & Audit Trail": what is in the
// library, how did it come about, how do the patterns do, and who did what?
func PatternAudit() superset.Dashboard {
	return superset.Dashboard{
		Slug:        slugPrefix + "pattern-audit",
		Title:       "Pattern Analysis & Audit Trail",
		Description: "What is in the library, how did it come about, how do the patterns do, and who did what?",
		CertifiedBy: certifiedBy,
		Intro: "### What is in the library, how do the patterns do, and who did what?\n" +
			"**Active** is a pattern applied in the last 7 days, **Recent** one in the last 30, **Inactive** before. " +
			"The library and its history are as of now, the rest is of the period: by default the last 12 complete weeks, UTC.",
		Rows: []superset.Row{
			{Height: 20, Cells: []superset.Cell{
				{Chart: libraryPatterns()}, {Chart: libraryActive()}, {Chart: libraryCategories()}, {Chart: libraryApplications()},
			}},
			{Height: 58, Cells: []superset.Cell{
				{Width: 7, Chart: versionHistory()},
				{Width: 5, Chart: auditActivity()},
			}},
			{Height: 76, Cells: []superset.Cell{{Chart: patternReport()}}},
			{Height: 84, Cells: []superset.Cell{
				{Width: 6, Chart: userActivity()},
				{Width: 6, Chart: auditTrail()},
			}},
			{Height: 48, Cells: []superset.Cell{{Chart: performanceImpact()}}},
		},
		Filters: []superset.Filter{
			superset.TimeRange{
				Default: superset.CompleteWeeks(12),
				Exclude: []string{"library-patterns", "library-active", "library-categories", "library-applications", "version-history"},
			},
			superset.Select{
				Dataset: Audit(), Column: "organization", Multi: true, Exclude: []string{"pattern-report"},
				Description: "Of all but the report on patterns, which go by name there, whoever has them",
			},
			superset.Select{
				Dataset: Patterns(), Column: "category", Multi: true, Description: "Of the charts about patterns",
				Exclude: []string{"audit-activity", "user-activity", "audit-trail", "performance-impact"},
			},
			superset.Select{
				Dataset: Audit(), Column: "username", Multi: true, Description: "Of the charts about the audit trail",
				Exclude: []string{
					"library-patterns", "library-active", "library-categories", "library-applications", "version-history",
					"pattern-report", "performance-impact",
				},
			},
		},
		Colors: superset.Colors{
			"v1": "#A9D6E5", "v2": "#61A5C2", "v3": "#2C7DA0", "v4": "#2A6F97", "v5": "#01497C", "v6": "#013A63",
			"v7": "#012A4A", "v8": "#011C32", "v9+": "#000F1C",
			"withdrawn": superset.Light,
			"changed":   superset.Violet, "exported": superset.Main, "viewed": superset.Good, "signed in": superset.Light,
		},
	}
}

// libraryPatterns: how many patterns are there?
func libraryPatterns() superset.Chart {
	return libraryCard("library-patterns", "Patterns in the Library", "How many patterns are there, whatever became of them?",
		"patterns", "in use and withdrawn")
}

// libraryActive: how many of them are in use?
func libraryActive() superset.Chart {
	return libraryCard("library-active", "Active Patterns", "How many patterns have a version in use?",
		"active_patterns", "with a version in use")
}

// libraryCategories: how many categories do they have?
func libraryCategories() superset.Chart {
	return libraryCard("library-categories", "Categories", "How many categories do the patterns have?",
		"categories", "of patterns")
}

// libraryApplications: how often is a pattern applied?
func libraryApplications() superset.Chart {
	return libraryCard("library-applications", "Applications per Pattern",
		"How often was a pattern applied in its life, on average over the library?", "applications_per_pattern", "in its life, on average")
}

func libraryCard(slug, title, question, metric, note string) superset.Chart {
	return superset.Total{Slug: slug, Title: title, Description: question, Dataset: Patterns(), Value: metric, Note: note}
}

// versionHistory: which version of each pattern was in force when?
func versionHistory() superset.Chart {
	return superset.Bar{
		Slug:  "version-history",
		Title: "Pattern Version History, in Days from Today",
		Description: "Which version of each pattern was in force when? From today, at the right, back in days " +
			"to its first publication; a new colour is a new version.",
		Dataset:    PatternHistory(),
		X:          superset.Axis{Column: "entry"},
		Values:     []string{"days_back"},
		By:         "phase",
		Horizontal: true,
		Stacked:    true,
	}
}

// auditActivity: what is done to what?
func auditActivity() superset.Chart {
	return superset.Heatmap{
		Slug:        "audit-activity",
		Title:       "Audit Activity Heatmap",
		Description: "What is done to what, and how often? A cell that is new or dark without a reason is worth a look.",
		Dataset:     Audit(),
		X:           superset.Axis{Column: "resource_type"},
		Y:           "action",
		Value:       "actions",
		Ranked:      true,
		Margin:      75,
	}
}

// patternReport: what is known of each pattern?
func patternReport() superset.Chart {
	weak := definition(kpi.PatternSuccessRate).Target.Value
	strong := definition(kpi.EffectivenessScore).Target.Value
	return superset.Table{
		Slug:  "pattern-report",
		Title: "Comprehensive Pattern Analysis Report",
		Description: "What is known of each pattern: its place in the library, its use, what it saved, and what went wrong around it in the period? " +
			"A pattern of which nothing happened in the period is not in the table.",
		Dataset: PatternFacts(),
		By:      []string{"pattern", "category", "severity", "version", "status"},
		Values: []superset.TableValue{
			{Metric: "applications_total", Bars: true},
			{Metric: string(kpi.PatternSuccessRate), Tints: []superset.Tint{{Range: superset.Below(weak), Color: superset.BadTint}}},
			{Metric: string(kpi.EffectivenessScore), Tints: []superset.Tint{{Range: superset.From(strong), Color: superset.GoodTint}}},
			{Metric: "bugs"},
			{Metric: "test_failures"},
			{Metric: "review_issues"},
			{Metric: "deployment_issues"},
			{Metric: "hours_saved"},
		},
		Limit: 500,
	}
}

// userActivity: who is at work, and when?
func userActivity() superset.Chart {
	const slug, title = "user-activity", "User Activity Timeline"
	return superset.Gantt{
		Slug:  slug,
		Title: title,
		Description: "Who was at work on which days, and what was the weightiest thing that they did? " +
			"Point at a day for its times and addresses; the table beside it has each entry.",
		Dataset:   UserDays(),
		Lane:      "username",
		LaneTitle: "User",
		Start:     "start_ms",
		End:       "end_ms",
		Series:    "activity",
		Tooltip:   []string{"first_entry", "last_entry", "ip_addresses", "entries"},
		Limit:     5000,
		Before6: superset.Heatmap{
			Slug:        slug,
			Title:       title,
			Description: "Who is at work, and when? Entries of the audit log by user and week; the table beside it has each with time and address.",
			Dataset:     Audit(),
			X:           superset.Axis{Column: "week"},
			Y:           "username",
			Value:       "actions",
			Margin:      110,
		},
	}
}

// auditTrail: what exactly was done, by whom, from where?
func auditTrail() superset.Chart {
	return superset.List{
		Slug:        "audit-trail",
		Title:       "Audit Trail",
		Description: "What exactly was done, by whom, from where? The latest 1,000 entries of the period.",
		Dataset:     Audit(),
		Columns: []superset.ListColumn{
			{Column: "minute"}, {Column: "username"}, {Column: "action"}, {Column: "resource_type"}, {Column: "resource"}, {Column: "ip_address"},
		},
		OrderBy: []superset.Order{{By: "timestamp", Descending: true}},
		Limit:   1000,
	}
}

// performanceImpact: which functions become slow or hungry with large files?
func performanceImpact() superset.Chart {
	return superset.Bubble{
		Slug:  "performance-impact",
		Title: "Performance Impact",
		Description: "Which functions become slow or hungry with large files? " +
			"A bubble for each function: size of its files, time that it took, and memory as area.",
		Dataset: Performance(),
		Where:   []superset.Condition{superset.Is("metric_type", "execution_time")},
		Entity:  "function_name",
		Series:  "project",
		X:       "mean_file_kib",
		Y:       "mean_ms",
		Size:    "mean_memory_mib",
		XFormat: superset.Count,
		YFormat: superset.Count,
	}
}
