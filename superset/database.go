package superset

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strings"
)

// Database is the connection through which Superset reads the data. Get one
// from [ParseDatabase]; it never prints its password.
type Database struct {
	uri      string  // with the password masked
	password *string // a pointer, which prints as an address even where methods do not reach
	engine   engine
}

type engine string

const (
	sqlite     engine = "sqlite"
	postgreSQL engine = "postgresql"
)

// mask stands for the password in a URI, in Superset's own exports as well.
const mask = "XXXXXXXXXX"

// Errors about a URI never quote it: it may hold a password.
var (
	errURIForm     = errors.New("superset: database URI: want sqlite:///PATH, a path, or postgresql://USER@HOST/DATABASE")
	errURIUser     = errors.New("superset: database URI: PostgreSQL needs a user")
	errURIDatabase = errors.New("superset: database URI: PostgreSQL needs the name of a database")
	errURIPath     = errors.New("superset: database URI: SQLite needs a file, and a path without question mark or control characters")
)

// ParseDatabase reads a database URI: sqlite:///relative.db,
// sqlite:////absolute.db, a bare path, or a URI that begins with postgres://,
// postgresql:// or postgresql+psycopg2://. A relative path is taken from the
// working directory. No error shows the URI, which may hold a password.
//
// A URI without password is one of a server that asks for none. To leave a
// Superset the password that it already has, write XXXXXXXXXX in its place, as
// Superset does in what it exports.
//
// The parameters of a PostgreSQL URI that Superset's driver knows are kept
// (sslmode, sslrootcert, sslcert, sslkey, connect_timeout, application_name,
// host, port); others belong to other drivers and are left out.
func ParseDatabase(uri string) (Database, error) {
	scheme, rest, found := strings.Cut(uri, "://")
	switch {
	case !found && strings.Contains(firstSegment(uri), ":"):
		return Database{}, errURIForm // a URI that lost its slashes
	case !found:
		return parseSQLite(uri)
	case scheme == "sqlite" && strings.HasPrefix(rest, "/"):
		return parseSQLite(rest[1:])
	case scheme == "postgres", scheme == "postgresql", scheme == "postgresql+psycopg2":
		return parsePostgreSQL("postgresql://" + rest)
	}
	return Database{}, errURIForm
}

func firstSegment(path string) string {
	first, _, _ := strings.Cut(path, "/")
	return first
}

func parseSQLite(path string) (Database, error) {
	control := func(r rune) bool { return r < ' ' || r == 0x7f }
	if path == "" || strings.HasPrefix(path, ":memory:") ||
		strings.ContainsRune(path, '?') || strings.ContainsFunc(path, control) {
		return Database{}, errURIPath
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return Database{}, fmt.Errorf("superset: database URI: %w", err)
	}
	return Database{uri: "sqlite:///" + filepath.ToSlash(absolute), engine: sqlite}, nil
}

// driverParameters are the ones that psycopg2 accepts and that hold no secret.
var driverParameters = []string{
	"application_name", "connect_timeout", "host", "port",
	"sslcert", "sslkey", "sslmode", "sslrootcert",
}

func parsePostgreSQL(uri string) (Database, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return Database{}, errURIForm // err quotes the text
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || u.Fragment != "" || u.Opaque != "" {
		return Database{}, errURIForm
	}

	user, password := u.User.Username(), (*string)(nil)
	if p, ok := u.User.Password(); ok {
		password = &p
	}
	// libpq takes both as parameters too, and the parameters win.
	if query.Get("user") != "" {
		user = query.Get("user")
	}
	if query.Has("password") {
		p := query.Get("password")
		password = &p
	}
	name := strings.TrimPrefix(u.Path, "/")
	if query.Get("dbname") != "" {
		name = query.Get("dbname")
	}
	switch {
	case user == "":
		return Database{}, errURIUser
	case name == "" || strings.ContainsAny(name, "/?"):
		return Database{}, errURIDatabase
	}

	kept := url.Values{}
	for _, key := range driverParameters {
		if v := query.Get(key); v != "" {
			kept.Set(key, v)
		}
	}
	login := url.User(user) // a server that trusts the user, or knows it by a certificate
	if password != nil {
		login = url.UserPassword(user, mask)
		if *password == mask {
			password = nil // Superset has it
		}
	}
	clean := url.URL{
		Scheme:   "postgresql+psycopg2",
		User:     login,
		Host:     u.Host,
		Path:     "/" + name,
		RawQuery: kept.Encode(),
	}
	return Database{uri: clean.String(), password: password, engine: postgreSQL}, nil
}

// URI is the connection as it stands in the bundle: with the password masked.
func (d Database) URI() string { return d.uri }

// String is [Database.URI].
func (d Database) String() string { return d.uri }

// GoString is [Database.URI] too, so that %#v shows no password.
func (d Database) GoString() string { return d.uri }

// LogValue is [Database.URI] too.
func (d Database) LogValue() slog.Value { return slog.StringValue(d.uri) }

// schema is where the tables and views are.
func (d Database) schema() string {
	if d.engine == postgreSQL {
		return "public"
	}
	return "main"
}

// columnType is the column type in the database's words.
func (d Database) columnType(t ColumnType) string {
	switch t {
	case Integer:
		return "BIGINT"
	case Float:
		return "DOUBLE PRECISION"
	case Time:
		if d.engine == postgreSQL {
			return "TIMESTAMP WITH TIME ZONE"
		}
		return "TIMESTAMP"
	default:
		return "TEXT"
	}
}

// engineParams are arguments for the driver. Days and time filters would
// otherwise follow the time zone of the PostgreSQL server.
func (d Database) engineParams() Params {
	if d.engine == postgreSQL {
		return Params{"connect_args": Params{"options": "-c timezone=UTC -c search_path=public,api"}}
	}
	return Params{}
}
