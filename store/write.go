package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/uptrace/bun"
)

// Write runs fn in a transaction and commits it when fn returns nil. On SQLite
// the writers of a process take turns: while fn runs, it must write through tx
// only, or it waits for itself.
//
// What fails for a passing reason ([ErrRetryable]) is tried again for half a
// minute, with growing pauses, so fn may run several times. After a lost
// connection nobody knows whether the commit arrived: fn must do no harm when it
// meets its own outcome, as inserts with an event key do. The error of Write
// carries its class, see [Classify].
func (db *DB) Write(ctx context.Context, fn func(ctx context.Context, tx bun.Tx) error) error {
	return db.write(ctx, func(ctx context.Context, _ bun.Conn, tx bun.Tx) error { return fn(ctx, tx) })
}

// write is Write with the connection of the transaction, for what no
// transaction of database/sql can do.
func (db *DB) write(ctx context.Context, fn func(ctx context.Context, conn bun.Conn, tx bun.Tx) error) error {
	if db.writer != nil {
		select {
		case db.writer <- struct{}{}:
			defer func() { <-db.writer }()
		case <-ctx.Done():
			return fmt.Errorf("store: wait for the writer: %w", ctx.Err())
		}
	}
	return retry(ctx, func() error { return db.transact(ctx, fn) })
}

func (db *DB) transact(ctx context.Context, fn func(ctx context.Context, conn bun.Conn, tx bun.Tx) error) (err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if closing := conn.Close(); err == nil && !errors.Is(closing, sql.ErrConnDone) {
			err = closing
		}
	}()

	err = conn.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error { return fn(ctx, conn, tx) })
	if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
		err = ctx.Err() // which is what has ended the transaction
	}
	if errors.Is(Classify(err), ErrReadOnly) {
		// The server behind this connection has become a standby: the pool
		// must not hand it out again.
		_ = conn.Raw(func(any) error { return driver.ErrBadConn })
	}
	return err
}

const (
	patience   = 30 * time.Second       // for which retry repeats an attempt
	firstPause = 5 * time.Millisecond   // doubled after each attempt
	lastPause  = 500 * time.Millisecond // at most
)

// retry calls attempt until it succeeds, fails for good, ctx ends or patience
// does. It returns the classified error of the last attempt.
func retry(ctx context.Context, attempt func() error) error {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()

	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := Classify(attempt())
		if !errors.Is(err, ErrRetryable) {
			return err
		}
		// Processes that failed together must not try again together.
		jitter := rand.N(pause) //nolint:gosec // no secret, and no result depends on it
		select {
		case <-time.After(pause + jitter):
		case <-ctx.Done():
			return fmt.Errorf("%w, after: %w", ctx.Err(), err)
		case <-deadline.C:
			return err
		}
	}
}
