package metrics_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
)

var noon = metrics.At(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC))

func ptr[T any](v T) *T { return &v }

// events returns one valid event of each kind with every field set.
func events() map[string]metrics.Event {
	origin := metrics.Origin{
		OrganizationID: ptr(int64(7)),
		Project:        ptr("shop"),
		Source:         ptr("assistant"),
		RunID:          ptr("build-12"),
	}
	return map[string]metrics.Event{
		"bug": &metrics.Bug{
			Origin: origin, Pattern: "bounds-check", Error: "index out of range", Code: ptr("a[0]"),
			FilePath: ptr("shop/cart.go"), Line: ptr(int64(42)), StackTrace: ptr("main()"), Count: 2, Timestamp: noon,
		},
		"test failure": &metrics.TestFailure{
			Origin: origin, TestName: "TestCart", FailureReason: "got 1, want 2", PatternViolated: ptr("bounds-check"),
			CodeSnippet: ptr("cart.Add()"), Count: 1, Timestamp: noon,
		},
		"code review": &metrics.CodeReview{
			Origin: origin, IssueType: "naming", Pattern: "clear-names", Severity: metrics.SeverityLow,
			FilePath: ptr("shop/cart.go"), Line: ptr(int64(0)), Suggestion: ptr("call it cart"), Count: 1, Timestamp: noon,
		},
		"performance": &metrics.Performance{
			Origin: origin, MetricType: metrics.MetricExecutionTime, Details: metrics.JSON(`{"calls":3}`),
			FunctionName: ptr("Add"), ExecutionTimeMS: ptr(0.0), MemoryUsageBytes: ptr(int64(1024)),
			FileSizeBytes: ptr(int64(2048)), Timestamp: noon,
		},
		"deployment": &metrics.Deployment{
			Origin: origin, IssueType: ptr("config"), Pattern: ptr("env-checks"), Environment: "production",
			RootCause: ptr("missing variable"), ResolutionTimeMinutes: ptr(int64(30)), Count: 1, Timestamp: noon,
		},
		"generation": &metrics.CodeGeneration{
			Origin: origin, Prompt: "a cart", PatternsApplied: metrics.Names{"bounds-check"}, PatternsCount: ptr(int64(3)),
			Confidence: ptr(0.9), Success: ptr(true), CodeLength: ptr(int64(120)), CompilationError: ptr(""),
			GenerationMetadata: metrics.JSON(`{"model":"m"}`), Timestamp: noon,
		},
	}
}

func ExampleComplete() {
	bug := &metrics.Bug{
		Pattern:   "bounds-check",
		Error:     "index out of range",
		Timestamp: metrics.At(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)),
	}
	metrics.Complete(bug)
	fmt.Println(bug.Count, len(bug.EventKey), bug.Validate())
	// Output: 1 64 <nil>
}

func TestCompleteEventsAreValid(t *testing.T) {
	t.Parallel()

	for name, event := range events() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			metrics.Complete(event)
			require.NoError(t, event.Validate())
		})
	}
}

// Every field is part of the content key: change or drop one and the key is
// another. Only the id and the key itself are not content.
func TestContentKeyCoversEveryField(t *testing.T) {
	t.Parallel()

	for name, event := range events() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event.Provenance().GenerationKey = ptr(strings.Repeat("a", 64))
			seen := map[string]string{event.ContentKey(0): "the event as it is"}
			note := func(key, change string) {
				assert.NotContains(t, seen, key, "%s gives the key of: %s", change, seen[key])
				seen[key] = change
			}
			note(event.ContentKey(1), "the second of its kind")

			value := reflect.ValueOf(event).Elem()
			for _, field := range reflect.VisibleFields(value.Type()) {
				if field.Anonymous || field.Name == "ID" || field.Name == "EventKey" || len(field.Index) > 2 {
					continue
				}
				at := value.FieldByIndex(field.Index)
				before := reflect.New(at.Type()).Elem()
				before.Set(at)
				at.Set(another(t, before))
				note(event.ContentKey(0), "another "+field.Name)
				if at.Kind() == reflect.Pointer || at.Kind() == reflect.Slice {
					at.SetZero()
					note(event.ContentKey(0), "no "+field.Name)
				}
				at.Set(before)
			}
			assert.Contains(t, seen, event.ContentKey(0), "the event was not restored")
		})
	}
}

// another returns a value that differs from v.
func another(t *testing.T, v reflect.Value) reflect.Value {
	t.Helper()

	changed := reflect.New(v.Type()).Elem()
	switch old := v.Interface().(type) {
	case metrics.Time:
		changed.Set(reflect.ValueOf(metrics.At(old.Add(time.Microsecond))))
	case metrics.JSON:
		changed.SetBytes([]byte(`{"another":1}`))
	case metrics.Names:
		changed.Set(reflect.ValueOf(append(metrics.Names{"first"}, old...)))
	case string, metrics.Severity:
		changed.SetString(v.String() + "x")
	case int64:
		changed.SetInt(old + 1)
	case *string:
		changed.Set(reflect.ValueOf(ptr(*old + "x")))
	case *int64:
		changed.Set(reflect.ValueOf(ptr(*old + 1)))
	case *float64:
		changed.Set(reflect.ValueOf(ptr(*old + 0.05)))
	case *bool:
		changed.Set(reflect.ValueOf(ptr(!*old)))
	default:
		require.Fail(t, "no other value", "for %T", old)
	}
	return changed
}

// The keys are stored: what gave a key yesterday must give it tomorrow.
func TestContentKeysNeverChange(t *testing.T) {
	t.Parallel()

	for name, want := range map[string]string{
		"bug":          "5f465bf47e925546",
		"test failure": "4b94ce553c2211f8",
		"code review":  "099b15501f883aed",
		"performance":  "0f7c69063b79cedb",
		"deployment":   "bdb4bb18391f04de",
		"generation":   "e2de99011d443a5a",
	} {
		assert.Equal(t, want, events()[name].ContentKey(0)[:16], name)
	}
}

func TestKeyOfALinkedEventNeverChanges(t *testing.T) {
	t.Parallel()

	bug := events()["bug"]
	bug.Provenance().GenerationKey = ptr(strings.Repeat("0a", 32))
	assert.Equal(t, "164031e5255ee085", bug.ContentKey(0)[:16])
}

func TestCountOfTheListIsNoContent(t *testing.T) {
	t.Parallel()

	key := func(count *int64, names ...string) string {
		g := metrics.CodeGeneration{PatternsApplied: names, PatternsCount: count, Timestamp: noon}
		return g.ContentKey(0)
	}
	assert.Equal(t, key(nil, "a", "b"), key(ptr(int64(2)), "a", "b"))
	assert.NotEqual(t, key(nil, "a", "b"), key(ptr(int64(3)), "a", "b"))
	assert.NotEqual(t, key(nil), key(ptr(int64(0))), "an unknown list has no length")
}

func TestTextRunsIntoNoNeighbour(t *testing.T) {
	t.Parallel()

	a := metrics.TestFailure{TestName: "ab", FailureReason: "c", Timestamp: noon}
	b := metrics.TestFailure{TestName: "a", FailureReason: "bc", Timestamp: noon}
	assert.NotEqual(t, a.ContentKey(0), b.ContentKey(0))
}

func TestValidateNamesFieldValueAndRule(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		event func(map[string]metrics.Event) metrics.Event
		want  string
	}{
		"a confidence above 1": {
			func(e map[string]metrics.Event) metrics.Event {
				g := e["generation"].(*metrics.CodeGeneration)
				g.Confidence = ptr(1.7)
				return g
			},
			"metrics: confidence 1.7: must be from 0 to 1",
		},
		"a confidence that is no number": {
			func(e map[string]metrics.Event) metrics.Event {
				g := e["generation"].(*metrics.CodeGeneration)
				g.Confidence = ptr(math.NaN())
				return g
			},
			"metrics: confidence NaN: must be from 0 to 1",
		},
		"an endless duration": {
			func(e map[string]metrics.Event) metrics.Event {
				p := e["performance"].(*metrics.Performance)
				p.ExecutionTimeMS = ptr(math.Inf(1))
				return p
			},
			"metrics: execution_time_ms +Inf: must be finite and not negative",
		},
		"an unknown severity": {
			func(e map[string]metrics.Event) metrics.Event {
				r := e["code review"].(*metrics.CodeReview)
				r.Severity = "blocker"
				return r
			},
			`metrics: severity "blocker": must be low, medium, high or critical`,
		},
		"a required name left out": {
			func(e map[string]metrics.Event) metrics.Event {
				d := e["deployment"].(*metrics.Deployment)
				d.Environment = ""
				return d
			},
			`metrics: environment "": must not be empty`,
		},
		"NUL in text": {
			func(e map[string]metrics.Event) metrics.Event {
				b := e["bug"].(*metrics.Bug)
				b.Error = "a\x00b"
				return b
			},
			`metrics: error "a\x00b": must not contain NUL`,
		},
		"invalid UTF-8": {
			func(e map[string]metrics.Event) metrics.Event {
				b := e["bug"].(*metrics.Bug)
				b.Error = "a\xffb"
				return b
			},
			`metrics: error "a�b": must be valid UTF-8`,
		},
		"text above the limit": {
			func(e map[string]metrics.Event) metrics.Event {
				g := e["generation"].(*metrics.CodeGeneration)
				g.Prompt = strings.Repeat("x", metrics.MaxText+1)
				return g
			},
			`metrics: prompt "` + strings.Repeat("x", 40) + `"…: must be at most 65536 bytes, has 65537`,
		},
		"a year before 1970": {
			func(e map[string]metrics.Event) metrics.Event {
				b := e["bug"].(*metrics.Bug)
				b.Timestamp = metrics.Time{}
				return b
			},
			"metrics: timestamp 0001-01-01 00:00:00 +0000 UTC: must be in the years 1970 to 9999",
		},
		"a list where an object belongs": {
			func(e map[string]metrics.Event) metrics.Event {
				p := e["performance"].(*metrics.Performance)
				p.Details = metrics.JSON(`[]`)
				return p
			},
			`metrics: details "[]": must be a JSON object`,
		},
		"JSON as somebody wrote it": {
			func(e map[string]metrics.Event) metrics.Event {
				p := e["performance"].(*metrics.Performance)
				p.Details = metrics.JSON(`{"b": 1}`)
				return p
			},
			`metrics: details "{\"b\": 1}": must be canonical JSON, as NewJSON makes it`,
		},
		"a key in upper case": {
			func(e map[string]metrics.Event) metrics.Event {
				b := e["bug"].(*metrics.Bug)
				b.EventKey = strings.Repeat("A", 64)
				return b
			},
			`metrics: event_key "` + strings.Repeat("A", 40) + `"…: must be 64 lower-case hexadecimal characters`,
		},
		"a link to no key": {
			func(e map[string]metrics.Event) metrics.Event {
				b := e["bug"].(*metrics.Bug)
				b.GenerationKey = ptr("")
				return b
			},
			`metrics: generation_key "": must be 64 lower-case hexadecimal characters`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			event := c.event(events())
			metrics.Complete(event)
			err := event.Validate()
			require.EqualError(t, err, c.want)

			var field *metrics.FieldError
			require.ErrorAs(t, err, &field)
			assert.NotEmpty(t, field.Field)
			assert.NotEmpty(t, field.Rule)
		})
	}
}

func TestValidateReportsAllFaultsAtOnce(t *testing.T) {
	t.Parallel()

	err := (&metrics.Bug{Line: ptr(int64(-1))}).Validate()
	var joined interface{ Unwrap() []error }
	require.True(t, errors.As(err, &joined))
	assert.Len(t, joined.Unwrap(), 5, "event_key, pattern, line, count, timestamp: %v", err)
}

func TestRollupsValidate(t *testing.T) {
	t.Parallel()

	good := metrics.Effectiveness{PatternName: "p", PeriodStart: noon, PeriodEnd: noon}
	require.NoError(t, good.Validate())
	good.EffectivenessScore = ptr(-0.1)
	require.Error(t, good.Validate())

	day := metrics.Summary{MetricType: "bugs", SummaryDate: noon, TrendDirection: ptr(metrics.TrendStable)}
	require.NoError(t, day.Validate())
	day.TrendDirection = ptr(metrics.Trend("sideways"))
	require.Error(t, day.Validate())
}
