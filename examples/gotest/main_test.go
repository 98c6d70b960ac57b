package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

const (
	passing1 = `{"Time":"2026-01-31T12:00:00Z","Action":"start","Package":"shop"}
{"Time":"2026-01-31T12:00:00Z","Action":"run","Package":"shop","Test":"TestA"}
{"Time":"2026-01-31T12:00:00Z","Action":"output","Package":"shop","Test":"TestA","Output":"{\"Action\":\"fail\"}\n"}
{"Time":"2026-01-31T12:00:00Z","Action":"pass","Package":"shop","Test":"TestA","Elapsed":0.1}
`
	passing2 = `# no event
{"Time":"2026-01-31T12:00:01Z","Action":"pass","Package":"shop","Elapsed":0.2}
`
	failing = `{"Time":"2026-01-31T12:00:00Z","Action":"fail","Package":"shop","Test":"TestB","Elapsed":0.1}
{"Time":"2026-01-31T12:00:01Z","Action":"fail","Package":"shop","Elapsed":0.2}
`
	timeless = `{"Action":"pass","Package":"shop","Test":"TestA"}
`
	notBuilt = `{"ImportPath":"shop","Action":"build-output","Output":"syntax error\n"}
{"ImportPath":"shop","Action":"build-fail"}
{"Time":"2026-01-31T12:00:01Z","Action":"fail","Package":"shop","Elapsed":0,"FailedBuild":"shop"}
`
	nowhere = "sqlite:////nowhere/at/all.db"
)

func env(dsn string, stdin io.Reader, stdout, stderr io.Writer, args ...string) program.Env {
	return program.Env{
		Args: args, Stdin: stdin, Stdout: stdout, Stderr: stderr,
		Getenv: func(string) string { return dsn },
		Now:    func() time.Time { return time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC) },
	}
}

// goTest runs the program on a stream.
func goTest(t *testing.T, dsn string, stdin io.Reader, args ...string) (code int, stdout, stderr string) {
	t.Helper()

	var out, messages bytes.Buffer
	err := run(t.Context(), env(dsn, stdin, &out, &messages, args...))
	code = program.Code("gotest", &messages, err)
	return code, out.String(), messages.String()
}

func count(t *testing.T, dsn, where string) int64 {
	t.Helper()

	db, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	defer db.Close()
	n, err := db.NewSelect().Table("metrics_performance").Where(where).Count(t.Context())
	require.NoError(t, err)
	return n
}

func TestExitCodeTellsTestsFromTool(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		dsn, stdin string
		args       []string
		code       int
		says       string
	}{
		"all passed":             {"", passing1 + passing2, nil, 0, ""},
		"a test failed":          {"", failing, nil, 1, ""},
		"a package is not built": {"", notBuilt, nil, 1, ""},
		"wrong flag":             {"", "", []string{"-nonsense"}, 2, "flag provided but not defined"},
		"an argument":            {"", "", []string{"file"}, 2, `unexpected argument "file"`},
		"no address":             {"nonsense:secret", passing1 + passing2, nil, 2, "gotest: store: "},
		"a record is refused":    {"", passing1 + timeless + passing2, nil, 3, "refused records: 1"},
		"no database":            {nowhere, passing1 + passing2, nil, 4, "gotest: "},
		"no database, failed":    {nowhere, failing, nil, 1, "gotest: not all is recorded: "},
		"no such organization":   {"", passing1 + passing2, []string{"-org", "nobody"}, 4, "nobody"},
		"cut off":                {"", passing1, nil, 4, "it ends before the tests of shop (1 rows are stored)"},
		"nothing":                {"", "", nil, 4, "it is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := c.dsn
			if dsn == "" {
				dsn = storetest.SQLite(t)
			}
			code, stdout, stderr := goTest(t, dsn, strings.NewReader(c.stdin), c.args...)
			assert.Equal(t, c.code, code, stderr)
			assert.Equal(t, c.stdin, stdout)
			assert.Contains(t, stderr, c.says)
			assert.NotContains(t, stderr, "secret")
			if c.says == "" {
				assert.Empty(t, stderr)
			}
		})
	}
}

func TestRecordsOnBothDatabases(t *testing.T) {
	t.Parallel()

	stream, err := os.ReadFile(filepath.Join("..", "..", "store", "ingest", "testdata", "gotest", "go1.26.json"))
	require.NoError(t, err)
	for name, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := dsn(t)
			stored := int64(-1)
			for range 2 { // the second time adds nothing
				code, stdout, stderr := goTest(t, dsn, iotest.HalfReader(bytes.NewReader(stream)), "-run", "build 1", "-project", "shop")
				assert.Equal(t, 1, code, stderr)
				assert.Equal(t, string(stream), stdout)
				assert.Empty(t, stderr)
				n := count(t, dsn, "project = 'shop' AND run_id = 'build 1'")
				assert.Positive(t, n)
				assert.True(t, stored < 0 || stored == n)
				stored = n
			}
		})
	}
}

func TestInterruptKeepsWhatWasRead(t *testing.T) {
	t.Parallel()

	dsn := storetest.SQLite(t)
	ctx, interrupt := context.WithCancel(t.Context())
	stdin, tests := io.Pipe()
	out, stdout := io.Pipe()
	done := make(chan error)
	go func() { done <- run(ctx, env(dsn, stdin, stdout, io.Discard)) }()
	go func() { _, _ = io.WriteString(tests, passing1) }()
	_, err := io.ReadFull(out, make([]byte, len(passing1)))
	require.NoError(t, err)
	go func() { _, _ = io.WriteString(tests, "x\n") }()
	_, err = io.ReadFull(out, make([]byte, 2)) // so the lines before are waiting to be recorded
	require.NoError(t, err)
	interrupt()
	err = <-done
	require.ErrorContains(t, err, "interrupted")
	assert.Equal(t, 4, program.Code("gotest", io.Discard, err))
	assert.EqualValues(t, 1, count(t, dsn, "function_name = 'shop.TestA'"))
}

func TestRecordsIfNobodyListens(t *testing.T) {
	t.Parallel()

	dsn := storetest.SQLite(t)
	out, stdout := io.Pipe()
	require.NoError(t, out.CloseWithError(errors.New("gone")))
	require.NoError(t, run(t.Context(), env(dsn, strings.NewReader(passing1+passing2), stdout, io.Discard)))
	assert.EqualValues(t, 2, count(t, dsn, "TRUE"))
}

func TestLongStream(t *testing.T) {
	t.Parallel()

	long := passing1 + strings.Repeat("# "+strings.Repeat("x", 100_000)+"\n", 20) + strings.Repeat("#\n", 2*maxLines) + passing2
	for name, c := range map[string]struct {
		dsn  string
		code int
	}{
		"recorded":     {storetest.SQLite(t), 0},
		"not recorded": {nowhere, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, _ := goTest(t, c.dsn, strings.NewReader(long))
			assert.Equal(t, c.code, code)
			assert.True(t, long == stdout)
		})
	}
}
