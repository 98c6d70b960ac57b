package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

// fewRows is up to how many rows one statement that carries them all is faster
// than making a table for them to be copied to.
const fewRows = 500

// insertPostgres stores rows that no key stands in the way of.
func insertPostgres(ctx context.Context, conn bun.Conn, _ bun.Tx, r *rows) (stored int, err error) {
	err = conn.Raw(func(driver any) error {
		c := driver.(*stdlib.Conn).Conn()
		if r.len() <= fewRows {
			stored, err = insertArrays(ctx, c, r)
		} else {
			stored, err = insertCopy(ctx, c, r)
		}
		return err
	})
	return stored, err
}

// insertArrays sends each column as an array, so that the statement is the same
// for any number of rows.
func insertArrays(ctx context.Context, c *pgx.Conn, r *rows) (stored int, err error) {
	args := []any{pgx.QueryExecModeDescribeExec} // asks the server for the types of the arrays
	arrays := make([]string, len(r.columns))
	for j, column := range r.columns {
		values := make([]any, r.len())
		for i := range values {
			values[i] = r.row(i)[j]
		}
		args = append(args, values)
		arrays[j] = fmt.Sprintf("$%d::%s[]", j+1, postgresType(column.IndirectType))
	}
	result, err := c.Exec(ctx, r.into()+"SELECT * FROM unnest("+strings.Join(arrays, ", ")+") ON CONFLICT (event_key) DO NOTHING", args...)
	return int(result.RowsAffected()), err
}

// insertCopy copies the rows to a temporary table, which is the fastest way into
// PostgreSQL but knows no conflicts, and inserts from there.
func insertCopy(ctx context.Context, c *pgx.Conn, r *rows) (stored int, err error) {
	columns := r.list()
	_, err = c.Exec(ctx, "CREATE TEMP TABLE fl_staging ON COMMIT DROP AS SELECT "+columns+" FROM "+r.table+" WITH NO DATA")
	if err != nil {
		return 0, err
	}
	names := make([]string, len(r.columns))
	for i, column := range r.columns {
		names[i] = column.Name
	}
	_, err = c.CopyFrom(ctx, pgx.Identifier{"fl_staging"}, names, pgx.CopyFromSlice(r.len(), func(i int) ([]any, error) {
		return r.row(i), nil
	}))
	if err != nil {
		return 0, err
	}
	result, err := c.Exec(ctx, r.into()+"SELECT "+columns+" FROM fl_staging ON CONFLICT (event_key) DO NOTHING")
	if err != nil {
		return 0, err
	}
	_, err = c.Exec(ctx, "DROP TABLE fl_staging")
	return int(result.RowsAffected()), err
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
