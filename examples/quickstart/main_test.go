package main

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func quickstart(t *testing.T, dsn, out string) string {
	t.Helper()

	var stdout bytes.Buffer
	require.NoError(t, run(t.Context(), program.Env{
		Args:   []string{"-out", out},
		Stdout: &stdout,
		Stderr: io.Discard,
		Getenv: func(string) string { return dsn },
		Now:    func() time.Time { return time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC) },
	}))
	return stdout.String()
}

func TestQuickstartDoesTheSameOnBothDatabasesAndTwice(t *testing.T) {
	t.Parallel()

	out := filepath.Join(t.TempDir(), "new", "folder")
	dsn := storetest.SQLite(t)
	table := quickstart(t, dsn, out)
	assert.Contains(t, table, "Success rate")
	assert.Equal(t, table, quickstart(t, dsn, out), "a second run changed something")

	bundle, err := zip.OpenReader(filepath.Join(out, "feedback-loop.zip"))
	require.NoError(t, err)
	defer bundle.Close()
	assert.NotEmpty(t, bundle.File)

	assert.Equal(t, table, quickstart(t, storetest.Postgres(t), out), "PostgreSQL says something else")
}

// The taste of code in the README is this program, word for word.
func TestREADMEShowsThisProgram(t *testing.T) {
	t.Parallel()

	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	program, err := os.ReadFile("main.go")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(readme), "```go\ndb, err")
	require.True(t, found)
	taste, _, found := strings.Cut(rest, "\n```")
	require.True(t, found)
	assert.Contains(t, strings.ReplaceAll(string(program), "\n\t", "\n"), "db, err"+taste)
}
