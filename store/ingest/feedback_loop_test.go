package ingest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store/ingest"
)

// at is the time that every record of these tests has.
const at = `"timestamp":"2026-01-31T12:00:00Z"`

func TestRecordsBecomeEvents(t *testing.T) {
	t.Parallel()

	when := metrics.At(noon)
	for name, c := range map[string]struct {
		list   string
		record string
		want   metrics.Event
	}{
		"bug with everything": {
			"bugs",
			`{"pattern":"p","error":"e","code":"c","file_path":"f","line":3,"stack_trace":"s","count":2,` + at + `}`,
			&metrics.Bug{
				Pattern: "p", Error: "e", Code: ptr("c"), FilePath: ptr("f"), Line: ptr(int64(3)),
				StackTrace: ptr("s"), Count: 2, Timestamp: when,
			},
		},
		"bug with what is required": {
			"bugs",
			`{"pattern":"p","error":"",` + at + `}`,
			&metrics.Bug{Pattern: "p", Count: 1, Timestamp: when},
		},
		"null and an empty name are unknown": {
			"bugs",
			`{"pattern":"p","error":"e","code":"","file_path":"","line":null,"stack_trace":null,"count":null,` + at + `}`,
			&metrics.Bug{Pattern: "p", Error: "e", Code: ptr(""), Count: 1, Timestamp: when},
		},
		"its own origin": {
			"bugs",
			`{"pattern":"p","error":"e","project":"shop","source":"lint","run_id":"7",` + at + `}`,
			&metrics.Bug{
				Origin:  metrics.Origin{Project: ptr("shop"), Source: ptr("lint"), RunID: ptr("7")},
				Pattern: "p", Error: "e", Count: 1, Timestamp: when,
			},
		},
		"the generation that it follows from": {
			"bugs",
			`{"pattern":"p","error":"e","generation_key":"` + strings.Repeat("0a", 32) + `",` + at + `}`,
			&metrics.Bug{
				Origin:  metrics.Origin{GenerationKey: ptr(strings.Repeat("0a", 32))},
				Pattern: "p", Error: "e", Count: 1, Timestamp: when,
			},
		},
		"escapes": {
			"bugs",
			`{"pa\u0074tern":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00","error":"$1 ? {{ x }} '); DROP TABLE",` + at + `}`,
			&metrics.Bug{
				Pattern: "\"\\/\b\f\n\r\té😀", Error: "$1 ? {{ x }} '); DROP TABLE", Count: 1, Timestamp: when,
			},
		},
		"whole numbers in other notation": {
			"bugs",
			`{"pattern":"p","error":"e","line":42.0,"count":3e2,` + at + `}`,
			&metrics.Bug{Pattern: "p", Error: "e", Line: ptr(int64(42)), Count: 300, Timestamp: when},
		},
		"test failure": {
			"test_failures",
			`{"test_name":"t","failure_reason":"r","pattern_violated":"p","code_snippet":"c","count":4,` + at + `}`,
			&metrics.TestFailure{
				TestName: "t", FailureReason: "r", PatternViolated: ptr("p"), CodeSnippet: ptr("c"), Count: 4,
				Timestamp: when,
			},
		},
		"review with a loud severity": {
			"code_reviews",
			`{"issue_type":"i","pattern":"p","severity":" HIGH\n","file_path":"f","line":0,"suggestion":"s",` + at + `}`,
			&metrics.CodeReview{
				IssueType: "i", Pattern: "p", Severity: metrics.SeverityHigh, FilePath: ptr("f"), Line: ptr(int64(0)),
				Suggestion: ptr("s"), Count: 1, Timestamp: when,
			},
		},
		"performance as operation and duration": {
			"performance_metrics",
			`{"operation":"analysis","duration_ms":0.0,` + at + `}`,
			&metrics.Performance{
				MetricType: "execution_time", FunctionName: ptr("analysis"), ExecutionTimeMS: ptr(0.0), Timestamp: when,
			},
		},
		"performance as details": {
			"performance_metrics",
			`{"metric_type":"profile","details":{"function":"f","avg_time_ms":0.0,"max_time_ms":9,"memory_usage":10,"file_size":20},` + at + `}`,
			&metrics.Performance{
				MetricType:   "profile",
				Details:      metrics.JSON(`{"avg_time_ms":0,"file_size":20,"function":"f","max_time_ms":9,"memory_usage":10}`),
				FunctionName: ptr("f"), ExecutionTimeMS: ptr(0.0), MemoryUsageBytes: ptr(int64(10)),
				FileSizeBytes: ptr(int64(20)), Timestamp: when,
			},
		},
		"performance with the longest time only": {
			"performance_metrics",
			`{"metric_type":"profile","details":{"avg_time_ms":null,"max_time_ms":9.5},` + at + `}`,
			&metrics.Performance{
				MetricType: "profile", Details: metrics.JSON(`{"avg_time_ms":null,"max_time_ms":9.5}`),
				ExecutionTimeMS: ptr(9.5), Timestamp: when,
			},
		},
		"performance by column": {
			"performance_metrics",
			`{"metric_type":"x","function_name":"f","execution_time_ms":1.5,"memory_usage_bytes":1,"file_size_bytes":2,"details":null,` + at + `}`,
			&metrics.Performance{
				MetricType: "x", FunctionName: ptr("f"), ExecutionTimeMS: ptr(1.5), MemoryUsageBytes: ptr(int64(1)),
				FileSizeBytes: ptr(int64(2)), Timestamp: when,
			},
		},
		"unknown keys beside details": {
			"performance_metrics",
			`{"metric_type":"x","details":{"a":1},"host":"ci-1","<&>":[null],` + at + `}`,
			&metrics.Performance{
				MetricType: "x", Details: metrics.JSON(`{"_unknown":{"<&>":[null],"host":"ci-1"},"a":1}`), Timestamp: when,
			},
		},
		"unknown keys without details, an alias that lost among them": {
			"performance_metrics",
			`{"metric_type":"x","function_name":"f","operation":"g",` + at + `}`,
			&metrics.Performance{
				MetricType: "x", FunctionName: ptr("f"), Details: metrics.JSON(`{"_unknown":{"operation":"g"}}`), Timestamp: when,
			},
		},
		"details that take the name for unknown keys": {
			"performance_metrics",
			`{"metric_type":"x","details":{"_unknown":1},"host":2,` + at + `}`,
			&metrics.Performance{
				MetricType: "x", Details: metrics.JSON(`{"__unknown":{"host":2},"_unknown":1}`), Timestamp: when,
			},
		},
		"deployment issue": {
			"deployment_issues",
			`{"issue_type":"i","pattern":"p","environment":"prod","root_cause":"r","resolution_time_minutes":5,"count":2,` + at + `}`,
			&metrics.Deployment{
				IssueType: ptr("i"), Pattern: ptr("p"), Environment: "prod", RootCause: ptr("r"),
				ResolutionTimeMinutes: ptr(int64(5)), Count: 2, Timestamp: when,
			},
		},
		"deployment issue with an error for its cause": {
			"deployment_issues",
			`{"environment":"prod","error":"r",` + at + `}`,
			&metrics.Deployment{Environment: "prod", RootCause: ptr("r"), Count: 1, Timestamp: when},
		},
		"generation": {
			"code_generation",
			`{"prompt":"p","patterns_applied":["a","b"],"patterns_count":2,"confidence":0.89,"success":false,"code_length":0,` +
				`"compilation_error":"","metadata":{"b":1.50,"a":[]},` + at + `}`,
			&metrics.CodeGeneration{
				Prompt: "p", PatternsApplied: metrics.Names{"a", "b"}, PatternsCount: ptr(int64(2)), Confidence: ptr(0.89),
				Success: ptr(false), CodeLength: ptr(int64(0)), CompilationError: ptr(""),
				GenerationMetadata: metrics.JSON(`{"a":[],"b":1.5}`), Timestamp: when,
			},
		},
		"generation of which little is known": {
			"code_generation",
			`{"prompt":"p","patterns_applied":[],` + at + `}`,
			&metrics.CodeGeneration{Prompt: "p", PatternsApplied: metrics.Names{}, Timestamp: when},
		},
		"generation with its metadata by column and unknown keys": {
			"code_generation",
			`{"prompt":"p","generation_metadata":{},"model":"m",` + at + `}`,
			&metrics.CodeGeneration{
				Prompt: "p", GenerationMetadata: metrics.JSON(`{"_unknown":{"model":"m"}}`), Timestamp: when,
			},
		},
		"call of a language model": {
			"llm_calls",
			`{"event":"llm_call","provider":"v","model":"m","latency_ms":812.5,"tokens":{"in":1},"session_id":"s","success":true,"metadata":{},` + at + `}`,
			&metrics.Performance{
				MetricType: "llm_call", ExecutionTimeMS: ptr(812.5), Timestamp: when,
				Details: metrics.JSON(`{"event":"llm_call","latency_ms":812.5,"metadata":{},"model":"m","provider":"v","session_id":"s","success":true,"tokens":{"in":1}}`),
			},
		},
		"NUL and broken characters": {
			"bugs",
			`{"pattern":"a\u0000b` + "\x00" + `c","error":"\ud800x\udc00\ud800\ud800\udc00` + "\xff\xe2\x82" + `",` + at + `}`,
			&metrics.Bug{Pattern: "a�b�c", Error: "�x��𐀀���", Count: 1, Timestamp: when},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var sink memory
			receipt := importText(t, &sink, `{"`+c.list+`":[`+c.record+`]}`, ingest.Options{})
			require.Empty(t, sink.refused)
			require.Len(t, sink.events, 1)
			c.want.Provenance().EventKey = c.want.ContentKey(0)
			assert.Equal(t, c.want, sink.events[0])
			assert.Equal(t, map[string]ingest.Count{c.want.Table(): {Read: 1, Stored: 1}}, receipt.Tables)
		})
	}
}

func TestRefusedRecordsNamePlaceAndReason(t *testing.T) {
	t.Parallel()

	deep := strings.Repeat(`[`, 10000) + strings.Repeat(`]`, 10000)
	for name, c := range map[string]struct {
		list   string
		record string
		path   string // behind $.list[1]
		field  string
		reason string
	}{
		"no time":               {"bugs", `{"pattern":"p","error":"e"}`, ".timestamp", "timestamp", "timestamp is missing"},
		"time in another case":  {"bugs", `{"pattern":"p","error":"e","Timestamp":"2026-01-31T12:00:00Z"}`, ".timestamp", "timestamp", "timestamp is missing"},
		"null time":             {"bugs", `{"pattern":"p","error":"e","timestamp":null}`, ".timestamp", "timestamp", "timestamp is missing"},
		"time as a number":      {"bugs", `{"pattern":"p","error":"e","timestamp":1767225600}`, ".timestamp", "timestamp", "timestamp must be text, is a number"},
		"date only":             {"bugs", `{"pattern":"p","error":"e","timestamp":"2026-01-31"}`, ".timestamp", "timestamp", `timestamp "2026-01-31" is a date without a time of day`},
		"year too early":        {"bugs", `{"pattern":"p","error":"e","timestamp":"1969-12-31T23:59:59Z"}`, ".timestamp", "timestamp", "timestamp 1969-12-31 23:59:59 +0000 UTC: must be in the years 1970 to 9999"},
		"empty pattern":         {"bugs", `{"pattern":"","error":"e",` + at + `}`, ".pattern", "pattern", `pattern "": must not be empty`},
		"line as text":          {"bugs", `{"pattern":"p","error":"e","line":"42",` + at + `}`, ".line", "line", "line must be a number, is text"},
		"half a line":           {"bugs", `{"pattern":"p","error":"e","line":4.5,` + at + `}`, ".line", "line", "line must be a whole number of 64 bits, is 4.5"},
		"line beyond 64 bits":   {"bugs", `{"pattern":"p","error":"e","line":9223372036854775808,` + at + `}`, ".line", "line", "line must be a whole number of 64 bits, is 9223372036854775808"},
		"count of zero":         {"bugs", `{"pattern":"p","error":"e","count":0,` + at + `}`, ".count", "count", "count must be at least 1, is 0"},
		"count below zero":      {"bugs", `{"pattern":"p","error":"e","count":-1,` + at + `}`, ".count", "count", "count must be at least 1, is -1"},
		"key twice":             {"bugs", `{"pattern":"p","error":"e","error":"e",` + at + `}`, "", "", `key "error" occurs twice`},
		"key twice, escaped":    {"bugs", `{"pattern":"p","error":"e","\u0065rror":"e",` + at + `}`, "", "", `key "error" occurs twice`},
		"error too long":        {"bugs", `{"pattern":"p","error":"` + strings.Repeat("é", 33000) + `",` + at + `}`, ".error", "error", `error "` + strings.Repeat("é", 40) + `"…: must be at most 65536 bytes, has 66000`},
		"no object":             {"bugs", `7`, "", "", "must be an object, is a number"},
		"text for an object":    {"bugs", `"x"`, "", "", "must be an object, is text"},
		"null for an object":    {"bugs", `null`, "", "", "must be an object, is null"},
		"depth":                 {"bugs", `{"pattern":"p","error":"e","x":` + deep + `,` + at + `}`, "", "", "is nested deeper than 64 levels"},
		"length":                {"bugs", `{"pattern":"p","error":"` + strings.Repeat("x", 3<<20) + `",` + at + `}`, "", "", "must be at most 1048576 bytes long, has 3145789"},
		"several faults":        {"bugs", `{"pattern":1,"line":true}`, ".pattern", "pattern", "pattern must be text, is a number; error is missing; line must be a number, is true or false; timestamp is missing"},
		"unknown severity":      {"code_reviews", `{"issue_type":"i","pattern":"p","severity":"blocker",` + at + `}`, ".severity", "severity", `severity "blocker": must be low, medium, high or critical`},
		"confidence above one":  {"code_generation", `{"prompt":"p","confidence":1.7,` + at + `}`, ".confidence", "confidence", "confidence 1.7: must be from 0 to 1"},
		"confidence is NaN":     {"code_generation", `{"prompt":"p","confidence":NaN,` + at + `}`, ".confidence", "confidence", "confidence must be a finite number, is NaN"},
		"success as text":       {"code_generation", `{"prompt":"p","success":"true",` + at + `}`, ".success", "success", "success must be true or false, is text"},
		"success as a number":   {"code_generation", `{"prompt":"p","success":1,` + at + `}`, ".success", "success", "success must be true or false, is a number"},
		"pattern no text":       {"code_generation", `{"prompt":"p","patterns_applied":["a",2],` + at + `}`, ".patterns_applied[1]", "patterns_applied", "patterns_applied must be text, is a number"},
		"metadata no object":    {"code_generation", `{"prompt":"p","metadata":[],` + at + `}`, ".metadata", "generation_metadata", "generation_metadata must be an object, is a list"},
		"metadata key twice":    {"code_generation", `{"prompt":"p","metadata":{"a":1,"a":1},` + at + `}`, ".metadata", "generation_metadata", `generation_metadata key "a" occurs twice`},
		"duration infinite":     {"performance_metrics", `{"operation":"o","duration_ms":1e400,` + at + `}`, ".duration_ms", "execution_time_ms", "execution_time_ms must be a finite number, is 1e400"},
		"duration is Infinity":  {"performance_metrics", `{"operation":"o","duration_ms":-Infinity,` + at + `}`, ".duration_ms", "execution_time_ms", "execution_time_ms must be a finite number, is -Infinity"},
		"duration below zero":   {"performance_metrics", `{"operation":"o","duration_ms":-1,` + at + `}`, ".duration_ms", "execution_time_ms", "execution_time_ms -1: must be finite and not negative"},
		"average below zero":    {"performance_metrics", `{"metric_type":"x","details":{"avg_time_ms":-1},` + at + `}`, ".details.avg_time_ms", "execution_time_ms", "execution_time_ms -1: must be finite and not negative"},
		"memory as text":        {"performance_metrics", `{"metric_type":"x","details":{"memory_usage":"1"},` + at + `}`, ".details.memory_usage", "memory_usage_bytes", "memory_usage_bytes must be a number, is text"},
		"details no object":     {"performance_metrics", `{"metric_type":"x","details":"d",` + at + `}`, ".details", "details", "details must be an object, is text"},
		"no type":               {"performance_metrics", `{"details":{"function":"f"},` + at + `}`, ".metric_type", "metric_type", "metric_type is missing"},
		"number beyond float64": {"performance_metrics", `{"metric_type":"x","details":{"a":1e400},` + at + `}`, ".details", "details", "details number 1e400 is beyond a float64"},
		"no environment":        {"deployment_issues", `{"error":"e",` + at + `}`, ".environment", "environment", "environment is missing"},
		"call of unclear end":   {"llm_calls", `{"success":"yes",` + at + `}`, ".success", "success", "success must be true or false, is text"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			good := map[string]string{
				"bugs":                `{"pattern":"p","error":"e",` + at + `}`,
				"code_reviews":        `{"issue_type":"i","pattern":"p","severity":"low",` + at + `}`,
				"code_generation":     `{"prompt":"p",` + at + `}`,
				"performance_metrics": `{"metric_type":"x",` + at + `}`,
				"deployment_issues":   `{"environment":"e",` + at + `}`,
				"llm_calls":           `{` + at + `}`,
			}[c.list]
			var sink memory
			receipt := importText(t, &sink, `{"`+c.list+`":[`+good+`,`+c.record+`,`+good+`]}`, ingest.Options{})
			assert.Len(t, sink.events, 2, "the others are stored")
			require.Len(t, receipt.Refused, 1)
			assert.Equal(t, ingest.Refusal{
				Index: 1, Path: "$." + c.list + "[1]" + c.path, Field: c.field, Reason: c.reason,
			}, receipt.Refused[0])

			require.Len(t, sink.refused, 1)
			kept := sink.refused[0]
			assert.Equal(t, "night.json", kept.File)
			assert.Equal(t, metrics.At(noon), kept.QuarantinedAt)
			assert.True(t, strings.HasPrefix(c.record, kept.Record), "the record is kept as it was")
		})
	}
}

func TestLongTextsAreCutBetweenCharacters(t *testing.T) {
	t.Parallel()

	long := strings.Repeat("x", metrics.MaxText-1) + "é"
	var sink memory
	receipt := importText(t, &sink, `{
		"bugs": [{"pattern":"p","error":"e","code":"`+long+`","stack_trace":"`+long+`",`+at+`}],
		"test_failures": [{"test_name":"t","failure_reason":"r","code_snippet":"`+long+`",`+at+`}],
		"code_generation": [{"prompt":"`+long+`",`+at+`}, {"prompt":"`+long[1:]+`",`+at+`}]
	}`, ingest.Options{})
	assert.Equal(t, 4, receipt.CutTexts)
	require.Len(t, sink.events, 4)
	want := long[:metrics.MaxText-1]
	bug := sink.events[0].(*metrics.Bug)
	assert.Equal(t, want, *bug.Code)
	assert.Equal(t, want, *bug.StackTrace)
	assert.Equal(t, want, *sink.events[1].(*metrics.TestFailure).CodeSnippet)
	assert.Equal(t, want, sink.events[2].(*metrics.CodeGeneration).Prompt)
	assert.Equal(t, long[1:], sink.events[3].(*metrics.CodeGeneration).Prompt)
}

func TestReceiptReportsWhatWasNotStored(t *testing.T) {
	t.Parallel()

	var sink memory
	receipt := importText(t, &sink, "\uFEFF"+strings.ReplaceAll(`{
		"version": 3,
		"Bugs": [{"broken": 1}],
		"code_reviews": null,
		"deployment_issues": [],
		"bugs": [
			{"pattern":"p","error":"e","colour":"red","timestamp":"2026-01-31T12:00:00"},
			{"pattern":"p","error":"e","colour":"\u0000","size":1,"timestamp":"2026-01-31 13:00:00.5"}
		]
	}`, "\n", "\r\n"), ingest.Options{Zone: time.FixedZone("", 3600)})

	assert.Equal(t, ingest.Receipt{
		File:   "exports/night.json",
		Format: ingest.FeedbackLoop,
		Tables: map[string]ingest.Count{
			"metrics_code_reviews": {}, "metrics_deployment": {}, "metrics_bugs": {Read: 2, Stored: 2},
		},
		Refused:            []ingest.Refusal{},
		Unknown:            []string{"version", "Bugs"},
		UnknownKeys:        map[string]map[string]int{"bugs": {"colour": 2, "size": 1}},
		NaiveTimes:         2,
		ReplacedCharacters: 1,
	}, receipt)
	assert.Equal(t, metrics.At(noon.Add(-time.Hour)), sink.events[0].(*metrics.Bug).Timestamp)
	assert.Equal(t, metrics.At(noon.Add(500*time.Millisecond)), sink.events[1].(*metrics.Bug).Timestamp)
}

func TestUnknownKeysAreBounded(t *testing.T) {
	t.Parallel()

	var b strings.Builder
	b.WriteString(`{`)
	for i := range 1200 {
		b.WriteString(`"` + strings.Repeat("k", 1+i) + `":0,`)
	}
	var sink memory
	receipt := importText(t, &sink, b.String()+`"bugs":[`+b.String()+`"pattern":"p","error":"e",`+at+`}]}`, ingest.Options{})
	assert.LessOrEqual(t, len(receipt.Unknown), 101)
	assert.LessOrEqual(t, len(receipt.UnknownKeys["bugs"]), 101)
	assert.Equal(t, 1, receipt.Total().Stored)
}
