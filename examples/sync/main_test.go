package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

const bug = `{"pattern":"p","error":"e","timestamp":"2026-01-31T12:00:00Z"}`

// env is that of a program which looks at a database.
func env(dsn string, stdout io.Writer, args ...string) program.Env {
	return program.Env{
		Args:   args,
		Stdout: stdout,
		Stderr: io.Discard,
		Getenv: func(string) string { return dsn },
		Now:    func() time.Time { return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC) },
	}
}

func TestSyncOnce(t *testing.T) {
	t.Parallel()

	for name, fresh := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dsn, folder := fresh(t), t.TempDir()
			sync := func() (code int, out string) {
				var stdout bytes.Buffer
				err := run(t.Context(), env(dsn, &stdout, "-once", "-json", folder))
				return program.Code("sync", io.Discard, err), stdout.String()
			}
			write := func(name, text string) {
				require.NoError(t, os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600))
			}

			write("good.json", `{"bugs":[`+bug+`]}`)
			code, out := sync()
			assert.Equal(t, program.ExitDone, code)
			var receipts struct {
				Files []struct {
					Tables map[string]struct {
						Stored int `json:"stored"`
					} `json:"tables"`
				} `json:"files"`
			}
			require.NoError(t, json.Unmarshal([]byte(out), &receipts))
			require.Len(t, receipts.Files, 1)
			assert.Equal(t, 1, receipts.Files[0].Tables["metrics_bugs"].Stored)

			code, out = sync()
			assert.Equal(t, program.ExitDone, code)
			assert.JSONEq(t, `{"files":[]}`, out)

			write("refused.json", `{"bugs":[{}]}`)
			code, _ = sync()
			assert.Equal(t, program.ExitRefused, code)

			write("broken.json", `{"bugs":[`)
			code, out = sync()
			assert.Equal(t, program.ExitFailed, code)
			assert.Contains(t, out, "it ends too early")
		})
	}
}

// until ends a context when something is written.
type until struct{ stop context.CancelFunc }

func (u until) Write(p []byte) (int, error) {
	u.stop()
	return len(p), nil
}

func TestSyncGoesOnUntilItIsInterrupted(t *testing.T) {
	t.Parallel()

	folder := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	e := env(storetest.SQLite(t), until{stop}, "-every", "5ms", folder)
	now, looks := e.Now, 0
	e.Now = func() time.Time {
		if looks++; looks == 5 { // the first looks find nothing
			assert.NoError(t, os.WriteFile(filepath.Join(folder, "f.json"), []byte(`{"bugs":[`+bug+`]}`), 0o600))
		}
		return now()
	}
	require.NoError(t, run(ctx, e))
	require.ErrorIs(t, ctx.Err(), context.Canceled, "the file was seen")
}

func TestUsage(t *testing.T) {
	t.Parallel()

	for name, args := range map[string][]string{
		"nothing to look at": {},
		"no pause":           {"-every", "0s", "x"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := run(t.Context(), env(storetest.SQLite(t), io.Discard, args...))
			assert.Equal(t, program.ExitUsage, program.Code("sync", io.Discard, err))
		})
	}
}
