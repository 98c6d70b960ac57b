package e2e_test

import (
	"context"
	"crypto/rand"
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
// ends today, so that the pages' default periods have data. One organization
// has KPIs of its own.
func sources(t *testing.T) []source {
	t.Helper()

	sqlite := "sqlite:///" + filepath.Join(t.TempDir(), "feedback.db")
	postgres := newPostgres(t)
	sample, report := program(t, "sample"), program(t, "report")
	until := time.Now().UTC().Format(time.DateOnly)
	for _, uri := range []string{sqlite, postgres} {
		sample(uri, "-days", "120", "-events", "12000", "-seed", "1", "-until", until)
		report(uri, "-save", "-org", "halcyon-payments")
	}

	return []source{{"sqlite", sqlite}, {"postgres", newReader(t, postgres)}}
}

// program builds one of the programs and returns what runs it on a database.
func program(t *testing.T, name string) func(uri string, arguments ...string) {
	t.Helper()

	file := filepath.Join(t.TempDir(), name)
	build := exec.CommandContext(t.Context(), "go", "build", "-o", file, "./examples/"+name)
	build.Dir = filepath.Join("..", "..")
	output, err := build.CombinedOutput()
	require.NoError(t, err, "%s", output)

	return func(uri string, arguments ...string) {
		command := exec.CommandContext(t.Context(), file, arguments...)
		// The URI is no argument: it holds a password, and anybody can see arguments.
		command.Env = append(os.Environ(), "METRICS_DB_URI="+uri)
		output, err := command.CombinedOutput()
		require.NoError(t, err, "%s", output)
	}
}

// newPostgres creates a database on the server of METRICS_TEST_POSTGRES, drops
// it after the test, and returns its URL.
func newPostgres(t *testing.T) string {
	t.Helper()

	server := environment(t, "METRICS_TEST_POSTGRES")
	name := fmt.Sprintf("e2e_%d_%s", os.Getpid(), strings.ToLower(t.Name()))
	execute(t, server, "CREATE DATABASE "+name)
	// A Superset may not have let go of it yet.
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })

	uri, err := url.Parse(server)
	require.NoError(t, err)
	uri.Path = "/" + name

	return uri.String()
}

// newReader creates a role that may read the database and nothing else, as
// Superset should have one, and returns the URL with it.
func newReader(t *testing.T, database string) string {
	t.Helper()

	uri, err := url.Parse(database)
	require.NoError(t, err)
	role, password := "reader_of_"+uri.Path[1:], rand.Text()
	t.Cleanup(func() { execute(t, database, "DROP OWNED BY "+role+"; DROP ROLE "+role) })
	execute(t, database, "CREATE ROLE "+role+" LOGIN PASSWORD '"+password+"';"+
		"GRANT USAGE ON SCHEMA public, api TO "+role+";"+
		"GRANT SELECT ON ALL TABLES IN SCHEMA public, api TO "+role)
	uri.User = url.UserPassword(role, password)

	return uri.String()
}

// execute runs statements at the URL. It also works in a cleanup.
func execute(t *testing.T, uri, statements string) {
	t.Helper()

	ctx := context.Background()
	connection, err := pgx.Connect(ctx, uri)
	require.NoError(t, err)
	defer connection.Close(ctx)

	_, err = connection.Exec(ctx, statements)
	require.NoError(t, err)
}
