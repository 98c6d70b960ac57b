package kpi

import "encoding/json"

// Status says how a KPI stands against its target.
type Status string

// The statuses.
const (
	Met              Status = "met"
	NotMet           Status = "not_met"
	InsufficientData Status = "insufficient_data" // a value, but too few rows to judge it
	NoData           Status = "no_data"           // nothing to compute a value from
	Unavailable      Status = "unavailable"       // the source that it needs is missing
	InvalidData      Status = "invalid_data"      // the rows contradict each other
	Informative      Status = "informative"       // no target
)

// Evidence says how sure a verdict is. It is empty where nothing is judged.
type Evidence string

// The kinds of evidence. A conclusive verdict is one that luck does not
// explain: the interval lies on one side of the target.
const (
	Conclusive   Evidence = "conclusive"
	Inconclusive Evidence = "inconclusive"
)

// MarshalJSON returns null for no evidence.
func (e Evidence) MarshalJSON() ([]byte, error) { return orNull(string(e)) }

// Reason says why a KPI has no value, or no plain verdict. It is empty where
// there is nothing to explain.
type Reason string

// The reasons.
const (
	ReasonNoRows       Reason = "no_rows"       // nothing in the window
	ReasonNoValues     Reason = "no_values"     // rows, but the field is NULL or unusable in all
	ReasonZeroWeight   Reason = "zero_weight"   // scores, but no applications behind them
	ReasonNoTestRuns   Reason = "no_test_runs"  // failures are known, executions are not
	ReasonNoExecutions Reason = "no_executions" // test runs that executed nothing
	ReasonNoTestMap    Reason = "no_test_map"   // no run says which patterns its tests cover
	ReasonNoPatterns   Reason = "no_patterns"   // no active pattern
	ReasonNoUsers      Reason = "no_users"      // no active user
	ReasonPast         Reason = "past"          // the present state does not tell about the past
	ReasonNoProject    Reason = "no_project"    // the source knows no projects, and one was asked for

	ReasonFewRows         Reason = "few_rows"         // fewer than the method needs
	ReasonWideInterval    Reason = "wide_interval"    // the interval is wider than 0.30
	ReasonFewApplications Reason = "few_applications" // the weights add up to less than 30
	ReasonWithinNoise     Reason = "within_noise"     // a perfect source would show as much
	ReasonFewPeriods      Reason = "few_periods"      // fewer periods than a trend needs
	ReasonAllZero         Reason = "all_zero"         // nothing happened in any period
	ReasonMoreFailures    Reason = "more_failures"    // a run has more failures than it executed
)

// MarshalJSON returns null for no reason.
func (r Reason) MarshalJSON() ([]byte, error) { return orNull(string(r)) }

func orNull(s string) ([]byte, error) {
	if s == "" {
		return []byte("null"), nil
	}
	return json.Marshal(s)
}
