package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

// reports are the files of all readers of test results.
func reports(tb testing.TB) map[string][]byte {
	tb.Helper()

	all := map[string][]byte{}
	for _, folder := range []string{"gotest", "junit", "pytest", "ctrf"} {
		names, err := filepath.Glob("testdata/" + folder + "/*.[jx]*")
		require.NoError(tb, err)
		require.NotEmpty(tb, names)
		for _, name := range names {
			data, err := os.ReadFile(name)
			require.NoError(tb, err)
			all[folder+"/"+filepath.Base(name)] = data
		}
	}
	return all
}

func importReport(ctx context.Context, sink ingest.Sink, data []byte) (ingest.Receipt, error) {
	file := ingest.File{Name: "report", Reader: bytes.NewReader(data)}
	return ingest.Import(ctx, sink, file, noon, ingest.Options{Time: noon, RunID: "7"})
}

// What runs say of their tests must be what stands in the rows of these.
func TestRunsCountTheirTests(t *testing.T) {
	t.Parallel()

	for name, data := range reports(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var sink memory
			receipt, err := importReport(t.Context(), &sink, data)
			require.NoError(t, err)
			assert.True(t, strings.HasPrefix(name, string(receipt.Format)+"/"), receipt.Format)
			assert.Empty(t, receipt.Refused)

			got, want := map[string]int{}, map[string]int{}
			for _, e := range sink.events {
				switch e := e.(type) {
				case *metrics.TestFailure:
					got["failures"]++
				case *metrics.Performance:
					if e.MetricType == metrics.MetricTest {
						var outcome string
						_, err := fmt.Sscanf(e.Details.String(), `{"outcome":%q`, &outcome) // comma or brace follow
						require.NoError(t, err)
						got[outcome]++
						continue
					}
					var counts struct{ Passed, Failed, Skipped int }
					require.NoError(t, json.Unmarshal(e.Details, &counts))
					want["passed"] += counts.Passed
					want["failed"] += counts.Failed
					want["failures"] += counts.Failed
					want["skipped"] += counts.Skipped
				}
			}
			for _, what := range []string{"passed", "failed", "failures", "skipped"} {
				assert.Equal(t, want[what], got[what], what)
			}
		})
	}
}

// What gotestsum writes of one run in two forms must give the same tests.
func TestFormsOfOneRunAgree(t *testing.T) {
	t.Parallel()

	all := reports(t)
	said := func(name string) map[string]int {
		var sink memory
		_, err := importReport(t.Context(), &sink, all[name])
		require.NoError(t, err)
		tests := map[string]int{}
		for _, e := range sink.events {
			switch e := e.(type) {
			case *metrics.TestFailure:
				pattern := "none"
				if e.PatternViolated != nil {
					pattern = *e.PatternViolated
				}
				tests[e.TestName+" failed "+pattern]++
			case *metrics.Performance:
				if e.MetricType == metrics.MetricTest && e.FunctionName != nil {
					tests[*e.FunctionName]++
				} else {
					tests[*e.FunctionName+e.Details.String()]++
				}
			}
		}
		return tests
	}
	assert.Equal(t, said("gotest/reruns.json"), said("junit/gotestsum.xml"))
	assert.Equal(t, said("junit/pytest.xml"), said("junit/utf16.xml"))
}

func TestReportsReadInPiecesAreTheSame(t *testing.T) {
	t.Parallel()

	for name, data := range reports(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var whole, pieces memory
			_, err := importReport(t.Context(), &whole, data)
			require.NoError(t, err)
			file := ingest.File{Name: "report", Reader: iotest.OneByteReader(bytes.NewReader(data))}
			_, err = ingest.Import(t.Context(), &pieces, file, noon, ingest.Options{Time: noon, RunID: "7"})
			require.NoError(t, err)
			assert.Equal(t, textsOf(t, whole.events), textsOf(t, pieces.events))
		})
	}
}

// A file that ends too early keeps what stood before, says where it ends, and
// is completed by the whole one.
func TestTruncatedReportsKeepWhatStoodBefore(t *testing.T) {
	t.Parallel()

	for name, data := range reports(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			var clean memory
			_, err := importReport(t.Context(), &clean, data)
			require.NoError(t, err)
			known := clean.keys

			var sink memory
			for part := range 20 {
				length := len(data) * part / 20
				_, err := importReport(t.Context(), &sink, data[:length])
				var broken *ingest.FormatError
				if errors.As(err, &broken) {
					assert.LessOrEqual(t, broken.Offset, int64(length), broken)
				} else {
					require.NoError(t, err, "only lines may end anywhere")
					require.True(t, strings.HasPrefix(name, "gotest/"), length)
				}
				for key := range sink.keys {
					require.True(t, known[key], "a record that the whole file has not, of %d bytes", length)
				}
			}
			_, err = importReport(t.Context(), &sink, data)
			require.NoError(t, err)
			assert.Equal(t, textsOf(t, clean.events), textsOf(t, sink.events))
		})
	}
}

// An import that was interrupted anywhere, and then repeated, is one import;
// and so are three.
func TestRepeatedReportsAreOne(t *testing.T) {
	t.Parallel()

	for _, name := range []string{"gotest/go1.26.json", "junit/surefire.xml", "pytest/broken.json", "ctrf/jest.json"} {
		data := reports(t)[name]
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			storetest.Each(t, func(t *testing.T, db *store.DB) {
				var clean memory
				want, err := importReport(t.Context(), &clean, data)
				require.NoError(t, err)
				for part := range 20 {
					ctx, cancel := context.WithCancel(t.Context())
					reader := &cancelling{data: data[:len(data)*part/20], rest: data[len(data)*part/20:], cancel: cancel}
					file := ingest.File{Name: "report", Reader: reader}
					_, err := ingest.Import(ctx, &interrupted{DB: db, calls: part % 3, cancel: cancel}, file, noon, ingest.Options{Time: noon, RunID: "7"})
					cancel()
					if err != nil {
						require.ErrorIs(t, err, context.Canceled)
					}
				}
				for range 3 {
					receipt, err := importReport(t.Context(), db, data)
					require.NoError(t, err)
					require.Equal(t, want.Total().Read, receipt.Total().Read)
				}
				assert.Equal(t, textsOf(t, clean.events), readTables(t, db))
			})
		})
	}
}

// cancelling reads data, cancels, and reads on.
type cancelling struct {
	data, rest []byte
	cancel     context.CancelFunc
}

func (c *cancelling) Read(p []byte) (int, error) {
	if len(c.data) == 0 && c.rest != nil {
		c.cancel()
		c.data, c.rest = c.rest, nil
	}
	n, err := bytes.NewReader(c.data).Read(p)
	c.data = c.data[n:]
	return n, err
}

func TestReportsWithoutTimesNeedOne(t *testing.T) {
	t.Parallel()

	data := reports(t)["junit/surefire.xml"]
	var sink memory
	receipt, err := ingest.Import(t.Context(), &sink, ingest.File{Name: "x.xml", Reader: bytes.NewReader(data)}, noon, ingest.Options{})
	require.NoError(t, err)
	total := receipt.Total()
	assert.Equal(t, total.Read, total.Refused)
	assert.Len(t, sink.refused, total.Refused, "each of them is kept")
	assert.Equal(t, "timestamp", receipt.Refused[0].Field)
	assert.Equal(t, "tests[0]", receipt.Refused[0].Path)
}

func TestOddReports(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		format ingest.Format
		text   string
		err    string // empty if it is read
		read   int
	}{
		"no events":               {ingest.GoTest, "ok\n", "at byte 3: it has no event of go test", 0},
		"empty":                   {ingest.GoTest, "", "at byte 0: it is empty", 0},
		"within a line":           {ingest.GoTest, `{"Action":"start","Package":"p"}` + "\n" + `{"Action":"pa`, "at byte 33: it ends within a line", 0},
		"within a package":        {ingest.GoTest, `{"Action":"start","Package":"p"}` + "\n", "at byte 33: it ends before the tests of p", 0},
		"no line end":             {ingest.GoTest, `{"Action":"pass","Package":"p"}`, "", 1},
		"no tests":                {ingest.GoTest, `{"Action":"start","Package":"p"}` + "\r\n" + `{"Action":"skip","Package":"p"}`, "", 0},
		"a line too long":         {ingest.GoTest, strings.Repeat("x", 3<<20) + "\n" + `{"Action":"pass","Package":"p"}`, "", 1},
		"empty XML":               {ingest.JUnit, "", "at byte 0: it is empty", 0},
		"other XML":               {ingest.JUnit, "<html></html>", "one element testsuites or testsuite is expected", 0},
		"two suites":              {ingest.JUnit, "<testsuite/><testsuite/>", "one element testsuites or testsuite is expected", 0},
		"an entity of its own":    {ingest.JUnit, `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&a;"/></testsuite>`, "invalid character entity", 0},
		"an unknown encoding":     {ingest.JUnit, `<?xml version="1.0" encoding="klingon"?><testsuite/>`, "klingon", 0},
		"UTF-16 that ends":        {ingest.JUnit, "\xFF\xFE" + strings.ReplaceAll("<testsuite>", "", "\x00")[1:] + "\xE4\x00\xAC\x20\x3D\xD8\x00\xDE", "at byte 32: unexpected EOF", 0},
		"half of UTF-16":          {ingest.JUnit, strings.ReplaceAll("<testsuite>", "", "\x00")[1:] + "\xE4", "at byte 23: unexpected EOF", 0},
		"another encoding":        {ingest.JUnit, `<?xml version="1.0" encoding="iso-8859-1"?><testsuite>` + "\xE4\xE4\xE4", "at byte 57: unexpected EOF", 0},
		"suites without end":      {ingest.JUnit, strings.Repeat("<testsuite>", 100), "nested deeper", 0},
		"a test without name":     {ingest.JUnit, `<testsuite><testcase/></testsuite>`, "", 2},
		"tests beside suites":     {ingest.JUnit, `<testsuites><testcase name="a"/><testsuite><testcase name="b"/></testsuite></testsuites>`, "", 4},
		"times that cannot be":    {ingest.JUnit, `<testsuite time="-1"><testcase name="a" time="NaN"/><testcase name="b" time="1e300"/></testsuite>`, "", 3},
		"an unknown outcome":      {ingest.Pytest, `{"created":1,"tests":[{"nodeid":"a","outcome":"odd"}]}`, "", 2},
		"a test that is no one":   {ingest.Pytest, `{"created":1,"tests":[7]}`, "", 2},
		"a run that failed":       {ingest.Pytest, `{"created":1,"exitcode":3,"tests":[]}`, "", 3},
		"too many retries":        {ingest.CTRF, `{"results":{"tests":[{"name":"a","status":"passed","retries":1000000000}]}}`, "", 2},
		"attempts":                {ingest.CTRF, `{"results":{"tests":[{"name":"a","suite":["x","y"],"status":"passed","retries":1,"flaky":true,"stop":1795579127072,"retryAttempts":[{"attempt":1,"status":"failed","message":"m","stop":1795579127071}]}]}}`, "", 4},
		"a status that is no one": {ingest.CTRF, `{"results":{"tests":[{"name":"a","status":"odd"}]}}`, "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sink memory
			file := ingest.File{Name: "x", Reader: strings.NewReader(c.text)}
			receipt, err := ingest.Import(t.Context(), &sink, file, noon, ingest.Options{Format: c.format, Time: noon})
			if c.err == "" {
				require.NoError(t, err)
			} else {
				var broken *ingest.FormatError
				require.ErrorAs(t, err, &broken)
				require.ErrorContains(t, err, c.err)
			}
			assert.Equal(t, c.read, receipt.Total().Read)
			assert.Len(t, sink.refused, receipt.Total().Refused)
		})
	}
}

// Patterns of the user's rules are those that tests cover.
func TestRulesGiveTestsTheirPatterns(t *testing.T) {
	t.Parallel()

	rules, err := ingest.ParseRules(strings.NewReader(`{"rules":[{"pattern":"carts","test":"*/cart.TestT*"}]}`))
	require.NoError(t, err)
	var sink memory
	file := ingest.File{Name: "x", Reader: bytes.NewReader(reports(t)["gotest/go1.26.json"])}
	_, err = ingest.Import(t.Context(), &sink, file, noon, ingest.Options{Rules: rules})
	require.NoError(t, err)
	covered := map[string]string{}
	for _, e := range sink.events {
		if p, ok := e.(*metrics.Performance); ok && p.MetricType == metrics.MetricTestRun {
			covered[*p.FunctionName] = p.Details.String()
		}
		if f, ok := e.(*metrics.TestFailure); ok && strings.Contains(f.TestName, "TestTable/") {
			require.NotNil(t, f.PatternViolated)
			assert.Equal(t, "carts", *f.PatternViolated)
		}
	}
	assert.Equal(t, `{"failed":4,"passed":8,"patterns":["bounds_checking","carts","nil_checks"],"skipped":2}`, covered["example.com/shop/cart"])
	assert.Equal(t, `{"failed":1,"passed":1,"patterns":[],"skipped":0}`, covered["example.com/shop/panics"])
}

// Whatever a report holds: it is read or refused, its counts add up, and
// importing it again adds nothing.
//
// Run it with -fuzzminimizetime=10x. An import takes two goroutines, so an
// input does not cover the same lines each time, and go test would spend a
// minute on making each one smaller.
func FuzzReports(f *testing.F) {
	formats := []ingest.Format{ingest.GoTest, ingest.JUnit, ingest.Pytest, ingest.CTRF}
	for name, data := range reports(f) {
		folder, _, _ := strings.Cut(name, "/")
		for n, format := range formats {
			if string(format) == folder && len(data) < 8<<10 {
				f.Add(uint8(n), data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, n uint8, data []byte) {
		format := formats[int(n)%len(formats)]
		var sink memory
		var first ingest.Receipt
		for again := range 2 {
			file := ingest.File{Name: "x", Reader: bytes.NewReader(data)}
			receipt, err := ingest.Import(t.Context(), &sink, file, noon, ingest.Options{Format: format, Time: noon})
			var broken *ingest.FormatError
			if err != nil && !errors.As(err, &broken) {
				require.NoError(t, err)
			}
			if broken != nil {
				require.LessOrEqual(t, broken.Offset, int64(len(data)))
			}
			requireSums(t, receipt)
			if again == 0 {
				first = receipt
				continue
			}
			assert.Zero(t, receipt.Total().Stored)
			assert.Equal(t, first.Total().Read, receipt.Total().Read)
		}
	})
}
