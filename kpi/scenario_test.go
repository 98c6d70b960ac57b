package kpi_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/api"
	"github.com/doronpers/feedback-loop-go/kpi"
	"github.com/doronpers/feedback-loop-go/metrics"
)

// generations makes n of them in the window, of which so many are successes.
func generations(n, successes int) []metrics.CodeGeneration {
	all := make([]metrics.CodeGeneration, n)
	for i := range all {
		all[i] = metrics.CodeGeneration{
			ID: int64(i + 1), Prompt: fmt.Sprint(i), Timestamp: ago(1), Success: ptr(i < successes),
		}
	}
	return all
}

// with changes each generation.
func with(all []metrics.CodeGeneration, change func(i int, g *metrics.CodeGeneration)) []metrics.CodeGeneration {
	for i := range all {
		change(i, &all[i])
	}
	return all
}

// confident gives all the same confidence.
func confident(all []metrics.CodeGeneration, c float64) []metrics.CodeGeneration {
	return with(all, func(_ int, g *metrics.CodeGeneration) { g.Confidence = &c })
}

// counted gives them numbers of patterns in turn.
func counted(all []metrics.CodeGeneration, counts ...int64) []metrics.CodeGeneration {
	return with(all, func(i int, g *metrics.CodeGeneration) { g.PatternsCount = ptr(counts[i%len(counts)]) })
}

// broken gives the first n a compilation error.
func broken(all []metrics.CodeGeneration, n int, text string) []metrics.CodeGeneration {
	return with(all, func(i int, g *metrics.CodeGeneration) {
		if i < n {
			g.CompilationError = &text
		}
	})
}

// period is a row of pattern_effectiveness.
func period(name string, applied, passed int64, score float64) metrics.Effectiveness {
	return metrics.Effectiveness{
		PatternName: name, ApplicationCount: &applied, SuccessCount: &passed, FailureCount: ptr(applied - passed),
		EffectivenessScore: &score, PeriodStart: ago(2), PeriodEnd: ago(1),
	}
}

// repeated returns n copies that follow one another without a gap.
func repeated(e metrics.Effectiveness, n int) []metrics.Effectiveness {
	all := make([]metrics.Effectiveness, n)
	for i := range all {
		all[i] = e
		all[i].PeriodStart, all[i].PeriodEnd = ago(float64(n-i)), ago(float64(n-i-1))
	}
	return all
}

// patterns makes active patterns of version 1.
func patterns(names ...string) []api.Pattern {
	var all []api.Pattern
	for i, name := range names {
		all = append(all, api.Pattern{ID: int64(i + 1), OrganizationID: 1, Name: name, Version: 1, IsActive: true,
			CreatedAt: ago(100), UpdatedAt: ago(100)})
	}
	return all
}

// weekly makes bugs in the last complete weeks, the last count in the last.
func weekly(counts ...int) []metrics.Bug {
	var all []metrics.Bug
	end := kpi.Week(asOf)
	for i, n := range counts {
		for range n {
			at := end.AddDate(0, 0, -7*(len(counts)-i)).Add(time.Hour)
			all = append(all, metrics.Bug{Pattern: "p", Count: 2, Timestamp: metrics.At(at)})
		}
	}
	return all
}

// old is a deployment so many weeks ago: the project exists since then.
func old(weeks float64) []metrics.Deployment {
	return []metrics.Deployment{{Environment: "production", Timestamp: ago(7 * weeks)}}
}

// found makes n findings in the last complete week.
func found(n int, s metrics.Severity) []metrics.CodeReview {
	all := make([]metrics.CodeReview, n)
	for i := range all {
		all[i] = metrics.CodeReview{Severity: s, Count: 1, Timestamp: metrics.At(kpi.Week(asOf).Add(-time.Hour))}
	}
	return all
}

// testRun is a run of tests with these details.
func testRun(details string) metrics.Performance {
	return metrics.Performance{ID: 1, MetricType: metrics.MetricTestRun, Details: metrics.JSON(details), Timestamp: ago(1),
		Origin: metrics.Origin{RunID: ptr("run-1")}}
}

func runs(details ...string) []metrics.Performance {
	var all []metrics.Performance
	for _, d := range details {
		all = append(all, testRun(d))
	}
	return all
}

func failures(count int64) []metrics.TestFailure {
	return []metrics.TestFailure{{TestName: "T", Count: count, Timestamp: ago(1), PatternViolated: ptr("a"), Origin: metrics.Origin{RunID: ptr("run-1")}}}
}

// logged are audit rows.
func logged(action string, ids ...int64) []api.AuditLog {
	var all []api.AuditLog
	for _, id := range ids {
		all = append(all, api.AuditLog{OrganizationID: 1, Action: action, ResourceType: "Pattern", ResourceID: &id, CreatedAt: ago(3)})
	}
	return all
}

// saved is time that a pattern saved.
func saved(pattern, seconds int64) api.Metric {
	return api.Metric{OrganizationID: 1, PatternID: &pattern, UserID: ptr(int64(1)), TimeSavedSeconds: &seconds, CreatedAt: ago(3)}
}

// users makes active users, of whom so many logged in yesterday.
func users(n, recent int) []api.User {
	all := make([]api.User, n)
	for i := range all {
		all[i] = api.User{ID: int64(i + 1), OrganizationID: 1, IsActive: true, CreatedAt: ago(100)}
		if i < recent {
			all[i].LastLogin = ptr(ago(1))
		}
	}
	return all
}

// scenario is what one KPI should say about rows.
type scenario struct {
	id       kpi.ID
	data     kpi.Data
	query    kpi.Query // AsOf is filled in
	value    *float64
	status   kpi.Status
	evidence kpi.Evidence
	reason   kpi.Reason
}

func scenarios() map[string]scenario {
	one := func(v float64) *float64 { return &v }
	return map[string]scenario{
		"success: the target itself meets it":          {id: kpi.SuccessRate, data: kpi.Data{Generations: generations(400, 340)}, value: one(0.85), status: kpi.Met, evidence: kpi.Inconclusive},
		"success: 17 of 20 are too few":                {id: kpi.SuccessRate, data: kpi.Data{Generations: generations(20, 17)}, value: one(0.85), status: kpi.InsufficientData, reason: kpi.ReasonFewRows},
		"success: 0 of 10 fail however few":            {id: kpi.SuccessRate, data: kpi.Data{Generations: generations(10, 0)}, value: one(0), status: kpi.NotMet, evidence: kpi.Conclusive},
		"success: 1000 of 1000":                        {id: kpi.SuccessRate, data: kpi.Data{Generations: generations(1000, 1000)}, value: one(1), status: kpi.Met, evidence: kpi.Conclusive},
		"success: a point below decides without proof": {id: kpi.SuccessRate, data: kpi.Data{Generations: generations(100, 84)}, value: one(0.84), status: kpi.NotMet, evidence: kpi.Inconclusive},
		"success: nothing":                             {id: kpi.SuccessRate, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"success: outcomes unknown":                    {id: kpi.SuccessRate, data: kpi.Data{Generations: with(generations(50, 0), func(_ int, g *metrics.CodeGeneration) { g.Success = nil })}, status: kpi.NoData, reason: kpi.ReasonNoValues},
		"success: read out of a plan":                  {id: kpi.SuccessRate, data: kpi.Data{Generations: with(generations(50, 50), func(_ int, g *metrics.CodeGeneration) { g.Source = ptr("plan_file") })}, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"success: a plan only the metadata tell of": {id: kpi.SuccessRate, data: kpi.Data{Generations: with(generations(50, 50), func(_ int, g *metrics.CodeGeneration) {
			g.Source, g.GenerationMetadata = ptr("import"), metrics.JSON(`{"source":"plan_file"}`)
		})}, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"confidence: the target itself meets it":        {id: kpi.AverageConfidence, data: kpi.Data{Generations: with(generations(100, 90), func(i int, g *metrics.CodeGeneration) { g.Confidence = ptr([]float64{0.5, 1}[i%2]) })}, value: one(0.75), status: kpi.Met, evidence: kpi.Inconclusive},
		"confidence: one value":                         {id: kpi.AverageConfidence, data: kpi.Data{Generations: confident(generations(1, 1), 0.9)}, value: one(0.9), status: kpi.InsufficientData, reason: kpi.ReasonFewRows},
		"confidence: all alike and high":                {id: kpi.AverageConfidence, data: kpi.Data{Generations: confident(generations(5, 1), 0.9)}, value: one(0.9), status: kpi.Met, evidence: kpi.Conclusive},
		"confidence: in percent is invalid":             {id: kpi.AverageConfidence, data: kpi.Data{Generations: confident(generations(40, 30), 85)}, status: kpi.NoData, reason: kpi.ReasonNoValues},
		"confidence: low":                               {id: kpi.AverageConfidence, data: kpi.Data{Generations: confident(generations(50, 40), 0.5)}, value: one(0.5), status: kpi.NotMet, evidence: kpi.Conclusive},
		"confidence: nothing":                           {id: kpi.AverageConfidence, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"patterns: the lower end meets":                 {id: kpi.PatternsPerGen, data: kpi.Data{Generations: counted(generations(60, 50), 1, 2, 3)}, value: one(2), status: kpi.Met, evidence: kpi.Inconclusive},
		"patterns: the upper end meets":                 {id: kpi.PatternsPerGen, data: kpi.Data{Generations: counted(generations(60, 50), 4, 5, 6)}, value: one(5), status: kpi.Met, evidence: kpi.Inconclusive},
		"patterns: well inside":                         {id: kpi.PatternsPerGen, data: kpi.Data{Generations: counted(generations(60, 50), 3, 4)}, value: one(3.5), status: kpi.Met, evidence: kpi.Conclusive},
		"patterns: far above":                           {id: kpi.PatternsPerGen, data: kpi.Data{Generations: counted(generations(60, 50), 8, 9)}, value: one(8.5), status: kpi.NotMet, evidence: kpi.Conclusive},
		"patterns: none applied counts as 0":            {id: kpi.PatternsPerGen, data: kpi.Data{Generations: with(generations(60, 50), func(_ int, g *metrics.CodeGeneration) { g.PatternsApplied = metrics.Names{} })}, value: one(0), status: kpi.NotMet, evidence: kpi.Conclusive},
		"patterns: the column wins over the list":       {id: kpi.PatternsPerGen, data: kpi.Data{Generations: with(counted(generations(60, 50), 3), func(_ int, g *metrics.CodeGeneration) { g.PatternsApplied = metrics.Names{"a"} })}, value: one(3), status: kpi.Met, evidence: kpi.Conclusive},
		"patterns: unknown":                             {id: kpi.PatternsPerGen, data: kpi.Data{Generations: generations(60, 50)}, status: kpi.NoData, reason: kpi.ReasonNoValues},
		"patterns: nothing":                             {id: kpi.PatternsPerGen, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"compile errors: the target itself misses it":   {id: kpi.CompilationErrorRate, data: kpi.Data{Generations: broken(generations(40, 30), 6, "E: x")}, value: one(0.15), status: kpi.NotMet, evidence: kpi.Inconclusive},
		"compile errors: blank is none":                 {id: kpi.CompilationErrorRate, data: kpi.Data{Generations: broken(generations(100, 90), 60, " \t\n")}, value: one(0), status: kpi.Met, evidence: kpi.Conclusive},
		"compile errors: many":                          {id: kpi.CompilationErrorRate, data: kpi.Data{Generations: broken(generations(30, 20), 9, "E: x")}, value: one(0.3), status: kpi.NotMet, evidence: kpi.Conclusive},
		"compile errors: nothing":                       {id: kpi.CompilationErrorRate, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"calibration: perfect and enough":               {id: kpi.CalibrationError, data: kpi.Data{Generations: confident(generations(1000, 800), 0.8)}, value: one(0), status: kpi.Met, evidence: kpi.Conclusive},
		"calibration: perfect, noise above half target": {id: kpi.CalibrationError, data: kpi.Data{Generations: confident(generations(30, 24), 0.8)}, value: one(0), status: kpi.Met, evidence: kpi.Inconclusive},
		"calibration: overconfident":                    {id: kpi.CalibrationError, data: kpi.Data{Generations: confident(generations(200, 100), 0.95)}, value: one(0.45), status: kpi.NotMet, evidence: kpi.Conclusive},
		"calibration: within the noise":                 {id: kpi.CalibrationError, data: kpi.Data{Generations: confident(generations(30, 18), 0.5)}, value: one(0.1), status: kpi.InsufficientData, reason: kpi.ReasonWithinNoise},
		"calibration: few":                              {id: kpi.CalibrationError, data: kpi.Data{Generations: confident(generations(29, 18), 0.1)}, value: one(18.0/29 - 0.1), status: kpi.InsufficientData, reason: kpi.ReasonFewRows},
		"calibration: certain and wrong":                {id: kpi.CalibrationError, data: kpi.Data{Generations: confident(generations(30, 0), 1)}, value: one(1), status: kpi.NotMet, evidence: kpi.Conclusive},
		"calibration: certain and right":                {id: kpi.CalibrationError, data: kpi.Data{Generations: confident(generations(30, 30), 1)}, value: one(0), status: kpi.Met, evidence: kpi.Conclusive},
		"calibration: no confidence":                    {id: kpi.CalibrationError, data: kpi.Data{Generations: generations(50, 40)}, status: kpi.NoData, reason: kpi.ReasonNoValues},
		"calibration: nothing":                          {id: kpi.CalibrationError, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"effectiveness: high":                           {id: kpi.EffectivenessScore, data: kpi.Data{Effectiveness: repeated(period("a", 10, 9, 0.9), 6)}, value: one(0.9), status: kpi.Met, evidence: kpi.Conclusive},
		"effectiveness: the target itself meets it":     {id: kpi.EffectivenessScore, data: kpi.Data{Effectiveness: append(repeated(period("a", 10, 9, 0.9), 5), repeated(period("b", 10, 7, 0.7), 5)...)}, value: one(0.8), status: kpi.Met, evidence: kpi.Inconclusive},
		"effectiveness: few periods":                    {id: kpi.EffectivenessScore, data: kpi.Data{Effectiveness: repeated(period("a", 10, 9, 0.9), 4)}, value: one(0.9), status: kpi.InsufficientData, reason: kpi.ReasonFewRows},
		"effectiveness: few applications":               {id: kpi.EffectivenessScore, data: kpi.Data{Effectiveness: repeated(period("a", 2, 1, 0.9), 10)}, value: one(0.9), status: kpi.InsufficientData, reason: kpi.ReasonFewApplications},
		"effectiveness: never applied":                  {id: kpi.EffectivenessScore, data: kpi.Data{Effectiveness: repeated(period("a", 0, 0, 0.9), 10)}, status: kpi.NoData, reason: kpi.ReasonZeroWeight},
		"effectiveness: out of range":                   {id: kpi.EffectivenessScore, data: kpi.Data{Effectiveness: repeated(period("a", 9, 9, 90), 10)}, status: kpi.NoData, reason: kpi.ReasonNoValues},
		"effectiveness: nothing":                        {id: kpi.EffectivenessScore, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"effectiveness: of a project":                   {id: kpi.EffectivenessScore, query: kpi.Query{Project: "shop"}, status: kpi.Unavailable, reason: kpi.ReasonNoProject},
		"applications: every pattern often enough":      {id: kpi.ApplicationCount, data: kpi.Data{Patterns: patterns("a"), Effectiveness: repeated(period("a", 5, 5, 1), 2)}, value: one(1), status: kpi.Met, evidence: kpi.Conclusive},
		"applications: one of two":                      {id: kpi.ApplicationCount, data: kpi.Data{Patterns: patterns("a", "b"), Effectiveness: repeated(period("a", 5, 5, 1), 2)}, value: one(0.5), status: kpi.NotMet, evidence: kpi.Conclusive},
		"applications: 9 in a month miss it":            {id: kpi.ApplicationCount, data: kpi.Data{Patterns: patterns("a"), Effectiveness: repeated(period("a", 9, 5, 1), 1)}, value: one(0), status: kpi.NotMet, evidence: kpi.Conclusive},
		"applications: 9 in four weeks miss it":         {id: kpi.ApplicationCount, query: kpi.Query{Days: 28}, data: kpi.Data{Patterns: patterns("a"), Effectiveness: repeated(period("a", 9, 5, 1), 1)}, value: one(0), status: kpi.NotMet, evidence: kpi.Conclusive},
		"applications: 3 in a week are 13 a month":      {id: kpi.ApplicationCount, query: kpi.Query{Days: 7}, data: kpi.Data{Patterns: patterns("a"), Effectiveness: repeated(period("a", 3, 3, 1), 1)}, value: one(1), status: kpi.Met, evidence: kpi.Conclusive},
		"applications: no active pattern":               {id: kpi.ApplicationCount, data: kpi.Data{Effectiveness: repeated(period("a", 5, 5, 1), 2)}, status: kpi.NoData, reason: kpi.ReasonNoPatterns},
		"applications: never rolled up":                 {id: kpi.ApplicationCount, data: kpi.Data{Patterns: patterns("a")}, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"applications: of a project":                    {id: kpi.ApplicationCount, query: kpi.Query{Project: "shop"}, status: kpi.Unavailable, reason: kpi.ReasonNoProject},
		"pattern success: pooled, not averaged":         {id: kpi.PatternSuccessRate, data: kpi.Data{Effectiveness: append(repeated(period("a", 90, 72, 1), 1), repeated(period("b", 10, 0, 1), 1)...)}, value: one(0.72), status: kpi.Met, evidence: kpi.Inconclusive},
		"pattern success: more than were applied":       {id: kpi.PatternSuccessRate, data: kpi.Data{Effectiveness: repeated(period("a", 9, 10, 1), 1)}, status: kpi.NoData, reason: kpi.ReasonNoValues},
		"pattern success: too wide an interval":         {id: kpi.PatternSuccessRate, data: kpi.Data{Effectiveness: repeated(period("a", 30, 18, 1), 1)}, value: one(0.6), status: kpi.InsufficientData, reason: kpi.ReasonWideInterval},
		"pattern success: never applied":                {id: kpi.PatternSuccessRate, data: kpi.Data{Effectiveness: repeated(period("a", 0, 0, 1), 1)}, status: kpi.NoData, reason: kpi.ReasonZeroWeight},
		"pattern success: nothing":                      {id: kpi.PatternSuccessRate, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"bugs: ever fewer":                              {id: kpi.BugDetectionTrend, data: kpi.Data{Bugs: weekly(12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)}, value: one(1), status: kpi.Met, evidence: kpi.Conclusive},
		"bugs: ever more":                               {id: kpi.BugDetectionTrend, data: kpi.Data{Bugs: weekly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)}, value: one(12), status: kpi.NotMet, evidence: kpi.Conclusive},
		"bugs: neither":                                 {id: kpi.BugDetectionTrend, data: kpi.Data{Bugs: weekly(3, 4, 3, 4, 3, 4, 3, 4, 3, 4, 3, 4)}, value: one(4), status: kpi.NotMet, evidence: kpi.Inconclusive},
		"bugs: five falling weeks are enough":           {id: kpi.BugDetectionTrend, data: kpi.Data{Bugs: weekly(5, 4, 3, 2, 1)}, value: one(1), status: kpi.Met, evidence: kpi.Conclusive},
		"bugs: four weeks never are":                    {id: kpi.BugDetectionTrend, data: kpi.Data{Bugs: weekly(4, 3, 2, 1)}, value: one(1), status: kpi.InsufficientData, reason: kpi.ReasonFewPeriods},
		"bugs: seven wavering weeks":                    {id: kpi.BugDetectionTrend, data: kpi.Data{Bugs: weekly(4, 3, 4, 3, 4, 3, 4)}, value: one(4), status: kpi.InsufficientData, reason: kpi.ReasonFewPeriods},
		"bugs: only long ago":                           {id: kpi.BugDetectionTrend, data: kpi.Data{Bugs: []metrics.Bug{{Timestamp: ago(200)}}}, value: one(0), status: kpi.Met, reason: kpi.ReasonAllZero},
		"bugs: nothing, though the project is old":      {id: kpi.BugDetectionTrend, data: kpi.Data{Deployments: old(20)}, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"bugs: only this week":                          {id: kpi.BugDetectionTrend, data: kpi.Data{Bugs: []metrics.Bug{{Timestamp: ago(1)}}}, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"tests: the target itself misses it":            {id: kpi.TestFailureRate, data: kpi.Data{Performance: runs(`{"failed":20,"passed":380}`)}, value: one(0.05), status: kpi.NotMet, evidence: kpi.Inconclusive},
		"tests: skipped are not executed":               {id: kpi.TestFailureRate, data: kpi.Data{Performance: runs(`{"failed":1,"passed":999,"skipped":5000}`)}, value: one(0.001), status: kpi.Met, evidence: kpi.Conclusive},
		"tests: executions unknown":                     {id: kpi.TestFailureRate, data: kpi.Data{TestFailures: failures(3)}, status: kpi.Unavailable, reason: kpi.ReasonNoTestRuns},
		"tests: all skipped":                            {id: kpi.TestFailureRate, data: kpi.Data{Performance: runs(`{"failed":0,"passed":0,"skipped":7}`)}, status: kpi.NoData, reason: kpi.ReasonNoExecutions},
		"tests: counts missing":                         {id: kpi.TestFailureRate, data: kpi.Data{Performance: runs(`{"passed":5}`)}, status: kpi.NoData, reason: kpi.ReasonNoValues},
		"tests: counts broken":                          {id: kpi.TestFailureRate, data: kpi.Data{Performance: runs(`{"failed":-1,"passed":5}`)}, status: kpi.NoData, reason: kpi.ReasonNoValues},
		"tests: more failures than failed":              {id: kpi.TestFailureRate, data: kpi.Data{Performance: runs(`{"failed":2,"passed":98}`), TestFailures: failures(3)}, status: kpi.InvalidData, reason: kpi.ReasonMoreFailures},
		"tests: few":                                    {id: kpi.TestFailureRate, data: kpi.Data{Performance: runs(`{"failed":1,"passed":19}`)}, value: one(0.05), status: kpi.InsufficientData, reason: kpi.ReasonFewRows},
		"reviews: 10 miss it":                           {id: kpi.HighSeverityIssues, data: kpi.Data{CodeReviews: found(10, "high")}, value: one(10), status: kpi.NotMet, evidence: kpi.Inconclusive},
		"reviews: 9 prove nothing":                      {id: kpi.HighSeverityIssues, data: kpi.Data{CodeReviews: found(9, "critical")}, value: one(9), status: kpi.Met, evidence: kpi.Inconclusive},
		"reviews: other spellings":                      {id: kpi.HighSeverityIssues, data: kpi.Data{CodeReviews: found(30, " HIGH")}, value: one(30), status: kpi.NotMet, evidence: kpi.Conclusive},
		"reviews: harmless ones":                        {id: kpi.HighSeverityIssues, data: kpi.Data{CodeReviews: found(30, "low")}, value: one(0), status: kpi.Met, evidence: kpi.Conclusive},
		"reviews: nothing":                              {id: kpi.HighSeverityIssues, data: kpi.Data{Deployments: old(20)}, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"coverage: all":                                 {id: kpi.PatternCoverage, data: kpi.Data{Patterns: patterns("a"), Performance: runs(`{"patterns":["a","gone"]}`)}, value: one(1), status: kpi.Met, evidence: kpi.Conclusive},
		"coverage: half":                                {id: kpi.PatternCoverage, data: kpi.Data{Patterns: patterns("a", "b"), Performance: runs(`{"patterns":["a"]}`)}, value: one(0.5), status: kpi.NotMet, evidence: kpi.Conclusive},
		"coverage: no map":                              {id: kpi.PatternCoverage, data: kpi.Data{Patterns: patterns("a"), TestFailures: failures(1)}, status: kpi.Unavailable, reason: kpi.ReasonNoTestMap},
		"coverage: no pattern":                          {id: kpi.PatternCoverage, data: kpi.Data{Performance: runs(`{"patterns":["a"]}`)}, status: kpi.NoData, reason: kpi.ReasonNoPatterns},
		"versioning: literal":                           {id: kpi.PatternVersioning, data: kpi.Data{Patterns: patterns("a")}, value: one(0), status: kpi.NotMet, evidence: kpi.Conclusive},
		"versioning: no pattern":                        {id: kpi.PatternVersioning, status: kpi.NoData, reason: kpi.ReasonNoPatterns},
		"audit: complete":                               {id: kpi.AuditTrailCoverage, data: kpi.Data{Patterns: patterns("a", "b"), AuditLogs: logged("Created", 1, 2)}, value: one(1), status: kpi.Met, evidence: kpi.Conclusive},
		"audit: surplus does not help":                  {id: kpi.AuditTrailCoverage, data: kpi.Data{Patterns: patterns("a", "b"), AuditLogs: logged("create", 1, 1, 1, 99)}, value: one(0.5), status: kpi.NotMet, evidence: kpi.Conclusive},
		"audit: no log at all":                          {id: kpi.AuditTrailCoverage, data: kpi.Data{Patterns: patterns("a")}, value: one(0), status: kpi.NotMet, evidence: kpi.Conclusive},
		"audit: no pattern":                             {id: kpi.AuditTrailCoverage, status: kpi.NoData, reason: kpi.ReasonNoPatterns},
		"roi: exactly ten hours miss it":                {id: kpi.ROIPerPattern, data: kpi.Data{Patterns: patterns("a"), Metrics: []api.Metric{saved(1, 36000)}}, value: one(0), status: kpi.NotMet, evidence: kpi.Conclusive},
		"roi: a second more meets it":                   {id: kpi.ROIPerPattern, data: kpi.Data{Patterns: patterns("a"), Metrics: []api.Metric{saved(1, 36001)}}, value: one(1), status: kpi.Met, evidence: kpi.Conclusive},
		"roi: no rows":                                  {id: kpi.ROIPerPattern, data: kpi.Data{Patterns: patterns("a")}, status: kpi.NoData, reason: kpi.ReasonNoRows},
		"roi: no pattern":                               {id: kpi.ROIPerPattern, data: kpi.Data{Metrics: []api.Metric{saved(1, 36001)}}, status: kpi.NoData, reason: kpi.ReasonNoPatterns},
		"adoption: 8 of 10 miss it":                     {id: kpi.UserAdoption, data: kpi.Data{Users: users(10, 8)}, value: one(0.8), status: kpi.NotMet, evidence: kpi.Conclusive},
		"adoption: 9 of 10":                             {id: kpi.UserAdoption, data: kpi.Data{Users: users(10, 9)}, value: one(0.9), status: kpi.Met, evidence: kpi.Conclusive},
		"adoption: nobody":                              {id: kpi.UserAdoption, status: kpi.NoData, reason: kpi.ReasonNoUsers},
		"adoption: in the past":                         {id: kpi.UserAdoption, query: kpi.Query{Now: asOf.Add(25 * time.Hour)}, data: kpi.Data{Users: users(10, 9)}, status: kpi.Unavailable, reason: kpi.ReasonPast},
		"runs with failures":                            {id: kpi.RunsWithFailures, data: kpi.Data{Performance: runs(`{"failed":1,"passed":9}`, `{"failed":0,"passed":9}`)}, value: one(0.5), status: kpi.Informative},
		"engaged users":                                 {id: kpi.EngagedUsers, data: kpi.Data{Metrics: []api.Metric{saved(1, 5)}}, value: one(1), status: kpi.Informative},
		"observed in tests":                             {id: kpi.ObservedInTests, data: kpi.Data{Patterns: patterns("a", "b"), TestFailures: failures(1)}, value: one(0.5), status: kpi.Informative},
	}
}

func TestKPIsSayWhatIsDefined(t *testing.T) {
	t.Parallel()

	for name, s := range scenarios() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			s.query.AsOf = asOf
			report, err := kpi.Evaluate(s.data, s.query)
			require.NoError(t, err)
			got, ok := report.KPI(s.id)
			require.True(t, ok, "report has no %s", s.id)
			if s.value == nil {
				assert.Nil(t, got.Value, "value")
			} else if assert.NotNil(t, got.Value, "value") {
				assert.InDelta(t, *s.value, *got.Value, 1e-12, "value")
			}
			assert.Equal(t, s.status, got.Status, "status")
			assert.Equal(t, s.evidence, got.Evidence, "evidence")
			assert.Equal(t, s.reason, got.Reason, "reason")
		})
	}
}

func TestEveryStatusAndReasonIsReached(t *testing.T) {
	t.Parallel()

	reached := map[string]bool{}
	for _, s := range scenarios() {
		reached[string(s.status)], reached[string(s.evidence)], reached[string(s.reason)] = true, true, true
	}
	for _, value := range constants(t, "status.go") {
		assert.True(t, reached[value], "no scenario reaches %q", value)
	}
}

func TestEveryKPIIsTestedWithoutItsDenominator(t *testing.T) {
	t.Parallel()

	empty := map[kpi.ID]bool{}
	for _, s := range scenarios() {
		empty[s.id] = empty[s.id] || s.status == kpi.NoData && s.value == nil
	}
	for _, d := range kpi.Definitions() {
		assert.True(t, empty[d.ID], "no scenario leaves %s nothing to divide by", d.ID)
	}
}

// constants returns the strings that a file of the package declares.
func constants(t *testing.T, file string) []string {
	t.Helper()

	source, err := os.ReadFile(file)
	require.NoError(t, err)
	parsed, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
	require.NoError(t, err)
	var values []string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			if literal, ok := spec.Values[0].(*ast.BasicLit); ok {
				value, err := strconv.Unquote(literal.Value)
				require.NoError(t, err)
				values = append(values, value)
			}
		}
		return true
	})
	require.NotEmpty(t, values)
	return values
}
