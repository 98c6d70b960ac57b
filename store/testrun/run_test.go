package testrun_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/testrun"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func Example() {
	run := testrun.NewRun(testrun.Options{})
	run.Start("TestLogin")
	run.Start("TestLogin/expired")
	run.Attr("TestLogin/expired", testrun.AttrPattern, "token_expiry")
	events := run.End(testrun.Execution{Test: "TestLogin/expired", Outcome: testrun.Failed, Message: "got 200", At: noon})
	events = append(events, run.End(testrun.Execution{Test: "TestLogin", Outcome: testrun.Failed, At: noon})...)
	events = append(events, run.Close(testrun.Execution{Test: "shop", Outcome: testrun.Failed, At: noon})...)
	for _, e := range events {
		switch e := e.(type) {
		case *metrics.TestFailure:
			fmt.Println(e.TestName, "violates", *e.PatternViolated)
		case *metrics.Performance:
			fmt.Println(*e.FunctionName, e.MetricType, e.Details)
		}
	}
	// Output:
	// TestLogin/expired test {"outcome":"failed","patterns":["token_expiry"]}
	// TestLogin/expired violates token_expiry
	// shop test_run {"failed":1,"passed":0,"patterns":["token_expiry"],"skipped":0}
}

// script runs lines such as "start A/b", "pass A/b" and returns what the
// events say.
func script(t *testing.T, lines ...string) []string {
	t.Helper()
	run := testrun.NewRun(testrun.Options{})
	var events []metrics.Event
	for _, line := range lines {
		what, name, _ := strings.Cut(line, " ")
		e := testrun.Execution{Test: name, At: noon}
		switch what {
		case "start":
			run.Start(name)
			continue
		case "pass":
			e.Outcome = testrun.Passed
		case "skip":
			e.Outcome = testrun.Skipped
		case "fail", "broken":
			e.Outcome = testrun.Failed
		case "done":
		default:
			require.Fail(t, "unknown", what)
		}
		if what == "done" || what == "broken" {
			events = append(events, run.Close(e)...)
		} else {
			events = append(events, run.End(e)...)
		}
	}
	var said []string
	for _, e := range events {
		metrics.Complete(e)
		require.NoError(t, e.Validate())
		switch e := e.(type) {
		case *metrics.TestFailure:
			said = append(said, "failure "+e.TestName)
		case *metrics.Performance:
			said = append(said, strings.TrimSpace(e.MetricType+" "+e.Details.String()))
		}
	}
	return said
}

func TestWhatCounts(t *testing.T) {
	t.Parallel()

	passed, failed, skipped := `test {"outcome":"passed"}`, `test {"outcome":"failed"}`, `test {"outcome":"skipped"}`
	run := func(passed, failed, skipped int) string {
		return fmt.Sprintf(`test_run {"failed":%d,"passed":%d,"skipped":%d}`, failed, passed, skipped)
	}
	for name, c := range map[string]struct {
		lines []string
		want  []string
	}{
		"nothing":                         {[]string{"done p"}, []string{run(0, 0, 0)}},
		"tests that never started":        {[]string{"pass A", "skip A/b", "done p"}, []string{passed, skipped, run(1, 0, 1)}},
		"a test tried twice":              {[]string{"start A", "fail A", "start A", "pass A", "done p"}, []string{failed, "failure A", passed, run(1, 1, 0)}},
		"a test around others":            {[]string{"start A", "start A/b", "pass A/b", "pass A", "done p"}, []string{passed, run(1, 0, 0)}},
		"it ends before the others":       {[]string{"start A", "start A/b", "fail A", "fail A/b", "done p"}, []string{failed, "failure A/b", run(0, 1, 0)}},
		"it fails and the others do not":  {[]string{"start A", "start A/b", "pass A/b", "fail A", "done p"}, []string{passed, failed, "failure A", run(1, 1, 0)}},
		"three levels":                    {[]string{"start A", "start A/b", "start A/b/c", "fail A/b/c", "fail A/b", "fail A", "done p"}, []string{failed, "failure A/b/c", run(0, 1, 0)}},
		"a slash in a name":               {[]string{"start A", "start A/b/c", "pass A/b/c", "pass A", "done p"}, []string{passed, run(1, 0, 0)}},
		"a subtest that never ends":       {[]string{"start A", "start A/b", "fail A", "broken p"}, []string{failed, "failure A", run(0, 1, 0)}},
		"nothing failed but the run":      {[]string{"start A", "pass A", "broken p"}, []string{passed, failed, "failure p", run(1, 1, 0)}},
		"the run failed as its tests did": {[]string{"start A", "fail A", "broken p"}, []string{failed, "failure A", run(0, 1, 0)}},
		"a test that never ends":          {[]string{"start A", "done p"}, []string{run(0, 0, 0)}},
		"a test that starts twice":        {[]string{"start A", "start A/b", "start A/b", "pass A/b", "pass A", "done p"}, []string{passed, run(1, 0, 0)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, script(t, c.lines...))
		})
	}
}

func TestAttributesAreInherited(t *testing.T) {
	t.Parallel()

	key := strings.Repeat("a", 64)
	asked := 0
	run := testrun.NewRun(testrun.Options{Patterns: func(testrun.Execution) []string {
		asked++
		return []string{"guessed"}
	}})
	for _, name := range []string{"A", "A/b", "A/c", "D"} {
		run.Start(name)
	}
	run.Attr("A", testrun.AttrPattern, "outer")
	run.Attr("A", testrun.AttrGeneration, key)
	run.Attr("A/c", testrun.AttrPattern, "inner")
	run.Attr("A/c", testrun.AttrPattern, "second")
	run.Attr("A/c", "other", "ignored")
	run.Attr("E", testrun.AttrPattern, "of no test")

	var got []string
	for _, name := range []string{"A/b", "A/c", "A", "D"} {
		for _, e := range run.End(testrun.Execution{Test: name, Outcome: testrun.Failed, At: noon}) {
			if f, ok := e.(*metrics.TestFailure); ok {
				got = append(got, fmt.Sprint(f.TestName, " ", *f.PatternViolated, " ", f.GenerationKey != nil))
			}
		}
	}
	assert.Equal(t, []string{"A/b outer true", "A/c inner true", "D guessed false"}, got)
	assert.Equal(t, 1, asked)
	events := run.Close(testrun.Execution{At: noon})
	require.Len(t, events, 1)
	assert.JSONEq(t, `{"failed":3,"passed":0,"skipped":0,"patterns":["guessed","inner","outer","second"]}`,
		events[0].(*metrics.Performance).Details.String())
}

func TestHostileTexts(t *testing.T) {
	t.Parallel()

	run := testrun.NewRun(testrun.Options{Patterns: func(testrun.Execution) []string { return nil }})
	took := 1500 * time.Microsecond
	events := run.End(testrun.Execution{
		Test: "A\x00", Outcome: testrun.Skipped, Message: strings.Repeat("é", metrics.MaxText), At: noon, Duration: &took,
	})
	events = append(events, run.End(testrun.Execution{Test: "\xff", Outcome: testrun.Failed, Message: "\x00\xff", At: noon})...)
	events = append(events, run.Close(testrun.Execution{At: noon})...)
	require.Len(t, events, 4)
	for _, e := range events {
		metrics.Complete(e)
		require.NoError(t, e.Validate())
	}
	skipped := events[0].(*metrics.Performance)
	assert.Equal(t, "A\uFFFD", *skipped.FunctionName)
	assert.Equal(t, 1.5, *skipped.ExecutionTimeMS)
	assert.Equal(t, 1, run.Cut())
	assert.Equal(t, "\uFFFD\uFFFD", events[2].(*metrics.TestFailure).FailureReason)
	assert.Equal(t, `{"failed":1,"passed":0,"patterns":[],"skipped":1}`, events[3].(*metrics.Performance).Details.String(), "known to cover nothing")
	assert.Nil(t, events[3].(*metrics.Performance).FunctionName)
}
