package store_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func TestWriteCommitsAllOrNothing(t *testing.T) {
	t.Parallel()

	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		_, err := db.ExecContext(t.Context(), "CREATE TABLE t (id bigint PRIMARY KEY)")
		require.NoError(t, err)

		insert := func(end error) error {
			return db.Write(t.Context(), func(ctx context.Context, tx bun.Tx) error {
				for id := range 2 {
					if _, err := tx.ExecContext(ctx, "INSERT INTO t VALUES (?)", id); err != nil {
						return err
					}
				}
				return end
			})
		}
		stop := errors.New("stop")
		require.ErrorIs(t, insert(stop), stop)
		assert.Equal(t, "0", setting(t, db, "SELECT count(*) FROM t"))
		assert.PanicsWithValue(t, "stop", func() {
			_ = db.Write(t.Context(), func(context.Context, bun.Tx) error { panic("stop") })
		})
		require.NoError(t, insert(nil), "a failure or a panic leaves the next writer its turn")
		assert.Equal(t, "2", setting(t, db, "SELECT count(*) FROM t"))
		require.ErrorIs(t, insert(nil), store.ErrConflict)
	})
}

func TestWritersWhoReadFirstLoseNoUpdate(t *testing.T) {
	t.Parallel()

	const handles, writers, rounds = 3, 4, 10
	forUpdate := map[string]string{"postgres": " FOR UPDATE"}
	eachEmpty(t, func(t *testing.T, dsn string, db *store.DB) {
		_, err := db.ExecContext(t.Context(), "CREATE TABLE t (n bigint); INSERT INTO t VALUES (0)")
		require.NoError(t, err)

		var wg sync.WaitGroup
		for range handles { // as many processes would have
			db := open(t, dsn, store.Options{})
			for range writers {
				wg.Go(func() {
					for range rounds {
						assert.NoError(t, db.Write(t.Context(), func(ctx context.Context, tx bun.Tx) error {
							var n int
							if err := tx.QueryRowContext(ctx, "SELECT n FROM t"+forUpdate[filepath.Base(t.Name())]).Scan(&n); err != nil {
								return err
							}
							_, err := tx.ExecContext(ctx, "UPDATE t SET n = ?", n+1)
							return err
						}))
					}
				})
			}
		}
		wg.Wait()
		assert.Equal(t, fmt.Sprint(handles*writers*rounds), setting(t, db, "SELECT n FROM t"))
	})
}

func TestWriteTriesAgainAfterLostConnection(t *testing.T) {
	t.Parallel()

	dsn := storetest.Postgres(t)
	db, killer := open(t, dsn, store.Options{}), open(t, dsn, store.Options{})
	runs := 0
	err := db.Write(t.Context(), func(ctx context.Context, tx bun.Tx) error {
		runs++
		if runs == 1 {
			var pid int
			if err := tx.QueryRowContext(ctx, "SELECT pg_backend_pid()").Scan(&pid); err != nil {
				return err
			}
			if _, err := killer.ExecContext(ctx, "SELECT pg_terminate_backend(?)", pid); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "SELECT 1")
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, 2, runs)
}

func TestWriteDropsConnectionToStandby(t *testing.T) {
	t.Parallel()

	db := open(t, storetest.Postgres(t), store.Options{MaxConns: 1})
	runs := 0
	err := db.Write(t.Context(), func(ctx context.Context, tx bun.Tx) error {
		runs++
		if runs == 1 { // as on a server that was demoted
			if _, err := tx.ExecContext(ctx, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; SET TRANSACTION READ ONLY"); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "CREATE TABLE t (id bigint)")
		return err
	})
	require.NoError(t, err)
	assert.Equal(t, 2, runs)
}

func TestWriteHonoursItsContext(t *testing.T) {
	t.Parallel()

	eachEmpty(t, func(t *testing.T, _ string, db *store.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		var runs atomic.Int32
		busy := errors.Join(errors.New("busy"), store.ErrRetryable)
		err := db.Write(ctx, func(context.Context, bun.Tx) error {
			if runs.Add(1) == 2 {
				cancel()
			}
			return busy
		})
		require.ErrorIs(t, err, context.Canceled)
		assert.EqualValues(t, 2, runs.Load())

		err = db.Write(ctx, func(context.Context, bun.Tx) error { return nil })
		require.ErrorIs(t, err, context.Canceled)
	})
}

func TestWriterWaitsNoLongerThanItsContext(t *testing.T) {
	t.Parallel()

	db := open(t, storetest.SQLite(t), store.Options{})
	err := db.Write(t.Context(), func(ctx context.Context, _ bun.Tx) error {
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		err := db.Write(ctx, func(context.Context, bun.Tx) error { return nil })
		assert.ErrorIs(t, err, context.Canceled, "a second writer while the first is at work")
		return nil
	})
	require.NoError(t, err)
}
