package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/store"
)

func TestDSNForms(t *testing.T) {
	t.Parallel()

	here, err := os.Getwd()
	require.NoError(t, err)

	for name, c := range map[string]struct{ dsn, want string }{
		"a relative file as a URL":  {"sqlite:///feedback.db", "sqlite:///" + here + "/feedback.db"},
		"an absolute file as a URL": {"sqlite:////var/lib/feedback.db", "sqlite:////var/lib/feedback.db"},
		"a relative path":           {"data/feedback.db", "sqlite:///" + here + "/data/feedback.db"},
		"an absolute path":          {"/var/lib/feedback.db", "sqlite:////var/lib/feedback.db"},
		"a path with odd characters": {
			"/tmp/100% it's #1 & more;mode=ro.db", "sqlite:////tmp/100% it's #1 & more;mode=ro.db",
		},
		"postgres":   {"postgres://ann@db.example:6543/loop", "postgresql://ann@db.example:6543/loop"},
		"postgresql": {"postgresql://ann@db.example/loop", "postgresql://ann@db.example:5432/loop"},
		"as SQLAlchemy has it": {
			"postgresql+psycopg2://ann:pw@db.example/loop?sslmode=require", "postgresql://ann@db.example:5432/loop",
		},
		"a password of percent-encoded characters": {
			"postgres://ann:p%40s%2Fs%3A%3F@db.example/loop", "postgresql://ann@db.example:5432/loop",
		},
		"a password as a parameter": {
			"postgres://ann@db.example/loop?password=pw", "postgresql://ann@db.example:5432/loop",
		},
		"a user name of an odd form": {"postgres://ann%40acme@db.example/loop", "postgresql://ann%40acme@db.example:5432/loop"},
		"an IPv6 host":               {"postgres://ann@[::1]:5433/loop", "postgresql://ann@[::1]:5433/loop"},
		"a socket": {
			"postgres://ann@/loop?host=/run/postgresql", "postgresql://ann@/loop?host=%2Frun%2Fpostgresql&port=5432",
		},
		"two hosts":         {"postgres://ann@one:1,two:2/loop", "postgresql://ann@one:1/loop"},
		"keys and values":   {"host=db.example user=ann password='p w' dbname=loop", "postgresql://ann@db.example:5432/loop"},
		"keys with options": {"dbname=loop host=db.example user=ann sslmode=disable connect_timeout=3", "postgresql://ann@db.example:5432/loop"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			got, err := store.DescribeDSN(c.dsn)
			require.NoError(t, err)
			assert.Equal(t, filepath.ToSlash(c.want), got)
		})
	}
}

func TestDSNMistakesAreNotEchoed(t *testing.T) {
	t.Parallel()

	for name, dsn := range map[string]string{
		"nothing":                           "",
		"SQLite in memory":                  ":memory:",
		"SQLite in memory as a URL":         "sqlite://",
		"SQLite in memory with slashes":     "sqlite:///:memory:",
		"SQLite without a file":             "sqlite:///",
		"SQLite with a user":                "sqlite://user:hunter2@host/file.db",
		"SQLite with two slashes":           "sqlite://hunter2.db",
		"SQLite without slashes":            "sqlite:hunter2.db",
		"SQLite with parameters":            "sqlite:///file.db?key=hunter2",
		"SQLite with a user in the path":    "sqlite:///user:hunter2@host/file.db",
		"a folder":                          "/tmp/hunter2/",
		"a file URL":                        "file:hunter2.db",
		"PostgreSQL without slashes":        "postgres:user:hunter2@host/name",
		"PostgreSQL with one slash":         "postgresql:/user:hunter2@host/name",
		"no scheme":                         "user:hunter2@host/name",
		"MySQL":                             "mysql://user:hunter2@host/name",
		"a driver that we do not know":      "postgresql+asyncpg://user:hunter2@host/name",
		"an unknown parameter":              "postgres://user@host/name?hunter2=1",
		"a wrong port":                      "postgres://user@host:hunter2/name",
		"a wrong sslmode":                   "postgres://user@host/name?sslmode=hunter2",
		"a certificate that is not there":   "postgres://user@host/name?sslmode=verify-full&sslrootcert=/hunter2",
		"a password with @":                 "postgres://user:hunter2@more@host/name",
		"a password with /":                 "postgres://user:1/hunter2@host/name",
		"a password with ?":                 "postgres://user:1?hunter2@host/name",
		"a password with #":                 "postgres://user:1#hunter2@host/name",
		"a broken escape":                   "postgres://user:hunter2%zz@host/name",
		"a password with a space, unquoted": "host=h user=u password=a hunter2=b",
		"a URL as a value":                  "host=u:hunter2@host dbname=name",
		"a line end":                        "sqlite:///hunter2.db\n",
		"a NUL":                             "hunter2\x00.db",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			_, err := store.Open(t.Context(), dsn, store.Options{})
			require.ErrorIs(t, err, store.ErrDSN, "Open(%q)", dsn)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.True(t, strings.HasPrefix(err.Error(), "store: "), "%q", err)
		})
	}
}

func FuzzDSN(f *testing.F) {
	const password = "hunter2hunter2"
	f.Add("postgres://ann", "db.example:5432/loop?sslmode=disable")
	f.Add("postgresql+psycopg2://ann", "[::1]/loop")
	f.Add("sqlite:///ann", "feedback.db")
	f.Add("sqlite://ann", "host/feedback.db")
	f.Add("host=h user=ann", " dbname=loop")
	f.Add("", "host/name")
	f.Add("mysql://ann", "host/name")
	f.Add("postgres://[", "]@/a?host=/tmp")
	f.Add(`user='ann\`, `' password='`)
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, key := range []string{"servicefile", "passfile", "ssl"} {
			if strings.Contains(before+after, key) {
				return // would read files
			}
		}
		// A password where addresses have it, whatever stands around.
		for _, dsn := range []string{
			before + ":" + password + "@" + after,
			before + "@" + after + "&password=" + password,
			before + " password=" + password + " " + after,
		} {
			described, err := store.DescribeDSN(dsn)
			if err != nil {
				require.ErrorIs(t, err, store.ErrDSN)
				assert.NotContains(t, err.Error(), password, "DSN %q", dsn)
				continue
			}
			assert.NotContains(t, described, password, "DSN %q", dsn)
			again, err := store.DescribeDSN(described)
			require.NoError(t, err, "%q described as %q", dsn, described)
			assert.Equal(t, described, again)
		}
	})
}
