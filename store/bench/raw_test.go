package bench_test

import (
	"fmt"
	"strings"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// A rawTable is what somebody writes who writes it by hand.
type rawTable struct {
	name    string
	columns []string
	rows    [][]any
}

const origin = "event_key organization_id project source run_id generation_key"

var rawColumns = map[string]string{
	"metrics_bugs":            "pattern error code file_path line stack_trace count timestamp",
	"metrics_test_failures":   "test_name failure_reason pattern_violated code_snippet count timestamp",
	"metrics_code_reviews":    "issue_type pattern severity file_path line suggestion count timestamp",
	"metrics_performance":     "metric_type details function_name execution_time_ms memory_usage_bytes file_size_bytes timestamp",
	"metrics_deployment":      "issue_type pattern environment root_cause resolution_time_minutes count timestamp",
	"metrics_code_generation": "prompt patterns_applied patterns_count confidence success code_length compilation_error generation_metadata timestamp",
}

// rawTables sorts events by table.
func rawTables(events []metrics.Event, time func(metrics.Time) any) []rawTable {
	var tables []rawTable
	for _, e := range events {
		if len(tables) == 0 || tables[len(tables)-1].name != e.Table() {
			tables = append(tables, rawTable{name: e.Table(), columns: strings.Fields(origin + " " + rawColumns[e.Table()])})
		}
		t := &tables[len(tables)-1]
		t.rows = append(t.rows, rawRow(e, time))
	}
	return tables
}

func rawRow(e metrics.Event, time func(metrics.Time) any) []any {
	metrics.Complete(e)
	o := e.Provenance()
	row := []any{o.EventKey, plain(o.OrganizationID), plain(o.Project), plain(o.Source), plain(o.RunID), plain(o.GenerationKey)}
	switch e := e.(type) {
	case *metrics.Bug:
		return append(row, e.Pattern, e.Error, plain(e.Code), plain(e.FilePath), plain(e.Line), plain(e.StackTrace), e.Count, time(e.Timestamp))
	case *metrics.TestFailure:
		return append(row, e.TestName, e.FailureReason, plain(e.PatternViolated), plain(e.CodeSnippet), e.Count, time(e.Timestamp))
	case *metrics.CodeReview:
		return append(row, e.IssueType, e.Pattern, string(e.Severity), plain(e.FilePath), plain(e.Line), plain(e.Suggestion), e.Count, time(e.Timestamp))
	case *metrics.Performance:
		return append(row, e.MetricType, document(e.Details), plain(e.FunctionName), plain(e.ExecutionTimeMS),
			plain(e.MemoryUsageBytes), plain(e.FileSizeBytes), time(e.Timestamp))
	case *metrics.Deployment:
		return append(row, plain(e.IssueType), plain(e.Pattern), e.Environment, plain(e.RootCause), plain(e.ResolutionTimeMinutes), e.Count, time(e.Timestamp))
	case *metrics.CodeGeneration:
		return append(row, e.Prompt, list(e.PatternsApplied), plain(e.PatternsCount), plain(e.Confidence), plain(e.Success),
			plain(e.CodeLength), plain(e.CompilationError), document(e.GenerationMetadata), time(e.Timestamp))
	default:
		panic(fmt.Sprintf("no row for %T", e))
	}
}

func plain[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

func document(j metrics.JSON) any {
	if j == nil {
		return nil
	}
	return string(j)
}

func list(names metrics.Names) any {
	v, err := names.Value()
	if err != nil {
		panic(err)
	}
	return v
}
