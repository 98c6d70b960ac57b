package record_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/record"
)

// TestCopiesShareNothing fills every field of every kind of event, so that a
// field which is added to a model and forgotten here is found out.
func TestCopiesShareNothing(t *testing.T) {
	t.Parallel()

	for _, want := range fullEvents(t) {
		t.Run(want.Table(), func(t *testing.T) {
			t.Parallel()

			var got metrics.Event
			r := record.New(sinkFunc(func(events []metrics.Event) { got = events[0] }), record.Options{})
			_, err := r.Store(t.Context(), want)
			require.NoError(t, err)
			require.NoError(t, r.Close(t.Context()))

			assert.Equal(t, want, got)
			wants, gots := reflect.ValueOf(want).Elem(), reflect.ValueOf(got).Elem()
			for _, field := range reflect.VisibleFields(wants.Type()) {
				w, g := wants.FieldByIndex(field.Index), gots.FieldByIndex(field.Index)
				switch w.Kind() {
				case reflect.Pointer, reflect.Slice:
					require.False(t, w.IsNil(), "%s is not filled", field.Name)
					assert.NotEqual(t, w.Pointer(), g.Pointer(), "%s is shared", field.Name)
				default:
				}
			}
		})
	}
}

// fullEvents are events of all kinds without NULL.
func fullEvents(t *testing.T) []metrics.Event {
	t.Helper()

	details, err := metrics.NewJSON(map[string]any{"model": "m", "note": "<ä>\n", "n": 0.1})
	require.NoError(t, err)
	origin := func(digit string) metrics.Origin {
		return metrics.Origin{
			EventKey: strings.Repeat(digit, 64), OrganizationID: new(int64(1)), Project: new("project"), Source: new("source"),
			RunID: new("run"), GenerationKey: new(strings.Repeat("f", 64)),
		}
	}
	return []metrics.Event{
		&metrics.Bug{
			Origin: origin("1"), Pattern: "pattern", Error: "error", Code: new("code"), FilePath: new("a/b.go"), Line: new(int64(7)),
			StackTrace: new("main\n\tmain.go:7"), Count: 2, Timestamp: noon,
		},
		&metrics.TestFailure{
			Origin: origin("2"), TestName: "test", FailureReason: "reason", PatternViolated: new("pattern"), CodeSnippet: new("code"), Count: 2, Timestamp: noon,
		},
		&metrics.CodeReview{
			Origin: origin("3"), IssueType: "issue", Pattern: "pattern", Severity: metrics.SeverityHigh, FilePath: new("a/b.go"), Line: new(int64(7)),
			Suggestion: new("suggestion"), Count: 2, Timestamp: noon,
		},
		&metrics.Performance{
			Origin: origin("4"), MetricType: "execution_time", Details: details, FunctionName: new("function"), ExecutionTimeMS: new(0.1),
			MemoryUsageBytes: new(int64(1)), FileSizeBytes: new(int64(2)), Timestamp: noon,
		},
		&metrics.Deployment{
			Origin: origin("5"), IssueType: new("issue"), Pattern: new("pattern"), Environment: "production", RootCause: new("cause"),
			ResolutionTimeMinutes: new(int64(3)), Count: 2, Timestamp: noon,
		},
		&metrics.CodeGeneration{
			Origin: origin("6"), Prompt: "prompt", PatternsApplied: metrics.Names{"a", "b"}, PatternsCount: new(int64(3)), Confidence: new(0.9),
			Success: new(true), CodeLength: new(int64(100)), CompilationError: new("error"), GenerationMetadata: details, Timestamp: noon,
		},
	}
}

// sinkFunc is a sink that stores everything by looking at it.
type sinkFunc func(events []metrics.Event)

func (f sinkFunc) Insert(_ context.Context, events []metrics.Event) (store.Receipt, error) {
	f(events)
	return store.Receipt{Tables: map[string]store.Count{"": {Stored: len(events)}}}, nil
}

func TestTypedMethods(t *testing.T) {
	t.Parallel()

	var got []metrics.Event
	r := record.New(sinkFunc(func(events []metrics.Event) { got = append(got, events...) }), record.Options{})
	events := fullEvents(t)
	for _, e := range events {
		var key string
		var err error
		switch e := e.(type) {
		case *metrics.Bug:
			key, err = r.Bug(t.Context(), *e)
		case *metrics.TestFailure:
			key, err = r.TestFailure(t.Context(), *e)
		case *metrics.CodeReview:
			key, err = r.CodeReview(t.Context(), *e)
		case *metrics.Performance:
			key, err = r.Performance(t.Context(), *e)
		case *metrics.Deployment:
			key, err = r.Deployment(t.Context(), *e)
		case *metrics.CodeGeneration:
			key, err = r.CodeGeneration(t.Context(), *e)
		}
		require.NoError(t, err)
		assert.Equal(t, e.Provenance().EventKey, key)
	}
	require.NoError(t, r.Close(t.Context()))
	assert.Equal(t, events, got)
}

func TestManyPatternsOfAGeneration(t *testing.T) {
	t.Parallel()

	want := &metrics.CodeGeneration{PatternsApplied: strings.Split("a b c d e f g h i j", " "), Timestamp: noon}
	for _, n := range []int{0, 1, 8, 9, 10} {
		want.PatternsApplied = want.PatternsApplied[:n:10]
		var got metrics.Event
		r := record.New(sinkFunc(func(events []metrics.Event) { got = events[0] }), record.Options{})
		_, err := r.Store(t.Context(), want)
		require.NoError(t, err)
		require.NoError(t, r.Close(t.Context()))
		assert.Equal(t, want.PatternsApplied, got.(*metrics.CodeGeneration).PatternsApplied, "%d patterns", n)
		want.PatternsApplied = want.PatternsApplied[:10]
	}
}
