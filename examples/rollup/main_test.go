package main

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func rollup(t *testing.T, dsn string, args ...string) (messages string, err error) {
	t.Helper()

	var stderr bytes.Buffer
	err = run(t.Context(), program.Env{
		Args: args, Stdout: io.Discard, Stderr: &stderr, Getenv: func(string) string { return dsn },
	})
	return stderr.String(), err
}

func TestRollupAddsUpWhatIsNew(t *testing.T) {
	t.Parallel()

	for name, fresh := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dsn := fresh(t)
			said, err := rollup(t, dsn)
			require.NoError(t, err)
			assert.Contains(t, said, ": 0\n")

			db, err := store.Open(t.Context(), dsn, store.Options{})
			require.NoError(t, err)
			_, err = db.Insert(t.Context(), []metrics.Event{
				&metrics.Bug{Pattern: "guard", Error: "nil map", Timestamp: metrics.At(time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC))},
			})
			require.NoError(t, err)
			require.NoError(t, db.Close())

			said, err = rollup(t, dsn)
			require.NoError(t, err)
			assert.Contains(t, said, ": 1\n")

			_, err = rollup(t, dsn, "argument")
			require.Error(t, err)
		})
	}
}
