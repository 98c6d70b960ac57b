package e2e_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// environment returns what the variable holds. Without it the test cannot run:
// it fails in CI, and elsewhere it is skipped.
func environment(t *testing.T, variable string) string {
	t.Helper()

	value := os.Getenv(variable)
	if value == "" {
		message := "NOT RUN: " + variable + " is not set; .ci/run sets up all that this test needs"
		if os.Getenv("CI") != "" {
			t.Fatal(message)
		}
		t.Skip(message)
	}

	return value
}

// artifact returns the path of a file that is kept after the run: below the
// folder $ARTIFACTS, in one named after the test. Without $ARTIFACTS it is gone
// with the test.
func artifact(t *testing.T, name string) string {
	t.Helper()

	folder := t.ArtifactDir()
	if kept := os.Getenv("ARTIFACTS"); kept != "" {
		folder = filepath.Join(kept, filepath.FromSlash(t.Name()))
	}
	require.NoError(t, os.MkdirAll(folder, 0o755))

	return filepath.Join(folder, name)
}
