package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// copyRows is from how many rows on COPY is worth its round trips.
const copyRows = 500

// insertPostgres stores rows that no key stands in the way of. COPY is the
// fastest way but knows no conflicts, so it is tried with what seems to be new.
func insertPostgres(ctx context.Context, conn bun.Conn, t *tableEvents, all iter.Seq[*rows]) (stored int, err error) {
	err = conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn()
		if len(t.events) >= copyRows {
			var copied bool
			if stored, copied, err = insertCopy(ctx, c, t, all); copied || err != nil {
				return err
			}
		}
		stored, err = insertArrays(ctx, c, t, all)
		return err
	})
	return stored, err
}

// insertCopy copies the rows into the table if there are no duplicates. Whoever
// imports a file again is found out by its first event, before anything has to
// be undone.
func insertCopy(ctx context.Context, c *pgx.Conn, t *tableEvents, all iter.Seq[*rows]) (stored int, copied bool, err error) {
	metrics.Complete(t.events[0])
	var known bool
	err = c.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+t.table+" WHERE event_key = $1)", t.events[0].Provenance().EventKey).Scan(&known)
	if known || err != nil {
		return 0, false, err
	}
	if _, err := c.Exec(ctx, "SAVEPOINT copying"); err != nil {
		return 0, false, err
	}
	names := make([]string, len(t.columns))
	for i, column := range t.columns {
		names[i] = column.Name
	}
	next, stop := iter.Pull(singly(all))
	defer stop()
	n, err := c.CopyFrom(ctx, pgx.Identifier{t.table}, names, pgx.CopyFromFunc(func() ([]any, error) {
		row, _ := next()
		return row, nil // nil is the end
	}))
	if errors.Is(Classify(err), ErrConflict) {
		_, err := c.Exec(ctx, "ROLLBACK TO SAVEPOINT copying")
		return 0, false, err
	}
	return int(n), err == nil, err
}

// insertArrays stores rows but for duplicates. Each column travels as an array,
// so that the statement is the same for any number of rows.
func insertArrays(ctx context.Context, c *pgx.Conn, t *tableEvents, all iter.Seq[*rows]) (stored int, err error) {
	arrays := make([]string, len(t.columns))
	for j, column := range t.columns {
		arrays[j] = fmt.Sprintf("$%d::%s[]", j+1, postgresType(column.IndirectType))
	}
	statement := t.into() + "SELECT * FROM unnest(" + strings.Join(arrays, ", ") + ") ON CONFLICT (event_key) DO NOTHING"
	for r := range all {
		args := []any{pgx.QueryExecModeDescribeExec} // asks the server for the types of the arrays
		for j := range t.columns {
			values := make([]any, r.len())
			for i := range values {
				values[i] = r.row(i)[j]
			}
			args = append(args, values)
		}
		result, err := c.Exec(ctx, statement, args...)
		if err != nil {
			return 0, err
		}
		stored += int(result.RowsAffected())
	}
	return stored, nil
}

// singly yields one row after the other.
func singly(all iter.Seq[*rows]) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for r := range all {
			for i := range r.len() {
				if !yield(r.row(i)) {
					return
				}
			}
		}
	}
}

// postgresType is the type of a column whose Go type is t.
func postgresType(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[metrics.Time]():
		return "timestamptz"
	case reflect.TypeFor[metrics.JSON](), reflect.TypeFor[metrics.Names]():
		return "jsonb"
	}
	switch t.Kind() {
	case reflect.String:
		return "text"
	case reflect.Int64:
		return "bigint"
	case reflect.Float64:
		return "double precision"
	case reflect.Bool:
		return "boolean"
	default:
		panic(fmt.Sprintf("store: no column type for %s", t))
	}
}
