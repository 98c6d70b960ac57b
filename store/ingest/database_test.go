package ingest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// readTables returns all events of a database as texts, table by table, in the
// order of their keys.
func readTables(t *testing.T, db *store.DB) []string {
	t.Helper()

	return slices.Concat(
		readTable[metrics.Bug](t, db),
		readTable[metrics.TestFailure](t, db),
		readTable[metrics.CodeReview](t, db),
		readTable[metrics.Performance](t, db),
		readTable[metrics.Deployment](t, db),
		readTable[metrics.CodeGeneration](t, db),
	)
}

func readTable[T any, P interface {
	*T
	metrics.Event
}](t *testing.T, db *store.DB) []string {
	t.Helper()

	var rows []P
	require.NoError(t, db.NewSelect().Model(&rows).Order("event_key").ExcludeColumn("id").Scan(t.Context()))
	var texts []string
	for _, row := range rows {
		require.NoError(t, row.Validate(), "what was read back is valid")
		texts = append(texts, textOf(t, row))
	}
	return texts
}

func textOf(t *testing.T, e metrics.Event) string {
	t.Helper()

	fields, err := json.Marshal(e)
	require.NoError(t, err)
	return e.Table() + " " + string(fields)
}

// textsOf returns the events of a sink as readTables does.
func textsOf(t *testing.T, events []metrics.Event) []string {
	t.Helper()

	tables := []string{
		"metrics_bugs", "metrics_test_failures", "metrics_code_reviews",
		"metrics_performance", "metrics_deployment", "metrics_code_generation",
	}
	sorted := slices.Clone(events)
	slices.SortFunc(sorted, func(a, b metrics.Event) int {
		if c := slices.Index(tables, a.Table()) - slices.Index(tables, b.Table()); c != 0 {
			return c
		}
		return strings.Compare(a.Provenance().EventKey, b.Provenance().EventKey)
	})
	var texts []string
	for _, e := range sorted {
		texts = append(texts, textOf(t, e))
	}
	return texts
}

func readQuarantine(t *testing.T, db *store.DB) []store.RefusedRecord {
	t.Helper()

	records, err := db.Quarantined(t.Context(), 0, 1_000_000)
	require.NoError(t, err)
	for i := range records {
		records[i].ID = 0
	}
	return records
}

// Both databases must hold what the sink in memory holds, hence the same.
func TestDatabasesHoldWhatWasDecoded(t *testing.T) {
	t.Parallel()

	rng := rand.New(rand.NewPCG(1, 2))
	texts := []string{hostileDocument()}
	for range 8 {
		texts = append(texts, randomDocument(rng))
	}
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var model memory
		for n, text := range texts {
			want := importText(t, &model, text, ingest.Options{Project: "shop"})
			got := importText(t, db, text, ingest.Options{Project: "shop"})
			require.Equal(t, want, got, "document %d", n)

			again := importText(t, db, text, ingest.Options{Project: "shop"})
			total := got.Total()
			total.Duplicate, total.Stored = total.Duplicate+total.Stored, 0
			require.Equal(t, total, again.Total(), "document %d again", n)
			require.Equal(t, got.Refused, again.Refused, "document %d again", n)
		}
		assert.Equal(t, textsOf(t, model.events), readTables(t, db))
		assert.Equal(t, model.refused, readQuarantine(t, db))
	})
}

// hostileDocument has records that a database could take for something else.
func hostileDocument() string {
	var bugs, generations, performance []string
	for _, s := range []string{
		`'); DROP TABLE metrics_bugs; --`, `$1 ?? ? ?0 :name @p`, `\\ \" ''`, `{{ jinja }} {% x %}`, `\u0000\ud800`, "\xff\xfe",
		`\u2028\ufeff\ufffe\uffff`, `\ud83d\ude00`, `%s%n`, `<script>`, `null`, `\u001f\u007f`, `NaN`, ` `,
	} {
		bugs = append(bugs, fmt.Sprintf(`{"pattern":"%s","error":"%s","code":"%s",%s}`, s, s, s, at))
		performance = append(performance, fmt.Sprintf(`{"metric_type":"x","details":{"%s":"%s","a":["%s"]},"u":"%s",%s}`, s, s, s, s, at))
	}
	for _, n := range []string{
		`0`, `-0`, `-0.0`, `0.1`, `1e-400`, `5e-324`, `2.2250738585072011e-308`, `0.30000000000000004`, `0.7`, `1`, `1.0000000000000001`,
		`1e400`, `-1e400`, `NaN`, `Infinity`, `1.7`, `-0.1`, `"0.5"`, `true`, `9223372036854775807`,
	} {
		generations = append(generations, fmt.Sprintf(`{"prompt":"p","confidence":%s,"metadata":{"n":%s},%s}`, n, n, at))
		performance = append(performance, fmt.Sprintf(`{"operation":"o","duration_ms":%s,%s}`, n, at))
	}
	for _, n := range []string{
		`0`, `1`, `-1`, `9223372036854775807`, `9223372036854775808`, `-9223372036854775809`, `1e18`, `1e19`, `1.5`, `1.0`, `1e3`, `1e-1`, `"1"`, `[]`,
		strings.Repeat("9", 1000),
	} {
		bugs = append(bugs, fmt.Sprintf(`{"pattern":"p","error":"e","line":%s,%s}`, n, at))
		bugs = append(bugs, fmt.Sprintf(`{"pattern":"p","error":"e","count":%s,%s}`, n, at))
		generations = append(generations, fmt.Sprintf(`{"prompt":"p","code_length":%s,"patterns_count":%s,%s}`, n, n, at))
	}
	for _, s := range []string{
		`1970-01-01T00:00:00Z`, `9999-12-31T23:59:59.9999999Z`, `1969-12-31T23:59:59Z`, `0001-01-01T00:00:00Z`,
		`2026-03-29T02:30:00`, `2026-01-31T12:00:00.123456789+05:45`, `2026-01-31`, `infinity`, `now`, `epoch`,
	} {
		bugs = append(bugs, fmt.Sprintf(`{"pattern":"p","error":"e","timestamp":"%s"}`, s))
	}
	for _, depth := range []int{61, 62, 63, 64, 10_000} {
		nested := strings.Repeat(`[`, depth) + strings.Repeat(`]`, depth)
		generations = append(generations, fmt.Sprintf(`{"prompt":"p","metadata":{"d":%s},%s}`, nested, at))
		generations = append(generations, fmt.Sprintf(`{"prompt":"p","d":%s,%s}`, nested, at))
	}
	for _, length := range []int{1 << 10, 1<<10 + 1, 64 << 10, 64<<10 + 1, 1 << 20} {
		s := strings.Repeat("x", length)
		bugs = append(bugs, fmt.Sprintf(`{"pattern":"%s","error":"e",%s}`, s, at))
		bugs = append(bugs, fmt.Sprintf(`{"pattern":"p","error":"%s",%s}`, s, at))
		bugs = append(bugs, fmt.Sprintf(`{"pattern":"p","error":"e","code":"%s",%s}`, s, at))
		generations = append(generations, fmt.Sprintf(`{"prompt":"p","metadata":{"%s":"%s"},%s}`, s[:length/2-50], s[:length/2-50], at))
	}
	for _, n := range []int{0, 1000, 1001} {
		names := strings.TrimSuffix(strings.Repeat(`"a",`, n), ",")
		generations = append(generations, fmt.Sprintf(`{"prompt":"p","patterns_applied":[%s],%s}`, names, at))
	}
	bugs = append(bugs, strings.Repeat(`{},`, 10_000)+`{}`)
	return `{"bugs":[` + strings.Join(bugs, ",") + `],"code_generation":[` + strings.Join(generations, ",") +
		`],"performance_metrics":[` + strings.Join(performance, ",") + `]}`
}

// randomDocument makes records of all lists, of which many are equal, broken
// or odd.
func randomDocument(rng *rand.Rand) string {
	pick := func(values ...string) string { return values[rng.IntN(len(values))] }
	text := func() string { return pick(`"a"`, `"b"`, `"a"`, `""`, `"é\u0000"`, `null`, `7`) }
	number := func() string { return pick(`0`, `1`, `2.0`, `0.25`, `-1`, `null`, `"3"`, `1e99`) }
	when := func() string {
		return pick(`"2026-01-31T12:00:00Z"`, `"2026-01-31T12:00:00"`, `"2026-02-01 00:00:00.5+02:00"`, `null`, `"later"`)
	}
	kinds := map[string]func(string) string{
		"pattern": func(string) string { return text() }, "error": func(string) string { return text() },
		"line": func(string) string { return number() }, "count": func(string) string { return number() },
		"test_name": func(string) string { return text() }, "failure_reason": func(string) string { return text() },
		"issue_type": func(string) string { return text() }, "severity": func(string) string { return pick(`"low"`, `" High "`, `"odd"`) },
		"environment": func(string) string { return text() }, "prompt": func(string) string { return text() },
		"confidence": func(string) string { return number() }, "success": func(string) string { return pick(`true`, `false`, `null`, `1`) },
		"patterns_applied": func(string) string { return pick(`[]`, `["a"]`, `["a","b"]`, `null`, `[1]`, `{}`) },
		"metadata":         func(string) string { return pick(`{}`, `{"a":1.0,"b":[true]}`, `null`, `[]`) },
		"details":          func(string) string { return pick(`{}`, `{"function":"f","avg_time_ms":0.0}`, `null`, `[]`) },
		"metric_type":      func(string) string { return text() }, "operation": func(string) string { return text() },
		"duration_ms": func(string) string { return number() }, "extra": func(string) string { return number() },
	}
	columns := map[string][]string{
		"bugs":                {"pattern", "error", "line", "count", "extra"},
		"test_failures":       {"test_name", "failure_reason", "count"},
		"code_reviews":        {"issue_type", "pattern", "severity", "line"},
		"performance_metrics": {"metric_type", "operation", "duration_ms", "details", "extra"},
		"deployment_issues":   {"environment", "error", "issue_type", "count"},
		"code_generation":     {"prompt", "confidence", "success", "patterns_applied", "metadata", "extra"},
		"llm_calls":           {"operation", "success", "metadata", "duration_ms"},
	}
	var lists []string
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range columns {
			if !yield(name) {
				return
			}
		}
	}) {
		var records []string
		for range rng.IntN(30) {
			fields := []string{`"timestamp":` + when()}
			for _, column := range columns[name] {
				if rng.IntN(6) > 0 {
					fields = append(fields, `"`+column+`": `+kinds[column](column))
				}
			}
			rng.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
			records = append(records, "{"+strings.Join(fields, ", ")+"}")
		}
		lists = append(lists, `"`+name+`": [`+strings.Join(records, ",\n")+`]`)
	}
	rng.Shuffle(len(lists), func(i, j int) { lists[i], lists[j] = lists[j], lists[i] })
	return "{" + strings.Join(lists, ",\n") + "}"
}

func TestForeignKeysAreRefusedAndKept(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		receipt := importText(t, db, `{"bugs":[`+goodBug+`]}`, ingest.Options{OrganizationID: ptr(int64(404))})
		assert.Equal(t, ingest.Count{Read: 1, Refused: 1}, receipt.Total())
		assert.Equal(t, "$.bugs[0]", receipt.Refused[0].Path)
		kept := readQuarantine(t, db)
		require.Len(t, kept, 1)
		assert.Equal(t, goodBug, kept[0].Record)
		assert.Nil(t, kept[0].Field)
	})
}

// interrupted is a sink whose context ends behind some batches, be it before
// the next one or before the quarantine of that one.
type interrupted struct {
	*store.DB
	calls  int
	cancel context.CancelFunc
}

func (i *interrupted) Insert(ctx context.Context, events []metrics.Event) (store.Receipt, error) {
	i.count()
	return i.DB.Insert(ctx, events)
}

func (i *interrupted) Quarantine(ctx context.Context, records []store.RefusedRecord) error {
	i.count()
	return i.DB.Quarantine(ctx, records)
}

func (i *interrupted) count() {
	if i.calls--; i.calls < 0 {
		i.cancel()
	}
}

func TestInterruptedImportsCanBeCompleted(t *testing.T) {
	t.Parallel()

	const n = 12_000
	var clean memory
	want, err := ingest.Import(t.Context(), &clean, ingest.File{Name: "n.json", Reader: records(n)}, noon, ingest.Options{})
	require.NoError(t, err)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var counted ingest.Count
		for _, calls := range []int{0, 1, 3} {
			ctx, cancel := context.WithCancel(t.Context())
			sink := &interrupted{DB: db, calls: calls, cancel: cancel}
			receipt, err := ingest.Import(ctx, sink, ingest.File{Name: "n.json", Reader: records(n)}, noon, ingest.Options{})
			cancel()
			require.ErrorIs(t, err, context.Canceled)
			requireSums(t, receipt)
			counted.Stored += receipt.Total().Stored
		}
		receipt, err := ingest.Import(t.Context(), db, ingest.File{Name: "n.json", Reader: records(n)}, noon, ingest.Options{})
		require.NoError(t, err)
		total := receipt.Total()
		assert.Equal(t, n, total.Read)
		assert.Equal(t, want.Total().Stored, counted.Stored+total.Stored)
		assert.Equal(t, want.Total().Refused, total.Refused)
		assert.Equal(t, textsOf(t, clean.events), readTables(t, db))
		assert.Equal(t, clean.refused, readQuarantine(t, db))
	})
}

// records is a document of n records of about 450 bytes, some of them refused,
// made while it is read.
func records(n int) io.Reader {
	r, w := io.Pipe()
	go func() {
		_, err := io.WriteString(w, "{")
		for i, list := range []string{"bugs", "test_failures", "code_reviews", "performance_metrics", "deployment_issues", "code_generation"} {
			opening := `],"`
			if i == 0 {
				opening = `"`
			}
			if err == nil {
				_, err = io.WriteString(w, opening+list+`":[`)
			}
			for j := 0; j < n/6 && err == nil; j++ {
				separator := ",\n"
				if j == 0 {
					separator = "\n"
				}
				_, err = io.WriteString(w, separator+recordOf(list, j))
			}
		}
		if err == nil {
			_, err = io.WriteString(w, "]}")
		}
		_ = w.CloseWithError(err)
	}()
	return r
}

const snippet = `func first(items []int) int {\n\tif len(items) == 0 {\n\t\treturn 0\n\t}\n\treturn items[0]\n}\n`

// recordOf makes the n-th record of a list. Every 500th has no time.
func recordOf(list string, n int) string {
	when := fmt.Sprintf(`"timestamp":"2026-01-%02dT%02d:%02d:00.%06dZ"`, 1+n%31, n%24, n/24%60, n%1_000_000)
	if n%500 == 499 {
		when = `"timestamp":null`
	}
	padding := strings.Repeat("x", 120)
	switch list {
	case "bugs":
		return fmt.Sprintf(`{"pattern":"bounds_checking","error":"index %d out of range","code":"%s","file_path":"src/file%d.go",`+
			`"line":%d,"stack_trace":"main.first(...)\n\tsrc/file.go:%d\nmain.main()\n\tsrc/main.go:7 %s","count":%d,%s}`,
			n, snippet, n%500, n%900, n%900, padding, 1+n%3, when)
	case "test_failures":
		return fmt.Sprintf(`{"test_name":"TestFirst%d","failure_reason":"got %d, want %d %s","pattern_violated":"bounds_checking",`+
			`"code_snippet":"%s","count":1,%s}`, n%1000, n, n+1, padding, snippet, when)
	case "code_reviews":
		return fmt.Sprintf(`{"issue_type":"print_statement","pattern":"structured_logging","severity":"high","file_path":"src/file%d.go",`+
			`"line":%d,"suggestion":"use the logger %d %s%s","count":1,%s}`, n%99, n%100, n, padding, padding, when)
	case "performance_metrics":
		return fmt.Sprintf(`{"metric_type":"execution_time","details":{"function":"handler_%d","avg_time_ms":%d.25,"max_time_ms":250.5,`+
			`"memory_usage":1048576,"file_size":2048,"labels":["a","b"],"note":"%s","nested":{"a":1,"b":[1,2,3]}},%s}`, n%50, n%100, padding, when)
	case "deployment_issues":
		return fmt.Sprintf(`{"issue_type":"config","pattern":"env_checks","environment":"production","root_cause":"variable %d is missing %s%s",`+
			`"resolution_time_minutes":%d,"count":1,%s}`, n, padding, padding, n%500, when)
	default:
		return fmt.Sprintf(`{"prompt":"write a function for item %d %s","patterns_applied":["bounds_checking","structured_logging"],`+
			`"confidence":0.%02d,"success":%t,"code_length":%d,"compilation_error":null,"metadata":{"model":"m-1","temperature":0.2,`+
			`"tokens":{"prompt":120,"completion":512}},%s}`, n, padding, n%100, n%3 != 0, 150+n%1000, when)
	}
}
