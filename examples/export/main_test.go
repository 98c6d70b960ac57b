package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/export"
	"github.com/doronpers/feedback-loop-go/store/sample"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

var until = time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)

// written runs the program and returns what it writes to standard output.
func written(t *testing.T, dsn string, args ...string) (string, error) {
	t.Helper()

	var stdout bytes.Buffer
	err := run(t.Context(), program.Env{
		Args:   args,
		Stdout: &stdout,
		Stderr: io.Discard,
		Getenv: func(string) string { return dsn },
		Now:    func() time.Time { return until },
	})
	return stdout.String(), err
}

func TestExport(t *testing.T) {
	t.Parallel()

	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn, folder := fresh(t), t.TempDir()
			db, err := store.Open(t.Context(), dsn, store.Options{})
			require.NoError(t, err)
			defer db.Close()
			require.NoError(t, store.Migrate(t.Context(), db))
			_, err = sample.Write(t.Context(), db, sample.Options{Until: until, Days: 20, Events: 500})
			require.NoError(t, err)

			document, err := written(t, dsn)
			require.NoError(t, err)
			var lists map[string][]map[string]any
			require.NoError(t, json.Unmarshal([]byte(document), &lists))
			assert.Len(t, lists, 6)

			file := filepath.Join(folder, "events.json")
			nothing, err := written(t, dsn, "-out", file)
			require.NoError(t, err)
			assert.Empty(t, nothing)
			content, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, document, string(content))

			digest, err := written(t, dsn, "-format", "digest")
			require.NoError(t, err)
			assert.Len(t, digest, 65)
			part, err := written(t, dsn, "-format", "digest", "-org", "halcyon-payments")
			require.NoError(t, err)
			assert.NotEqual(t, digest, part)

			_, err = written(t, dsn, "-format", "csv", "-out", folder)
			require.NoError(t, err)
			for _, table := range export.Tables() {
				assert.FileExists(t, filepath.Join(folder, table+".csv"))
			}
		})
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()

	for name, args := range map[string][]string{
		"unknown format": {"-format", "xlsx"},
		"CSV to nowhere": {"-format", "csv"},
		"argument":       {"file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := written(t, storetest.SQLite(t), args...)
			assert.Equal(t, program.ExitUsage, program.Code("export", io.Discard, err))
		})
	}
}
