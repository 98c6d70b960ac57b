package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/ingest"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

const (
	good    = `{"bugs": [{"pattern": "p", "error": "e", "timestamp": "2026-01-31T12:00:00"}]}`
	refused = `{"bugs": [{"pattern": "p", "error": "e"}, {"pattern": "p", "error": "e", "timestamp": "2026-01-31T12:00:00Z"}]}`
	broken  = `{"bugs": [{"pattern": "q", "error": "e", "timestamp": "2026-01-31T12:00:00Z"}]} trailing`
)

// folder makes files and returns their folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()

	dir := t.TempDir()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

// importInto runs the program and returns its exit code and what it wrote.
func importInto(t *testing.T, dsn, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()

	var out, messages bytes.Buffer
	err := run(t.Context(), program.Env{
		Args: args, Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &messages,
		Getenv: func(string) string { return dsn },
		Now:    func() time.Time { return time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC) },
	})
	code = program.Code("import", &messages, err)
	return code, out.String(), messages.String()
}

func TestImportOnBothDatabases(t *testing.T) {
	t.Parallel()

	for name, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dir := folder(t, map[string]string{"good.json": good, "refused.json": refused, "broken.json": broken})
			database := dsn(t)
			file := func(name string) string { return filepath.Join(dir, name) }

			code, stdout, _ := importInto(t, database, "", "-project", "shop", "-tz", "Europe/Vienna", file("good.json"))
			assert.Equal(t, program.ExitDone, code)
			assert.Equal(t, file("good.json")+` (feedback-loop)
  read  stored  duplicate  refused  table
     1       1          0        0  metrics_bugs
noted: times without offset: 1
`, stdout)

			code, stdout, stderr := importInto(t, database, "", file("refused.json"))
			assert.Equal(t, program.ExitRefused, code)
			assert.Contains(t, stdout, "     2       1          0        1  metrics_bugs\nrefused: $.bugs[0].timestamp: timestamp is missing\n")
			assert.Equal(t, "import: refused records: 1, see the table fl_quarantine\n", stderr)

			code, stdout, stderr = importInto(t, database, good, "-json", file("broken.json"), file("absent.json"), "-")
			assert.Equal(t, program.ExitFailed, code)
			assert.Contains(t, stderr, "import: ingest: "+file("broken.json")+" is no feedback-loop file: at byte 80: text follows after the end of the document\n")
			assert.Contains(t, stderr, "absent.json: no such file or directory\n")
			var receipts struct{ Files []map[string]any }
			require.NoError(t, json.Unmarshal([]byte(stdout), &receipts))
			require.Len(t, receipts.Files, 3)
			assert.Equal(t, map[string]any{
				"metrics_bugs": map[string]any{"read": 1.0, "stored": 1.0, "duplicate": 0.0, "refused": 0.0},
			}, receipts.Files[0]["tables"], "what stood before the junk")
			assert.Contains(t, receipts.Files[0]["error"], "at byte 80")
			assert.Contains(t, receipts.Files[1]["error"], "no such file")
			assert.Equal(t, map[string]any{}, receipts.Files[1]["tables"])
			assert.Equal(t, []any{}, receipts.Files[2]["refused"])
			assert.NotContains(t, receipts.Files[2], "error")
			assert.Equal(t, "-", receipts.Files[2]["file"])
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()

	dsn := storetest.SQLite(t)
	for name, c := range map[string]struct {
		args []string
		said string
	}{
		"no file":              {nil, "no file to import"},
		"unknown format":       {[]string{"-format", "morse", "x"}, "known are "},
		"unknown zone":         {[]string{"-tz", "Nowhere/Land", "x"}, "unknown time zone Nowhere/Land"},
		"unknown flag":         {[]string{"-nonsense"}, "-nonsense"},
		"unusable address":     {[]string{"-db", "postgres:secret", "x"}, "store: unusable database address"},
		"database of no use":   {[]string{"-db", "sqlite://me:secret@host/x.db", "x"}, "store: unusable database address"},
		"unknown organization": {[]string{"-org", "acme", "x"}, "acme"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, stdout, stderr := importInto(t, dsn, "", c.args...)
			want := program.ExitUsage
			if name == "unknown organization" {
				want = program.ExitFailed
			}
			assert.Equal(t, want, code)
			assert.Contains(t, stderr, c.said)
			assert.NotContains(t, stderr, "secret")
			assert.Empty(t, stdout)
		})
	}
}

func TestSchemaIsLeftAloneWhenAsked(t *testing.T) {
	t.Parallel()

	code, _, stderr := importInto(t, storetest.SQLite(t), good, "-no-migrate", "-")
	assert.Equal(t, program.ExitFailed, code)
	assert.Contains(t, stderr, store.ErrSchemaMissing.Error())
}

func TestInterruptSaysWhatIsStored(t *testing.T) {
	t.Parallel()

	db, err := store.Open(t.Context(), storetest.SQLite(t), store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.NoError(t, store.Migrate(t.Context(), db))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	i := importer{
		env: program.Env{Stdin: strings.NewReader(good), Now: time.Now},
		db:  db,
	}
	receipts, err := i.files(ctx, []string{"-", "never.json"})
	require.EqualError(t, err, "interrupted: what is counted is stored, import again to complete it")
	require.Len(t, receipts, 1)
	assert.Equal(t, ingest.Count{}, receipts[0].Total())
}

// The test program runs as import when this is set.
const asProgram = "RUN_AS_IMPORT"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// A program that was stopped half-way, however hard, is completed by the next
// run.
func TestStoppedImportsAreCompleted(t *testing.T) {
	t.Parallel()

	const n = 12_000
	var text strings.Builder
	for i := range n {
		separator := ","
		if i == 0 {
			separator = `{"bugs":[`
		}
		fmt.Fprintf(&text, `%s{"pattern":"p","error":"e %d","timestamp":"2026-01-31T12:00:00Z"}`, separator, i/2)
	}
	text.WriteString("]}")

	for name, signal := range map[string]os.Signal{"killed": os.Kill, "interrupted": os.Interrupt} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dsn := storetest.SQLite(t)
			db, err := store.Open(t.Context(), dsn, store.Options{})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, db.Close()) })
			require.NoError(t, store.Migrate(t.Context(), db))
			stored := func() int {
				count, err := db.NewSelect().Table("metrics_bugs").Count(t.Context())
				require.NoError(t, err)
				return int(count)
			}

			cmd := exec.Command(os.Args[0], "-db", dsn, "-")
			cmd.Env = append(os.Environ(), asProgram+"=1")
			var stdout, stderr bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			stdin, err := cmd.StdinPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			_, err = io.WriteString(stdin, text.String()[:text.Len()-100]) // and no end
			require.NoError(t, err)
			require.Eventually(t, func() bool { return stored() >= 10_000 }, time.Minute, 10*time.Millisecond)
			require.NoError(t, cmd.Process.Signal(signal))
			require.Error(t, cmd.Wait())
			assert.Equal(t, 10_000, stored())
			if signal == os.Interrupt {
				assert.Equal(t, program.ExitFailed, cmd.ProcessState.ExitCode())
				assert.Contains(t, stdout.String(), " 10000   10000          0        0  metrics_bugs\n")
				assert.Contains(t, stderr.String(), "import: interrupted")
			}

			code, _, stderrAgain := importInto(t, dsn, text.String(), "-")
			require.Equal(t, program.ExitDone, code, stderrAgain)
			assert.Equal(t, n, stored())
		})
	}
}

func TestTablesListTheFirstRefusals(t *testing.T) {
	t.Parallel()

	code, stdout, _ := importInto(t, storetest.SQLite(t), `{"bugs":[`+strings.Repeat("7,", 14)+`7],"extra":1}`, "-")
	assert.Equal(t, program.ExitRefused, code)
	assert.Equal(t, 11, strings.Count(stdout, "refused: "), stdout)
	assert.Contains(t, stdout, "refused: and 5 more\n")
	assert.Contains(t, stdout, `passed over: "extra" is unknown`)
}
