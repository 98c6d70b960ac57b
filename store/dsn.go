package store

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// ErrDSN is returned for the address of a database that cannot be used as
// written. Its messages never repeat the address, which may hold a password.
var ErrDSN = errors.New("store: unusable database address")

// source is where a database is: a file or a server.
type source struct {
	path   string          // absolute path of an SQLite file, else empty
	server *pgx.ConnConfig // PostgreSQL, else nil
}

// String describes the source in the form of an address without its password.
func (s source) String() string {
	if s.server == nil {
		return "sqlite:///" + filepath.ToSlash(s.path)
	}
	u := url.URL{Scheme: "postgresql", Path: "/" + s.server.Database}
	if s.server.User != "" {
		u.User = url.User(s.server.User)
	}
	port := strconv.Itoa(int(s.server.Port))
	if network, _ := pgconn.NetworkAddress(s.server.Host, s.server.Port); network == "unix" {
		u.RawQuery = url.Values{"host": {s.server.Host}, "port": {port}}.Encode()
	} else {
		u.Host = net.JoinHostPort(s.server.Host, port)
	}
	return u.String()
}

// parseDSN reads every form of address that Open accepts.
func parseDSN(dsn string) (source, error) {
	if dsn == "" {
		return source{}, fmt.Errorf("%w: it is empty", ErrDSN)
	}
	if strings.ContainsFunc(dsn, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return source{}, fmt.Errorf("%w: it contains control characters", ErrDSN)
	}
	if keyValue.MatchString(dsn) {
		return parsePostgres(dsn)
	}
	scheme, rest, found := strings.Cut(dsn, "://")
	if !found {
		return parsePath(dsn)
	}
	switch scheme {
	case "sqlite":
		path, ok := strings.CutPrefix(rest, "/")
		if !ok {
			return source{}, fmt.Errorf("%w: SQLite is written sqlite:///relative.db or sqlite:////absolute.db, without user or host", ErrDSN)
		}
		return parsePath(path)
	case "postgres", "postgresql", "postgresql+psycopg2":
		if authorityIsAmbiguous(rest) {
			return source{}, fmt.Errorf("%w: the characters @ : / ? # of a user or password are written percent-encoded", ErrDSN)
		}
		return parsePostgres("postgresql://" + rest)
	default:
		return source{}, fmt.Errorf("%w: only sqlite:///, postgres:// and postgresql:// are supported", ErrDSN)
	}
}

var (
	// keyValue matches the beginning of "host=… dbname=…".
	keyValue = regexp.MustCompile(`^\s*(host|port|user|password|dbname|service|passfile|sslmode)\s*=`)
	// schemeOfPath matches what is meant as some URL; one letter is a drive.
	schemeOfPath = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]+:`)
	// credentials matches what likely holds a password.
	credentials = regexp.MustCompile(`(?is):.*@|password\s*=`)
)

// authorityIsAmbiguous tells whether an unencoded character of a password may
// have been taken for the end of it. Then the rest of the password would be
// read as host or database, and be shown.
func authorityIsAmbiguous(rest string) bool {
	at := strings.LastIndexByte(rest, '@')
	return at >= 0 && strings.ContainsAny(rest[:at], "@/?#")
}

func parsePath(path string) (source, error) {
	switch {
	case path == "" || path == ":memory:":
		return source{}, fmt.Errorf("%w: an SQLite database is a file here, a database in memory is one per connection", ErrDSN)
	case schemeOfPath.MatchString(path),
		credentials.MatchString(strings.TrimPrefix(path, filepath.VolumeName(path))):
		return source{}, fmt.Errorf("%w: neither a path nor sqlite:///, postgres:// or postgresql://", ErrDSN)
	case strings.Contains(path, "?"):
		return source{}, fmt.Errorf("%w: a path takes no parameters", ErrDSN)
	case strings.HasSuffix(path, "/"):
		return source{}, fmt.Errorf("%w: a path ends in a file name", ErrDSN)
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return source{}, fmt.Errorf("%w: the working directory is unknown", ErrDSN)
	}
	return source{path: absolute}, nil
}

// postgresKeys are the parameters that an address of PostgreSQL may hold. With
// an open list, part of a badly quoted password would be sent to the server as
// the name of a setting and come back in its error message.
var postgresKeys = []string{
	"host", "port", "dbname", "database", "user", "password", "passfile", "service", "servicefile",
	"sslmode", "sslcert", "sslkey", "sslrootcert", "sslpassword", "sslsni", "sslnegotiation", "sslcertmode",
	"channel_binding", "require_auth", "krbsrvname", "krbspn",
	"connect_timeout", "target_session_attrs", "application_name", "options",
	"statement_timeout", "lock_timeout",
	"default_query_exec_mode", "statement_cache_capacity", "description_cache_capacity",
}

func parsePostgres(dsn string) (source, error) {
	config, err := pgx.ParseConfigWithOptions(dsn, pgx.ParseConfigOptions{
		ParseConfigOptions: pgconn.ParseConfigOptions{ConnStringAllowedKeys: postgresKeys},
	})
	if err != nil { // The error quotes the address: it must not be wrapped.
		return source{}, fmt.Errorf("%w: wrong host, port or parameter, or a file it names cannot be read", ErrDSN)
	}
	for _, part := range []string{config.Host, config.User, config.Database} {
		if credentials.MatchString(part) {
			return source{}, fmt.Errorf("%w: a password stands where host, user or database belong", ErrDSN)
		}
	}
	configurePostgres(config, dsn)
	return source{server: config}, nil
}
