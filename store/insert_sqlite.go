package store

import (
	"context"
	"strings"

	"github.com/uptrace/bun"
)

// insertSQLite stores rows that no key stands in the way of, one execution of a
// prepared statement each, which this driver does fastest.
func insertSQLite(ctx context.Context, tx bun.Tx, r *rows) (stored int, err error) {
	statement, err := tx.Tx.PrepareContext(ctx, sqliteInsert(r))
	if err != nil {
		return 0, err
	}
	defer func() {
		if closing := statement.Close(); err == nil {
			err = closing
		}
	}()

	// For a context that may end, the driver starts a goroutine for each
	// execution.
	endless := context.WithoutCancel(ctx)
	for i := range r.len() {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		result, err := statement.ExecContext(endless, r.row(i)...)
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

func sqliteInsert(r *rows) string {
	var b []byte
	b = append(b, "INSERT INTO "...)
	b = append(b, r.table...)
	b = append(b, " ("...)
	for i, column := range r.columns {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, column.SQLName...)
	}
	b = append(b, ") VALUES (?"...)
	b = append(b, strings.Repeat(", ?", len(r.columns)-1)...)
	b = append(b, ") ON CONFLICT (event_key) DO NOTHING"...)
	return string(b)
}
