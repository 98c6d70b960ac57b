package ingest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// toolFiles are files with n records each, of which some are refused.
func toolFiles(n int) map[ingest.Format]string {
	var results, sarif, issues, events, spans []string
	for i := range n {
		line := fmt.Sprint(i)
		if i%50 == 7 {
			line = `"unknown"`
		}
		results = append(results, fmt.Sprintf(`{"ruleId":"G104","ruleIndex":0,"level":"warning","message":{"text":"Errors unhandled"},`+
			`"locations":[{"physicalLocation":{"artifactLocation":{"uri":"store/order.go"},"region":{"startLine":%s,"startColumn":2,"snippet":{"text":"os.Remove(name)"}}}}],`+
			`"partialFingerprints":{"primaryLocationLineHash":"b1c7a9d2e0f34415:%d"}}`, line, i/2))
		issues = append(issues, fmt.Sprintf(`{"FromLinter":"gosec","Text":"G104: Errors unhandled","Severity":"","SourceLines":["\tos.Remove(name)"],`+
			`"Pos":{"Filename":"store/order.go","Offset":669,"Line":%s,"Column":2},"ExpectNoLint":false,"ExpectedNoLintLinter":""}`, line))
		events = append(events, fmt.Sprintf(`{"action":"created","deployment_status":{"id":%d,"state":"failure","description":"exit status 1","environment":"production",`+
			`"created_at":"2026-03-04T10:04:%02dZ"},"deployment":{"id":%d,"ref":"main","created_at":"2026-03-04T10:00:00Z"},"repository":{"full_name":"example/shop"}}`,
			5000+i, i%61, 900+i/3))
		end := strings.Trim(line, `"`)
		spans = append(spans, fmt.Sprintf(`{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[`+
			`{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"%016x","name":"chat m","startTimeUnixNano":"1772618400000000000","endTimeUnixNano":"17726184%s",`+
			`"attributes":[{"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"m"}},`+
			`{"key":"feedback_loop.generation.prompt","value":{"stringValue":"Write Sum."}}]}]}]}]}`, i, (end + "000000000000")[:11]))
	}
	sarif = append(sarif,
		`{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"gosec","rules":[{"id":"G104","help":{"text":"Errors unhandled\nSeverity: LOW\n"}}]}},`+
			`"invocations":[{"executionSuccessful":true,"endTimeUtc":"2026-03-04T02:06:31Z"}],"results":[`,
		strings.Join(results, ","), `]}]}`)
	return map[ingest.Format]string{
		ingest.SARIF:         strings.Join(sarif, ""),
		ingest.GolangCI:      `{"Issues":[` + strings.Join(issues, ",") + `],"Report":{}}`,
		ingest.GitHub:        strings.Join(events, "\n"),
		ingest.OpenTelemetry: strings.Join(spans, "\n"),
	}
}

func importTool(t *testing.T, sink ingest.Sink, r io.Reader) (ingest.Receipt, error) {
	t.Helper()

	receipt, err := ingest.Import(t.Context(), sink, ingest.File{Name: "report", Reader: r}, noon, ingest.Options{Time: noon})
	requireSums(t, receipt)
	return receipt, err
}

func TestToolFilesAreImportedOnce(t *testing.T) {
	t.Parallel()

	for format, text := range toolFiles(200) {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()

			storetest.Each(t, func(t *testing.T, db *store.DB) {
				var clean memory
				want, err := importTool(t, &clean, strings.NewReader(text))
				require.NoError(t, err)
				require.Equal(t, format, want.Format)
				require.NotZero(t, want.Total().Refused)
				require.Greater(t, want.Total().Stored, 150)
				for range 3 {
					again, err := importTool(t, db, strings.NewReader(text))
					require.NoError(t, err)
					assert.Equal(t, want.Total().Read, again.Total().Read)
				}
				assert.Equal(t, textsOf(t, clean.events), readTables(t, db))
				assert.Equal(t, clean.refused, readQuarantine(t, db))
			})
		})
	}
}

var errKilled = errors.New("killed")

func TestToolFilesCanBeCompleted(t *testing.T) {
	t.Parallel()

	for format, text := range toolFiles(200) {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()

			storetest.Each(t, func(t *testing.T, db *store.DB) {
				rng := rand.New(rand.NewPCG(20, uint64(len(text))))
				for range 20 {
					part := strings.NewReader(text[:rng.IntN(len(text))])
					_, err := importTool(t, db, io.MultiReader(part, &broken{}))
					require.ErrorIs(t, err, errKilled)
				}
				_, err := importTool(t, db, strings.NewReader(text))
				require.NoError(t, err)

				var clean memory
				_, err = importTool(t, &clean, strings.NewReader(text))
				require.NoError(t, err)
				assert.Equal(t, textsOf(t, clean.events), readTables(t, db))
				assert.Equal(t, clean.refused, readQuarantine(t, db))
			})
		})
	}
}

// broken is a reader that a killed program leaves behind.
type broken struct{}

func (*broken) Read([]byte) (int, error) { return 0, errKilled }

// A file that ends anywhere keeps what stood before, and more of it the later
// it ends.
func TestTruncatedToolFiles(t *testing.T) {
	t.Parallel()

	for format, text := range toolFiles(60) {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()

			most := 0
			for end := 100; end < len(text); end += 97 {
				var sink memory
				receipt, err := ingest.Import(t.Context(), &sink, document(text[:end]), noon, ingest.Options{Format: format, Time: noon})
				if err != nil {
					var wrong *ingest.FormatError
					require.ErrorAs(t, err, &wrong)
					assert.Equal(t, int64(end), wrong.Offset)
				}
				require.GreaterOrEqual(t, receipt.Total().Read, most)
				most = receipt.Total().Read
			}
			assert.Greater(t, most, 50)
		})
	}
}

func TestFilesWithoutTimesAreRefusedUnlessItIsSaid(t *testing.T) {
	t.Parallel()

	const text = `{"Issues":[{"FromLinter":"errcheck","Text":"unchecked","Pos":{"Filename":"a.go","Line":3}}]}`
	var sink memory
	refused := importText(t, &sink, text, ingest.Options{})
	assert.Equal(t, ingest.Count{Read: 1, Refused: 1}, refused.Total())
	assert.Contains(t, refused.Refused[0].Reason, "timestamp is missing")
	importText(t, &sink, text, ingest.Options{Time: noon, RunID: "r-1", Source: "lint"})
	require.Len(t, sink.events, 1)
	got := sink.events[0].(*metrics.CodeReview)
	assert.True(t, noon.Equal(got.Timestamp.Time))
	assert.Equal(t, "r-1", *got.RunID)
	assert.Equal(t, "lint", *got.Source)
}

// A key is the same one however it is written. Readers leave objects with an
// escape in a key to encoding/json and read others themselves.
func TestEscapedKeysChangeNothing(t *testing.T) {
	t.Parallel()

	files, err := filepath.Glob("testdata/*/*.json*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	texts := toolFiles(60)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		texts[ingest.Format(name)] = string(data)
	}
	for name, text := range texts {
		format, err := ingest.ParseFormat(filepath.Base(filepath.Dir(string(name))))
		if err != nil {
			format = name
		}
		read := func(key string) *memory {
			var sink memory
			text := regexp.MustCompile(`\{("\w)`).ReplaceAllString(text, `{"`+key+`":null,$1`)
			_, err := ingest.Import(t.Context(), &sink, document(text), noon, ingest.Options{Format: format, Time: noon})
			require.NoError(t, err, name)
			return &sink
		}
		plain, escaped := read("escaped"), read(`\u0065scaped`)
		assert.Equal(t, plain.events, escaped.events, name)
		assert.Len(t, escaped.refused, len(plain.refused), name)
	}
}

// What other programs than ours write: nothing panics, the counts add up, what
// is stored is valid, and importing again adds nothing.
func FuzzToolFiles(f *testing.F) {
	formats := []ingest.Format{ingest.SARIF, ingest.GolangCI, ingest.GitHub, ingest.OpenTelemetry}
	generated := toolFiles(10)
	for n, format := range formats {
		files, err := filepath.Glob("testdata/" + string(format) + "/*.*")
		require.NoError(f, err)
		require.NotEmpty(f, files)
		for _, name := range files {
			data, err := os.ReadFile(name)
			require.NoError(f, err)
			f.Add(n, data)
		}
		f.Add(n, []byte(generated[format]))
	}
	f.Add(0, []byte(`{"runs":[{"results":[{"ruleId":"a\u0000","message":{"id":"m","arguments":["{0}"]}}],"tool":{"driver":{"name":null,"rules":null}}}]}`))
	f.Add(3, []byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"feedback_loop.generation.x","value":{"kvlistValue":{"values":null}}}]}]}]}]}`))

	f.Fuzz(func(t *testing.T, n int, data []byte) {
		if n < 0 || n >= len(formats) {
			t.Skip("no format")
		}
		var sink memory
		run := func() ingest.Count {
			file := ingest.File{Name: "report", Reader: bytes.NewReader(data)}
			receipt, err := ingest.Import(t.Context(), &sink, file, noon, ingest.Options{Format: formats[n], Time: noon})
			requireSums(t, receipt)
			if err != nil {
				var format *ingest.FormatError
				require.ErrorAs(t, err, &format)
				require.LessOrEqual(t, format.Offset, int64(len(data)))
			}
			return receipt.Total()
		}

		first := run()
		require.Len(t, sink.events, first.Stored)
		for _, e := range sink.events {
			require.NoError(t, e.Validate())
		}
		for _, r := range sink.refused {
			var c metrics.Checks
			c.Name("reason", r.Reason)
			c.Name("path", r.Path)
			require.NoError(t, c.Err())
		}
		require.Equal(t, ingest.Count{Read: first.Read, Duplicate: first.Stored + first.Duplicate, Refused: first.Refused}, run())
	})
}

// Beside each reader stands what encoding/json alone needs to decode the same
// text into nothing in particular.
func BenchmarkToolFiles(b *testing.B) {
	for format, text := range toolFiles(20_000) {
		b.Run(string(format)+"/import", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				_, err := ingest.Import(b.Context(), nowhere{}, document(text), noon, ingest.Options{Time: noon})
				require.NoError(b, err)
			}
		})
		b.Run(string(format)+"/encoding-json", func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				d := json.NewDecoder(strings.NewReader(text))
				for {
					var v any
					err := d.Decode(&v)
					if errors.Is(err, io.EOF) {
						break
					}
					require.NoError(b, err)
				}
			}
		})
	}
}
