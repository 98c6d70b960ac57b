package store

import (
	"context"
	"database/sql/driver"
	"iter"
	"strings"
	"time"

	"github.com/uptrace/bun"
)

// insertSQLite stores rows that no key stands in the way of, one execution of a
// prepared statement each, which this driver does as fast as several at once.
func insertSQLite(ctx context.Context, conn bun.Conn, t *tableEvents, all iter.Seq[*rows]) (stored int, err error) {
	err = conn.Raw(func(c any) error {
		insert := t.into() + "VALUES (?" + strings.Repeat(", ?", len(t.columns)-1) + ") ON CONFLICT (event_key) DO NOTHING"
		statement, err := c.(driver.ConnPrepareContext).PrepareContext(ctx, insert)
		if err != nil {
			return err
		}
		for r := range all {
			var n int
			n, err = execEach(ctx, statement.(driver.StmtExecContext), r)
			if err != nil {
				break
			}
			stored += n
		}
		if closing := statement.Close(); err == nil {
			err = closing
		}
		return err
	})
	return stored, err
}

// execEach executes a statement with the values of each row. Doing so through
// database/sql would copy them all once more.
func execEach(ctx context.Context, statement driver.StmtExecContext, r *rows) (affected int, err error) {
	args := make([]driver.NamedValue, r.width)
	for j := range args {
		args[j].Ordinal = j + 1
	}
	// For a context that may end, the driver would start a goroutine for each
	// execution.
	endless := context.WithoutCancel(ctx)
	for i := range r.len() {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		for j, value := range r.row(i) {
			if t, ok := value.(time.Time); ok {
				value = t.Format(fixedTime)
			}
			args[j].Value = value
		}
		result, err := statement.ExecContext(endless, args)
		if err != nil {
			return 0, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return 0, err
		}
		affected += int(n)
	}
	return affected, nil
}
