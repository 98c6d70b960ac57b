package main

import (
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func migrate(t *testing.T, dsn string, args ...string) (string, error) {
	t.Helper()

	var stdout bytes.Buffer
	err := run(t.Context(), program.Env{
		Args:   args,
		Stdout: &stdout,
		Stderr: io.Discard,
		Getenv: func(string) string { return dsn },
	})
	return stdout.String(), err
}

func TestMigrate(t *testing.T) {
	t.Parallel()

	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn := fresh(t)

			table, err := migrate(t, dsn, "-status")
			require.ErrorIs(t, err, store.ErrSchemaMissing, "nothing is migrated yet")
			assert.Contains(t, table, "pending")

			table, err = migrate(t, dsn)
			require.NoError(t, err)
			assert.NotContains(t, table, "pending")

			again, err := migrate(t, dsn, "-status")
			require.NoError(t, err)
			assert.Equal(t, table, again)

			text, err := migrate(t, dsn, "-status", "-json")
			require.NoError(t, err)
			var status struct {
				Migrations []struct {
					Name  string `json:"name"`
					State string `json:"state"`
				} `json:"migrations"`
			}
			require.NoError(t, json.Unmarshal([]byte(text), &status))
			assert.Equal(t, "0001_api.sql", status.Migrations[0].Name)
			assert.Equal(t, "applied", status.Migrations[0].State)
		})
	}
}
