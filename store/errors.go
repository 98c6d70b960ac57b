package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The classes of database errors, the same for both databases; see [Classify].
var (
	// ErrConflict means that a row of that key exists, or that a row it refers
	// to does not (unique and foreign keys).
	ErrConflict = errors.New("store: conflict with existing rows")

	// ErrInvalid means that a rule of the schema refuses a value, or that the
	// column cannot hold it. The same row will be refused again.
	ErrInvalid = errors.New("store: invalid value")

	// ErrFull means that the disk is full. Nothing of the transaction is
	// stored; it works again once there is space.
	ErrFull = errors.New("store: disk full")

	// ErrReadOnly means that the file or the server takes no changes.
	ErrReadOnly = errors.New("store: database is read-only")

	// ErrRetryable means that the same may succeed in a moment: the database
	// was busy, transactions collided, or the connection was lost. In the last
	// case the commit may have happened nevertheless.
	ErrRetryable = errors.New("store: temporary failure")
)

// Classify makes errors.Is(err, ErrConflict) and the like work for an error of
// either driver, without changing its text. It returns err itself when none of
// the classes fits, which is so for mistakes in SQL, for missing rights and for
// a context that ended.
//
// The text never holds what PostgreSQL calls the detail of an error, because
// that quotes stored values.
func Classify(err error) error {
	var already *classified
	if err == nil || errors.As(err, &already) {
		return err
	}
	if classes := classesOf(err); classes != nil {
		return &classified{err: err, classes: classes}
	}
	return err
}

// classified is an error of a driver with its classes.
type classified struct {
	err     error
	classes []error
}

func (c *classified) Error() string   { return c.err.Error() }
func (c *classified) Unwrap() []error { return append([]error{c.err}, c.classes...) }

func classesOf(err error) []error {
	var (
		lite    *sqlite.Error
		server  *pgconn.PgError
		connect *pgconn.ConnectError
		network net.Error
	)
	switch {
	case errors.As(err, &lite):
		return sqliteClasses(lite.Code())
	case errors.As(err, &server):
		return postgresClasses(server.Code)
	case errors.Is(err, pgconn.ErrReadOnlyConnection):
		return []error{ErrReadOnly, ErrRetryable} // a failover may be under way
	case errors.Is(err, context.Canceled):
		return nil
	case errors.As(err, &connect): // before the deadline, which may be that of the attempt to connect
		return []error{ErrRetryable}
	case errors.Is(err, context.DeadlineExceeded):
		return nil
	case errors.As(err, &network),
		pgconn.SafeToRetry(err),
		errors.Is(err, pgconn.ErrConnClosed),
		errors.Is(err, driver.ErrBadConn),
		errors.Is(err, sql.ErrConnDone),
		errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, io.EOF):
		return []error{ErrRetryable}
	default:
		return nil
	}
}

// sqliteClasses sorts a result code of SQLite. The low byte of an extended code
// is the code it extends.
func sqliteClasses(code int) []error {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY,
		sqlite3.SQLITE_CONSTRAINT_ROWID, sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return []error{ErrConflict}
	}
	switch code & 0xff {
	case sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH, sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_RANGE:
		return []error{ErrInvalid}
	case sqlite3.SQLITE_FULL:
		return []error{ErrFull}
	case sqlite3.SQLITE_READONLY:
		return []error{ErrReadOnly}
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return []error{ErrRetryable}
	default:
		return nil
	}
}

// postgresClasses sorts an SQLSTATE, whose first two characters are its kind.
func postgresClasses(state string) []error {
	if len(state) != 5 {
		return nil
	}
	switch state {
	case "23505", "23503", "23P01", "23001": // unique, foreign key, exclusion, restrict
		return []error{ErrConflict}
	case "25006": // the server has become a standby; another connection leads to the new primary
		return []error{ErrReadOnly, ErrRetryable}
	case "P0001": // raised by a trigger of the schema
		return []error{ErrInvalid}
	case "53100":
		return []error{ErrFull}
	case "40001", "40P01", "55P03", // serialization, deadlock, lock not available
		"53300",                   // too many connections
		"57P01", "57P02", "57P03": // shutting down, crashed, starting up
		return []error{ErrRetryable}
	}
	switch state[:2] {
	case "22", "23", "54": // data, integrity, limits of the program
		return []error{ErrInvalid}
	case "08": // connection
		return []error{ErrRetryable}
	default:
		return nil
	}
}
