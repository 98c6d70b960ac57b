package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/examples/internal/program"
	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func TestSecretsAreTakenOut(t *testing.T) {
	t.Parallel()

	const text = `{"bugs": [
		{"pattern": "p", "error": "dial redis://:swordfish@cache:6379: refused", "timestamp": "2026-01-31T12:00:00Z"},
		{"pattern": "p", "error": "fine", "timestamp": "2026-01-31T12:00:00Z"}
	]}`
	for name, c := range map[string]struct {
		args     []string
		redacted int
		error    string
	}{
		"as ever":        {[]string{"-json", "-"}, 1, "dial redis://:[redacted:url-password]@cache:6379: refused"},
		"unless told so": {[]string{"-json", "-no-redact", "-"}, 0, "dial redis://:swordfish@cache:6379: refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			dsn := storetest.SQLite(t)
			code, stdout, _ := importInto(t, dsn, text, c.args...)
			assert.Equal(t, program.ExitDone, code)
			var receipts struct {
				Files []struct {
					Redacted int `json:"redacted"`
				} `json:"files"`
			}
			require.NoError(t, json.Unmarshal([]byte(stdout), &receipts))
			assert.Equal(t, c.redacted, receipts.Files[0].Redacted)

			db, err := store.Open(t.Context(), dsn, store.Options{})
			require.NoError(t, err)
			defer db.Close()
			var bug metrics.Bug
			require.NoError(t, db.NewSelect().Model(&bug).Order("id").Limit(1).Scan(t.Context()))
			assert.Equal(t, c.error, bug.Error)
		})
	}

	_, stdout, _ := importInto(t, storetest.SQLite(t), text, "-")
	assert.Contains(t, stdout, "noted: records with secrets, which were taken out: 1\n")
}
