package store

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// insertSQLite stores rows that no key stands in the way of, one execution of a
// prepared statement each, which this driver does fastest.
func insertSQLite(ctx context.Context, _ bun.Conn, tx bun.Tx, r *rows) (stored int, err error) {
	statement, err := tx.PrepareContext(ctx, r.into()+"VALUES (?"+strings.Repeat(", ?", len(r.columns)-1)+") ON CONFLICT (event_key) DO NOTHING")
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
		row := r.row(i)
		for j, value := range row {
			if t, ok := value.(time.Time); ok {
				row[j] = t.Format(fixedTime)
			}
		}
		result, err := statement.ExecContext(endless, row...)
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
