package kpi_test

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/kpi"
)

// wide are analyses with names and numbers as long as they may be.
func wide(name string) map[string]interface{ WriteTable(w io.Writer) error } {
	many, hours, all := int64(9_999_999), 99_999.5, kpi.Interval{Lower: -1, Upper: 1}
	judged := kpi.Judgement{Verdict: kpi.EffectBetter, Evidence: kpi.Inconclusive, Placebo: kpi.Placebo{Cuts: 48, AsLarge: 48}}
	sides := kpi.BeforeAfter{Before: kpi.SuccessCount{Rate: ptr(1.0)}, After: kpi.SuccessCount{Rate: ptr(1.0)}}
	return map[string]interface{ WriteTable(w io.Writer) error }{
		"calibrations": kpi.CalibrationTable{By: kpi.ByPattern, Groups: []kpi.CalibrationGroup{
			{Name: &name, N: many, Reliability: kpi.Reliability{Bias: -1, ECE: 1, NoiseFloor: 1}}, {},
		}},
		"impact": kpi.Impact{
			Teams: []kpi.TeamImpact{{Team: name, Members: many, Savings: kpi.Savings{Entries: many, Hours: &hours}, HoursPerMember: &hours}},
			Users: []kpi.UserImpact{{User: name, Savings: kpi.Savings{Entries: many, Hours: &hours}}},
		},
		"patterns": kpi.PatternReport{Patterns: []kpi.PatternRow{
			{Pattern: name, OrganizationID: &many, Library: &kpi.LibraryEntry{Usage: kpi.UsageNever}, Generations: many, Bugs: 99_999, Failures: many,
				SuccessRate: ptr(1.0), Effectiveness: ptr(1.0), Hours: ptr(9999.5)}, {},
		}},
		"effects": kpi.PatternEffects{Effects: []kpi.Effect{{
			Version: 99, At: asOf, Success: kpi.SuccessEffect{Treated: sides, Net: ptr(-1.0), NetInterval: &all, Judgement: judged},
			Bugs: kpi.BugEffect{Before: kpi.BugCount{Bugs: many}, After: kpi.BugCount{Bugs: many}, Net: ptr(-1.0), NetInterval: &all, Judgement: judged},
		}, {}}},
		"outcomes": kpi.OutcomeTable{AsOf: asOf, Days: 365, By: kpi.ByPattern,
			Links: kpi.Links{Bugs: many, TestFailures: many, Reviews: many, Deployments: many, Dangling: many, Early: many},
			Groups: []kpi.OutcomeGroup{{Name: &name, Outcomes: []kpi.Outcome{
				{Days: 30, Value: ptr(1.0), Interval: &kpi.Interval{Upper: 1}, N: many, Unknown: many, Young: many}, {Days: 1},
			}}, {}},
		},
		"flaky tests": kpi.Flakiness{Tests: []kpi.TestRecord{
			{Test: name, Project: &name, Kind: kpi.TestPassing, Runs: 9999, Failed: 9999, Flaky: 9999, Unknown: 9999, FlakyInterval: &kpi.Interval{Upper: 1}}, {},
		}},
	}
}

func TestAnalysesFitATerminal(t *testing.T) {
	t.Parallel()

	for _, name := range []string{
		strings.Repeat("github.com/long/path/", 20) + "TestLast", strings.Repeat("\x1b[2J\n", 50), strings.Repeat("ü", 500), "", "\xff\u202e",
	} {
		for what, analysis := range wide(name) {
			var b bytes.Buffer
			require.NoError(t, analysis.WriteTable(&b), what)
			for line := range strings.Lines(b.String()) {
				line = strings.TrimSuffix(line, "\n")
				assert.LessOrEqual(t, utf8.RuneCountInString(line), 100, "%s: %s", what, line)
				assert.False(t, strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }), "%s: %q", what, line)
			}
			if strings.HasSuffix(name, "TestLast") && what == "flaky tests" {
				assert.Contains(t, b.String(), "/TestLast ", "names of tests differ at their end")
			}
			require.ErrorIs(t, analysis.WriteTable(full{}), errFull, what)
		}
	}
}
