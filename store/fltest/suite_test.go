package fltest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

const suitePath = "github.com/doronpers/feedback-loop-go/store/fltest/testdata/suite"

// binary is the test binary of the package in testdata.
var binary string

func TestMain(m *testing.M) {
	os.Exit(withSuite(m.Run))
}

func withSuite(run func() int) int {
	dir, err := os.MkdirTemp("", "fltest-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "suite.test")
	out, err := exec.CommandContext(context.Background(), "go", "test", "-c", "-o", binary, suitePath).CombinedOutput()
	if err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return run()
}

// databases calls f for both databases. They are empty.
func databases(t *testing.T, f func(t *testing.T, dsn string)) {
	t.Helper()

	for name, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, dsn(t))
		})
	}
}

// result is how a process ended.
type result struct {
	code           int
	stdout, stderr string
}

// run runs a program with a database, which may be none.
func run(t *testing.T, dsn string, program ...string) result {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), program[0], program[1:]...)
	cmd.Env = append(os.Environ(), "METRICS_DB_URI="+dsn, "SUITE_RUN=build 1")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		require.NoError(t, err)
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

func open(t *testing.T, dsn string) *store.DB {
	t.Helper()

	db, err := store.Open(t.Context(), dsn, store.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// rows returns what is stored for a project, but for keys and times.
func rows(t *testing.T, db *store.DB, project string) []string {
	t.Helper()

	var found []string
	for _, table := range []struct{ name, columns string }{
		{"metrics_performance", "metric_type, function_name, details, CASE WHEN function_name LIKE '%.Test%' THEN execution_time_ms END"},
		{"metrics_test_failures", "test_name, failure_reason, pattern_violated, count"},
	} {
		result, err := db.QueryContext(t.Context(), "SELECT run_id, source, generation_key, "+table.columns+
			" FROM "+table.name+" WHERE project = ? ORDER BY id", project)
		require.NoError(t, err)
		columns, err := result.Columns()
		require.NoError(t, err)
		for result.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for n := range values {
				into[n] = &values[n]
			}
			require.NoError(t, result.Scan(into...))
			row := table.name
			for _, v := range values {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				row += fmt.Sprintf(" | %v", v)
			}
			found = append(found, row)
		}
		require.NoError(t, result.Err())
	}
	return found
}
