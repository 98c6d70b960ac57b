package kpi

// Span says which time a KPI looks at.
type Span string

// The spans.
const (
	Rolling     Span = "rolling"      // the query's number of days before as_of
	TwelveWeeks Span = "twelve_weeks" // complete ISO weeks before as_of
	LastWeek    Span = "last_week"    // the last complete ISO week
	ThirtyDays  Span = "thirty_days"  // before as_of, whatever the query says
	AtAsOf      Span = "as_of"        // a census of what there is
	Lifetime    Span = "lifetime"     // everything up to as_of
)

// Definition says what a KPI means. Reports, documentation and dashboards take
// titles and targets from here.
type Definition struct {
	ID      ID
	Title   string
	Area    Area
	Unit    Unit
	Target  Target
	Per     string // the unit of time of the target, such as "week"; empty without one
	Each    bool   // the target is for each pattern, the value the share of those that meet it
	Span    Span
	Formula string
	Sources []string // tables that it reads
	Method  string   // how sure the value is, in words
	Caveats []string
}

// Definitions returns the sixteen KPIs in the order of a report. The slice is
// the caller's own.
func Definitions() []Definition {
	return []Definition{
		{
			ID: SuccessRate, Title: "Success rate", Area: AreaGeneration, Unit: UnitRatio,
			Target: Target{Op: AtLeast, Value: 0.85}, Span: Rolling,
			Formula: "successful generations / generations whose outcome is known",
			Sources: []string{"metrics_code_generation"},
			Method:  "Wilson interval",
			Caveats: []string{
				"Generations read out of a plan (source plan_file) are left out and counted as excluded.",
				"An unknown outcome is neither a success nor a failure.",
			},
		},
		{
			ID: AverageConfidence, Title: "Average confidence", Area: AreaGeneration, Unit: UnitRatio,
			Target: Target{Op: AtLeast, Value: 0.75}, Span: Rolling,
			Formula: "mean of the valid confidences",
			Sources: []string{"metrics_code_generation"},
			Method:  "Student t interval",
			Caveats: []string{
				"A level, not a quality: 0.95 passes here even when half of the code fails. Read it beside the bias of the calibration error.",
				"A confidence outside 0 to 1 is counted as invalid, never clamped: 85 is not 0.85.",
			},
		},
		{
			ID: PatternsPerGen, Title: "Patterns per generation", Area: AreaGeneration, Unit: UnitPatterns,
			Target: Target{Op: Between, Value: 2, Upper: 5}, Span: Rolling,
			Formula: "mean of patterns_count, where that is NULL of the number of names in patterns_applied",
			Sources: []string{"metrics_code_generation"},
			Method:  "Student t interval",
			Caveats: []string{
				"Generations without any pattern count as 0; those where nothing is known do not count.",
				"A mean in range can be half 0 and half 7: share_in_range says how many generations have 2 to 5.",
			},
		},
		{
			ID: CompilationErrorRate, Title: "Compilation error rate", Area: AreaGeneration, Unit: UnitRatio,
			Target: Target{Op: Below, Value: 0.15}, Span: Rolling,
			Formula: "generations with a compilation error that is not blank / all generations",
			Sources: []string{"metrics_code_generation"},
			Method:  "Wilson interval",
			Caveats: []string{
				"Not 1 − success rate: code can fail without a compilation error.",
				"A generation with success and an error counts, and is contradictory.",
			},
		},
		{
			ID: CalibrationError, Title: "Calibration error", Area: AreaGeneration, Unit: UnitRatio,
			Target: Target{Op: Below, Value: 0.10}, Span: Rolling,
			Formula: "Σ n_b/N · |mean confidence − success rate| over ten bins of equal width, [0, 0.1) to [0.9, 1]",
			Sources: []string{"metrics_code_generation"},
			Method:  "noise floor: what a perfectly calibrated source would show by chance, and the probability that it shows as much",
			Caveats: []string{
				"Biased upwards: a perfect source shows about 0.10 with 100 generations. Missing the target counts only when chance does not explain it.",
			},
		},
		{
			ID: EffectivenessScore, Title: "Effectiveness score", Area: AreaPatterns, Unit: UnitRatio,
			Target: Target{Op: AtLeast, Value: 0.80}, Span: Rolling,
			Formula: "Σ applications·score / Σ applications over the periods that start in the window",
			Sources: []string{"pattern_effectiveness"},
			Method:  "t interval with Kish's effective sample size",
			Caveats: []string{
				"Weighted by applications: a period with 2 does not count like one with 1000. The unweighted mean stands beside it.",
				"Periods of one pattern that overlap count twice; they are reported, not repaired.",
				"The table knows no organizations: with an organization, rows whose pattern name it has are taken, and names that others have too are ambiguous.",
			},
		},
		{
			ID: ApplicationCount, Title: "Application count", Area: AreaPatterns, Unit: UnitRatio,
			Target: Target{Op: AtLeast, Value: 10}, Per: "month", Each: true, Span: Rolling,
			Formula: "active patterns with at least 10 applications a month / active patterns",
			Sources: []string{"pattern_effectiveness", "patterns"},
			Method:  "census",
			Caveats: []string{
				"Met when every active pattern is; items lists them, worst first.",
				"A window of 28 to 31 days is a month; others are converted at 30.436875 days.",
				"Not patterns.times_applied, a lifetime counter.",
			},
		},
		{
			ID: PatternSuccessRate, Title: "Pattern success rate", Area: AreaPatterns, Unit: UnitRatio,
			Target: Target{Op: AtLeast, Value: 0.70}, Span: Rolling,
			Formula: "Σ success_count / Σ application_count over the periods that start in the window",
			Sources: []string{"pattern_effectiveness"},
			Method:  "Wilson interval",
			Caveats: []string{
				"Pooled over all applications, not the mean of the periods' rates.",
				"Applications whose outcome is unknown are not successes; such periods are contradictory.",
			},
		},
		{
			ID: BugDetectionTrend, Title: "Bug detection trend", Area: AreaQuality, Unit: UnitCount,
			Target: Target{Op: Declining}, Per: "week", Span: TwelveWeeks,
			Formula: "bug rows of the last complete week; the trend is a Mann-Kendall test over twelve complete weeks",
			Sources: []string{"metrics_bugs"},
			Method:  "exact p, Theil-Sen slope with its interval",
			Caveats: []string{
				"Fewer detections can also mean less detecting: look at how much was generated in the same weeks.",
				"Weeks before the first event of any kind are not zeros.",
			},
		},
		{
			ID: TestFailureRate, Title: "Test failure rate", Area: AreaQuality, Unit: UnitRatio,
			Target: Target{Op: Below, Value: 0.05}, Span: Rolling,
			Formula: "Σ failed / Σ (passed + failed) over test runs",
			Sources: []string{"metrics_performance", "metrics_test_failures"},
			Method:  "Wilson interval",
			Caveats: []string{
				"The unit is one execution of one test. Without test_run rows the number of executions is unknown, and the rate unavailable.",
			},
		},
		{
			ID: HighSeverityIssues, Title: "High severity issues", Area: AreaQuality, Unit: UnitCount,
			Target: Target{Op: Below, Value: 10}, Per: "week", Span: LastWeek,
			Formula: "review rows of severity high or critical in the last complete ISO week",
			Sources: []string{"metrics_code_reviews"},
			Method:  "Garwood interval",
			Caveats: []string{
				"Critical counts as high; both are also shown apart.",
			},
		},
		{
			ID: PatternCoverage, Title: "Pattern coverage", Area: AreaQuality, Unit: UnitRatio,
			Target: Target{Op: Exactly, Value: 1}, Span: AtAsOf,
			Formula: "active patterns that a test run names as covered / active patterns",
			Sources: []string{"patterns", "metrics_performance"},
			Method:  "census",
			Caveats: []string{
				"Unavailable until a test_run row lists the patterns that its tests cover: a violated pattern proves a test, a pattern never violated proves nothing.",
			},
		},
		{
			ID: PatternVersioning, Title: "Pattern versioning", Area: AreaOrganizations, Unit: UnitRatio,
			Target: Target{Op: Exactly, Value: 1}, Span: AtAsOf,
			Formula: "active patterns with a version above 1 / active patterns",
			Sources: []string{"patterns"},
			Method:  "census",
			Caveats: []string{
				"Literal: a pattern that never had to change misses it. changed_patterns_versioned, among those that did change, is the better control.",
			},
		},
		{
			ID: AuditTrailCoverage, Title: "Audit trail coverage", Area: AreaOrganizations, Unit: UnitRatio,
			Target: Target{Op: Exactly, Value: 1}, Span: AtAsOf,
			Formula: "changes of patterns with an audit row / changes (one creation and version − 1 updates each)",
			Sources: []string{"patterns", "audit_logs"},
			Method:  "census",
			Caveats: []string{
				"Surplus rows and rows of unknown patterns never help.",
				"A pattern that was deleted leaves no row to expect changes of; deletions in the log are reported.",
			},
		},
		{
			ID: ROIPerPattern, Title: "ROI per pattern", Area: AreaOrganizations, Unit: UnitRatio,
			Target: Target{Op: Above, Value: 10}, Each: true, Span: Lifetime,
			Formula: "active patterns that saved more than 10 hours / active patterns",
			Sources: []string{"metrics", "patterns"},
			Method:  "census",
			Caveats: []string{
				"Met when every active pattern is; items lists them, worst first.",
				"The hours of a pattern include those of its earlier versions.",
			},
		},
		{
			ID: UserAdoption, Title: "User adoption", Area: AreaOrganizations, Unit: UnitRatio,
			Target: Target{Op: Above, Value: 0.80}, Span: ThirtyDays,
			Formula: "active users who logged in within 30 days / active users",
			Sources: []string{"users"},
			Method:  "census",
			Caveats: []string{
				"A login overwrites the one before: only the present can be measured.",
				"Only logins by password set the time; users of API keys seem inactive.",
			},
		},
	}
}

// definitionOf returns the definition of one KPI.
func definitionOf(id ID) Definition {
	return byID[id]
}

var byID = func() map[ID]Definition {
	m := map[ID]Definition{}
	for _, d := range Definitions() {
		m[d.ID] = d
	}
	return m
}()

// repeats tells whether there is a window before to compare with.
func (s Span) repeats() bool { return s == Rolling || s == TwelveWeeks || s == LastWeek }
