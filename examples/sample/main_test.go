package main

import (
	"bytes"
	"encoding/json"
	"io"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
)

func sampleInto(t *testing.T, file string, args ...string) (string, error) {
	t.Helper()

	var stdout bytes.Buffer
	err := run(t.Context(), program.Env{
		Args:   append([]string{"-db", file}, args...),
		Stdout: &stdout,
		Stderr: io.Discard,
		Getenv: func(string) string { return "" },
		Now:    func() time.Time { return time.Date(2026, 1, 31, 15, 0, 0, 0, time.UTC) },
	})
	return stdout.String(), err
}

func TestSampleCountsWhatItWrote(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "a.db")
	out, err := sampleInto(t, file, "-days", "14", "-events", "500")
	require.NoError(t, err)
	assert.Contains(t, out, "metrics_code_generation")

	out, err = sampleInto(t, file, "-days", "14", "-events", "500", "-until", "2026-01-31", "-json")
	require.NoError(t, err)
	var counts struct {
		Tables map[string]struct{ Stored, Duplicate int }
	}
	require.NoError(t, json.Unmarshal([]byte(out), &counts))
	var duplicates int
	for table, count := range counts.Tables {
		assert.Zero(t, count.Stored, "%s: today is the default", table)
		duplicates += count.Duplicate
	}
	assert.Equal(t, 500, duplicates)
}

func TestWrongArgumentsAreUsageErrors(t *testing.T) {
	t.Parallel()

	file := filepath.Join(t.TempDir(), "a.db")
	for name, args := range map[string][]string{
		"a time":       {"-until", "2026-01-31T12:00:00Z"},
		"no days":      {"-days", "0"},
		"no events":    {"-events", "0"},
		"no such flag": {"-nonsense"},
		"an argument":  {"file.json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := sampleInto(t, file, args...)
			assert.Equal(t, program.ExitUsage, program.Code("sample", io.Discard, err))
		})
	}
}
