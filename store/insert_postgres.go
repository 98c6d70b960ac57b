package store

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/metrics"
)

const statementRows = 1000

// insertPostgres stores rows that no key stands in the way of. Each column
// travels as one array.
func insertPostgres(ctx context.Context, tx bun.Tx, r *rows) (stored int, err error) {
	statement := postgresInsert(r)
	for from := 0; from < r.len(); from += statementRows {
		part := r.slice(from, min(from+statementRows, r.len()))
		args := []any{pgx.QueryExecModeCacheDescribe}
		for c := range r.columns {
			column := make([]any, part.len())
			for i := range column {
				column[i] = part.row(i)[c]
			}
			args = append(args, column)
		}
		result, err := tx.Tx.ExecContext(ctx, statement, args...)
		if err != nil {
			return 0, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return 0, err
		}
		stored += int(n)
	}
	return stored, nil
}

func postgresInsert(r *rows) string {
	var names, arrays []string
	for i, column := range r.columns {
		names = append(names, string(column.SQLName))
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", i+1, postgresType(column.IndirectType)))
	}
	return "INSERT INTO " + r.table + " (" + strings.Join(names, ", ") + ") SELECT * FROM unnest(" +
		strings.Join(arrays, ", ") + ") ON CONFLICT (event_key) DO NOTHING"
}

func postgresType(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[metrics.Time]():
		return "timestamptz"
	case reflect.TypeFor[metrics.JSON](), reflect.TypeFor[metrics.Names]():
		return "jsonb"
	}
	switch t.Kind() { //nolint:exhaustive // the others are no columns
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
