package e2e_test

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// source is a database filled with a sample, which Superset reads.
type source struct {
	name string
	uri  string // of the database, with its password
}

// sources fills an SQLite and a PostgreSQL database with the same sample. It
// ends now, so that the pages' default period has data.
func sources(t *testing.T) []source {
	t.Helper()

	until := time.Now().UTC().Format(time.DateOnly)
	both := []source{
		{name: "sqlite", uri: "sqlite:///" + filepath.Join(t.TempDir(), "feedback.db")},
		{name: "postgres", uri: newPostgres(t)},
	}
	sample := filepath.Join(t.TempDir(), "sample")
	program(t, nil, "go", "build", "-o", sample, "./examples/sample")
	for _, s := range both {
		program(t, []string{"METRICS_DB_URI=" + s.uri}, sample,
			"-days", "120", "-events", "12000", "-seed", "1", "-until", until)
	}

	return both
}

// program runs a program in the root of the repository, with some environment
// variables more: a password in an argument could be seen by anybody.
func program(t *testing.T, more []string, name string, arguments ...string) {
	t.Helper()

	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Dir = filepath.Join("..", "..")
	command.Env = append(os.Environ(), more...)
	output, err := command.CombinedOutput()
	require.NoError(t, err, "%s", output)
}

// newPostgres creates a database on the server of METRICS_TEST_POSTGRES, drops
// it after the test, and returns its URL.
func newPostgres(t *testing.T) string {
	t.Helper()

	server := environment(t, "METRICS_TEST_POSTGRES")
	connection, err := pgx.Connect(t.Context(), server)
	require.NoError(t, err)
	defer connection.Close(t.Context())

	name := fmt.Sprintf("e2e_%d_%s", os.Getpid(), strings.ToLower(t.Name()))
	_, err = connection.Exec(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() { dropPostgres(t, server, name) })

	uri, err := url.Parse(server)
	require.NoError(t, err)
	uri.Path = "/" + name

	return uri.String()
}

// dropPostgres removes the database even if a Superset has not let go of it yet.
func dropPostgres(t *testing.T, server, name string) {
	t.Helper()

	ctx := context.Background()
	connection, err := pgx.Connect(ctx, server)
	require.NoError(t, err)
	defer connection.Close(ctx)

	_, err = connection.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	require.NoError(t, err)
}
