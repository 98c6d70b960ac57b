package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/doronpers/feedback-loop-go/metrics"
	"github.com/doronpers/feedback-loop-go/store"
	"github.com/doronpers/feedback-loop-go/store/storetest"
)

func refusedRecord(n int) store.RefusedRecord {
	return store.RefusedRecord{
		RecordKey:     fmt.Sprintf("%064x", n),
		File:          "export.json",
		Format:        "feedback-loop",
		Position:      int64(n),
		Path:          fmt.Sprintf("$.bugs[%d]", n),
		Reason:        "timestamp is missing",
		Record:        `{"pattern":"it's $1, ? or \\ and {{ this }}"}`,
		QuarantinedAt: metrics.At(time.Date(2026, 1, 31, 12, 0, 0, 123456000, time.UTC)),
	}
}

func TestQuarantineKeepsEachRecordOnce(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		var want []store.RefusedRecord
		for n := range 1203 {
			want = append(want, refusedRecord(n))
		}
		table, field := "metrics_bugs", "timestamp"
		want[1].TableName, want[1].Field = &table, &field
		require.NoError(t, db.Quarantine(t.Context(), want))

		again := append([]store.RefusedRecord{refusedRecord(5000)}, want...)
		again[1].Reason = "another one"
		require.NoError(t, db.Quarantine(t.Context(), again))
		want = append(want, again[0])

		var got []store.RefusedRecord
		for after := int64(0); ; {
			page, err := db.Quarantined(t.Context(), after, 500)
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			after = page[len(page)-1].ID
			got = append(got, page...)
		}
		require.Len(t, got, len(want))
		for i := range got {
			got[i].ID = 0
			require.Equal(t, want[i], got[i])
		}
	})
}

func TestQuarantineKeepsAllOrNothing(t *testing.T) {
	t.Parallel()

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		require.NoError(t, db.Quarantine(t.Context(), nil))

		short := refusedRecord(2)
		short.RecordKey = "2"
		err := db.Quarantine(t.Context(), []store.RefusedRecord{refusedRecord(1), short})
		require.ErrorIs(t, err, store.ErrInvalid)
		assert.True(t, strings.HasPrefix(err.Error(), "store: quarantine: "), err)

		got, err := db.Quarantined(t.Context(), 0, 10)
		require.NoError(t, err)
		assert.Empty(t, got)
	})
}
