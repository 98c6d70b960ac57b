package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// sections are the keys of a feedback-loop file with their share of all
// records, in percent.
var sections = []struct {
	key   string
	share int
	event func(*records) metrics.Event
}{
	{"code_generation", 30, (*records).generation},
	{"bugs", 20, (*records).bug},
	{"test_failures", 20, (*records).testFailure},
	{"code_reviews", 10, (*records).codeReview},
	{"performance_metrics", 15, (*records).performance},
	{"deployment_issues", 5, (*records).deployment},
}

// records makes events like those of a team that works with AI tools.
type records struct {
	random *rand.Rand
	at     time.Time
}

// Events yields about n different events, section by section, the same ones
// each time. Written to a file they take about 450 bytes each.
func Events(n int) iter.Seq2[string, metrics.Event] {
	return func(yield func(section string, e metrics.Event) bool) {
		r := &records{
			random: rand.New(rand.NewPCG(1, 2)), //nolint:gosec // the same each time
			at:     time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		}
		for _, section := range sections {
			for range n * section.share / 100 {
				if !yield(section.key, section.event(r)) {
					return
				}
			}
		}
	}
}

// WriteFile writes the events of [Events] as a feedback-loop file.
func WriteFile(w io.Writer, n int) error {
	out := bufio.NewWriter(w)
	last := ""
	for section, e := range Events(n) {
		switch {
		case section == last:
			_, _ = out.WriteString(",\n")
		case last == "":
			_, _ = fmt.Fprintf(out, "{%q: [\n", section)
		default:
			_, _ = fmt.Fprintf(out, "],\n%q: [\n", section)
		}
		last = section
		record, err := json.Marshal(fileRecord(e))
		if err != nil {
			return err
		}
		_, _ = out.Write(record)
	}
	_, _ = out.WriteString("]}\n")
	return out.Flush()
}

// fileRecord is what a feedback-loop file says of an event.
func fileRecord(e metrics.Event) map[string]any {
	switch e := e.(type) {
	case *metrics.CodeGeneration:
		return map[string]any{
			"prompt": e.Prompt, "patterns_applied": e.PatternsApplied, "confidence": e.Confidence, "success": e.Success,
			"code_length": e.CodeLength, "compilation_error": e.CompilationError, "metadata": e.GenerationMetadata, "timestamp": e.Timestamp,
		}
	case *metrics.Bug:
		return map[string]any{
			"pattern": e.Pattern, "error": e.Error, "code": e.Code, "file_path": e.FilePath,
			"line": e.Line, "stack_trace": e.StackTrace, "count": e.Count, "timestamp": e.Timestamp,
		}
	case *metrics.TestFailure:
		return map[string]any{
			"test_name": e.TestName, "failure_reason": e.FailureReason, "pattern_violated": e.PatternViolated,
			"code_snippet": e.CodeSnippet, "count": e.Count, "timestamp": e.Timestamp,
		}
	case *metrics.CodeReview:
		return map[string]any{
			"issue_type": e.IssueType, "pattern": e.Pattern, "severity": e.Severity, "file_path": e.FilePath,
			"line": e.Line, "suggestion": e.Suggestion, "count": e.Count, "timestamp": e.Timestamp,
		}
	case *metrics.Performance:
		return map[string]any{"metric_type": e.MetricType, "details": e.Details, "timestamp": e.Timestamp}
	case *metrics.Deployment:
		return map[string]any{
			"issue_type": e.IssueType, "pattern": e.Pattern, "environment": e.Environment, "root_cause": e.RootCause,
			"resolution_time_minutes": e.ResolutionTimeMinutes, "count": e.Count, "timestamp": e.Timestamp,
		}
	default:
		panic(fmt.Sprintf("bench: no section for %T", e))
	}
}

var (
	patterns = []string{
		"numpy_json_serialization", "bounds_checking", "specific_exceptions", "structured_logging", "temp_file_handling",
		"sql_parameters", "timeout_on_requests", "context_managers", "input_validation", "idempotent_handlers",
	}
	words = strings.Fields(`the handler reads every request body before it checks what the client may do so a large upload
		blocks the worker pool while other callers wait for their turn and time out one by one return a typed error
		with the path of the field then log it once at the edge never twice close the file when parsing ends`)
	lines = []string{
		"result = {'mean': float(np.mean(data)), 'n': len(data)}", "if not items:\n    return None", "with open(path) as f:\n    rows = json.load(f)",
		"except ValueError as e:\n    logger.warning('bad input', exc_info=e)", "response = session.get(url, timeout=10)", "first = items[0]",
	}
	frames = []string{
		`File "src/api/handlers.py", line 118, in post`, `File "src/jobs/worker.py", line 54, in run`,
		`File "src/core/processor.py", line 42, in process`, `File "src/storage/files.py", line 201, in save`,
	}
	severities   = []metrics.Severity{metrics.SeverityLow, metrics.SeverityMedium, metrics.SeverityHigh, metrics.SeverityCritical}
	issues       = []string{"print_statement", "broad_except", "missing_test", "naming", "complexity"}
	environments = []string{"production", "staging", "development"}
	models       = []string{"sonnet", "opus", "gpt-4o", "gemini-pro"}
)

func (r *records) generation() metrics.Event {
	success := r.random.IntN(10) < 8
	g := &metrics.CodeGeneration{
		Prompt:          r.text(28),
		PatternsApplied: metrics.Names{r.pattern(), r.pattern()},
		Confidence:      new(float64(r.random.IntN(1000)) / 1000),
		Success:         &success,
		CodeLength:      new(int64(r.random.IntN(5000))),
		GenerationMetadata: r.json(map[string]any{
			"model": pick(r, models), "temperature": 0.2, "tokens": r.random.IntN(4000), "session": r.id("s"),
		}),
		Timestamp: r.next(),
	}
	if !success {
		g.CompilationError = new("SyntaxError: " + r.text(6))
	}
	return g
}

func (r *records) bug() metrics.Event {
	return &metrics.Bug{
		Pattern: r.pattern(), Error: "TypeError: " + r.text(7), Code: new(pick(r, lines)), FilePath: new(r.path()), Line: new(r.line()),
		StackTrace: new("Traceback (most recent call last):\n  " + pick(r, frames) + "\n  " + pick(r, frames) + "\n" + r.id("TypeError in job ")),
		Count:      1 + int64(r.random.IntN(5)), Timestamp: r.next(),
	}
}

func (r *records) testFailure() metrics.Event {
	return &metrics.TestFailure{
		TestName: "tests/" + r.path() + "::test_" + r.id("case_"), FailureReason: "AssertionError: " + r.text(22), PatternViolated: new(r.pattern()),
		CodeSnippet: new(pick(r, lines) + "\n" + pick(r, lines)), Count: 1, Timestamp: r.next(),
	}
}

func (r *records) codeReview() metrics.Event {
	return &metrics.CodeReview{
		IssueType: pick(r, issues), Pattern: r.pattern(), Severity: pick(r, severities), FilePath: new(r.path()), Line: new(r.line()),
		Suggestion: new(r.text(38)), Count: 1, Timestamp: r.next(),
	}
}

func (r *records) performance() metrics.Event {
	elapsed := float64(r.random.IntN(1e6)) / 1000
	name := "process_" + r.id("batch_")
	memory := int64(r.random.IntN(1 << 30))
	return &metrics.Performance{
		MetricType: metrics.MetricExecutionTime,
		Details: r.json(map[string]any{
			"function": name, "avg_time_ms": elapsed, "max_time_ms": 2 * elapsed, "memory_usage": memory,
			"note": r.text(20), "host": r.id("worker-"), "args": []int{1, r.random.IntN(100), r.random.IntN(1000)},
		}),
		FunctionName: &name, ExecutionTimeMS: &elapsed, MemoryUsageBytes: &memory, Timestamp: r.next(),
	}
}

func (r *records) deployment() metrics.Event {
	return &metrics.Deployment{
		IssueType: new(pick(r, issues)), Pattern: new(r.pattern()), Environment: pick(r, environments),
		RootCause: new(r.text(40)), ResolutionTimeMinutes: new(int64(r.random.IntN(600))), Count: 1, Timestamp: r.next(),
	}
}

func pick[T any](r *records, from []T) T { return from[r.random.IntN(len(from))] }

func (r *records) pattern() string { return pick(r, patterns) }
func (r *records) line() int64     { return 1 + int64(r.random.IntN(900)) }
func (r *records) path() string {
	return fmt.Sprintf("src/service_%02d/module_%03d.py", r.random.IntN(40), r.random.IntN(400))
}
func (r *records) id(prefix string) string { return fmt.Sprintf("%s%08x", prefix, r.random.Uint32()) }

// next is a few seconds after the last time.
func (r *records) next() metrics.Time {
	r.at = r.at.Add(time.Duration(r.random.Int64N(int64(4 * time.Second))))
	return metrics.At(r.at)
}

func (r *records) text(n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(pick(r, words))
	}
	return b.String()
}

func (r *records) json(v any) metrics.JSON {
	j, err := metrics.NewJSON(v)
	if err != nil {
		panic(err)
	}
	return j
}
