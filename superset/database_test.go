package superset_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/superset"
)

func TestParseDatabase(t *testing.T) {
	t.Parallel()

	dir, err := os.Getwd()
	require.NoError(t, err)
	tests := map[string]struct{ uri, want string }{
		"a bare path":              {"feedback.db", "sqlite:///" + filepath.Join(dir, "feedback.db")},
		"a bare absolute path":     {"/data/feedback.db", "sqlite:////data/feedback.db"},
		"a relative file":          {"sqlite:///sub/../feedback.db", "sqlite:///" + filepath.Join(dir, "feedback.db")},
		"an absolute file":         {"sqlite:////data/my file.db", "sqlite:////data/my file.db"},
		"PostgreSQL":               {"postgresql://u:p@db/fl", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl"},
		"its short name":           {"postgres://u:p@db:5433/fl", "postgresql+psycopg2://u:XXXXXXXXXX@db:5433/fl"},
		"SQLAlchemy's name":        {"postgresql+psycopg2://u:p@db/fl", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl"},
		"an escaped password":      {"postgres://u:p%40%2Fs@db/fl", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl"},
		"no password":              {"postgres://u@db/fl", "postgresql+psycopg2://u@db/fl"},
		"a masked password":        {"postgres://u:XXXXXXXXXX@db/fl", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl"},
		"IPv6":                     {"postgres://u:p@[::1]:5432/fl", "postgresql+psycopg2://u:XXXXXXXXXX@[::1]:5432/fl"},
		"known parameters":         {"postgres://u:p@db/fl?sslmode=require&connect_timeout=3", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl?connect_timeout=3&sslmode=require"},
		"parameters of others":     {"postgres://u:p@db/fl?pool_max_conns=3&search_path=x&sslpassword=p", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl"},
		"a socket":                 {"postgres:///fl?host=/run/postgresql&user=u&password=p", "postgresql+psycopg2://u:XXXXXXXXXX@/fl?host=%2Frun%2Fpostgresql"},
		"a user with odd letters":  {"postgres://a%40b:p@db/fl", "postgresql+psycopg2://a%40b:XXXXXXXXXX@db/fl"},
		"a database with a space":  {"postgres://u:p@db/my%20db", "postgresql+psycopg2://u:XXXXXXXXXX@db/my%20db"},
		"the name as a parameter":  {"postgres://u:p@db?dbname=fl", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl"},
		"a password in the query":  {"postgres://u@db/fl?password=p", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl"},
		"a question mark in words": {"postgres://u:p%3Fq@db/fl", "postgresql+psycopg2://u:XXXXXXXXXX@db/fl"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			db, err := superset.ParseDatabase(test.uri)
			require.NoError(t, err)
			assert.Equal(t, test.want, db.URI())
		})
	}
}

func TestParseDatabaseRefuses(t *testing.T) {
	t.Parallel()

	for name, uri := range map[string]string{
		"nothing":                    "",
		"SQLite without file":        "sqlite:///",
		"SQLite in memory":           "sqlite:///:memory:",
		"a path with question mark":  "sqlite:///a?b",
		"SQLite with a user":         "sqlite://user:hunter2@host/x",
		"another database":           "mysql://user:hunter2@host/x",
		"a URI without slashes":      "postgres:user:hunter2@host/x",
		"no user":                    "postgres://host/x",
		"no database":                "postgres://user:hunter2@host",
		"a bad escape":               "postgres://user:hunter2%zz@host/x",
		"a bad port":                 "postgres://user:hunter2@host:port/x",
		"an unescaped number sign":   "postgres://user:hunter2#@host/x",
		"a bad escape in parameters": "postgres://user@host/x?password=hunter2%zz",
		"a control character":        "postgres://user:hunter2\x00@host/x",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := superset.ParseDatabase(uri)
			require.ErrorContains(t, err, "superset: database URI: ")
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestDatabaseNeverPrintsItsPassword(t *testing.T) {
	t.Parallel()

	b := bundle(t, "postgres://reader:hunter2@db/fl")
	type hidden struct{ b superset.Bundle } // fmt calls no methods below an unexported field
	for _, v := range []any{b.Database, &b.Database, b, &b, hidden{b}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			assert.NotContains(t, fmt.Sprintf(verb, v), "hunter2", verb)
		}
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "db", b.Database, "bundle", b)
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "db", b.Database, "bundle", b)
	assert.NotContains(t, log.String(), "hunter2")
}

// FuzzParseDatabase: no input makes it panic, and neither an error nor the
// result shows the password.
func FuzzParseDatabase(f *testing.F) {
	const password = "hunter2-Secret"
	f.Add("postgres", "u", "db/fl")
	f.Add("postgresql", "u", "[::1]:5432/fl?sslmode=require#x")
	f.Add("postgresql+psycopg2", "u%20", "db:x/%zz?password=%zz")
	f.Add("sqlite", "", "/x")
	f.Add("mysql", "\x00", "")
	f.Fuzz(func(t *testing.T, scheme, user, rest string) {
		_, _ = superset.ParseDatabase(rest)
		db, err := superset.ParseDatabase(scheme + "://" + user + ":" + password + "@" + rest)
		switch {
		case err != nil:
			require.NotContains(t, err.Error(), password)
		case strings.ContainsAny(user, "/?#") || strings.Contains(scheme, "/"):
			// What follows is a path or a parameter, and no password.
		default:
			require.NotContains(t, fmt.Sprintf("%v %+v %#v", db, db, db), password)
			require.Contains(t, db.URI(), ":XXXXXXXXXX@")
		}
	})
}
