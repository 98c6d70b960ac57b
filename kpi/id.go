package kpi

// ID names a KPI, in reports and in the database.
type ID string

// The sixteen KPIs.
const (
	SuccessRate          ID = "success_rate"
	AverageConfidence    ID = "average_confidence"
	PatternsPerGen       ID = "patterns_per_generation"
	CompilationErrorRate ID = "compilation_error_rate"
	CalibrationError     ID = "calibration_error"
	EffectivenessScore   ID = "effectiveness_score"
	ApplicationCount     ID = "application_count"
	PatternSuccessRate   ID = "pattern_success_rate"
	BugDetectionTrend    ID = "bug_detection_trend"
	TestFailureRate      ID = "test_failure_rate"
	HighSeverityIssues   ID = "high_severity_issues"
	PatternCoverage      ID = "pattern_coverage"
	PatternVersioning    ID = "pattern_versioning"
	AuditTrailCoverage   ID = "audit_trail_coverage"
	ROIPerPattern        ID = "roi_per_pattern"
	UserAdoption         ID = "user_adoption"
)

// Companions of the KPIs, which have no target.
const (
	EngagedUsers     ID = "engaged_users"      // who saved time or measured something, beside user_adoption
	ObservedInTests  ID = "observed_in_tests"  // patterns that failed tests prove to be tested, beside pattern_coverage
	RunsWithFailures ID = "runs_with_failures" // beside test_failure_rate
)

// Area is the part of the work that a KPI looks at.
type Area string

// The areas, one for each dashboard.
const (
	AreaGeneration    Area = "code_generation"
	AreaPatterns      Area = "patterns"
	AreaQuality       Area = "quality"
	AreaOrganizations Area = "organizations"
)

// Unit is what a KPI's value counts.
type Unit string

// The units. A ratio lies in [0, 1]; percent is a way to write it.
const (
	UnitRatio    Unit = "ratio"
	UnitCount    Unit = "count"
	UnitHours    Unit = "hours"
	UnitPatterns Unit = "patterns"
)
