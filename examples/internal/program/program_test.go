package program_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
)

func TestCodeChoosesExitAndMessage(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		err  error
		code int
		said string
	}{
		"all is well":            {nil, 0, ""},
		"help was asked for":     {flag.ErrHelp, 0, ""},
		"something failed":       {errors.New("disk on fire"), 1, "tool: disk on fire\n"},
		"wrong arguments":        {program.Usage("no file"), 2, "tool: no file\n"},
		"said already":           {&program.ExitError{Code: 3}, 3, ""},
		"no database address":    {fmt.Errorf("store: open: %w", store.ErrDSN), 2, "tool: store: open: " + store.ErrDSN.Error() + "\n"},
		"wrapped, code retained": {fmt.Errorf("in vain: %w", &program.ExitError{Code: 3, Err: io.EOF}), 3, "tool: EOF\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			assert.Equal(t, c.code, program.Code("tool", &stderr, c.err))
			assert.Equal(t, c.said, stderr.String())
		})
	}
}

func TestDatabaseComesFromFlagThenEnvironmentThenDefault(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		args     []string
		variable string
		want     string
	}{
		"flag":        {[]string{"-db", "flag.db"}, "env.db", "flag.db"},
		"environment": {nil, "env.db", "env.db"},
		"default":     {nil, "", program.DefaultDSN},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := program.Env{Args: c.args, Stderr: io.Discard, Getenv: func(name string) string {
				assert.Equal(t, "METRICS_DB_URI", name)
				return c.variable
			}}
			fs := env.Flags("tool", "Tool tries flags.")
			database := env.DatabaseFlag(fs)
			require.NoError(t, env.Parse(fs))
			require.NoError(t, program.NoArgs(fs))
			assert.Equal(t, c.want, database.DSN())
		})
	}
}

func TestOpenSeesToTheSchema(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "a.db")
	env := program.Env{Stderr: io.Discard, Getenv: func(string) string { return file }}
	open := func(args ...string) error {
		env := env
		env.Args = args
		fs := env.Flags("tool", "Tool opens.")
		database := env.WritableDatabaseFlags(fs)
		require.NoError(t, env.Parse(fs))
		db, err := database.Open(t.Context(), store.Options{})
		if err == nil {
			require.NoError(t, db.Close())
		}
		return err
	}
	require.ErrorIs(t, open("-no-migrate"), store.ErrSchemaMissing)
	require.NoError(t, open())
	require.NoError(t, open("-no-migrate"))
}

func TestUsageErrorsAreUsageErrors(t *testing.T) {
	t.Parallel()

	env := program.Env{Args: []string{"-nonsense"}, Stderr: io.Discard}
	assert.Equal(t, program.ExitUsage, program.Code("tool", io.Discard, env.Parse(env.Flags("tool", ""))))
	env.Args = []string{"stray"}
	fs := env.Flags("tool", "")
	require.NoError(t, env.Parse(fs))
	assert.Equal(t, program.ExitUsage, program.Code("tool", io.Discard, program.NoArgs(fs)))
}

func TestProgressShowsLongWorkOnATerminalOnly(t *testing.T) {
	t.Parallel()

	for name, c := range map[string]struct {
		terminal bool
		running  time.Duration
		want     string
	}{
		"a pipe":     {false, time.Minute, ""},
		"short work": {true, time.Second, ""},
		"long work":  {true, 4 * time.Second, "\rimport: 100 records, 25/s (50 %)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var stderr bytes.Buffer
			now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
			env := program.Env{Stderr: &stderr, Terminal: c.terminal, Now: func() time.Time { return now }}
			progress := env.NewProgress("import")
			now = now.Add(c.running)
			progress.Show(100, 200, "records")
			assert.Equal(t, c.want, stderr.String())
			progress.Show(101, 200, "records")
			assert.Equal(t, c.want, stderr.String(), "drawn again at once")
			progress.Done()
		})
	}
}
